//! The truth about a simulated brain, stored beside its data so that recovery can be scored.

use super::config::{BrainConfig, RegionName};
use super::receptive::Hemisphere;
use serde::{Deserialize, Serialize};

/// Version of the schema below.
pub const TRUTH_VERSION: u32 = 1;

/// Everything that is known about a simulated brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Schema version, [`TRUTH_VERSION`].
    pub version: u32,
    /// The seed of the brain.
    pub seed: u64,
    /// Its make-up.
    pub config: BrainConfig,
    /// The names of all features, as `VoxelTruth::channels` refers to them.
    pub channels: Vec<String>,
    /// One entry per voxel, in the order of the responses' columns.
    pub voxels: Vec<VoxelTruth>,
}

/// Everything that is known about one voxel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoxelTruth {
    /// Its region.
    pub region: RegionName,
    /// Every region mask that it is in, larger ones included.
    pub regions: Vec<String>,
    /// Its hemisphere.
    pub hemisphere: Hemisphere,
    /// Receptive-field centre, image sides from the left.
    pub centre_x: f32,
    /// Receptive-field centre, image sides from the top.
    pub centre_y: f32,
    /// Standard deviation of the Gaussian that pools the features, image sides.
    pub sigma: f32,
    /// The same in pixels of the stimuli.
    pub sigma_px: f32,
    /// The size as pixels feel it, features' own extent included: `sqrt(sigma² + Σ w² spread²)`, image sides.
    pub sigma_effective: f32,
    /// No pixel farther than this from the centre along either axis (image sides) has any effect.
    pub reach: f32,
    /// Mean depth of the features by squared weight: 0 local means, 1 energies, 2 colour energies and corners, 3 to 5
    /// network layers.
    pub depth: f32,
    /// The layer with the greatest sum of squared weights.
    pub layer: usize,
    /// The features mixed, as rows of `Truth::channels`.
    pub channels: Vec<usize>,
    /// Their weights after standardisation; the squares sum to 1.
    pub weights: Vec<f32>,
    /// Signal variance over the noise variance of one trial.
    pub snr: f32,
}
