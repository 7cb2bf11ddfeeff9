//! Writes images to a `.npy` file block by block, so that they are never all in memory.

use crate::error::SimError;
use ndarray::ArrayView4;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A `.npy` file (format 1.0, C order) of `[n, side, side, 3]` bytes. It appears under its name only once it is
/// complete.
pub(crate) struct ImageFile {
    file: BufWriter<File>,
    unfinished: PathBuf,
    path: PathBuf,
}

impl ImageFile {
    pub(crate) fn create(path: &Path, images: usize, side: usize) -> Result<Self, SimError> {
        let unfinished = path.with_extension("npy.tmp");
        let created = File::create(&unfinished).map_err(|source| failed(&unfinished, source))?;
        let mut writer = Self { file: BufWriter::new(created), unfinished, path: path.to_owned() };
        writer.write(&preamble(images, side))?;
        Ok(writer)
    }

    pub(crate) fn append(&mut self, images: ArrayView4<u8>) -> Result<(), SimError> {
        let block = images.as_standard_layout();
        self.write(block.as_slice().expect("standard layout is contiguous"))
    }

    pub(crate) fn finish(mut self) -> Result<(), SimError> {
        self.file.flush().map_err(|source| failed(&self.path, source))?;
        std::fs::rename(&self.unfinished, &self.path).map_err(|source| failed(&self.path, source))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SimError> {
        self.file.write_all(bytes).map_err(|source| failed(&self.path, source))
    }
}

impl Drop for ImageFile {
    /// Removes a partial file; after `finish` there is none.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.unfinished);
    }
}

pub(crate) fn failed(path: &Path, source: std::io::Error) -> SimError {
    SimError::Write { path: path.to_owned(), source }
}

/// Magic, version, and the description padded so that the data start at a multiple of 64 bytes.
fn preamble(images: usize, side: usize) -> Vec<u8> {
    let mut text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({images}, {side}, {side}, 3), }}");
    while (10 + text.len() + 1) % 64 != 0 {
        text.push(' ');
    }
    text.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array4;

    #[test]
    fn abandoned_file_is_removed_and_finished_file_has_the_stated_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        drop(ImageFile::create(&path, 2, 4).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut file = ImageFile::create(&path, 2, 4).unwrap();
        file.append(Array4::zeros((2, 4, 4, 3)).view()).unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len() % 64, (2 * 4 * 4 * 3) % 64);
    }
}
