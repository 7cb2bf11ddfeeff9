//! A table of responses on disk, read by rows whatever the format.

use std::path::{Path, PathBuf};

use afterimage_formats::hdf5::{self, Dataset};
use afterimage_formats::mat::MatFile;
use afterimage_formats::{npy, npz};
use ndarray::{Array2, ArrayD, Ix2, s};

use super::columns::{self, Reader, Role, Stated};
use crate::{Error, Result};

/// Bytes in memory at a time.
const BYTES: usize = 64 << 20;

/// `[rows, columns]`
#[derive(Debug)]
pub(super) struct Matrix {
    path: PathBuf,
    shape: [usize; 2],
    source: Source,
}

#[derive(Debug)]
enum Source {
    Npy,
    Hdf5(Box<Dataset>),
    Memory(Array2<f32>),
}

impl Matrix {
    /// Opens a two-dimensional array; `.npy` in C order and HDF5 stay on disk.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::Mismatch`] for another number of axes, or an array that has to be named.
    pub(super) fn open(path: &Path, array: Option<&str>) -> Result<Self> {
        match ending(path).as_str() {
            "npy" => {
                let header = npy::read_header(path)?;
                if header.fortran_order {
                    Self::memory(path, npy::read_f32(path)?)
                } else {
                    Self::new(path, &header.shape, Source::Npy)
                }
            }
            "h5" | "hdf5" => {
                let file = hdf5::File::open(path)?;
                let dataset = file.dataset(&array_name(path, array, file.names()?)?)?;
                Self::new(path, &dataset.shape(), Source::Hdf5(Box::new(dataset)))
            }
            _ => Self::memory(path, read(path, array)?),
        }
    }

    /// Opens a variable of MATLAB's, in the shape of the file beneath version 7.3, which is the reverse of MATLAB's.
    ///
    /// # Errors
    /// As [`Matrix::open`].
    pub(super) fn open_variable(path: &Path, name: &str) -> Result<Self> {
        let file = MatFile::open(path)?;
        match file.as_hdf5() {
            Some(file) => {
                let dataset = file.dataset(name)?;
                Self::new(path, &dataset.shape(), Source::Hdf5(Box::new(dataset)))
            }
            None => Self::memory(path, file.numbers(name)?.to_f32()),
        }
    }

    fn new(path: &Path, shape: &[usize], source: Source) -> Result<Self> {
        match *shape {
            [rows, columns] => Ok(Self { path: path.to_owned(), shape: [rows, columns], source }),
            _ => Err(Error::mismatch(path, format!("its array has shape {shape:?}, expected two axes"))),
        }
    }

    fn memory(path: &Path, array: ArrayD<f32>) -> Result<Self> {
        let shape = array.shape().to_vec();
        match array.into_dimensionality::<Ix2>() {
            Ok(matrix) => Self::new(path, &shape, Source::Memory(matrix)),
            Err(_) => Err(Error::mismatch(path, format!("its array has shape {shape:?}, expected two axes"))),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn rows(&self) -> usize {
        self.shape[0]
    }

    pub(super) fn columns(&self) -> usize {
        self.shape[1]
    }

    /// Columns become rows; everything is read for it.
    pub(super) fn transpose(self) -> Result<Self> {
        let whole = self.read_raw(0, self.rows())?;
        let source = Source::Memory(whole.t().as_standard_layout().into_owned());
        Ok(Self { shape: [self.shape[1], self.shape[0]], source, path: self.path })
    }

    /// With `trials` rows, transposed if it has them as columns.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when neither axis is that long.
    pub(super) fn with_trials(self, trials: usize, listed_by: &str) -> Result<Self> {
        match self.shape {
            [rows, _] if rows == trials => Ok(self),
            [_, columns] if columns == trials => self.transpose(),
            [rows, columns] => {
                let reason = format!("it is {rows} x {columns}, but {listed_by} has {trials} trials");
                Err(Error::mismatch(&self.path, reason))
            }
        }
    }

    /// Rows `first..first + count`, all finite.
    ///
    /// # Errors
    /// As [`Matrix::open`]; [`Error::Mismatch`] naming the first value that is not finite.
    pub(super) fn read(&self, first: usize, count: usize) -> Result<Array2<f32>> {
        let rows = self.read_raw(first, count)?;
        match rows.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, column), value)) => {
                let reason = format!("row {}, column {column} is {value}: leave such rows or columns out", first + row);
                Err(Error::mismatch(&self.path, reason))
            }
            None => Ok(rows),
        }
    }

    /// Rows `first..first + count` as they are.
    ///
    /// # Errors
    /// As [`Matrix::open`].
    pub(super) fn read_raw(&self, first: usize, count: usize) -> Result<Array2<f32>> {
        let shaped =
            |array: ArrayD<f32>| array.into_dimensionality::<Ix2>().map_err(|error| Error::mismatch(&self.path, error));
        match &self.source {
            Source::Npy => shaped(npy::read_rows_f32(&self.path, first, count)?),
            Source::Hdf5(dataset) => shaped(dataset.rows(first, count)?.to_f32()),
            Source::Memory(whole) => Ok(whole.slice(s![first..first + count, ..]).to_owned()),
        }
    }
}

