//! SHA-256 of files and folders, for provenance.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// SHA-256 of bytes in memory, lower-case hexadecimal.
pub fn sha256_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, or of a folder.
///
/// A folder's digest is that of the lines `DIGEST  RELATIVE/PATH\n` of all its files in byte order of their paths,
/// hidden ones left out, so it changes with any content or name but not with times or the order of listing.
///
/// # Errors
/// [`Error::Io`] if something cannot be read.
pub fn sha256(path: &Path) -> Result<String> {
    if !path.is_dir() {
        return sha256_file(path);
    }
    let mut whole = Sha256::new();
    for file in walk(path)? {
        let name = relative_name(path, &file);
        whole.update(format!("{}  {name}\n", sha256_file(&file)?));
    }
    Ok(hex(&whole.finalize()))
}

fn sha256_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    let mut whole = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block).map_err(Error::io("read", path))? {
            0 => return Ok(hex(&whole.finalize())),
            n => whole.update(&block[..n]),
        }
    }
}

/// Lower-case hexadecimal of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files under a folder, hidden files and folders left out, in byte order of their relative paths.
pub(crate) fn walk(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
            let path = entry.map_err(Error::io("list", &folder))?.path();
            if is_hidden(&path) {
                continue;
            }
            // A link to a folder is not followed: it could lead back up and never end.
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort_by_key(|file| relative_name(root, file).into_bytes());
    Ok(files)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The path below a folder with `/` between its parts on every system.
pub(crate) fn relative_name(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(file);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_abc_is_the_published_one() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_bytes(b"abc"), expected);
    }

    #[test]
    fn folder_digest_follows_content_and_names_only() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), b"1").unwrap();
        let first = sha256(folder.path()).unwrap();
        std::fs::write(folder.path().join(".hidden"), b"x").unwrap();
        assert_eq!(sha256(folder.path()).unwrap(), first);
        std::fs::rename(folder.path().join("a"), folder.path().join("b")).unwrap();
        assert_ne!(sha256(folder.path()).unwrap(), first);
    }
}
