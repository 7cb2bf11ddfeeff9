//! SHA-256 of files and folders, for provenance.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{Error, Result, folder};

/// SHA-256 of bytes in memory, lower-case hexadecimal.
pub fn sha256_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, or of a folder.
///
/// The digest of a folder is that of the lines `DIGEST  RELATIVE/PATH\n` of all its files, except hidden ones, in byte
/// order of their paths: it changes with any content or name, but not with times or listing order. Linked folders are
/// followed. An entry without content, such as a broken link, has `-` as its digest.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read.
pub fn sha256(path: &Path) -> Result<String> {
    if !path.is_dir() {
        return sha256_file(path);
    }
    let mut whole = Sha256::new();
    for file in folder::walk(path)? {
        let digest = if file.broken.is_some() { "-".to_owned() } else { sha256_file(&file.path)? };
        whole.update(format!("{digest}  {}\n", file.name));
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

    #[cfg(unix)]
    #[test]
    fn a_link_counts_whether_it_leads_somewhere_or_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), b"1").unwrap();
        let without = sha256(folder.path()).unwrap();
        std::os::unix::fs::symlink("absent", folder.path().join("b")).unwrap();
        let dangling = sha256(folder.path()).unwrap();
        std::fs::write(folder.path().join("absent"), b"1").unwrap();
        assert!(without != dangling && dangling != sha256(folder.path()).unwrap());
    }
}
