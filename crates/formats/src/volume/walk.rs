//! Iterator over volumes, read on demand.

use std::io::Read;

use ndarray::Array3;

use super::Volume;
use crate::Result;

/// The bytes of voxels.
pub(super) struct Stream {
    pub(super) bytes: Box<dyn Read>,
    pub(super) packed: bool,
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.bytes.read(into)
    }
}

/// Iterator over volumes, see [`Volume::volumes`].
pub struct Volumes<'a> {
    pub(super) volume: &'a Volume,
    pub(super) stream: Stream,
    pub(super) left: usize,
}

impl Volumes<'_> {
    /// Ends the iteration early: reads the rest of a gzipped file, so that its checksum is verified.
    ///
    /// # Errors
    /// [`crate::Error::Malformed`] if the file is damaged; volumes returned before must then not be used.
    pub fn finish(mut self) -> Result<()> {
        self.volume.finish(&mut self.stream)
    }
}

impl Iterator for Volumes<'_> {
    type Item = Result<Array3<f32>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut volume = self.volume.next_volume(&mut self.stream);
        if self.left == 0 {
            volume = volume.and_then(|volume| self.volume.finish(&mut self.stream).map(|()| volume));
        }
        if volume.is_err() {
            self.left = 0;
        }
        Some(volume)
    }
}
