//! The sections of a manifest. A field declares a key: `docs/manifest.md`, its schema and the template are generated from the
//! doc comments, types, defaults, ranges and examples.

use std::path::PathBuf;

use afterimage_schema::{Range, in_order, within};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::header::FittedOn;

/// Stimuli that a split may count; far above any recording.
const STIMULI: Range = Range::Whole(0, 1_000_000_000);

/// Axes of the table of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// `[trials, voxels]`, trial i shows image i of the order.
    TrialsByVoxels,
    /// `[voxels, trials]`.
    VoxelsByTrials,
    /// `[voxels, stimuli, repeats]`, NaN where a repeat is missing.
    VoxelsByStimuliByRepeats,
}

/// The table of responses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = in_order::<ResponsesKeys>)]
pub struct ResponsesKeys {
    /// File of the responses: `.npy`, `.npz`, `.mat`, `.h5`, `.csv` or `.tsv`.
    #[schemars(extend("format" = "path"), example = "responses.npy")]
    pub file: PathBuf,
    /// Array of an `.npz`, `.mat` or `.h5` that contains several.
    #[schemars(example = &"betas")]
    pub array: Option<String>,
    /// Axes of the table.
    #[schemars(example = &"trials_by_voxels")]
    pub orientation: Orientation,
    /// Repeats already averaged in each value; 1 for single trials.
    #[serde(default = "one")]
    #[schemars(transform = within(Range::Whole(1, 65535)))]
    pub averaged: u16,
    /// Of a `.csv` or `.tsv`: whether its first line holds names, where that is not clear.
    #[schemars(example = true)]
    pub header: Option<bool>,
    /// Of a `.csv` or `.tsv`: the columns that are voxels, as a pattern such as `unit*` (`*` for every column that is not an index,
    /// trial, session, run or image) or as a list of names.
    #[schemars(example = "unit*")]
    pub columns: Option<VoxelNames>,
    /// Of a `.csv` or `.tsv`: columns to leave out, by name, or by number from `1` if the table has no names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = ["age"])]
    pub ignore: Vec<String>,
}

/// Names of columns: a pattern such as `unit*`, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum VoxelNames {
    /// A beginning followed by `*`, `*` for every column that is not an index, trial, session, run or image, or one name.
    Pattern(String),
    /// The names.
    List(Vec<String>),
}

impl VoxelNames {
    /// True if a column is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Pattern(pattern) => match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == pattern,
            },
            Self::List(names) => names.iter().any(|known| known == name),
        }
    }
}

/// The images and their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = in_order::<ImagesKeys>)]
pub struct ImagesKeys {
    /// Folder, `.zip` or `.npy` array of the images.
    #[schemars(extend("format" = "path"), example = &"images")]
    pub source: PathBuf,
    /// Which image each trial shows: `natural` or `bytes` order of the names of the images, `sorted` if both are the same, or a
    /// file with the name of the image of each trial, one per line or in a column of a `.csv` or `.tsv`. Without it, a column of
    /// the table of responses that names images, and otherwise `sorted`. Other columns of that file may give session, run and
    /// part (`split`) of each trial.
    #[schemars(example = "trials.csv")]
    pub order: Option<String>,
    /// The column of the file `order` that names the images, if it has several columns.
    #[schemars(example = &"image")]
    pub column: Option<String>,
    /// A `.csv` with the class of each image, in columns such as `image` and `class`. Without it, the folders that the images
    /// lie in.
    #[schemars(extend("format" = "path"), example = "classes.csv")]
    pub labels: Option<PathBuf>,
}

/// Sessions and scanner runs of the trials. Without these keys, columns called `session` and `run` (or `ses`, `chunk` ...) of the
/// table of responses, or of the file `images.order`, give them; if there is none, all trials are one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = in_order::<TrialsKeys>)]
pub struct TrialsKeys {
    /// Session of each trial: the name of a column of the table of responses or of the file `images.order`; a file with one
    /// number per trial (`.npy`, `.mat`, `.h5`, `.txt`; `[stimuli, repeats]` if the responses have repeats); or a list with the
    /// number of trials of each session, in order.
    #[schemars(example = &"session")]
    pub session: Option<Grouping>,
    /// Scanner run of each trial, likewise. A run number may occur again in another session; within a
    /// session, the trials of a run are consecutive.
    #[schemars(example = [40, 40, 40])]
    pub run: Option<Grouping>,
    /// By what the trials are ordered if not by time, such as `by stimulus`. Then no drift is taken out of them.
    #[schemars(example = "by stimulus")]
    pub untimed: Option<String>,
}

/// A step of the preparation of the responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = in_order::<StepKeys>)]
pub struct StepKeys {
    /// What was done, in words.
    pub what: String,
    /// The trials that it was fitted on.
    pub fitted_on: FittedOn,
}

/// What the template shows of them.
pub(super) fn example_steps() -> serde_json::Value {
    serde_json::json!([{ "what": "each voxel standardised in each session", "fitted_on": "training" }])
}

/// How trials are put into sessions or runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Grouping {
    /// A column or a file.
    Named(String),
    /// Number of trials of each, in order.
    Counts(Vec<usize>),
}

/// The voxels (neurons, channels).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = in_order::<VoxelsKeys>)]
pub struct VoxelsKeys {
    /// Regions of interest: an `.npz` with one mask per region, or a `.csv` or `.tsv` with one row per voxel and one 0/1 column
    /// per region.
    #[schemars(extend("format" = "path"), example = "regions.csv")]
    pub regions: Option<PathBuf>,
}

/// Rule by which stimuli are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// At random, by the seed.
    #[default]
    Random,
    /// By a column `split` (train, validation, test) of the table of responses or of the file `images.order`.
    Column,
}

/// The stimuli that are held out, with all their trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = in_order::<SplitKeys>)]
pub struct SplitKeys {
    /// Number of test stimuli, held out for the scores. Not with `test_list`, and none of `test`, `validation` and `seed` with
    /// `by = "column"`.
    #[schemars(transform = within(STIMULI))]
    pub test: usize,
    /// Number of validation stimuli, for early stopping.
    #[schemars(transform = within(STIMULI))]
    pub validation: usize,
    /// Seed of the draw.
    #[schemars(transform = within(Range::Whole(0, i64::MAX)))]
    pub seed: u64,
    /// Rule. Required if a column `split` exists; otherwise at random.
    #[schemars(example = &"random")]
    pub by: Option<SplitBy>,
    /// File with the names of the test stimuli, one per line, instead of `test`.
    #[schemars(extend("format" = "path"), example = "test.txt")]
    pub test_list: Option<PathBuf>,
}

impl Default for SplitKeys {
    fn default() -> Self {
        Self { test: 100, validation: 100, seed: 0, by: None, test_list: None }
    }
}

fn one() -> u16 {
    1
}
