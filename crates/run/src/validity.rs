//! `validity.json`: whether reconstructions come from the responses, or from the generator and the choice of images.

mod null;

use serde::{Deserialize, Serialize};

use crate::scores::{NotComputed, Score};
use crate::{Artefact, layout};

pub use null::{Coverage, Level, NULL_VERSION, Null, NullRow};

/// Version of the schema below.
pub const VALIDITY_VERSION: u32 = 1;

/// Prefix of the names of its scores, by which a comparison of runs knows them.
pub const PREFIX: &str = "validity.";

/// The content of `validity.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validity {
    /// Schema version, [`VALIDITY_VERSION`].
    pub version: u32,
    /// What makes the reconstructions: the trained decoder, or the method of a baseline.
    pub method: String,
    /// Images of the training part.
    pub training_images: usize,
    /// Largest difference, over all values in 0..1, between `reconstructions.npy` and the same responses decoded again; null
    /// if nothing was decoded again.
    pub reproduced: Option<f64>,
    /// The scores of the run's own reconstructions that the checks refer to.
    pub reference: Vec<Score>,
    /// The checks that were made, in the order of the page.
    pub checks: Vec<Check>,
    /// The test items with the training images next to them, in the order of the run's arrays.
    pub items: Vec<Item>,
    /// The images of the run on two axes; null if they could not be computed.
    pub map: Option<Map>,
    /// What was not computed, and why.
    pub not_computed: Vec<NotComputed>,
    /// Remarks on the whole.
    pub notes: Vec<String>,
}

/// One question, with the values that answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Which check it is.
    pub kind: Kind,
    /// What is computed, in one or two sentences.
    pub definition: String,
    /// The values.
    pub conditions: Vec<Condition>,
    /// The sentence that may be written, from these values.
    pub sentence: String,
}

/// Scores under one condition of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Short name, such as `noise`.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// Principal components that the responses keep, in a bottleneck curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<usize>,
    /// The scores; names are `validity.CHECK.CONDITION.NAME`, with the name in `scores.json` last.
    pub scores: Vec<Score>,
}

/// The checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The decoder on noiseless predicted responses.
    RecoveryCeiling,
    /// The decoder on responses without information on the shown image.
    Chance,
    /// The decoder on the first principal components of the responses.
    Bottleneck,
    /// Dimensions of the reconstructions.
    Collapse,
    /// The nearest training image of each reconstruction.
    NearestTraining,
    /// The nearest training image of each test image.
    Similarity,
    /// Training images among the candidates.
    Candidates,
    /// The recipe trained again on other splits and pairings.
    Retrained,
}

impl Kind {
    /// The word of it in names and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::RecoveryCeiling => "recovery-ceiling",
            Self::Chance => "chance",
            Self::Bottleneck => "bottleneck",
            Self::Collapse => "collapse",
            Self::NearestTraining => "nearest-training",
            Self::Similarity => "similarity",
            Self::Candidates => "candidates",
            Self::Retrained => "retrained",
        }
    }

    /// The heading that a reader sees.
    pub fn title(self) -> &'static str {
        match self {
            Self::RecoveryCeiling => "What the decoder can draw",
            Self::Chance => "What it scores without this brain",
            Self::Bottleneck => "How much of the responses it needs",
            Self::Collapse => "How many outputs it has",
            Self::NearestTraining => "Whether it repeats training images",
            Self::Similarity => "How near the test images are to training images",
            Self::Candidates => "Training images among the candidates",
            Self::Retrained => "The recipe trained again",
        }
    }
}

/// A test item and the training images next to it; distances are perceptual, of the kind that `scores.json` names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// Distance of the reconstruction to the shown image.
    pub to_shown: f64,
    /// The training image that is nearest to the reconstruction.
    pub nearest: Neighbour,
    /// The training image that is nearest to the shown image.
    pub nearest_to_shown: Neighbour,
}

/// A training image near another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Name of the stimulus.
    pub name: String,
    /// Its distance.
    pub distance: f64,
    /// Its picture, a path in the folder; null if none was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// Images on two axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// What the axes are.
    pub definition: String,
    /// Share of the variance of all images along each.
    pub shares: [f64; 2],
    /// The groups: test, training and unpaired images.
    pub groups: Vec<Points>,
}

/// Images of one kind on a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// What they are.
    pub name: String,
    /// All images of the kind, of which the points are an evenly spread sample.
    pub of: usize,
    /// Their places.
    pub points: Vec<[f64; 2]>,
}

impl Artefact for Validity {
    const FILE: layout::RunFile = layout::VALIDITY;
}

impl Validity {
    /// Returns the check of a kind.
    pub fn check(&self, kind: Kind) -> Option<&Check> {
        self.checks.iter().find(|check| check.kind == kind)
    }

    /// Returns every score of the checks.
    pub fn scores(&self) -> impl Iterator<Item = &Score> {
        self.checks.iter().flat_map(|check| &check.conditions).flat_map(|condition| &condition.scores)
    }
}

/// Returns the score of a reference that sentences and figures name: the identification of the most ways, of several the last.
pub fn main(reference: &[Score]) -> Option<&Score> {
    reference.iter().max_by_key(|score| score.ways.unwrap_or(0))
}

impl Check {
    /// Returns the condition of a name.
    pub fn condition(&self, name: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.name == name)
    }
}

impl Condition {
    /// Returns the score whose name ends with that of `scores.json`.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name.strip_suffix(name).is_some_and(|head| head.ends_with('.')))
    }
}
