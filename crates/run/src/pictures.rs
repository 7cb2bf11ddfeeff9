//! `pictures.json`: which image files belong to which test item.

use serde::{Deserialize, Serialize};

use crate::{Artefact, Result, RunFolder, layout};

/// The image files of one test item; paths are relative to the run folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Name of the stimulus.
    pub name: String,
    /// Class of the stimulus, if known; never used in training.
    pub class: Option<String>,
    /// Row of the stimulus in the data set.
    pub stimulus: u32,
    /// Number of repeats averaged into the response that was decoded.
    pub repeats: u16,
    /// The shown image, PNG.
    pub shown: String,
    /// The reconstruction, PNG.
    pub reconstruction: String,
    /// The candidate that identification ranks best among the wrong ones, PNG; after evaluation. Without external images
    /// it is another shown image.
    pub rival: Option<String>,
    /// Name of that candidate.
    pub rival_name: Option<String>,
    /// Name of the photograph that the reconstruction took fine structure from, if it took any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photograph: Option<String>,
}

/// `decoder/photographs.json`: names of the photographs that reconstructions take fine structure from, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhotographNames(pub Vec<String>);

impl Artefact for PhotographNames {
    const FILE: layout::RunFile = layout::PHOTOGRAPH_NAMES;
}

/// One entry per test item.
impl Artefact for Vec<Pictures> {
    const FILE: layout::RunFile = layout::PICTURES;

    /// Compares the named image files that exist with their hashes.
    fn verify(&self, run: &RunFolder) -> Result<()> {
        let named = self.iter().flat_map(|item| [Some(&item.shown), Some(&item.reconstruction), item.rival.as_ref()]);
        // Whoever opens a file refuses a path that leads out of the run.
        for file in named.flatten().filter_map(|path| run.inside(path).ok()).filter(|file| file.is_file()) {
            run.check(&file)?;
        }
        Ok(())
    }
}
