//! `pictures.json`: which picture files belong to which test item.

use serde::{Deserialize, Serialize};

use crate::{Result, RunFolder};

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

/// Reads `pictures.json`, and compares the image files that it names and that are there with their hashes.
///
/// # Errors
/// As [`RunFolder::read_json`].
pub fn read(run: &RunFolder) -> Result<Vec<Pictures>> {
    let list: Vec<Pictures> = run.read_json(&run.pictures_file())?;
    let named = list.iter().flat_map(|item| [Some(&item.shown), Some(&item.reconstruction), item.rival.as_ref()]);
    // A path that leads out of the run is refused by whoever opens it.
    for file in named.flatten().filter_map(|path| run.inside(path).ok()).filter(|file| file.is_file()) {
        run.check(&file)?;
    }
    Ok(list)
}

/// Writes `pictures.json`.
///
/// # Errors
/// As [`RunFolder::write`].
pub fn write(run: &RunFolder, pictures: &[Pictures]) -> Result<()> {
    run.write_json(&run.pictures_file(), &pictures)
}
