//! Images in a `.zip`.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use zip::read::ZipFileEntry;
use zip::{CompressionMethod, ZipArchive};

use crate::{Error, Result};

/// Maximum size of an unpacked image file; larger members are refused.
const MEMBER_LIMIT: u64 = 256 << 20;

/// An open archive. Packed bytes are read one member at a time; decoding runs in parallel.
#[derive(Debug)]
pub(super) struct Archive {
    file: Mutex<ZipArchive<File>>,
    members: Vec<usize>,
}

impl Archive {
    /// Opens an archive and lists its images in byte order, each with the reason if it is unreadable; then its other
    /// files.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a damaged archive, names that cannot be read, or two members of one name.
    pub(super) fn open(path: &Path) -> Result<(super::Listed, Self)> {
        let malformed = |reason: &dyn std::fmt::Display| Error::malformed(".zip", path, reason);
        let file = File::open(path).map_err(Error::io("open", path))?;
        let archive = ZipArchive::new(file).map_err(|error| malformed(&error))?;
        if archive.has_duplicate_names() {
            return Err(malformed(&"several of its members have the same name: pack it again without duplicates"));
        }
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(|error| malformed(&error))?;
            let name = entry.name().map_err(|error| malformed(&format!("the name of member {index}: {error}")))?;
            if has_hidden_part(&name) || name.ends_with('/') {
                continue;
            } else if super::is_picture(&name) {
                found.push((name.into_owned(), index, unreadable(&entry)));
            } else {
                others.push(name.into_owned());
            }
        }
        found.sort();
        let members = found.iter().map(|(_, index, _)| *index).collect();
        let listed = found.into_iter().map(|(name, _, reason)| (name, reason)).collect();
        Ok(((listed, others), Self { file: Mutex::new(archive), members }))
    }

    pub(super) fn bytes(&self, index: usize, location: &Path) -> Result<Vec<u8>> {
        let malformed = |error: &dyn std::fmt::Display| Error::malformed(".zip member", location, error);
        let mut archive = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let member = archive.by_index(self.members[index]).map_err(|error| malformed(&error))?;
        let mut bytes = Vec::new();
        member.take(MEMBER_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| malformed(&error))?;
        if bytes.len() as u64 > MEMBER_LIMIT {
            return Err(malformed(&"it unpacks to more than 256 MiB"));
        }
        Ok(bytes)
    }
}

/// Why a member cannot be read.
fn unreadable(entry: &ZipFileEntry<'_>) -> Option<String> {
    let reason = match entry.compression() {
        _ if entry.encrypted() => "it is encrypted: pack it again without a password".to_owned(),
        _ if entry.is_symlink() => "it is a link, not an image: pack its target instead".to_owned(),
        CompressionMethod::Stored | CompressionMethod::Deflated => return None,
        other => format!("its compression {other} is not supported: pack it again with deflate"),
    };
    Some(reason)
}

/// Archives made by macOS contain `__MACOSX/._name.jpg` beside each picture.
fn has_hidden_part(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}
