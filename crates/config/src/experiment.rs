//! The experiment, and its smaller sections.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ranges::{IMAGES, MultipleOf, Whole, within};
use crate::{ConfigError, DecoderConfig, EncoderConfig, EvaluationConfig, Result, optional};

/// An Afterimage experiment. Every key is here with its default; a file of yours needs only the keys that it changes.
/// The defaults are the preset "gaziv2022": the recipe of Gaziv et al., NeuroImage 2022 (their PyTorch hyper-parameters). Its
/// network is VGG19, whose weights `afterimage weights get vgg19` downloads; the presets "v4" and "demo" use one that is built in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Preset that the missing keys are taken from: gaziv2022, gaziv2022-keras, demo, v4, best.
    pub preset: String,
    /// Name of the experiment, shown in the report.
    pub name: String,
    /// One seed for everything that is drawn; each use derives its own stream from it.
    #[schemars(transform = within(Whole(0, i64::MAX)))]
    pub seed: u64,
    /// Recordings, stimuli and unpaired images.
    pub data: DataConfig,
    /// Images that the networks work on.
    pub image: ImageConfig,
    /// Where the arithmetic runs.
    pub device: DeviceConfig,
    /// Phase 1: the encoder predicts responses from an image.
    pub encoder: EncoderConfig,
    /// Phase 2: the decoder reconstructs an image from responses.
    pub decoder: DecoderConfig,
    /// Scores of the reconstructions.
    pub evaluation: EvaluationConfig,
}

/// `[data]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Data set written by `afterimage import`; relative paths start at the folder of this file.
    #[serde(with = "optional")]
    #[schemars(with = "String")]
    pub dataset: Option<PathBuf>,
    /// Region expression such as "V1 + V2 - FFA"; "" keeps all voxels.
    pub roi: String,
    /// What a training item is.
    pub training_averaging: Averaging,
    /// Add the validation part to the training part, once nothing is selected on it any more.
    pub train_on_validation: bool,
    /// Normalisation of responses per voxel, fitted on training items only.
    pub normalise: Normalise,
    /// Which images the responses are paired with; shuffled pairings show what a recipe scores without this brain.
    pub pairings: Pairings,
    /// Unpaired images, which no subject was shown: folders, zip archives or .npy arrays. Empty: supervised training only.
    pub unpaired: Vec<PathBuf>,
    /// At most this many unpaired images, chosen by the seed; 0 takes all.
    #[schemars(transform = within(IMAGES))]
    pub unpaired_limit: usize,
    /// Leave out unpaired images whose class is a class of a test image.
    pub exclude_test_classes: bool,
    /// Leave out unpaired images that duplicate, or nearly duplicate, a test image.
    pub exclude_duplicates: bool,
    /// A list of what else to leave out, as `afterimage audit --fix LIST.toml` writes it: unpaired images by class, name or
    /// SHA-256, and stimuli of the training and validation parts by name. Empty: none.
    #[serde(with = "optional")]
    #[schemars(with = "String")]
    pub exclusions: Option<PathBuf>,
    /// Candidates for the "external" identification, the same kinds of source as `unpaired`. They may be among the
    /// unpaired images: what becomes a candidate is left out of training.
    pub external: Vec<PathBuf>,
    /// At most this many external candidates, chosen by the seed; 0 takes all.
    #[schemars(transform = within(IMAGES))]
    pub external_limit: usize,
}

/// `[image]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageConfig {
    /// Side of the square images that both networks work on, in pixels.
    #[schemars(transform = within(MultipleOf(8, 64, 224)))]
    pub side: usize,
}

/// `[device]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// "cpu", or, if the build has it, "cuda", "cuda:1", "tch", "wgpu".
    pub name: String,
    /// Threads for the loader and the arithmetic; 0 takes all cores.
    #[schemars(transform = within(Whole(0, 1024)))]
    pub threads: usize,
}

/// What an item of training or evaluation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Averaging {
    /// Each trial is an item.
    Trials,
    /// An item is the mean over the repeats of a stimulus.
    Stimulus,
}

/// Normalisation of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// Mean 0 and standard deviation 1.
    Zscore,
    /// Responses as they are.
    None,
}

/// Which images the responses are paired with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pairings {
    /// Those that were shown.
    Recorded,
    /// In the training and validation parts, those of other stimuli of the part, drawn by the seed; the test is as recorded.
    ShuffledTraining,
    /// In every part, those of other stimuli of the part.
    Shuffled,
}

impl Experiment {
    /// A warning next to every score of shuffled pairings; `None` if they are those of the recording.
    pub fn pairings_note(&self) -> Option<String> {
        let parts = match self.data.pairings {
            Pairings::Recorded => return None,
            Pairings::ShuffledTraining => "the training and validation parts",
            Pairings::Shuffled => "every part",
        };
        Some(format!(
            "The responses of {parts} are paired with other images on purpose (data.pairings): these scores are of no brain."
        ))
    }

    /// Paths of files and folders that the experiment names.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let data = &mut self.data;
        (data.dataset.iter_mut())
            .chain(&mut data.exclusions)
            .chain(&mut data.unpaired)
            .chain(&mut data.external)
            .chain(self.evaluation.paths_mut())
    }

    /// Replaces each path by the result of `place`.
    ///
    /// # Errors
    /// Errors of `place`; [`ConfigError::NotText`] for a path that is not valid UTF-8.
    pub fn place_paths<E: From<ConfigError>>(
        &mut self,
        mut place: impl FnMut(&Path) -> Result<PathBuf, E>,
    ) -> Result<(), E> {
        for path in self.paths_mut().filter(|path| !path.as_os_str().is_empty()) {
            *path = place(path)?;
            if path.to_str().is_none() {
                return Err(ConfigError::NotText { path: path.clone() }.into());
            }
        }
        Ok(())
    }

    /// Weights of the perceptual distance of the scores, one per tap of `decoder.image_loss`.
    pub fn perceptual_weights(&self) -> &[f64] {
        match self.evaluation.perceptual_weights.as_slice() {
            [] => &self.decoder.image_loss.weights,
            weights => weights,
        }
    }
}

/// Paths in one line, separated by commas; a missing path is empty.
pub fn join_paths<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> String {
    paths.into_iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(", ")
}
