//! `regions.json`: what each region of interest, and each voxel by itself, tells of the shown image.

use afterimage_statistics::Difference;
use serde::{Deserialize, Serialize};

use crate::scores::{NotComputed, Score};
use crate::{Result, RunFolder};

/// Version of the schema below.
pub const REGIONS_VERSION: u32 = 1;

/// The content of `regions.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// Schema version, [`REGIONS_VERSION`].
    pub version: u32,
    /// Voxels that the run uses.
    pub voxels: usize,
    /// The regions that have some of them; regions may overlap.
    pub regions: Vec<Region>,
    /// Identification by the encoder from subsets of voxels; all voxels first.
    pub encoding: Vec<Condition>,
    /// The same at equal numbers of voxels.
    pub matched: Vec<Matched>,
    /// The same from one voxel; null where no responses are predicted.
    pub single: Option<SingleVoxels>,
    /// Reconstructions by the trained decoder from subsets of voxels, all others at their training mean; all voxels first.
    pub decoding: Vec<Condition>,
    /// What was not computed, and why.
    pub not_computed: Vec<NotComputed>,
    /// What holds for the whole.
    pub notes: Vec<String>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its name in the data set.
    pub name: String,
    /// Voxels of it that the run uses.
    pub voxels: usize,
}

/// Which voxels speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// All that the run uses.
    All,
    /// Those of a region.
    Alone,
    /// All but those of a region.
    Without,
}

impl Part {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Part::All => "all",
            Part::Alone => "alone",
            Part::Without => "without",
        }
    }
}

/// Scores from a subset of the voxels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The region; null for all voxels.
    pub region: Option<String>,
    /// What is done with it.
    pub part: Part,
    /// Voxels that speak.
    pub voxels: usize,
    /// The scores; names are those of `scores.json`.
    pub scores: Vec<Score>,
    /// This condition minus all voxels, image by image, one a score; empty for all voxels.
    pub differences: Vec<ScoreDifference>,
}

/// A difference from all voxels in one score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreDifference {
    /// Name of the score.
    pub score: String,
    /// The paired difference; `p_holm` is corrected over all differences of the same list of conditions.
    pub difference: Difference,
}

/// Identification from random subsets of a region, all of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// The region; null for all voxels.
    pub region: Option<String>,
    /// Voxels of a subset.
    pub voxels: usize,
    /// Number of subsets.
    pub draws: usize,
    /// Mean over subsets, image by image.
    pub score: Score,
    /// Standard deviation (n - 1) over subsets of the mean over images; null with one subset.
    pub spread: Option<f64>,
}

/// Identification from one voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleVoxels {
    /// Distribution over all voxels, then over those of each region.
    pub groups: Vec<VoxelGroup>,
    /// Every voxel that the run uses.
    pub voxels: Vec<VoxelScore>,
    /// The best of all and of each region.
    pub best: Vec<BestVoxel>,
}

/// Voxels taken together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoxelGroup {
    /// The region; null for all voxels.
    pub region: Option<String>,
    /// The median over its voxels.
    pub score: Score,
    /// First and third quartile over its voxels.
    pub quartiles: (f64, f64),
    /// Share of its voxels with `q` of at most 0.05.
    pub above_chance: f64,
}

/// One voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoxelScore {
    /// Column in the data set's responses, from 0.
    pub voxel: usize,
    /// Regions that it is in.
    pub regions: Vec<String>,
    /// Two-way identification accuracy.
    pub accuracy: f64,
    /// One-sided p against shuffled pairings.
    pub p: f64,
    /// The same, Benjamini-Hochberg over all voxels of the run.
    pub q: f64,
}

/// A voxel that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestVoxel {
    /// The region among whose best it is; null for all voxels.
    pub region: Option<String>,
    /// Column in the data set's responses, from 0.
    pub voxel: usize,
    /// False discovery rate over all voxels of the run.
    pub q: f64,
    /// Its accuracy.
    pub score: Score,
}

impl Regions {
    /// Writes `regions.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::write`].
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        run.write_json(&run.regions_file(), self)
    }

    /// Reads `regions.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::read_versioned`].
    pub fn read(run: &RunFolder) -> Result<Self> {
        run.read_versioned(&run.regions_file(), REGIONS_VERSION)
    }
}
