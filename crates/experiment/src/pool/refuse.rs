//! Sources that images cannot come from, and pools of which nothing is left.

use std::{fs, path::PathBuf};

use afterimage_data::{Exclusions, UnpairedPool};

use crate::error::{Context as _, Result, bail};

/// Refuses a path that images cannot come from, without a look inside: one that is not there, a device or a pipe, which
/// would be read without end, and the root of a file system.
///
/// # Errors
/// With the key and the path.
pub fn refuse_no_source(key: &str, sources: &[PathBuf]) -> Result<()> {
    for source in sources {
        let (path, source) = (source.as_path(), source.display());
        let meta = fs::metadata(path).with_context(|| {
            let what = if path.exists() { "cannot be opened" } else { "is not there" };
            format!("{key} names \"{source}\", which {what}: correct the path, or take it out")
        })?;
        if !meta.is_dir() && !meta.is_file() {
            bail!("{key} names \"{source}\", which is neither a folder nor a file: give images, a .zip or an .npy");
        }
        if meta.is_dir() && path.canonicalize().is_ok_and(|whole| whole.parent().is_none()) {
            bail!("{key} names \"{source}\", the root of the file system: name the folder that the images lie in");
        }
    }
    Ok(())
}

/// Refuses a pool that `reasons` leave nothing of, saying how many images each takes away.
pub(super) fn refuse_empty(
    key: &str,
    all: &UnpairedPool,
    reasons: &[(&str, Exclusions)],
    external_limit: usize,
) -> Result<()> {
    let by_content = reasons.iter().any(|(_, exclude)| !exclude.sha256.is_empty());
    let mut taken = vec![0; reasons.len()];
    for index in 0..all.len() {
        let sha256 = if by_content { Some(all.sha256(index)?) } else { None };
        let drops = |exclude: &Exclusions| {
            exclude.drops(&all.names()[index], all.class(index))
                || sha256.as_ref().is_some_and(|sha256| exclude.sha256.contains(sha256))
        };
        let mut kept = true;
        for ((_, exclude), taken) in reasons.iter().zip(&mut taken) {
            if drops(exclude) {
                kept = false;
                *taken += 1;
            }
        }
        if kept {
            return Ok(());
        }
    }
    let what = |(&(reason, _), &taken): (&(&str, Exclusions), &usize)| match reason {
        "data.external" => {
            format!("{taken} are external candidates (data.external, data.external_limit = {external_limit})")
        }
        other => format!("{taken} are {}", of_reason(other)),
    };
    let causes: Vec<String> = reasons.iter().zip(&taken).filter(|(_, taken)| **taken > 0).map(what).collect();
    let fewer = reasons.iter().zip(&taken).any(|((reason, _), taken)| *reason == "data.external" && *taken > 0);
    let how = if fewer { ", or lower data.external_limit" } else { "" };
    bail!("none of the {} images of {key} is left: {}; name other images there{how}", all.len(), causes.join(", "))
}

/// What images are that were left out, by the key that leaves them out.
pub(super) fn of_reason(reason: &str) -> String {
    match reason {
        "data.exclusions" => "named by data.exclusions".to_owned(),
        "data.exclude_test_classes" => "of classes of test images (data.exclude_test_classes)".to_owned(),
        "data.exclude_duplicates" => "copies of test images (data.exclude_duplicates)".to_owned(),
        "data.external" => "external candidates (data.external)".to_owned(),
        other => other.to_owned(),
    }
}
