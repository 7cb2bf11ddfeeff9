//! `synthesis.json`: images for which an encoder predicts the largest (or smallest) response.

use afterimage_statistics::RecordedUnit;
use serde::{Deserialize, Serialize};

use crate::replace::FolderKind;

/// The folder of a synthesis.
pub const FOLDER: FolderKind = FolderKind {
    name: "a folder of `afterimage synthesize`",
    mark: "synthesis.json",
    entries: &["synthesis.html", "*.png"],
};

/// Version of the schema below.
pub const SYNTHESIS_VERSION: u32 = 1;

/// The content of `synthesis.json`. Paths of images are relative to its folder, with forward slashes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Synthesis {
    /// Schema version, [`SYNTHESIS_VERSION`].
    pub version: u32,
    /// Name of the run's experiment.
    pub run: String,
    /// Name and version of the software.
    pub software: String,
    /// Commit of the build, if known.
    pub git_commit: Option<String>,
    /// SHA-256 of the encoder's weights.
    pub encoder: String,
    /// How the images were made.
    pub settings: Settings,
    /// Natural images to compare with, by source.
    pub natural: Vec<NaturalSource>,
    /// One per voxel or region.
    pub targets: Vec<Target>,
    /// The recorded unit, if the data set states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<RecordedUnit>,
    /// Remarks on all numbers.
    pub notes: Vec<String>,
}

/// What an image is computed from.
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
    /// True if the response is minimised.
    pub minimise: bool,
    /// Steps of gradient ascent.
    pub steps: usize,
    /// Learning rate of Adam.
    pub learning_rate: f64,
    /// Weight of total variation relative to the response in standard deviations over natural images.
    pub variation_weight: f64,
    /// Largest shift at each step, pixels.
    pub jitter_px: usize,
    /// Images per target.
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

/// What is optimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The response of one voxel.
    Voxel,
    /// The mean response of a region's voxels.
    Region,
    /// The same minus the mean response of all other voxels.
    Contrast,
}

/// One voxel or region, with the images that drive it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What a reader sees, such as `voxel 12` or `V1`.
    pub name: String,
    /// What is optimised.
    pub objective: Objective,
    /// Regions that contain the voxel; for a region its expression.
    pub regions: Vec<String>,
    /// Number of voxels of the target.
    pub voxels: usize,
    /// The natural image with the largest (or smallest) predicted response.
    pub best_natural: BestNatural,
    /// Mean and standard deviation (n - 1) over natural images of the predicted response.
    pub natural: (f64, f64),
    /// One per start.
    pub images: Vec<Image>,
    /// Mean and standard deviation (n - 1) over starts of the final response; no deviation with one start.
    pub reached: (f64, Option<f64>),
    /// Mean Pearson correlation of the pixels of two starts; null with one start, or if an image is constant.
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
    /// Its file.
    pub picture: String,
}

/// A synthesised image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Its file.
    pub picture: String,
    /// Predicted response to the image in the file.
    pub response: f64,
    /// Per cent of natural images with a smaller (where minimised: larger) response, ties half.
    pub percentile: f64,
    /// Its response minus that of the best natural image, in the direction of the optimisation.
    pub beyond_best: f64,
    /// Predicted response before every tenth step, to the image in optimisation: shifted, not rounded.
    pub course: Vec<f64>,
}
