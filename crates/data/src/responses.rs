//! Responses that are no data set: a table from any file that a manifest could name, to be decoded as it is.

mod names;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

use ndarray::{Array2, Axis, Ix2};

use crate::import::columns::{Column, Named, Reader, Role, falls, out_of_order, row_voxels, voxel_number as number_of};
use crate::import::matrix;
use crate::{Error, Result};

pub use names::VoxelIds;

/// Columns of a table of text that begin so are voxels, and then no others are; `afterimage encode` writes them.
pub const VOXEL_COLUMN: &str = "voxel_";
/// The column of a data set's voxels that holds their numbers in the names of the table that it was imported from.
pub const VOXEL_NUMBER: &str = "voxel_number";
/// The column of a data set's voxels that holds, where voxels were left out, the place of each among all of its source.
pub const SOURCE_VOXEL: &str = "source_voxel";

/// How a table is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// Which array, where the file holds several.
    pub array: Option<String>,
    /// The table has voxels as rows.
    pub voxels_first: bool,
    /// A column of numbers of a `.csv` or `.tsv` that is a label, and no voxel.
    pub label: Option<String>,
}

/// Responses and what is known of their rows.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseTable {
    /// `[rows, voxels]`, as they are in the file.
    pub responses: Array2<f32>,
    /// Names and texts of the columns that are no voxels, one text for each response.
    pub labels: Vec<(String, Vec<String>)>,
    /// `[voxels]` names beginning with [`VOXEL_COLUMN`], empty if the table does not name its voxels so.
    pub voxels: Vec<String>,
}

impl ResponseTable {
    /// Reads a `.npy`, `.npz`, `.mat`, `.h5`, `.csv` or `.tsv`; one response may have one axis only.
    ///
    /// A `.csv` or `.tsv`, packed with gzip or not, may have a line of names; a first line 0, 1, 2, … or 1, 2, 3, … is one.
    /// If names begin with [`VOXEL_COLUMN`], those columns are the voxels. Otherwise all columns of numbers are, but an
    /// index without a name and columns such as `trial`, `session`, `run` and `image`, which are labels like columns of
    /// text.
    ///
    /// # Errors
    /// [`Error::Format`] for an unreadable file or a column that is not there; [`Error::Mismatch`] for another number of
    /// axes, an array that has to be named, or a table without numbers.
    pub fn read(path: &Path, options: &TableOptions) -> Result<Self> {
        if is_text(path) {
            return text::read(path, options);
        }
        let array = matrix::read(path, options.array.as_deref())?;
        let array = if array.ndim() == 1 { array.insert_axis(Axis(usize::from(options.voxels_first))) } else { array };
        let shape = array.shape().to_vec();
        let responses = array.into_dimensionality::<Ix2>().map_err(|_| {
            Error::mismatch(path, format!("its array has shape {shape:?}, expected [responses, voxels]: reshape it"))
        })?;
        let responses = if options.voxels_first { transpose(responses) } else { responses };
        Ok(Self { responses, labels: Vec::new(), voxels: Vec::new() })
    }

    /// The places of voxels of a data set among the columns, by their names and in the order wanted; `None` if the table
    /// does not name its voxels, or not by numbers (`voxel_V1_3`).
    ///
    /// # Errors
    /// [`Error::Mismatch`] with names and counts for voxels that the data set does not have, and for repeated and missing
    /// ones.
    pub fn columns_of(&self, path: &Path, ids: VoxelIds<'_>) -> Result<Option<Vec<usize>>> {
        if self.voxels.iter().all(|name| voxel_number(name).is_none()) {
            return Ok(None);
        }
        names::places(path, &self.voxels, ids).map(Some)
    }
}

/// The number in a name of a voxel: 12 of `voxel_12`, `Voxel 12`, `vox12` and `voxel_12.0`.
pub fn voxel_number(name: &str) -> Option<usize> {
    number_of(name)
}

/// Whether a column of this name says something of its row, such as `trial`, `run`, `image` or an index, and is no response.
pub fn is_label(name: &str) -> bool {
    Role::of(name, true).is_some()
}

/// Whether names that differ in a number at their ends only have different numbers that do not rise, as pandas sorts `V1`,
/// `V10`, `V2`.
pub fn names_fall(names: &[String]) -> bool {
    falls(names).is_some()
}

/// The numbers of voxels that the rows of a table are named by: those in a column `voxel`, `voxel_id` or the like, or in an
/// index of `voxel_12`. `None` if rows have no such names.
///
/// # Errors
/// [`Error::Mismatch`] for numbers of some rows only, two columns that differ, and other columns of numbers for rows that are
/// out of order.
pub fn voxels_of_rows(path: &Path, columns: &[(String, Vec<String>)]) -> Result<Option<Vec<usize>>> {
    let columns = columns.iter().map(|(name, texts)| Column {
        name: name.clone(),
        role: Role::of(name, false),
        texts: texts.clone(),
    });
    let columns: Vec<Column> = columns.collect();
    Ok(row_voxels(path, &columns, Reader::Array)?.map(|(_, numbers)| numbers))
}

/// Says which column of labels falls from one row to the next, where rows are paired with something by their order: an index,
/// numbers of trials within their run, runs and sessions, or times. `None` if none does.
pub fn rows_out_of_order(labels: &[(String, Vec<String>)]) -> Option<String> {
    let named: Vec<Named<'_>> = labels.iter().map(|(name, texts)| (name.as_str(), texts.as_slice())).collect();
    out_of_order(&named)
}

/// Whether a file is a table of text, packed or not.
pub fn is_text(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    plain.ends_with(".csv") || plain.ends_with(".tsv")
}

fn transpose(responses: Array2<f32>) -> Array2<f32> {
    responses.t().as_standard_layout().into_owned()
}
