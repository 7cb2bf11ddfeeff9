//! MATLAB's `.mat` files: version 5 (`-v6`, `-v7`) and version 7.3 in one type.
//!
//! Version 5 is read here, since existing crates stop at plain arrays, while recordings come as structures and cells.
//! Version 7.3 is HDF5 with reversed axes: [`crate::hdf5`] reads it, and this module transposes it back. In both
//! versions an array has the shape that MATLAB prints.
//!
//! ```no_run
//! # fn main() -> Result<(), afterimage_formats::Error> {
//! let file = afterimage_formats::mat::MatFile::open("nsd_expdesign.mat".as_ref())?;
//! let images = file.numbers("subjectim")?; // [8, 10000], counted from 1
//! let first = images.to_i64().map(|images| images[[0, 0]] - 1);
//! # let _ = first;
//! # Ok(()) }
//! ```

mod element;
mod matrix;
mod v5;
mod v73;
mod value;

use std::path::{Path, PathBuf};

pub use value::MatValue;

use crate::hdf5;
use crate::numbers::Numbers;
use crate::{Error, Result};

pub(crate) const FORMAT: &str = "MAT";

/// Cells and structures nested deeper than this are treated as an attack.
const DEEPEST: usize = 32;

/// An open `.mat` file; variables are read one at a time.
#[derive(Debug)]
pub struct MatFile {
    path: PathBuf,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    V5(v5::Index),
    V73(hdf5::File),
}

impl MatFile {
    /// Opens a file of either version.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] if it has neither version, or is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let inner = if hdf5::File::is_hdf5(path)? {
            Inner::V73(hdf5::File::open(path)?)
        } else {
            Inner::V5(v5::Index::open(path)?)
        };
        Ok(Self { path: path.to_owned(), inner })
    }

    /// Path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the variables.
    ///
    /// # Errors
    /// [`Error::Array`] if a version 7.3 file is damaged.
    pub fn names(&self) -> Result<Vec<String>> {
        match &self.inner {
            Inner::V5(index) => Ok(index.names()),
            Inner::V73(file) => v73::names(file),
        }
    }

    /// HDF5 file of version 7.3, for reading a large array in parts; its axes are those of MATLAB reversed.
    pub fn as_hdf5(&self) -> Option<&hdf5::File> {
        match &self.inner {
            Inner::V5(_) => None,
            Inner::V73(file) => Some(file),
        }
    }

    /// Reads a variable, or a field of a structure by a path such as `expdesign.masterordering`.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`] with the existing names; [`Error::Array`] if it is damaged or of an unsupported class:
    /// sparse matrices, objects, function handles.
    pub fn read(&self, path: &str) -> Result<MatValue> {
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let names = self.names()?;
        if !names.iter().any(|known| known == name) {
            return Err(Error::NoSuchArray { path: self.path.clone(), name: path.to_owned(), available: names });
        }
        let mut value = match &self.inner {
            Inner::V5(index) => index.read(name)?,
            Inner::V73(file) => v73::read(file, name)?,
        };
        for field in parts {
            value = value.into_field(field).map_err(|available| Error::NoSuchArray {
                path: self.path.clone(),
                name: path.to_owned(),
                available,
            })?;
        }
        match value {
            MatValue::Unreadable(what) => Err(self.wrong(path, format!("it is {what}"))),
            value => Ok(value),
        }
    }

    /// Reads an array of real numbers or booleans.
    ///
    /// # Errors
    /// See [`MatFile::read`]; [`Error::Array`] if it is something else.
    pub fn numbers(&self, path: &str) -> Result<Numbers> {
        match self.read(path)? {
            MatValue::Numbers(numbers) => Ok(numbers),
            other => Err(self.wrong(path, format!("it is {}, not real numbers", other.what()))),
        }
    }

    /// Reads text: the rows of a character array, or the texts of a cell array in column order.
    ///
    /// # Errors
    /// See [`MatFile::read`]; [`Error::Array`] if it is something else.
    pub fn strings(&self, path: &str) -> Result<Vec<String>> {
        let value = self.read(path)?;
        value.strings().ok_or_else(|| self.wrong(path, format!("it is {}, not text", value.what())))
    }

    fn wrong(&self, name: &str, reason: String) -> Error {
        Error::array(FORMAT, &self.path, name, reason)
    }
}
