//! The unit of responses, and whether responses can have the unit that is stated for them.
//!
//! Responses in the wrong unit decode to images that all look alike, without any other sign. A run knows mean `m_v` and standard
//! deviation `s_v` of its training responses for each voxel, so that both units can be compared with what was given: all rows and
//! voxels at once ([`likelihood`]), rows and voxels on another scale than the others ([`blocks`]), and a distance or a spread
//! beyond what sampling gives ([`moved`]). What explains it decides the advice ([`cause`]): the other unit, a factor or the
//! opposite sign, an offset, a root or logarithm ([`curve`]), another order of columns ([`order`], by how voxels go together:
//! [`pairs`]), or rows and columns exchanged.

mod blocks;
mod cause;
mod curve;
mod likelihood;
mod moved;
mod order;
mod ordinary;
mod pairs;
mod remedy;
mod seen;

use afterimage_data::ZScore;
use afterimage_formats::digest::sha256_bytes;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use cause::Cause;
pub(super) use ordinary::{Ordinary, spaced};
use pairs::Together;
pub use remedy::Remedy;
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

/// A doubt about responses, by their values.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitVerdict {
    /// True if they cannot be in the stated unit; else they may or may not be.
    pub is_impossible: bool,
    /// What is wrong, first, and the numbers that say so.
    pub reason: String,
    /// What to do.
    pub remedy: Remedy,
}

impl UnitVerdict {
    fn unclear(reason: String) -> Self {
        Self { is_impossible: false, reason, remedy: Remedy::Nothing }
    }

    /// The reason and what to do; `state` is what states a unit, such as `give --units `.
    pub fn in_words(&self, state: &str) -> String {
        let Self { is_impossible, reason, remedy } = self;
        let remedy = remedy.in_words(state);
        match (remedy.is_empty(), *is_impossible) {
            (true, _) => reason.clone(),
            (false, true) => format!("{reason}; {remedy}"),
            (false, false) if matches!(self.remedy, Remedy::State(_)) => format!("{reason}; if they are, {remedy}"),
            (false, false) => format!("{reason}; if that is not meant, {remedy}"),
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
    /// True if the voxels go together as in training, so that their columns are in the run's order.
    pub is_order_known: bool,
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
    /// How the run's own responses lie and go together, if its data set can be read.
    pub(super) ordinary: Option<&'a Ordinary>,
    /// What a column is, in the plural.
    pub(super) noun: &'a str,
    /// The run's data set, in words.
    pub(super) data_set: &'a str,
    /// Whether the responses of the data set were standardised before it was written.
    pub(super) is_prepared: bool,
}

/// What shows that responses may be not as stated.
struct Doubt {
    /// True if they cannot be in the stated unit; else they may or may not be.
    is_impossible: bool,
    /// The numbers that say so.
    evidence: String,
    /// True if the other unit is more likely.
    fits_other: bool,
}

/// Judges responses `[rows, voxels]`, all finite, by the training responses.
pub(super) fn judge(responses: ArrayView2<'_, f32>, known: &Known<'_>, stated: Units) -> UnitCheck {
    let Some(seen) = Seen::of(responses, known, stated) else { return UnitCheck::default() };
    let mut verdicts = found(&seen, known.is_prepared);
    verdicts.extend(blocks::damaged(&seen));
    let is_order_known = matches!(seen.together, Together::AsInTraining | Together::Against(_));
    UnitCheck { against_training: Some(moved::line(&seen)), verdicts, is_order_known }
}

/// What is wrong with all rows, or with parts of them: moments of a mixture say nothing of the whole.
fn found(seen: &Seen<'_>, is_prepared: bool) -> Vec<UnitVerdict> {
    let rows = blocks::rows(seen);
    if let Some(rows) = rows.clone().filter(|rows| rows.is_impossible) {
        return vec![rows];
    }
    let (cause, voxels) = (cause::of(seen), blocks::voxels(seen));
    if cause.is_none()
        && let Some(voxels) = voxels.clone().filter(|voxels| voxels.is_impossible)
    {
        return vec![voxels];
    }
    let mut found: Vec<UnitVerdict> = rows.into_iter().collect();
    let (doubt, untold) = likelihood::of_all(seen);
    let doubt = doubt.or_else(|| moved::from_training(seen));
    found.extend(untold.map(UnitVerdict::unclear));
    let is_explained = doubt.is_some() && cause.is_some();
    let first = explained(seen, cause, doubt, is_prepared);
    let is_first = first.as_ref().is_some_and(|verdict| verdict.is_impossible);
    found.extend(first);
    found.rotate_right(usize::from(is_first));
    found.extend(voxels.filter(|_| !is_explained));
    found.extend(blocks::turned(seen));
    found
}

/// The doubt about all responses, with what explains it.
fn explained(seen: &Seen<'_>, cause: Option<Cause>, doubt: Option<Doubt>, is_prepared: bool) -> Option<UnitVerdict> {
    let (stated, other) = (seen.stated, seen.stated.other());
    // Standardised values are alike in all voxels, so their moments say nothing of an order, unless voxels do not go together either.
    let cause = match (cause, &doubt) {
        (Some(Cause::Order(order, _)), Some(Doubt { is_impossible: true, fits_other: true, .. }))
            if other == Units::Standardised && !order.is_by_structure =>
        {
            Some(Cause::Unit(other))
        }
        (cause, _) => cause,
    };
    let Some(Doubt { is_impossible, evidence, fits_other }) = doubt else {
        // Other columns may lie and vary as those of the run do.
        let cause = cause.filter(|cause| matches!(cause, Cause::Order(..) | Cause::Transposed))?;
        let reason = format!("the responses {}", cause.in_words());
        let remedy = cause.remedy(stated, seen.data_set, is_prepared);
        return Some(UnitVerdict { is_impossible: false, reason, remedy });
    };
    let fits_other = fits_other && (!is_impossible || moved::is_of(seen, other));
    let cause = cause.or_else(|| fits_other.then_some(Cause::Unit(other)));
    let remedy = match &cause {
        Some(cause) => cause.remedy(stated, seen.data_set, is_prepared),
        None => Remedy::Prepare(seen.data_set.to_owned()),
    };
    let name = stated.name();
    let said = match (is_impossible, &cause) {
        (true, Some(Cause::Unit(_))) => format!("cannot be {name} ones, and fit {} ones", other.name()),
        (true, None) => format!("cannot be {name} ones"),
        (false, Some(Cause::Unit(_))) => {
            format!("fit {} ones better than {name} ones, as which they are taken", other.name())
        }
        (true, Some(cause)) if !matches!(cause, Cause::Order(..)) => {
            format!("cannot be {name} ones as they are, and {}", cause.in_words())
        }
        (_, Some(cause)) => cause.in_words(),
        (false, None) => "lie or vary otherwise than those of training".to_owned(),
    };
    let reason = match &cause {
        // Moments of other voxels are no evidence of a unit.
        Some(Cause::Order(..)) => format!("the responses {said}"),
        _ => format!("the responses {said}: {evidence}"),
    };
    Some(UnitVerdict { is_impossible, reason, remedy })
}

#[cfg(test)]
mod tests;
