//! `scores.json`: every number with its definition, n, chance level, interval and per-item values.

mod group;
mod headline;
mod older;
mod sample;

use std::collections::HashMap;

use afterimage_statistics::{Interval, PValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Artefact, layout};

pub use group::Group;
pub use headline::{headlines, is_by_the_loss, is_saturated};

/// Version of the schema below.
pub const SCORES_VERSION: u32 = 2;

/// The oldest version that is read.
pub const OLDEST_SCORES: u32 = 1;

/// Protocol of scores from responses averaged over fewer repeats than those of the shown reconstructions.
pub const AVERAGING: &str = "averaging";

/// End of the method of a bootstrap of a median over voxels, whose bias is removed.
const CORRECTED: &str = "bias removed";

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

/// One score. Those of earlier versions are converted when they are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Score {
    /// Unique dotted name, such as `identification.external.perceptual.5way`.
    pub name: String,
    /// What a reader sees, such as "5-way identification among external images".
    pub title: String,
    /// Named protocol of the evaluation: `external`, `pairwise`, `encoding`, `retrieval`, `class`, `representative`,
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
    /// What reconstructions without information on the shown image score on these items and candidates, if it is known.
    /// Of an identification and of the encoder's r the mean over shuffled pairings, the level that `p` tests against; of a
    /// similarity or distance of two images the mean over mismatched pairs. Where pairings are not shuffled, the level
    /// that follows from the definition.
    pub chance: Option<f64>,
    /// Score of a guess that does not look at the images, such as 1/n among n candidates. `chance` differs from it if
    /// shown images and candidates differ as sets. `None` if a guess has no defined score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess: Option<f64>,
    /// What the mean training image scores, if it is every item's reconstruction; `None` if that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_image: Option<f64>,
    /// The same over a number of random draws of the candidates, where papers print that; `None` of other scores, and where
    /// nothing is drawn. `value` is the expectation over all draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    /// p-value against shuffled pairings, or of the test that its method names; `None` if no test was made.
    pub p: Option<PValue>,
    /// Number of items that the value is the mean (or median) of; [`Interval::over`] states what the interval is over.
    pub n: usize,
    /// What an item is: `image`, `voxel`.
    pub item_kind: String,
    /// Number of candidates (ways), for an identification.
    pub ways: Option<usize>,
    /// Number of wrong candidates to draw from, for an identification.
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

/// A score by random draws of its candidates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Mean over the draws.
    pub value: f64,
    /// Standard deviation between draws; it says how far one draw can be from `value`, not how far other images could.
    pub sd: f64,
    /// Number of draws.
    pub draws: usize,
}

/// A metric that was not computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotComputed {
    /// Name of the score.
    pub name: String,
    /// Why, and what makes it computable.
    pub reason: String,
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        older::upgrade(&mut fields);
        Self::deserialize(serde_json::Value::Object(fields)).map_err(D::Error::custom)
    }
}

impl Artefact for ScoreFile {
    const FILE: layout::RunFile = layout::SCORES;
    const OLDEST: Option<u32> = Some(OLDEST_SCORES);
}

impl Score {
    /// Returns the values by the names of the items, without those that are undefined.
    pub fn by_item(&self) -> HashMap<&str, f64> {
        let defined = self.per_item.iter().map(|value| value.filter(|v| v.is_finite()));
        self.items.iter().zip(defined).filter_map(|(name, value)| Some((name.as_str(), value?))).collect()
    }
}

impl Score {
    /// Returns whether the interval of a fraction is a bootstrap over items, as earlier versions made it. Later ones have
    /// Wilson's interval, which is wider near 0 and 1.
    pub fn has_earlier_interval(&self) -> bool {
        let method = self.interval.as_ref().map_or("", |interval| interval.method.as_str());
        self.unit == "fraction" && method.starts_with("percentile bootstrap") && !method.ends_with(CORRECTED)
    }
}

impl ScoreFile {
    /// Returns how many of its scores have an interval of earlier versions: see [`Score::has_earlier_interval`].
    pub fn earlier_intervals(&self) -> usize {
        self.scores.iter().filter(|score| score.has_earlier_interval()).count()
    }

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
