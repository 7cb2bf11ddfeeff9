//! `pictures.json`: which picture files belong to which test item.

use serde::{Deserialize, Serialize};

use crate::{Result, RunFolder, atomic};

/// The pictures of one test item; paths are relative to the run folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Name of the stimulus.
    pub name: String,
    /// Class of the stimulus, where known; never used in training.
    pub class: Option<String>,
    /// Row of the stimulus in the data set.
    pub stimulus: u32,
    /// Number of repeats averaged into the response that was decoded.
    pub repeats: u16,
    /// The shown image, PNG.
    pub shown: String,
    /// The reconstruction, PNG.
    pub reconstruction: String,
    /// The candidate that identification ranks best among the wrong ones, PNG; after evaluation.
    pub rival: Option<String>,
    /// Name of that candidate.
    pub rival_name: Option<String>,
}

/// Reads `pictures.json`.
///
/// # Errors
/// As [`atomic::read_json`].
pub fn read(run: &RunFolder) -> Result<Vec<Pictures>> {
    atomic::read_json(&run.pictures_file())
}

/// Writes `pictures.json`.
///
/// # Errors
/// As [`atomic::write`].
pub fn write(run: &RunFolder, pictures: &[Pictures]) -> Result<()> {
    atomic::write_json(&run.pictures_file(), &pictures)
}
