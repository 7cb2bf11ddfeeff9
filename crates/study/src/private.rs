//! Files and folders that only their owner may read, since a study contains people's answers. On Windows the
//! permissions of the folder apply.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::{Result, StudyError, keys};

/// Writes a file that only its owner may read; a reader sees the old file or the new one.
///
/// # Errors
/// [`StudyError::Io`], [`StudyError::Random`]; the old file is then intact.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let fault = |source| StudyError::Io { action: "write", path: path.into(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(fault)?;
    }
    // A random name, since in a folder of several users someone could have placed a link at a known one.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.tmp", keys::token()?));
    let written = create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    written.map_err(|source| {
        let _ = fs::remove_file(&partial);
        fault(source)
    })
}

/// Writes a value as indented JSON, see [`write()`].
///
/// # Errors
/// See [`write()`].
pub fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| StudyError::File { path: path.into(), message: format!("cannot be written: {error}") })?;
    bytes.push(b'\n');
    write(path, &bytes)
}

/// Creates a file that only its owner may read; it must not exist.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a folder that only its owner may enter, if there is none.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        created => created,
    }
}

/// Removes the permissions of everyone but the owner from a file or folder.
#[cfg(unix)]
pub(crate) fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700)) }
}

/// Nothing to remove on this system.
#[cfg(not(unix))]
pub(crate) fn tighten(_: &Path) -> io::Result<()> {
    Ok(())
}

/// [`tighten`] for a folder and its content. Links are not followed, and files of other users are not changed.
pub(crate) fn tighten_all(folder: &Path) {
    let _ = tighten(folder);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => tighten_all(&entry.path()),
            Ok(kind) if kind.is_file() => drop(tighten(&entry.path())),
            _ => {}
        }
    }
}

#[cfg(all(test, unix))]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Files and folders that others can access.
    pub(crate) fn exposed(folder: &Path) -> Vec<std::path::PathBuf> {
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let mut found = if mode(folder) & 0o077 == 0 { Vec::new() } else { vec![folder.to_path_buf()] };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(exposed(&path));
            } else if mode(&path) & 0o077 != 0 {
                found.push(path);
            }
        }
        found
    }

    #[test]
    fn what_is_written_or_tightened_is_the_owners() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old.csv"), "old").unwrap();
        fs::set_permissions(path("old.csv"), fs::Permissions::from_mode(0o644)).unwrap();
        create_dir(&path("inner")).unwrap();
        create_dir(&path("inner")).unwrap();
        write(&path("old.csv"), b"new").unwrap();
        write_json(&path("inner/a.json"), &1).unwrap();
        assert_eq!(exposed(folder.path()), [folder.path()]);
        assert_eq!(fs::read_to_string(path("old.csv")).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
        fs::set_permissions(path("inner"), fs::Permissions::from_mode(0o775)).unwrap();
        fs::set_permissions(path("inner/a.json"), fs::Permissions::from_mode(0o664)).unwrap();
        std::os::unix::fs::symlink("/", path("link")).unwrap();
        tighten_all(folder.path());
        assert!(!exposed(&path("inner")).contains(&path("inner/a.json")) && exposed(&path("inner")).is_empty());
    }
}
