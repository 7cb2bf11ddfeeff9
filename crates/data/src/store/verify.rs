//! Whether a data set is what was written: its files when it is opened, all of its content when that is asked for.

use super::chunks::{self, Files, Lengths};
use super::fingerprint::Fingerprint;
use super::reader::DataSet;
use crate::{Error, Result};

impl DataSet {
    /// Compares the chunk files with the lengths that were written; where those are not known and files are missing, reads
    /// all of the content.
    pub(super) fn check_files(&mut self, written: Option<&Lengths>) -> Result<()> {
        let arrays = [
            (&self.responses, written.map(|written| &written.responses[..])),
            (&self.stimuli, written.map(|written| &written.stimuli[..])),
        ];
        let mut missing = None;
        for (array, written) in arrays {
            match chunks::check(array, written).map_err(|error| Error::store(&self.path, error))? {
                Files::Whole => {}
                Files::Missing(reason) if written.is_none() => missing = missing.or(Some(reason)),
                Files::Missing(reason) | Files::Cut(reason) => return Err(self.damaged(reason)),
            }
        }
        let Some(reason) = missing else { return Ok(()) };
        self.sparse = true;
        self.verify_once().map_err(|error| match error {
            Error::Damaged { .. } => self.damaged(format!("{reason}, and what is left is not its content")),
            other => other,
        })
    }

    /// Reads everything and compares it with the fingerprint.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a chunk is damaged, or the content or the header is not what was written.
    pub fn verify(&self) -> Result<()> {
        let mut fingerprint = Fingerprint::default();
        self.for_each_trial(|_, row| fingerprint.responses(row.as_slice().unwrap_or_default()))?;
        let images = if self.header.has_images() { self.header.stimuli.len() as u32 } else { 0 };
        let rows: Vec<u32> = (0..images).collect();
        for block in rows.chunks(64) {
            let images = self.images(block)?;
            fingerprint.stimuli(images.as_slice().unwrap_or_default());
        }
        let found = fingerprint.finish(&self.described);
        if found == self.fingerprint {
            return Ok(());
        }
        let written = &self.fingerprint;
        Err(self
            .damaged(format!("its content or its header has changed: its SHA-256 is {found}, written was {written}")))
    }

    /// As [`DataSet::verify`], but not again once it has passed.
    pub(crate) fn verify_once(&self) -> Result<()> {
        if self.verified.get().is_none() {
            self.verify()?;
            let _ = self.verified.set(());
        }
        Ok(())
    }
}
