//! Responses that are no data set: a table from any file that a manifest could name, to be decoded as it is.

use std::path::Path;

use afterimage_formats::table::Table;
use ndarray::{Array2, Axis, Ix2};

use crate::import::matrix;
use crate::{Error, Result};

/// Columns of a table of text that begin so are voxels, and then no others are; `afterimage encode` writes them.
pub const VOXEL_COLUMN: &str = "voxel_";

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
    /// Names and texts of the columns that are no voxels, one text a row.
    pub labels: Vec<(String, Vec<String>)>,
}

impl ResponseTable {
    /// Reads a `.npy`, `.npz`, `.mat`, `.h5`, `.csv` or `.tsv`; one response may have one axis only.
    ///
    /// Columns of a `.csv` or `.tsv` that hold text are labels. Where names begin with [`VOXEL_COLUMN`], those columns are
    /// the voxels, and otherwise all columns of numbers.
    ///
    /// # Errors
    /// [`Error::Format`] for an unreadable file or a column that is not there; [`Error::Mismatch`] for another number of
    /// axes, an array that has to be named, or a table without numbers.
    pub fn read(path: &Path, options: &TableOptions) -> Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if matches!(ending.as_deref(), Some("csv" | "tsv")) {
            return Self::of_text(path, options);
        }
        let array = matrix::read(path, options.array.as_deref())?;
        let array = if array.ndim() == 1 { array.insert_axis(Axis(usize::from(options.voxels_first))) } else { array };
        let shape = array.shape().to_vec();
        let responses = array.into_dimensionality::<Ix2>().map_err(|_| {
            Error::mismatch(path, format!("its array has shape {shape:?}, expected [responses, voxels]: reshape it"))
        })?;
        Ok(Self { responses: turned(responses, options), labels: Vec::new() })
    }

    fn of_text(path: &Path, options: &TableOptions) -> Result<Self> {
        let named = Table::read(path)?;
        let is_number = |name: &String| name.trim().parse::<f64>().is_ok();
        let table = if named.names().iter().all(is_number) { Table::read_bare(path)? } else { named };
        let name = |column: usize| table.names().get(column).cloned().unwrap_or_else(|| (column + 1).to_string());
        if let Some(label) = &options.label {
            table.column(label)?;
        }
        let only_marked = table.names().iter().any(|name| name.starts_with(VOXEL_COLUMN));
        let (mut labels, mut voxels) = (Vec::new(), Vec::new());
        for column in 0..table.width() {
            let name = name(column);
            let may_be_voxel =
                options.label.as_ref() != Some(&name) && (!only_marked || name.starts_with(VOXEL_COLUMN));
            match table.f64s(column) {
                Ok(values) if may_be_voxel => voxels.push(values),
                Err(error) if may_be_voxel && only_marked => return Err(error.into()),
                _ => labels.push((name, table.texts(column)?.into_iter().map(str::to_owned).collect())),
            }
        }
        if voxels.is_empty() || table.is_empty() {
            return Err(Error::mismatch(path, "no column of it holds numbers: give a column for each voxel"));
        }
        let responses = Array2::from_shape_fn((table.len(), voxels.len()), |(row, voxel)| voxels[voxel][row] as f32);
        Ok(Self { responses: turned(responses, options), labels })
    }
}

fn turned(responses: Array2<f32>, options: &TableOptions) -> Array2<f32> {
    if options.voxels_first { responses.t().as_standard_layout().into_owned() } else { responses }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn read(name: &str, text: &str, options: &TableOptions) -> Result<ResponseTable> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        ResponseTable::read(&path, options)
    }

    #[test]
    fn columns_of_text_and_the_named_one_are_labels() {
        let text = "image,trial,a,b\nx.png,1,0.5,2\ny.png,2,1.5,3\n";
        let plain = read("t.csv", text, &TableOptions::default()).unwrap();
        assert_eq!(plain.responses, array![[1.0, 0.5, 2.0], [2.0, 1.5, 3.0]]);
        let options = TableOptions { label: Some("trial".into()), ..TableOptions::default() };
        let labelled = read("t.csv", text, &options).unwrap();
        assert_eq!(labelled.responses, array![[0.5, 2.0], [1.5, 3.0]]);
        assert_eq!(labelled.labels[1], ("trial".to_owned(), vec!["1".to_owned(), "2".to_owned()]));
        let unknown = TableOptions { label: Some("run".into()), ..TableOptions::default() };
        assert!(read("t.csv", text, &unknown).unwrap_err().to_string().contains("trial"));
    }

    #[test]
    fn marked_columns_are_the_voxels_and_must_be_numbers() {
        let text = "image,weight,voxel_3,voxel_7\nx.png,9,0.5,2\n";
        let table = read("t.csv", text, &TableOptions::default()).unwrap();
        assert_eq!(table.responses, array![[0.5, 2.0]]);
        assert_eq!(table.labels.len(), 2);
        let wrong = read("t.csv", "voxel_3,voxel_7\n1,high\n", &TableOptions::default()).unwrap_err().to_string();
        assert!(wrong.contains("voxel_7") && wrong.contains("high"), "{wrong}");
    }

    #[test]
    fn bare_tables_and_voxels_first_are_read() {
        let table = read("t.csv", "1,2\n3,4\n5,6\n", &TableOptions::default()).unwrap();
        assert_eq!(table.responses.dim(), (3, 2));
        let options = TableOptions { voxels_first: true, ..TableOptions::default() };
        assert_eq!(
            read("t.tsv", "1\t2\n3\t4\n5\t6\n", &options).unwrap().responses,
            array![[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
        );
        assert!(read("t.csv", "name\nx\n", &TableOptions::default()).is_err());
    }

    #[test]
    fn one_response_may_have_one_axis() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.npy");
        afterimage_formats::npy::write_f32(&path, array![1.0_f32, 2.0, 3.0].view().into_dyn()).unwrap();
        for voxels_first in [false, true] {
            let options = TableOptions { voxels_first, ..TableOptions::default() };
            assert_eq!(ResponseTable::read(&path, &options).unwrap().responses.dim(), (1, 3));
        }
    }
}
