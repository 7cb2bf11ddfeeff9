//! Whether a data set is what was written: its files when it is opened, all of its content when that is asked for.

use super::chunks::{self, Files, Lengths};
use super::fingerprint::{Fingerprint, of_provenance};
use super::reader::DataSet;
use crate::{Error, Result};

impl DataSet {
    /// Compares what `zarr.json` says with what was written, as far as digests of it were.
    pub(super) fn check_header(&self, written: Option<&str>, provenance: Option<&str>) -> Result<()> {
        if written.is_some_and(|written| written != self.described.hex()) {
            let reason = "its stimuli, splits, trials or voxels in \"zarr.json\" are not those that were written: \
                          change a data set with \"afterimage prepare\", or import it again";
            return Err(Error::damaged(&self.path, reason));
        }
        let found = of_provenance(&self.header).map_err(|error| Error::store(&self.path, error))?;
        if provenance.is_some_and(|written| written != found) {
            let reason = "its provenance in \"zarr.json\" (units, steps, standardisation and the like) is not what was written: \
                          undo the edit, only title, licence and citation may be changed there; to state other units, import it \
                          again, or edit the manifest that \"afterimage export data\" writes, and import that";
            return Err(Error::damaged(&self.path, reason));
        }
        Ok(())
    }

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
