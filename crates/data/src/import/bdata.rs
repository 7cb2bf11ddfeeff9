//! bdpy's `BData`: one table with a column for each voxel and each label, and a table that says what the columns are.
//!
//! HDF5 as bdpy writes it (`/dataset` and `/metadata`, in old files `/dataSet` and `/metaData`), or the older MAT of
//! version 5 or 7.3 with `dataSet` and `metaData`.

use std::path::{Path, PathBuf};

use afterimage_formats::hdf5::{self, Dataset};
use afterimage_formats::mat::{MatFile, MatValue};
use afterimage_formats::numbers::Numbers;
use ndarray::{Array2, Axis, Ix2, s};

use crate::{Error, Result};

/// Rows read at a time.
const ROWS: usize = 256;

/// An open table.
pub(super) struct BData {
    path: PathBuf,
    table: Table,
    keys: Vec<String>,
    /// `[keys, columns]`, NaN where a key does not apply to a column.
    values: Array2<f64>,
}

enum Table {
    /// Read block by block.
    Stored(Box<Dataset>),
    Held(Array2<f64>),
}

impl BData {
    /// # Errors
    /// [`Error::Format`] for an unreadable file, [`Error::Mismatch`] when it is not such a table.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (table, keys, values) =
            if hdf5::File::is_hdf5(path)? && !is_mat(path) { from_hdf5(path)? } else { from_mat(path)? };
        let data = Self { path: path.to_owned(), table, keys, values };
        let (_, columns) = data.shape()?;
        if data.values.dim() != (data.keys.len(), columns) {
            let reason = format!(
                "the metadata describe {:?} keys and columns, for {} keys and {columns} columns of the data",
                data.values.dim(),
                data.keys.len()
            );
            return Err(Error::mismatch(path, reason));
        }
        Ok(data)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Rows and columns of the table.
    fn shape(&self) -> Result<(usize, usize)> {
        match &self.table {
            Table::Held(table) => Ok(table.dim()),
            Table::Stored(dataset) => match dataset.shape()[..] {
                [rows, columns] => Ok((rows, columns)),
                _ => Err(Error::mismatch(&self.path, format!("{} has not two axes", dataset.name()))),
            },
        }
    }

    /// The number of samples.
    pub(super) fn rows(&self) -> usize {
        self.shape().map_or(0, |(rows, _)| rows)
    }

    /// Columns to which a key of the metadata applies, that is, whose value there is 1.
    pub(super) fn columns(&self, key: &str) -> Option<Vec<usize>> {
        let row = self.keys.iter().position(|known| known == key)?;
        Some(self.values.row(row).iter().enumerate().filter(|(_, value)| **value == 1.0).map(|(at, _)| at).collect())
    }

    /// The metadata of some columns under a key.
    pub(super) fn metadata(&self, key: &str, columns: &[usize]) -> Option<Vec<f64>> {
        let row = self.keys.iter().position(|known| known == key)?;
        Some(columns.iter().map(|&column| self.values[[row, column]]).collect())
    }

    /// Some columns of rows `first..first + count`.
    pub(super) fn read(&self, first: usize, count: usize, columns: &[usize]) -> Result<Array2<f64>> {
        Ok(match &self.table {
            Table::Held(table) => table.slice(s![first..first + count, ..]).select(Axis(1), columns),
            Table::Stored(dataset) => matrix(&self.path, dataset.rows(first, count)?)?.select(Axis(1), columns),
        })
    }

    /// One column of labels over all rows, where the metadata know the key.
    pub(super) fn label(&self, keys: &[&str]) -> Result<Option<Vec<f64>>> {
        let found = keys.iter().find_map(|key| self.columns(key)?.first().copied());
        let Some(column) = found else { return Ok(None) };
        let mut values = Vec::with_capacity(self.rows());
        for (first, count) in self.blocks() {
            values.extend(self.read(first, count, &[column])?);
        }
        Ok(Some(values))
    }

    /// First row and number of rows of each block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let rows = self.rows();
        (0..rows).step_by(ROWS).map(move |first| (first, ROWS.min(rows - first)))
    }
}

fn is_mat(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mat"))
}

fn from_hdf5(path: &Path) -> Result<(Table, Vec<String>, Array2<f64>)> {
    let file = hdf5::File::open(path)?;
    let named = |names: [&'static str; 2]| names.into_iter().find(|name| file.contains(name)).unwrap_or(names[0]);
    let data = file.dataset(named(["/dataset", "/dataSet"]))?;
    let keys = file.dataset(named(["/metadata/key", "/metaData/key"]))?.strings()?;
    let values = matrix(path, file.dataset(named(["/metadata/value", "/metaData/value"]))?.read()?)?;
    Ok((Table::Stored(Box::new(data)), keys, values))
}

fn from_mat(path: &Path) -> Result<(Table, Vec<String>, Array2<f64>)> {
    let file = MatFile::open(path)?;
    let data = matrix(path, file.numbers("dataSet")?)?;
    let metadata = file.read("metaData")?;
    let parts = match &metadata {
        MatValue::Cell { values, .. } => [values.first(), values.get(2)],
        metadata => [metadata.field("key"), metadata.field("value")],
    };
    match parts.map(|part| part.map(|part| (part.strings(), part.numbers().cloned()))) {
        [Some((Some(keys), _)), Some((_, Some(values)))] => Ok((Table::Held(data), keys, matrix(path, values)?)),
        _ => Err(Error::mismatch(
            path,
            "metaData holds no keys and values: expected a cell {keys, descriptions, values}",
        )),
    }
}

fn matrix(path: &Path, numbers: Numbers) -> Result<Array2<f64>> {
    let shape = numbers.shape().to_vec();
    let wrong = |_| Error::mismatch(path, format!("a table has shape {shape:?}, expected two axes"));
    numbers.to_f64().into_dimensionality::<Ix2>().map_err(wrong)
}
