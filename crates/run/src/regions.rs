//! `regions.json`: what information each region of interest, and each single voxel, carries about the shown image.

use afterimage_statistics::Difference;
use serde::{Deserialize, Serialize};

use crate::scores::{NotComputed, Score};
use crate::{Artefact, layout};

/// Version of the schema below.
pub const REGIONS_VERSION: u32 = 2;

/// The content of `regions.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// Schema version, [`REGIONS_VERSION`].
    pub version: u32,
    /// Voxels that the run uses.
    pub voxels: usize,
    /// The regions with at least one of them; regions may overlap.
    pub regions: Vec<Region>,
    /// Identification by the encoder from subsets of voxels; all voxels first.
    pub encoding: Vec<Condition>,
    /// The same at equal numbers of voxels.
    pub matched: Vec<Matched>,
    /// The same from single voxels; null if no responses are predicted.
    pub single: Option<SingleVoxels>,
    /// Reconstructions by the trained decoder from subsets of voxels, all others at their training mean; all voxels first.
    pub decoding: Vec<Condition>,
    /// What was not computed, and why.
    pub not_computed: Vec<NotComputed>,
    /// Remarks on the whole.
    pub notes: Vec<String>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its name in the data set.
    pub name: String,
    /// Number of its voxels that the run uses.
    pub voxels: usize,
}

/// Which voxels are used; the others are at their training mean.
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
    /// Returns the word used in files.
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
    /// Whether its voxels are used or left out.
    pub part: Part,
    /// Number of voxels that are used.
    pub voxels: usize,
    /// The scores; names are those of `scores.json`.
    pub scores: Vec<Score>,
    /// This condition minus all voxels, image by image, one per score; empty for all voxels.
    pub differences: Vec<ScoreDifference>,
}

/// A difference from all voxels in one score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreDifference {
    /// Name of the score.
    pub score: String,
    /// The paired difference; `p_holm` is corrected over the conditions of the same list, within this score.
    pub difference: Difference,
}

/// Identification from random subsets of a region, of equal size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// The region; null for all voxels.
    pub region: Option<String>,
    /// Number of voxels in a subset.
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

/// Voxels of one region, or all.
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

/// A voxel with a high accuracy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestVoxel {
    /// The region that it is one of the best of; null for all voxels.
    pub region: Option<String>,
    /// Column in the data set's responses, from 0.
    pub voxel: usize,
    /// False discovery rate over all voxels of the run.
    pub q: f64,
    /// Its accuracy.
    pub score: Score,
}

impl Artefact for Regions {
    const FILE: layout::RunFile = layout::REGIONS;
    // The scores in it are converted as those of `scores.json` are; nothing else differs.
    const OLDEST: Option<u32> = Some(1);
}
