//! `synthesis.json`: images that an encoder predicts the largest (or smallest) response to.

use afterimage_statistics::RecordedUnit;
use serde::{Deserialize, Serialize};

/// Version of the schema below.
pub const SYNTHESIS_VERSION: u32 = 1;

/// The content of `synthesis.json`. Paths of pictures are relative to its folder, with forward slashes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Synthesis {
    /// Schema version, [`SYNTHESIS_VERSION`].
    pub version: u32,
    /// Name of the run's experiment.
    pub run: String,
    /// Name and version of the software.
    pub software: String,
    /// Commit of the build, where known.
    pub git_commit: Option<String>,
    /// SHA-256 of the encoder's weights.
    pub encoder: String,
    /// How the images were made.
    pub settings: Settings,
    /// Natural images that responses are compared with, by where they come from.
    pub natural: Vec<NaturalSource>,
    /// One a voxel or region.
    pub targets: Vec<Target>,
    /// What was recorded, where the data set states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<RecordedUnit>,
    /// What holds for all numbers.
    pub notes: Vec<String>,
}

/// What an image is a function of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prior {
    /// Its pixels.
    Pixels,
    /// Responses, through the run's decoder.
    Decoder,
}

/// How images were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What is optimised.
    pub prior: Prior,
    /// True where the response is made small.
    pub minimise: bool,
    /// Steps of gradient ascent.
    pub steps: usize,
    /// Learning rate of Adam.
    pub learning_rate: f64,
    /// Weight of total variation against the response in standard deviations over natural images.
    pub variation_weight: f64,
    /// Largest shift at each step, pixels.
    pub jitter_px: usize,
    /// Images of each target.
    pub starts: usize,
    /// Seed of starts and shifts.
    pub seed: u64,
}

/// Natural images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaturalSource {
    /// `training` or `unpaired`.
    pub source: String,
    /// Their number.
    pub images: usize,
}

/// What is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The response of one voxel.
    Voxel,
    /// The mean response of a region's voxels.
    Region,
    /// That less the mean response of all other voxels.
    Contrast,
}

/// One voxel or region, with the images that drive it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What a reader sees, such as `voxel 12` or `V1`.
    pub name: String,
    /// What is driven.
    pub objective: Objective,
    /// Regions that the voxel is in; the region expression itself for a region.
    pub regions: Vec<String>,
    /// Voxels of the target.
    pub voxels: usize,
    /// The natural image with the largest (or smallest) predicted response.
    pub best_natural: BestNatural,
    /// Mean and standard deviation (n - 1) over natural images of the predicted response.
    pub natural: (f64, f64),
    /// One a start.
    pub images: Vec<Image>,
    /// Mean and standard deviation (n - 1) over starts of the response reached; no deviation with one start.
    pub reached: (f64, Option<f64>),
    /// Mean Pearson correlation of the pixels of two starts; null with one start, or where an image is constant.
    pub agreement: Option<f64>,
}

/// A natural image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestNatural {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// Predicted response.
    pub response: f64,
    /// The picture.
    pub picture: String,
}

/// A synthesised image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The picture.
    pub picture: String,
    /// Predicted response to the picture as it is in the file.
    pub response: f64,
    /// Per cent of natural images with a smaller (where minimised: larger) response, ties half.
    pub percentile: f64,
    /// How much farther it goes than the best natural image; negative where it does not reach it.
    pub beyond_best: f64,
    /// Predicted response at every tenth step, before the step, as the optimisation sees it: shifted, not rounded.
    pub course: Vec<f64>,
}
