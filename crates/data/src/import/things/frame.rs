//! Responses, voxels by trials in the file, read as trials by voxels.

use std::path::{Path, PathBuf};

use afterimage_formats::hdf5::{Attribute, Column, File, Frame};
use ndarray::{Array2, s};

use crate::{Error, Result};

/// Bytes of the frame in memory at a time.
const BYTES: usize = 64 << 20;
const VOXEL: &str = "voxel_id";

pub(super) struct Responses {
    path: PathBuf,
    frame: Frame,
    voxel_ids: Vec<i64>,
    /// Rows of the frame that are kept.
    rows: Vec<usize>,
    /// Places of the trials' columns.
    columns: Vec<usize>,
    names: Vec<String>,
}

impl Responses {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let frame = file.frame(&key(&file)?)?;
        let wrong = |reason: String| Error::mismatch(path, reason);
        let ids = frame.names().iter().position(|name| name == VOXEL);
        let ids = ids.ok_or_else(|| wrong(format!("its frame has no column {VOXEL}")))?;
        let voxel_ids = match frame.column(ids).transpose()? {
            Some(Column::Numbers(numbers)) => numbers.to_i64().map(|ids| ids.iter().copied().collect::<Vec<_>>()),
            _ => None,
        };
        let voxel_ids = voxel_ids.ok_or_else(|| wrong(format!("its column {VOXEL} does not hold whole numbers")))?;
        let columns: Vec<usize> = (0..frame.names().len()).filter(|&place| place != ids).collect();
        let names = columns.iter().map(|&place| frame.names()[place].clone()).collect();
        Ok(Self { path: path.to_owned(), rows: (0..voxel_ids.len()).collect(), frame, voxel_ids, columns, names })
    }

    pub(super) fn voxel_ids(&self) -> &[i64] {
        &self.voxel_ids
    }

    /// The names of the trials' columns.
    pub(super) fn trial_names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn keep(&mut self, mask: &[bool]) {
        self.rows = (0..mask.len()).filter(|&row| mask[row]).collect();
    }

    /// Trials `first..first + count`: `[count, voxels]`.
    pub(super) fn read(&self, first: usize, count: usize) -> Result<Array2<f32>> {
        let columns = &self.columns[first..first + count];
        let mut out = Array2::zeros((count, self.rows.len()));
        let step = (BYTES / (8 * count.max(1))).max(1);
        let mut done = 0;
        while done < self.rows.len() {
            let start = self.rows[done];
            let in_step = self.rows[done..].partition_point(|&row| row < start + step);
            let last = self.rows[done + in_step - 1];
            let part = self.frame.numbers(start, last + 1 - start, columns)?; // [rows, count]
            for (at, &row) in self.rows[done..done + in_step].iter().enumerate() {
                let values = part.row(row - start);
                if let Some(trial) = values.iter().position(|value| !value.is_finite()) {
                    let reason = format!(
                        "voxel {} of trial {} is {}: leave the voxel out with --roi",
                        self.voxel_ids[row],
                        self.names[first + trial],
                        values[trial]
                    );
                    return Err(Error::mismatch(&self.path, reason));
                }
                out.slice_mut(s![.., done + at]).assign(&values.mapv(|value| value as f32));
            }
            done += in_step;
        }
        Ok(out)
    }
}

/// The key of the only frame in the file.
fn key(file: &File) -> Result<String> {
    let is_frame = |key: &String| {
        let kind = file.attribute(key, "pandas_type").ok().flatten();
        kind.as_ref().and_then(Attribute::text).is_some_and(|kind| kind.starts_with("frame"))
    };
    let frames: Vec<String> = file.members("/")?.0.into_iter().filter(is_frame).collect();
    match frames.as_slice() {
        [only] => Ok(only.clone()),
        others => {
            let reason = format!("it holds {} pandas frames, expected one: give sub-XX_ResponseData.h5", others.len());
            Err(Error::mismatch(file.path(), reason))
        }
    }
}
