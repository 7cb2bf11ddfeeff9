//! `compare.json` and `ablation.json`: runs set side by side, score by score.

use serde::{Deserialize, Serialize};

use crate::scores::{Interval, NotComputed, PValue};

/// Version of the schema below.
pub const COMPARISON_VERSION: u32 = 1;

/// Runs side by side. A *variant* is one experiment: its runs differ in seed, and in subject where there are several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Schema version, [`COMPARISON_VERSION`].
    pub version: u32,
    /// What a reader sees above it.
    pub title: String,
    /// True where all variants were scored on the same held-out images, so that differences are paired.
    pub paired: bool,
    /// Data sets by title, one a subject where subjects were told apart.
    pub subjects: Vec<String>,
    /// The variants; the first is the baseline that differences are taken from.
    pub variants: Vec<Variant>,
    /// The scores.
    pub rows: Vec<Row>,
    /// Scores that were asked for and are not shown, with the reason.
    pub not_compared: Vec<NotComputed>,
    /// What holds for the whole: how seeds and subjects were averaged, warnings of the runs.
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
    /// True where larger is better.
    pub higher_is_better: bool,
    /// Chance level, where all runs have the same; else it stands in the cells.
    pub chance: Option<f64>,
    /// What an item is.
    pub item_kind: String,
    /// One a variant; null where the variant has no such score.
    pub cells: Vec<Option<Cell>>,
}

/// A variant's value of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Mean over seeds, then over subjects.
    #[serde(deserialize_with = "crate::undefined::number")]
    pub value: f64,
    /// Interval of the value, where one is defined.
    pub interval: Option<Interval>,
    /// Chance level, mean over runs, where one is defined.
    pub chance: Option<f64>,
    /// Number of items, over all subjects.
    pub n: usize,
    /// Value of each run, in the order of the variant's runs.
    pub by_run: Vec<Option<f64>>,
    /// Standard deviation over seeds (n - 1), mean over subjects; null with one seed.
    pub spread: Option<f64>,
    /// Variant minus baseline; null for the baseline and where it cannot be taken.
    pub difference: Option<Difference>,
    /// Why there is no difference, or what to mind about it.
    pub note: Option<String>,
}

/// Variant minus baseline on the same images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Mean over images of the difference, seeds averaged per image first; then mean over subjects.
    pub value: f64,
    /// Percentile bootstrap interval; hierarchical with several subjects.
    pub interval: Option<Interval>,
    /// BCa bootstrap interval; null with several subjects.
    pub bca: Option<Interval>,
    /// Two-sided sign-flip permutation test.
    pub p: PValue,
    /// The same p, Holm-corrected over all tests of the comparison.
    pub p_holm: f64,
    /// Images with a difference.
    pub n: usize,
    /// How many images would separate the two; null with several subjects, or where differences do not vary.
    pub power: Option<Power>,
    /// Mean difference at each seed that both variants have, in ascending order of seeds; with one subject only.
    pub by_seed: Vec<f64>,
}

/// A planned test: the number of images that finds a difference as large as the one observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Power {
    /// Least number of images of a paired t-test; null beyond a million.
    pub images: Option<usize>,
    /// Mean over standard deviation of the observed differences.
    pub effect_size: f64,
    /// Chance to find it.
    pub power: f64,
    /// Two-sided level of the test.
    pub alpha: f64,
}
