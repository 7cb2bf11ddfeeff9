//! The folder of scores on another data set: its name, and what may be replaced.

use std::path::Path;

use afterimage_data::DataSet;
use afterimage_run::{RunFolder, manifest::Manifest};

use super::OnOptions;
use crate::error::{Context as _, Result, bail};
use crate::session::DATA_SET;

/// The name that is asked for, or that of the data set.
pub(super) fn name(data_set: &Path, options: &OnOptions) -> Result<String> {
    let own = || data_set.file_stem().map(|name| name.to_string_lossy().into_owned());
    let name = options.name.clone().or_else(own).unwrap_or_default();
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        bail!("\"{name}\" cannot name a folder: give --name with letters, digits, - and _");
    }
    Ok(name)
}

/// Refuses a folder that has scores on another data set.
pub(super) fn refuse_other(out: &RunFolder, data: &DataSet, name: &str) -> Result<()> {
    if !out.manifest_file().is_file() {
        return Ok(());
    }
    let manifest = Manifest::read(out)?;
    let of = manifest.inputs.iter().find(|input| input.role == DATA_SET);
    match of.filter(|input| input.sha256 != data.fingerprint()) {
        Some(input) => bail!(
            "\"{}\" has scores on \"{}\", a data set of other content: give other scores another name with --name, such as \
             --name {name}-2, or remove that folder",
            out.root().display(),
            input.path
        ),
        None => Ok(()),
    }
}

/// Removes what an earlier evaluation left.
pub(super) fn clear(out: &RunFolder) -> Result<()> {
    match std::fs::remove_dir_all(out.root()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove \"{}\"", out.root().display()))
        }
        _ => Ok(()),
    }
}
