//! Files that appear whole or not at all: written beside, flushed to disk, then renamed.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Result, RunError};

/// Writes `bytes` to `path`; a reader sees the old file or the new one, never a half.
///
/// # Errors
/// [`RunError::Io`] where the folder can't be written or the disk is full; the old file is then intact.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// As [`write()`], with the content produced by `fill`.
///
/// # Errors
/// [`RunError::Io`], as [`write()`].
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

/// As [`write()`], for writers that take a path and read its ending: `make` writes a hidden file beside it whose name ends
/// the same.
///
/// # Errors
/// Those of `make`, and [`RunError::Io`]; nothing is left behind then.
pub fn through(path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let io = |source| RunError::Io { action: "write", path: path.to_path_buf(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".partial-{name}"));
    let outcome = make(&temporary).and_then(|()| {
        let flushed = File::open(&temporary).and_then(|file| file.sync_all());
        flushed.and_then(|()| fs::rename(&temporary, path)).map_err(io)
    });
    if outcome.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    outcome
}

/// Serialises `value` as indented JSON and writes it as [`write()`] does.
///
/// # Errors
/// [`RunError::Io`], as [`write()`]; [`RunError::Json`] for a value JSON can't hold.
pub fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|source| RunError::Json { path: path.to_path_buf(), source })?;
    bytes.push(b'\n');
    write(path, &bytes)
}

/// Reads a JSON file.
///
/// # Errors
/// [`RunError::Io`] where it can't be read, [`RunError::Json`] where it is not as expected.
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).map_err(|source| RunError::Io { action: "read", path: path.to_path_buf(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| RunError::Json { path: path.to_path_buf(), source })
}

fn temporary_sibling(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    path.with_file_name(name)
}
