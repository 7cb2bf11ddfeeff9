//! `scores.json`: every number with its definition, n, chance level, interval and per-item values.

use afterimage_statistics::{Interval, PValue};
use serde::{Deserialize, Serialize};

use crate::{Artefact, layout};

/// Version of the schema below.
pub const SCORES_VERSION: u32 = 1;

/// Protocol of scores from responses averaged over fewer repeats than those of the shown reconstructions.
pub const AVERAGING: &str = "averaging";

/// The content of `scores.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreFile {
    /// Schema version, [`SCORES_VERSION`].
    pub version: u32,
    /// Conditions that hold for every score in the file, such as "third cycle used test responses".
    pub warnings: Vec<String>,
    /// The scores, the most important first.
    pub scores: Vec<Score>,
    /// Metrics that were requested and not computed, with the reason.
    pub not_computed: Vec<NotComputed>,
}

/// One score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Unique dotted name, such as `identification.external.perceptual.5way`.
    pub name: String,
    /// What a reader sees, such as "5-way identification among external images".
    pub title: String,
    /// Named protocol of the evaluation: `external`, `pairwise`, `encoding`, `class`, `representative`,
    /// `representative.pseudo`, `image`, `encoder`.
    pub protocol: String,
    /// The measure and its exact settings, such as "SSIM, grey, gaussian weights, sigma 1.5, 425x425".
    pub metric: String,
    /// One sentence that defines the number.
    pub definition: String,
    /// Unit: `fraction`, `correlation`, `distance`, `rank` ...
    pub unit: String,
    /// True if larger is better.
    pub higher_is_better: bool,
    /// The value; NaN (`null` in the file) if it is undefined.
    #[serde(deserialize_with = "afterimage_statistics::undefined::number")]
    pub value: f64,
    /// 95 % interval, if one is defined.
    pub interval: Option<Interval>,
    /// Chance level, if one is defined.
    pub chance: Option<f64>,
    /// What the same reconstructions score on average with shuffled pairings, on these items and candidates: the level that `p`
    /// tests against. It differs from `chance`, the score of a guess, if shown images and candidates differ as sets.
    /// `None` if pairings were not shuffled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shuffled: Option<f64>,
    /// p-value against shuffled pairings, or of the test that its method names; `None` if no test was made.
    pub p: Option<PValue>,
    /// Number of items that the value is the mean (or median) of.
    pub n: usize,
    /// What an item is: `image`, `voxel`.
    pub item_kind: String,
    /// Number of candidates (ways), for an identification.
    pub ways: Option<usize>,
    /// Number of distractors to draw from, for an identification.
    pub candidates: Option<usize>,
    /// Smallest and largest number of repeats averaged per test item.
    pub repeats_averaged: Option<(u32, u32)>,
    /// Seed of every random draw behind interval and p-value.
    pub seed: u64,
    /// Names of the items, in the order of `per_item`.
    pub items: Vec<String>,
    /// Value per item; null if undefined.
    pub per_item: Vec<Option<f64>>,
    /// Jackknife pseudo-values of a score that is not a mean over items, one per item; their mean is the score, and
    /// paired tests use them instead of `per_item`. Empty for a mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pseudo_values: Vec<f64>,
    /// Remarks that belong to this number.
    pub notes: Vec<String>,
}

/// A metric that was not computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotComputed {
    /// Name of the score.
    pub name: String,
    /// Why, and what makes it computable.
    pub reason: String,
}

impl Artefact for ScoreFile {
    const FILE: layout::RunFile = layout::SCORES;
}

impl ScoreFile {
    /// Returns the scores with one value per shown reconstruction; those of fewer repeats belong to other reconstructions.
    pub fn of_images(&self) -> impl Iterator<Item = &Score> {
        self.scores.iter().filter(|score| score.item_kind == "image" && score.protocol != AVERAGING)
    }

    /// Returns a file with these scores.
    pub fn new(scores: Vec<Score>) -> Self {
        Self { version: SCORES_VERSION, warnings: Vec::new(), scores, not_computed: Vec::new() }
    }

    /// Returns the score of that name.
    pub fn get(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|s| s.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_earlier_versions_have_no_shuffled_level_and_are_read() {
        let text = r#"{"version":1,"warnings":[],"not_computed":[],"scores":[{"name":"a","title":"A","protocol":"external","metric":"m",
            "definition":"d","unit":"fraction","higher_is_better":true,"value":0.2,"interval":null,"chance":0.2,"p":null,"n":1,
            "item_kind":"image","ways":null,"candidates":null,"repeats_averaged":null,"seed":0,"items":[],"per_item":[],"notes":[]}]}"#;
        let mut file: ScoreFile = serde_json::from_str(text).unwrap();
        assert_eq!(file.scores[0].shuffled, None);
        assert!(!serde_json::to_string(&file).unwrap().contains("shuffled"));
        file.scores[0].shuffled = Some(0.325);
        let read: ScoreFile = serde_json::from_str(&serde_json::to_string(&file).unwrap()).unwrap();
        assert_eq!(read, file);
    }
}
