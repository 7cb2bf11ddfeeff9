//! `compare.json` and `ablation.json`: runs compared score by score; `baselines.json` of a run is the same, with the run
//! itself first.

use afterimage_statistics::{Difference, Interval};
use serde::{Deserialize, Serialize};

use crate::{Artefact, layout, scores::NotComputed};

/// Version of the schema below.
pub const COMPARISON_VERSION: u32 = 1;

/// Runs compared. A *variant* is one experiment: its runs differ in seed, and in subject if there are several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Schema version, [`COMPARISON_VERSION`].
    pub version: u32,
    /// The heading that a reader sees.
    pub title: String,
    /// True if all variants were scored on the same held-out images, so that differences are paired.
    pub paired: bool,
    /// Data sets by title, one per subject if subjects are kept apart.
    pub subjects: Vec<String>,
    /// The variants; the first is the baseline that differences are taken from.
    pub variants: Vec<Variant>,
    /// The scores.
    pub rows: Vec<Row>,
    /// Scores that were requested and are not shown, with the reason.
    pub not_compared: Vec<NotComputed>,
    /// Remarks on the whole: how seeds and subjects were averaged, warnings of the runs.
    pub notes: Vec<String>,
    /// Number of p-values that Holm's correction runs over.
    pub tests: usize,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of the sign-flip test.
    pub permutations: usize,
    /// Seed of every draw.
    pub seed: u64,
}

/// The run itself against its baselines.
impl Artefact for Comparison {
    const FILE: layout::RunFile = layout::BASELINES;
}

/// One experiment with its runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Short name.
    pub label: String,
    /// Its run folders.
    pub runs: Vec<String>,
    /// The seed of each run.
    pub seeds: Vec<u64>,
}

/// One score over all variants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Name of the score.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// The measure with its settings, as the baseline has it.
    pub metric: String,
    /// One sentence that defines the number.
    pub definition: String,
    /// Unit of values and differences.
    pub unit: String,
    /// True if larger is better.
    pub higher_is_better: bool,
    /// Chance level, if it is the same in all runs; else each cell has its own.
    pub chance: Option<f64>,
    /// What an item is.
    pub item_kind: String,
    /// One per variant; null if the variant has no such score.
    pub cells: Vec<Option<Cell>>,
}

/// A variant's value of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Mean over seeds, then over subjects.
    #[serde(deserialize_with = "afterimage_statistics::undefined::number")]
    pub value: f64,
    /// Interval of the value, if one is defined.
    pub interval: Option<Interval>,
    /// Chance level, mean over runs, if one is defined.
    pub chance: Option<f64>,
    /// Number of items, over all subjects.
    pub n: usize,
    /// Value of each run, in the order of the variant's runs.
    pub by_run: Vec<Option<f64>>,
    /// Standard deviation over seeds (n - 1), mean over subjects; null with one seed.
    pub spread: Option<f64>,
    /// Variant minus baseline; null for the baseline and if it cannot be computed.
    pub difference: Option<Difference>,
    /// Why there is no difference, or what limits it.
    pub note: Option<String>,
}
