//! The unit of responses, and whether responses can have the unit that is stated for them.
//!
//! Responses in the wrong unit decode to images that all look alike, without any other sign. A run knows mean `m_v` and standard
//! deviation `s_v` of its training responses for each voxel, so that both units can be compared with what was given: all rows and
//! voxels at once ([`likelihood`]), rows and voxels on another scale than the others ([`blocks`]), and an offset, a factor or
//! another order of voxels ([`moved`]).

mod blocks;
mod likelihood;
mod moved;
mod ordinary;
mod seen;

use afterimage_data::ZScore;
use afterimage_formats::digest::sha256_bytes;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

pub(super) use ordinary::Ordinary;
use seen::Seen;

/// Unit of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Units {
    /// Standard deviations of the training responses, as the networks have them.
    Standardised,
    /// The unit of the run's data set. A run that does not standardise has only this one.
    #[default]
    Recorded,
}

impl Units {
    /// Its name, as in options and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standardised => "standardised",
            Self::Recorded => "recorded",
        }
    }

    /// What values in it are, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Standardised => "standard deviations of the training responses",
            Self::Recorded => "the unit of the run's data set",
        }
    }

    /// The unit of this name, with the British or the American s.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "standardised" | "standardized" => Some(Self::Standardised),
            "recorded" => Some(Self::Recorded),
            _ => None,
        }
    }

    /// The run's other one.
    fn other(self) -> Self {
        match self {
            Self::Standardised => Self::Recorded,
            Self::Recorded => Self::Standardised,
        }
    }
}

/// A doubt about the unit that is stated for responses.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitVerdict {
    /// They may or may not be in it: the reason.
    Unclear(String),
    /// They cannot be in it.
    Impossible {
        /// The numbers.
        reason: String,
        /// The unit that they fit, if they fit the run's other one. Else they need the preparation that the run's data set had.
        other: Option<Units>,
    },
}

impl UnitVerdict {
    /// What to do about responses that fit the run's `other` unit, or neither; `option` is what states a unit, such as `--units `.
    pub fn advice(other: Option<Units>, option: &str) -> String {
        match other {
            Some(other) => format!("state {option}{}", other.name()),
            None => "bring them to the unit of the run's data set, with the same preparation".to_owned(),
        }
    }
}

/// What the values of responses say about the unit that is stated for them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitCheck {
    /// Mean and standard deviation of the responses against those of training, in one line; `None` if the run knows none.
    pub against_training: Option<String>,
    /// What was found, the worst first; empty if they fit.
    pub verdicts: Vec<UnitVerdict>,
}

/// SHA-256 of what standardised responses are relative to.
pub(super) fn fingerprint(zscore: &ZScore) -> String {
    let bytes: Vec<u8> = zscore.mean.iter().chain(&zscore.sd).flat_map(|value| value.to_le_bytes()).collect();
    sha256_bytes(&bytes)
}

/// What responses are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Mean and standard deviation of each voxel over the training responses.
    pub(super) training: &'a ZScore,
    /// How far the run's own validation responses lie from them, if its data set can be read.
    pub(super) ordinary: Option<Ordinary>,
    /// What a column is, in the plural.
    pub(super) noun: &'a str,
}

/// Judges responses `[rows, voxels]`, all finite, by the training responses.
///
/// The first finding by which they cannot be in the stated unit ends the search: moments of a mixture say nothing.
pub(super) fn judge(responses: ArrayView2<'_, f32>, known: &Known<'_>, stated: Units) -> UnitCheck {
    let Some(seen) = Seen::of(responses, known, stated) else { return UnitCheck::default() };
    let mut verdicts = Vec::new();
    for find in [blocks::rows, likelihood::of_all, blocks::voxels, moved::from_training, moved::order] {
        verdicts.extend(find(&seen));
        if matches!(verdicts.last(), Some(UnitVerdict::Impossible { .. })) {
            verdicts.rotate_right(1);
            break;
        }
    }
    verdicts.extend(blocks::damaged(&seen));
    UnitCheck { against_training: Some(moved::line(&seen)), verdicts }
}

#[cfg(test)]
mod tests;
