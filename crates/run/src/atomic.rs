//! Files that appear whole or not at all: written under a temporary name in the same folder, flushed to disk, then renamed.
//!
//! The temporary name belongs to one process, so that two processes never write into each other's file. [`is_leftover`]
//! recognises what a killed process left.

use std::fs::{self, File};
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, RunError};

/// Writes `bytes` to `path`; a reader sees the old file or the new one, never a part.
///
/// # Errors
/// [`RunError::Io`] if the folder can't be written or the disk is full; the old file is then intact.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes what `fill` produces, as [`write()`] does.
///
/// # Errors
/// [`RunError::Io`], see [`write()`].
pub fn write_with(path: &Path, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<()> {
    let io = |source| RunError::Io { action: "write", path: path.to_path_buf(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let temporary = temporary_sibling(path);
    let outcome = File::create(&temporary).and_then(|mut file| {
        fill(&mut file)?;
        file.sync_all()
    });
    if let Err(source) = outcome.and_then(|()| fs::rename(&temporary, path)) {
        let _ = fs::remove_file(&temporary);
        return Err(io(source));
    }
    Ok(())
}

/// Writes as [`write()`] does with a writer that takes a path: `make` receives that of a hidden file in the same folder, with
/// the same ending.
///
/// # Errors
/// Those of `make`, and [`RunError::Io`]; nothing is left behind then.
pub fn through(path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let io = |source| RunError::Io { action: "write", path: path.to_path_buf(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let temporary = temporary_sibling(path);
    let outcome = make(&temporary).and_then(|()| {
        let flushed = File::open(&temporary).and_then(|file| file.sync_all());
        flushed.and_then(|()| fs::rename(&temporary, path)).map_err(io)
    });
    if outcome.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    outcome
}

/// Writes a value as indented JSON, as [`write()`] does.
///
/// # Errors
/// [`RunError::Io`], see [`write()`]; [`RunError::Json`] for a value that JSON can't hold.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let bytes = json(value).map_err(|source| RunError::Json { path: path.to_path_buf(), source })?;
    write(path, &bytes)
}

/// Returns a value as indented JSON with a line end.
pub(crate) fn json<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a JSON file.
///
/// # Errors
/// [`RunError::Io`] if it can't be read, [`RunError::Json`] if it does not parse.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    parse(&read(path)?, path, None, String::new)
}

/// Reads a JSON file whose key `version`, if it has one, must be among `versions`.
///
/// # Errors
/// See [`read_json`]; [`RunError::Version`] if it has another, with `remedy` as what to do.
pub fn read_versioned<T: DeserializeOwned>(path: &Path, versions: RangeInclusive<u32>, remedy: &str) -> Result<T> {
    parse(&read(path)?, path, Some(versions), || remedy.to_owned())
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| RunError::Io { action: "read", path: path.to_path_buf(), source })
}

/// Parses the JSON of a file. Its key `version`, if there is one, must be among `versions`. It is looked at first: a schema of
/// another version need not parse at all.
pub(crate) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    path: &Path,
    versions: Option<RangeInclusive<u32>>,
    remedy: impl FnOnce() -> String,
) -> Result<T> {
    #[derive(serde::Deserialize)]
    struct Head {
        version: u32,
    }
    let got = versions.as_ref().and_then(|_| serde_json::from_slice(bytes).ok()).map(|Head { version }| version);
    match (got, versions) {
        (Some(got), Some(versions)) if !versions.contains(&got) => {
            Err(RunError::Version { path: path.to_path_buf(), got, expected: *versions.end(), remedy: remedy() })
        }
        _ => serde_json::from_slice(bytes).map_err(|source| RunError::Json { path: path.to_path_buf(), source }),
    }
}

/// Refuses a folder in which no file can be created, before anything is computed for it.
///
/// # Errors
/// [`RunError::Io`].
pub fn probe(folder: &Path) -> Result<()> {
    let path = temporary_sibling(&folder.join("probe"));
    let probed = File::create(&path).and_then(|_| fs::remove_file(&path));
    probed.map_err(|source| RunError::Io { action: "write into", path: folder.to_path_buf(), source })
}

/// Returns true for the name of a file that [`write()`] or [`through`] did not finish.
pub fn is_leftover(name: &str) -> bool {
    name.starts_with(LEFTOVER)
}

const LEFTOVER: &str = ".partial-";

/// Returns a hidden name in the folder of `path`, with its ending, that no other writer uses.
fn temporary_sibling(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = std::ffi::OsString::from(format!(
        "{LEFTOVER}{}-{}-",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    ));
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_writers_of_one_file_never_share_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.json");
        // The second writer begins and ends while the first one is half way.
        write_with(&path, |file| {
            file.write_all(b"first, ")?;
            write(&path, b"second").map_err(std::io::Error::other)?;
            file.write_all(b"whole")
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first, whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn temporary_name_keeps_the_ending_and_is_recognised_as_a_leftover() {
        let beside = temporary_sibling(Path::new("a/map.nii.gz"));
        let name = beside.file_name().unwrap().to_string_lossy().into_owned();
        assert!(is_leftover(&name) && name.ends_with("map.nii.gz") && beside.parent() == Some(Path::new("a")));
        assert_ne!(beside, temporary_sibling(Path::new("a/map.nii.gz")));
        assert!(!is_leftover("map.nii.gz"));
    }
}
