//! `FILE.json` next to predicted responses, such as `c.npy.json`: what they are, as `decode` reads it again.
//!
//! Earlier versions wrote `c.json` for any format; it is still read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use afterimage_experiment::Units;
use afterimage_formats::digest;
use afterimage_train::prepare::Outside;

/// Endings that earlier versions left out of the name of a description, the longer first.
const ENDINGS: [&str; 13] = [
    ".func.gii",
    ".nii.gz",
    ".csv.gz",
    ".tsv.gz",
    ".nii",
    ".npy",
    ".npz",
    ".csv",
    ".tsv",
    ".mat",
    ".hdf5",
    ".h5",
    ".mgz",
];
/// How versions without `response_units` described standardised responses.
const EARLIER: &str = "in standard deviations of the training responses";

/// Description of predicted responses, written as `FILE.json`.
#[derive(Serialize)]
pub(super) struct Sidecar<'a> {
    pub(super) software: String,
    pub(super) runs: Vec<String>,
    pub(super) files: Vec<String>,
    /// SHA-256 of each file, by its name.
    pub(super) sha256: BTreeMap<String, String>,
    /// The unit, in words.
    pub(super) units: String,
    pub(super) response_units: Units,
    /// SHA-256 of the means and standard deviations that standardised responses are relative to.
    pub(super) standardisation: Option<String>,
    pub(super) standard_deviation: Option<String>,
    pub(super) samples: u32,
    pub(super) seed: u64,
    pub(super) images: &'a [String],
    pub(super) voxels: &'a [usize],
    /// Predictions outside the range of the training responses of their voxel; null if the runs do not keep it.
    pub(super) outside_training: Option<Outside>,
}

/// What the description next to a file says of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::command) struct Described {
    pub(in crate::command) path: PathBuf,
    pub(in crate::command) units: Units,
    /// What standardised responses are relative to, if it is described.
    pub(in crate::command) standardisation: Option<String>,
    /// Whether the file has the content that is described: `None` in descriptions of earlier versions, which have no hash.
    pub(in crate::command) is_same: Option<bool>,
}

/// Other JSON files, such as those of BIDS, have neither key.
#[derive(Deserialize)]
struct Read {
    response_units: Option<Units>,
    standardisation: Option<String>,
    #[serde(default)]
    sha256: BTreeMap<String, String>,
    units: Option<String>,
    runs: Option<Vec<String>>,
}

/// SHA-256 of files by their names.
pub(super) fn hashes(files: &[PathBuf]) -> Result<BTreeMap<String, String>> {
    files.iter().map(|file| Ok((name(file), digest::sha256(file)?))).collect()
}

/// The description next to a file of responses, by its name or that of earlier versions; `None` if there is none that `encode`
/// wrote.
///
/// # Errors
/// If the file cannot be read.
pub(in crate::command) fn read(responses: &Path) -> Result<Option<Described>> {
    for path in [beside(responses), earlier(responses)] {
        if path.is_file()
            && path != responses
            && let Some(described) = read_at(path, responses)?
        {
            return Ok(Some(described));
        }
    }
    Ok(None)
}

fn read_at(path: PathBuf, responses: &Path) -> Result<Option<Described>> {
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read \"{}\"", path.display()))?;
    let Ok(read) = serde_json::from_str::<Read>(&text) else { return Ok(None) };
    let earlier = (read.runs.is_some() && read.units.as_deref() == Some(EARLIER)).then_some(Units::Standardised);
    let Some(units) = read.response_units.or(earlier) else { return Ok(None) };
    let is_same = if read.sha256.is_empty() {
        None
    } else {
        let found = digest::sha256(responses)?;
        Some(read.sha256.values().any(|known| *known == found))
    };
    Ok(Some(Described { path, units, standardisation: read.standardisation, is_same }))
}

/// `a/NAME.npy.json` of `a/NAME.npy`.
pub(super) fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}.json", name(path)))
}

/// `a/NAME.json` of `a/NAME.npy`, as earlier versions called it.
fn earlier(path: &Path) -> PathBuf {
    let name = name(path);
    let lower = name.to_ascii_lowercase();
    let length = ENDINGS.iter().find(|ending| lower.ends_with(**ending)).map_or(0, |ending| ending.len());
    path.with_file_name(format!("{}.json", &name[..name.len() - length]))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(json: &str) -> Option<Described> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.nii.gz");
        std::fs::write(&path, "abc").unwrap();
        std::fs::write(folder.path().join("x.json"), json).unwrap();
        read(&path).unwrap()
    }

    #[test]
    fn a_description_counts_for_the_content_it_describes() {
        let of = |sha256: &str| {
            let json = format!("{{\"response_units\": \"standardised\", \"sha256\": {{\"y.nii.gz\": \"{sha256}\"}}}}");
            described(&json).unwrap()
        };
        let abc = digest::sha256_bytes(b"abc");
        assert_eq!((of(&abc).units, of(&abc).is_same), (Units::Standardised, Some(true)));
        assert_eq!(of("00").is_same, Some(false));
        assert!(described("{\"RepetitionTime\": 2.0, \"units\": \"s\"}").is_none() && described("no JSON").is_none());
        let earlier = described(&format!("{{\"runs\": [\"r\"], \"units\": \"{EARLIER}\"}}")).unwrap();
        assert_eq!((earlier.units, earlier.is_same), (Units::Standardised, None));
    }

    #[test]
    fn each_file_has_a_description_and_that_of_earlier_versions_is_read() {
        for file in ["a/x.nii.gz", "a/x.NPY", "a/x.func.gii", "a/x.h5", "a/x"] {
            assert_eq!(beside(Path::new(file)), Path::new(&format!("{file}.json")));
            assert_eq!(earlier(Path::new(file)), Path::new("a/x.json"), "{file}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        std::fs::write(&path, "abc").unwrap();
        let units = |file: &str, units: &str| {
            let json = format!("{{\"response_units\": \"{units}\"}}");
            std::fs::write(folder.path().join(file), json).unwrap();
            read(&path).unwrap().unwrap().units
        };
        assert_eq!(units("x.json", "standardised"), Units::Standardised);
        assert_eq!(units("x.npy.json", "recorded"), Units::Recorded, "its own comes first");
    }
}
