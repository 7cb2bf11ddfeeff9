//! The parameters of requests, and the JSON of answers.

use afterimage_experiment::Units;
use serde::{Deserialize, Serialize};

/// Parameters of `encode`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToEncode {
    pub(super) run: Option<String>,
    #[serde(default)]
    pub(super) units: Units,
}

/// Parameters of `decode`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToDecode {
    pub(super) run: Option<String>,
    pub(super) units: Option<Units>,
    #[serde(default)]
    pub(super) force_units: bool,
}

/// Answer of `encode`.
#[derive(Debug, Serialize)]
pub(super) struct Predicted<'a> {
    pub(super) run: &'a str,
    pub(super) units: String,
    pub(super) voxels: &'a [usize],
    pub(super) responses: Vec<Vec<f32>>,
}

/// Answer of `decode`.
#[derive(Debug, Serialize)]
pub(super) struct Decoded<'a> {
    pub(super) run: &'a str,
    pub(super) side: usize,
    pub(super) units: Units,
    pub(super) images: Vec<String>,
    pub(super) against_training: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// One of `runs`.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    pub(super) run: &'a str,
    pub(super) experiment: &'a str,
    pub(super) data: &'a str,
    pub(super) created: &'a str,
    pub(super) side: usize,
    pub(super) networks: bool,
    pub(super) voxels: &'a [usize],
    pub(super) columns: Option<usize>,
    pub(super) units: Option<&'a str>,
}
