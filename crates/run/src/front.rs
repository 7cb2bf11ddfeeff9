//! `front.json`: fidelity against identification as the strengths of the parts of a reconstruction change.

use serde::{Deserialize, Serialize};

use crate::scores::{NotComputed, Score};
use crate::{Artefact, layout};

/// Version of the schema below.
pub const FRONT_VERSION: u32 = 1;

/// The content of `front.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// Schema version, [`FRONT_VERSION`].
    pub version: u32,
    /// Items of the validation part, which all scores are of.
    pub items: usize,
    /// What is computed, and what follows from it for the reader.
    pub definition: String,
    /// One for each strength that the run can change.
    pub curves: Vec<Curve>,
    /// What was not computed, and why.
    pub not_computed: Vec<NotComputed>,
}

/// Scores at several values of one key, all other keys as in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The key of the experiment.
    pub key: String,
    /// Its value in the run.
    pub used: f64,
    /// Ascending values.
    pub points: Vec<Point>,
}

/// Scores at one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The value of the key.
    pub value: f64,
    /// The scores, with the names of `scores.json`.
    pub scores: Vec<Score>,
}

impl Point {
    /// The score of a name.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name == name)
    }
}

impl Artefact for Front {
    const FILE: layout::RunFile = layout::FRONT;
}
