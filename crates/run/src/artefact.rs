//! Artefacts: the files that one stage writes and others read.
//!
//! An artefact is a struct with an `impl` of [`Artefact`], which names its [`RunFile`]. Reading, writing and their checks
//! follow. Arrays have [`RunFolder::write_array`] and [`RunFolder::read_array`].

use std::path::PathBuf;

use afterimage_formats::npy;
use ndarray::{ArrayD, ArrayViewD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::layout::{self, RunFile};
use crate::{Result, RunError, RunFolder, atomic};

/// The content of a JSON file of the run folder.
pub trait Artefact: Serialize + DeserializeOwned {
    /// Its path, its version, what it contains and how to make it again.
    const FILE: RunFile;
    /// The oldest version that is read; by default only the present one is.
    const OLDEST: Option<u32> = Self::FILE.version;

    /// Returns its path in `run`.
    fn path(run: &RunFolder) -> PathBuf {
        run.path(Self::FILE)
    }

    /// Reads it from `run`.
    ///
    /// # Errors
    /// [`RunError::Io`] if it can't be read, [`RunError::Changed`] if the run did not write it,
    /// [`RunError::Version`] if it has another `version`, [`RunError::Json`] if it does not parse, and those of
    /// [`Artefact::verify`].
    fn read(run: &RunFolder) -> Result<Self> {
        let path = Self::path(run);
        let versions = Self::OLDEST.zip(Self::FILE.version).map(|(oldest, newest)| oldest..=newest);
        let found: Self = atomic::parse(&run.read(&path)?, &path, versions, || run.remedy(Self::FILE.path))?;
        found.verify(run)?;
        Ok(found)
    }

    /// Reads it from `run`; `None` if there is no such file.
    ///
    /// # Errors
    /// See [`Artefact::read`].
    fn read_if_present(run: &RunFolder) -> Result<Option<Self>> {
        if Self::path(run).is_file() { Self::read(run).map(Some) } else { Ok(None) }
    }

    /// Writes it into `run`, completely or not at all, and records its hash.
    ///
    /// # Errors
    /// [`RunError::Io`] if the folder can't be written or the disk is full, [`RunError::Json`] for a value that JSON
    /// can't hold.
    fn write(&self, run: &RunFolder) -> Result<()> {
        let path = Self::path(run);
        let bytes = self.bytes().map_err(|source| RunError::Json { path: path.clone(), source })?;
        run.write(&path, &bytes)
    }

    /// Returns the bytes of the file: indented JSON and a line end.
    ///
    /// # Errors
    /// For a value that JSON can't hold.
    fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        atomic::json(self)
    }

    /// Refuses content that contradicts itself or the run. [`Artefact::read`] calls it.
    ///
    /// # Errors
    /// [`RunError`] with what is wrong; by default nothing is.
    fn verify(&self, _run: &RunFolder) -> Result<()> {
        Ok(())
    }
}

/// `audit.json`: the audit of the data crate, or the part of it that a reader needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuditFile<T>(pub T);

impl<T: Serialize + DeserializeOwned> Artefact for AuditFile<T> {
    const FILE: RunFile = layout::AUDIT;
}

impl RunFolder {
    /// Writes an array as `.npy`, completely or not at all, and records its hash.
    ///
    /// # Errors
    /// [`RunError::Io`] and [`RunError::Format`] if it can't be written.
    pub fn write_array(&self, file: RunFile, values: ArrayViewD<'_, f32>) -> Result<()> {
        self.write_through(&self.path(file), |temporary| Ok(npy::write_f32(temporary, values)?))
    }

    /// Writes an array of bytes, such as images, as [`RunFolder::write_array`] does.
    ///
    /// # Errors
    /// See [`RunFolder::write_array`].
    pub fn write_bytes(&self, file: RunFile, values: ArrayViewD<'_, u8>) -> Result<()> {
        self.write_through(&self.path(file), |temporary| Ok(npy::write_u8(temporary, values)?))
    }

    /// Reads an array; refuses one that the run did not write.
    ///
    /// # Errors
    /// [`RunError::Changed`]; [`RunError::Format`] if it can't be read.
    pub fn read_array(&self, file: RunFile) -> Result<ArrayD<f32>> {
        Ok(npy::read_f32(&self.checked(file)?)?)
    }

    /// Reads an array of bytes, as [`RunFolder::read_array`] does.
    ///
    /// # Errors
    /// See [`RunFolder::read_array`].
    pub fn read_bytes(&self, file: RunFile) -> Result<ArrayD<u8>> {
        Ok(npy::read_u8(&self.checked(file)?)?)
    }

    /// The path of a file that, if it is there, the run wrote.
    fn checked(&self, file: RunFile) -> Result<PathBuf> {
        let path = self.path(file);
        if path.is_file() {
            self.check(&path)?;
        }
        Ok(path)
    }
}
