//! FreeSurfer's colour tables, which name the codes of a volume.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use afterimage_formats::text;

use super::stem;
use crate::{Error, Result};

const ENDINGS: [&str; 5] = ["ctab", "mgz.ctab", "nii.gz.ctab", "mgh.ctab", "nii.ctab"];

/// A code and a name on each line, perhaps followed by a colour; lines with `#` in front are comments. The table lies
/// next to the volume as `NAME.ctab`, `NAME.mgz.ctab` or `NAME.nii.gz.ctab`, where `NAME` may lack `lh.` or `rh.`, since
/// both hemispheres mostly have one table. `None` without a table.
///
/// # Errors
/// [`Error::Format`] for an unreadable table; [`Error::Manifest`] for a line without code and name, or a code with two names.
pub(super) fn labels(path: &Path) -> Result<Option<BTreeMap<i64, String>>> {
    let Some(table) = find(path) else { return Ok(None) };
    let text = text::read(&table)?;
    let mut labels = BTreeMap::new();
    for (at, content) in text.lines().enumerate() {
        let mut words = content.split_whitespace();
        let Some(code) = words.next().filter(|first| !first.starts_with('#')) else { continue };
        let name = name(&words.collect::<Vec<_>>());
        let (Ok(code), Some(name)) = (code.parse::<i64>(), name) else {
            return Err(Error::manifest(&table, format!("line {} lacks a code and a name", at + 1)));
        };
        if let Some(other) = labels.insert(code, name.clone()).filter(|other| *other != name) {
            let reason = format!("line {} names code {code} \"{name}\", an earlier line \"{other}\"", at + 1);
            return Err(Error::manifest(&table, reason));
        }
    }
    Ok(Some(labels))
}

fn find(path: &Path) -> Option<PathBuf> {
    let stem = stem(path);
    let plain = stem.strip_prefix("lh.").or_else(|| stem.strip_prefix("rh."));
    let names = std::iter::once(stem.as_str()).chain(plain);
    let mut beside = names.flat_map(|name| ENDINGS.map(|ending| path.with_file_name(format!("{name}.{ending}"))));
    beside.find(|table| table.is_file())
}

/// What stands before the three or four numbers of a colour.
fn name(words: &[&str]) -> Option<String> {
    let numbers = words.iter().rev().take_while(|word| word.parse::<f64>().is_ok()).count();
    let colour = if words.len() > numbers && numbers >= 3 { numbers.min(4) } else { 0 };
    let name = words[..words.len() - colour].join(" ");
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_freesurfer_are_read_with_colours_marks_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let volume = folder.path().join("lh.prf-visualrois.nii.gz");
        assert_eq!(labels(&volume).unwrap(), None);
        let table = folder.path().join("prf-visualrois.mgz.ctab");
        std::fs::write(&table, "\u{feff}#No. Label\r\n0 Unknown 0 0 0 0\r\n1 V1v 255 10 0 0\r\n2  early visual 3\r\n")
            .unwrap();
        let found: Vec<_> = labels(&volume).unwrap().unwrap().into_iter().collect();
        assert_eq!(found, [(0, "Unknown".into()), (1, "V1v".into()), (2, "early visual 3".into())]);
        std::fs::write(&table, "1 V1\n1 V2\n").unwrap();
        assert!(labels(&volume).unwrap_err().to_string().contains("names code 1 \"V2\", an earlier line \"V1\""));
    }
}