/// The blocks of rows `(first, count)` that keep `columns` numbers each within a bound of memory.
pub(super) fn blocks(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    let step = (BYTES / (4 * columns.max(1))).max(1);
    (0..rows).step_by(step).map(move |first| (first, step.min(rows - first)))
}

/// Reads an array of any number of axes from `.npy`, `.npz`, `.mat`, `.h5`, `.csv` or `.tsv`.
pub(crate) fn read(path: &Path, array: Option<&str>) -> Result<ArrayD<f32>> {
    match ending(path).as_str() {
        "npy" => Ok(npy::read_f32(path)?),
        "npz" => Ok(npz::read_f32(path, &array_name(path, array, npz::names(path)?)?)?),
        "h5" | "hdf5" => {
            let file = hdf5::File::open(path)?;
            Ok(file.dataset(&array_name(path, array, file.names()?)?)?.read()?.to_f32())
        }
        "mat" => {
            let file = MatFile::open(path)?;
            // A path into a structure, such as "results.betas", is not among the names.
            match array {
                Some(name) => Ok(file.numbers(name)?.to_f32()),
                None => Ok(file.numbers(&array_name(path, None, file.names()?)?)?.to_f32()),
            }
        }
        "csv" | "tsv" => read_separated(path),
        _ => Err(Error::mismatch(path, "a table of responses is .npy, .npz, .mat, .h5, .hdf5, .csv or .tsv")),
    }
}

/// A table of text without columns that only a manifest can say the use of, its voxels in the order of their numbers.
fn read_separated(path: &Path) -> Result<ArrayD<f32>> {
    let mut columns = columns::read(path, &Stated { reader: Reader::Array, ..Stated::default() })?;
    columns.sort_voxels(path, false, Reader::Array)?;
    if let Some((row, [before, after])) = columns.others.iter().find_map(|column| columns::falls(&column.texts)) {
        let reason = format!(
            "its rows are taken in their order, but its index has {before} in row {} and then {after}: sort the rows",
            row + 1
        );
        return Err(Error::mismatch(path, reason));
    }
    match columns.others.iter().find(|column| column.role != Some(Role::Index)) {
        Some(column) => {
            let reason = format!(
                "its column \"{}\" holds no responses: leave it out, or use \"import generic\", whose manifest can say \
                 what it is",
                column.name
            );
            Err(Error::mismatch(path, reason))
        }
        None => Ok(columns.values.into_dyn()),
    }
}

/// Whether a file is a table of text, packed or not.
pub(crate) fn is_text(path: &Path) -> bool {
    matches!(ending(path).as_str(), "csv" | "tsv")
}

fn array_name(path: &Path, array: Option<&str>, names: Vec<String>) -> Result<String> {
    match (array, names.as_slice()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, [only]) => Ok(only.clone()),
        (None, names) => {
            let reason = format!(
                "it holds {} arrays ({}): name one, with responses.array of a manifest or --array",
                names.len(),
                names.join(", ")
            );
            Err(Error::mismatch(path, reason))
        }
    }
}

/// The ending in small letters, that of packed text without `.gz`.
fn ending(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain =
        name.strip_suffix(".gz").filter(|name| name.ends_with(".csv") || name.ends_with(".tsv")).unwrap_or(&name);
    plain.rsplit_once('.').map(|(_, ending)| ending.to_owned()).unwrap_or_default()
}
