//! `null.json`: is a recipe calibrated where there is nothing to find?

use serde::{Deserialize, Serialize};

use crate::{Artefact, layout};

/// Version of the schema below.
pub const NULL_VERSION: u32 = 1;

/// The recipe of a run on permuted pairings, several times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Null {
    /// Schema version, [`NULL_VERSION`].
    pub version: u32,
    /// The runs.
    pub runs: usize,
    /// What was permuted, in words.
    pub definition: String,
    /// The scores with a p-value in every run.
    pub rows: Vec<NullRow>,
}

/// One score over the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NullRow {
    /// Its name in `scores.json`.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// Its value in each run.
    pub values: Vec<f64>,
    /// Its p-value in each run.
    pub p: Vec<f64>,
    /// How often p was at most a level.
    pub levels: Vec<Level>,
    /// How many intervals contained the chance level; null without intervals.
    pub coverage: Option<Coverage>,
}

/// A count of p-values, with the range that 95 % of calibrated recipes have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The level.
    pub level: f64,
    /// Runs with p of at most the level.
    pub found: usize,
    /// Least count within the range.
    pub low: usize,
    /// Largest count within the range.
    pub high: usize,
}

/// A count of intervals that contain chance, with the range that 95 % of recipes with valid intervals have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Runs with an interval and a chance level.
    pub intervals: usize,
    /// Those whose interval contains chance.
    pub found: usize,
    /// Least count within the range.
    pub low: usize,
    /// Largest count within the range.
    pub high: usize,
}

impl Artefact for Null {
    const FILE: layout::RunFile = layout::NULL;
}
