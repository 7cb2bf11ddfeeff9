//! The keys of an experiment as types. What each means stands in `presets/gaziv2022.toml`.
#![allow(missing_docs)] // The documentation of the keys is the documented preset, printed by `afterimage config`.

use serde::{Deserialize, Serialize};

/// A whole experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    pub preset: String,
    pub name: String,
    pub seed: u64,
    pub data: DataConfig,
    pub image: ImageConfig,
    pub device: DeviceConfig,
    pub encoder: EncoderConfig,
    pub decoder: DecoderConfig,
    pub evaluation: EvaluationConfig,
}

/// `[data]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    pub dataset: String,
    pub roi: String,
    pub training_averaging: Averaging,
    pub train_on_validation: bool,
    pub normalise: Normalise,
    pub unpaired: Vec<String>,
    pub unpaired_limit: usize,
    pub exclude_test_classes: bool,
    pub exclude_duplicates: bool,
    pub exclusions: String,
    pub external: Vec<String>,
    pub external_limit: usize,
}

/// `[image]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageConfig {
    pub side: usize,
}

/// `[device]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    pub name: String,
    pub threads: usize,
}

/// What an item of training or evaluation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Averaging {
    Trials,
    Stimulus,
}

/// Normalisation of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    Zscore,
    None,
}

/// Optimiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    Adam,
    Amsgrad,
}

/// What both phases' training loops share.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub epochs: usize,
    pub optimiser: Optimiser,
    pub learning_rate: f64,
    pub milestones: Vec<usize>,
    pub decay: f64,
    pub clip_norm: f64,
    pub early_stopping: usize,
    pub checkpoint_every: usize,
}

/// `[encoder]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    pub backbone: String,
    pub backbone_side: usize,
    pub augment_shift: f64,
    pub patch: usize,
    pub dropout: f64,
    pub cosine_weight: f64,
    pub epochs: usize,
    pub batch: usize,
    pub optimiser: Optimiser,
    pub learning_rate: f64,
    pub milestones: Vec<usize>,
    pub decay: f64,
    pub clip_norm: f64,
    pub early_stopping: usize,
    pub checkpoint_every: usize,
    pub branches: Vec<BranchConfig>,
    pub regularise: EncoderRegularisers,
}

/// `[[encoder.branches]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchConfig {
    pub tap: String,
    pub pool: usize,
    pub kernel: usize,
    pub stride: usize,
    pub channels: usize,
}

/// `[encoder.regularise]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderRegularisers {
    pub conv_l1: f64,
    pub map_l1: f64,
    pub map_smooth: f64,
    pub map_compact: f64,
    pub channel_l1: f64,
    pub branch_l1: f64,
}

/// Upsampling of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upsample {
    Bicubic,
    Bilinear,
}

/// Padding of the decoder's convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    Reflect,
    Zero,
}

/// What follows each of the decoder's convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    NormSilu,
    ReluNorm,
}

/// Responses that the third cycle runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CycleResponses {
    Training,
    Test,
}

/// `[decoder]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderConfig {
    pub channels: usize,
    pub upsample: Upsample,
    pub padding: Padding,
    pub activation: Activation,
    pub groups: usize,
    pub paired_weight: f64,
    pub cycle_weight: f64,
    pub response_cycle_weight: f64,
    pub response_cycle_on: CycleResponses,
    pub batch_paired: usize,
    pub batch_unpaired: usize,
    pub epochs: usize,
    pub optimiser: Optimiser,
    pub learning_rate: f64,
    pub milestones: Vec<usize>,
    pub decay: f64,
    pub clip_norm: f64,
    pub early_stopping: usize,
    pub checkpoint_every: usize,
    pub cache_mib: usize,
    pub image_loss: ImageLossConfig,
    pub regularise: DecoderRegularisers,
}

/// `[decoder.image_loss]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageLossConfig {
    pub pixel_weight: f64,
    pub variation_weight: f64,
    pub backbone: String,
    pub backbone_side: usize,
    pub taps: Vec<String>,
    pub weights: Vec<f64>,
}

/// Source of the SNR in the decoder's regulariser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnrSource {
    Training,
    Uniform,
}

/// `[decoder.regularise]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderRegularisers {
    pub linear_l1: f64,
    pub snr: SnrSource,
    pub linear_group: f64,
    pub neighbours: usize,
    pub conv_l1: f64,
}

/// `[evaluation]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    pub averaging: Averaging,
    pub ways: Vec<usize>,
    pub metrics: Vec<String>,
    pub perceptual_weights: Vec<f64>,
    pub averaging_curve: bool,
    pub resamples: usize,
    pub permutations: usize,
    pub cache_gib: f64,
    pub cache_folder: String,
    pub classification: ClassificationConfig,
}

/// `[evaluation.classification]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassificationConfig {
    pub classes: Vec<String>,
    pub images_per_class: usize,
    pub backbone: String,
    pub backbone_side: usize,
    pub tap: String,
    pub ways: Vec<usize>,
    pub superclasses: String,
    pub classifier: String,
}

impl Experiment {
    /// Paths of files and folders; empty ones are none.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let data = &mut self.data;
        [&mut data.dataset, &mut data.exclusions]
            .into_iter()
            .chain(&mut data.unpaired)
            .chain(&mut data.external)
            .chain(self.evaluation.paths_mut())
    }

    /// Weights of the perceptual distance of the scores, one a tap of `decoder.image_loss`.
    pub fn perceptual_weights(&self) -> &[f64] {
        match self.evaluation.perceptual_weights.as_slice() {
            [] => &self.decoder.image_loss.weights,
            weights => weights,
        }
    }
}

impl EvaluationConfig {
    /// Paths of files and folders; empty ones are none.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let classification = &mut self.classification;
        [&mut self.cache_folder, &mut classification.superclasses].into_iter().chain(&mut classification.classes)
    }
}

impl EncoderConfig {
    /// The training schedule.
    pub fn schedule(&self) -> Schedule {
        Schedule {
            epochs: self.epochs,
            optimiser: self.optimiser,
            learning_rate: self.learning_rate,
            milestones: self.milestones.clone(),
            decay: self.decay,
            clip_norm: self.clip_norm,
            early_stopping: self.early_stopping,
            checkpoint_every: self.checkpoint_every,
        }
    }
}

impl DecoderConfig {
    /// The training schedule.
    pub fn schedule(&self) -> Schedule {
        Schedule {
            epochs: self.epochs,
            optimiser: self.optimiser,
            learning_rate: self.learning_rate,
            milestones: self.milestones.clone(),
            decay: self.decay,
            clip_norm: self.clip_norm,
            early_stopping: self.early_stopping,
            checkpoint_every: self.checkpoint_every,
        }
    }
}

impl Schedule {
    /// Learning rate of `epoch`, counted from 0: `learning_rate` times `decay` for each milestone passed.
    pub fn learning_rate_at(&self, epoch: usize) -> f64 {
        let passed = self.milestones.iter().filter(|&&m| epoch >= m).count();
        self.learning_rate * self.decay.powi(i32::try_from(passed).unwrap_or(i32::MAX))
    }
}
