//! Which image each trial showed.

use std::path::{Path, PathBuf};

use afterimage_formats::mat::MatFile;

use crate::{Error, Result};

/// Images with a place up to this one were shown to all subjects.
const SHARED: usize = 1000;

pub(super) struct Design {
    path: PathBuf,
    /// Place of each trial among the subject's images, from 1.
    ordering: Vec<usize>,
    /// Number in the brick of each of the subject's images, from 1.
    pictures: Vec<usize>,
}

impl Design {
    pub(super) fn read(path: &Path, subject: usize) -> Result<Self> {
        let file = MatFile::open(path)?;
        let ordering = file.numbers("masterordering")?.to_f64().iter().map(|&value| value as usize).collect();
        let table = file.numbers("subjectim")?.to_f64();
        let row = match table.shape() {
            &[subjects, _] if (1..=subjects).contains(&subject) => table.index_axis(ndarray::Axis(0), subject - 1),
            shape => {
                let reason = format!("subjectim has shape {shape:?}, there is no row for subject {subject}");
                return Err(Error::mismatch(path, reason));
            }
        };
        let pictures = row.iter().map(|&value| value as usize).collect();
        Ok(Self { path: path.to_owned(), ordering, pictures })
    }

    /// The image of a trial, from 0, and whether all subjects saw it.
    pub(super) fn picture(&self, trial: usize) -> Result<(usize, bool)> {
        let place = self.ordering.get(trial).copied().unwrap_or(0);
        match place.checked_sub(1).and_then(|at| self.pictures.get(at)).and_then(|number| number.checked_sub(1)) {
            Some(picture) => Ok((picture, place <= SHARED)),
            None => {
                let reason = format!("masterordering and subjectim name no image for trial {trial}");
                Err(Error::mismatch(&self.path, reason))
            }
        }
    }
}
