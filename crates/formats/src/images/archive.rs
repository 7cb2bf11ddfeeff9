//! Pictures in a `.zip`.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use zip::ZipArchive;

use crate::{Error, Result};

/// Largest picture file that is unpacked; a member that claims more is refused.
const MEMBER_LIMIT: u64 = 256 << 20;

/// An open archive: only fetching the packed bytes takes turns, decoding runs in parallel.
#[derive(Debug)]
pub(super) struct Archive {
    file: Mutex<ZipArchive<File>>,
    members: Vec<usize>,
}

impl Archive {
    /// Opens it and lists its pictures in byte order of their names, and its other files.
    pub(super) fn open(path: &Path) -> Result<(Vec<String>, Vec<String>, Self)> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let archive = ZipArchive::new(file).map_err(|error| Error::malformed(".zip", path, error))?;
        let (mut found, others): (Vec<(String, usize)>, Vec<_>) = (0..archive.len())
            .filter_map(|index| Some((archive.name_for_index(index)?.ok()?.into_owned(), index)))
            .filter(|(name, _)| !name.ends_with('/') && !has_hidden_part(name))
            .partition(|(name, _)| super::is_picture(name));
        found.sort();
        let others = others.into_iter().map(|(name, _)| name).collect();
        let (names, members) = found.into_iter().unzip();
        Ok((names, others, Self { file: Mutex::new(archive), members }))
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

/// Archives made on a Mac carry `__MACOSX/._name.jpg` beside each picture.
fn has_hidden_part(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}
