//! The unit of responses, and whether responses can have the unit that is stated for them.
//!
//! Responses in the wrong unit decode to images that all look alike, without any other sign. A run knows mean `m_v` and standard
//! deviation `s_v` of its training responses for each voxel, so that both units can be compared with what was given.

use afterimage_data::ZScore;
use afterimage_formats::digest::sha256_bytes;
use afterimage_statistics::{median, moments};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

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

/// What the values of responses say about the unit that is stated for them.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitVerdict {
    /// They are as responses in this unit are.
    Fits,
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

/// Rows from which mean and standard deviation of a voxel are judged.
const ROWS: usize = 5;
/// Factors by which responses of one unit may be spread otherwise than in training: means of repeats and predictions any less, so
/// that a small spread tells nothing; single trials more, where training has means.
const FACTOR: (f64, f64) = (1e-6, 3.0);
/// Root mean square distance from the training mean, in training standard deviations, that no responses have.
const FAR: f64 = 6.0;
/// Mean log likelihood ratio per value, in nats, from which the other unit is the better one: for few rows, for many, and to be
/// warned of.
const RATIOS: (f64, f64, f64) = (1.5, 0.5, 0.1);
/// Largest log likelihood ratio that one voxel adds: a damaged voxel decides nothing.
const MOST: f64 = 5.0;
/// Size of a row, as a multiple of the median, from which it is an outlier.
const OUTLIER: f64 = 10.0;
/// How near to mean 0 and standard deviation 1 voxels are that were standardised over these rows.
const NEAR: f64 = 0.02;

/// SHA-256 of what standardised responses are relative to.
pub(super) fn fingerprint(zscore: &ZScore) -> String {
    let bytes: Vec<u8> = zscore.mean.iter().chain(&zscore.sd).flat_map(|value| value.to_le_bytes()).collect();
    sha256_bytes(&bytes)
}

/// Judges responses `[rows, voxels]`, all finite, by the training responses.
///
/// With `z = (y - m_v) / s_v` in recorded units and `z = y` in standardised ones, and `q_v` the mean of `z²` over rows, the
/// responses of a unit have the log likelihood `-(q_v / 2c² + ln c + ln s_v)` per value under a normal distribution, up to a
/// constant; `c² = median_v q_v`, at most 9, is the common factor of their spread. The other unit is better if
/// the mean ratio is above 0.5 nats per value (1.5 with fewer than five rows). Responses more than six training standard
/// deviations from the training mean (`sqrt(median_v q_v)`) are of no unit of the run.
pub(super) fn judge(responses: ArrayView2<'_, f32>, training: &ZScore, stated: Units, noun: &str) -> UnitVerdict {
    let Some(seen) = Seen::of(responses, training) else { return UnitVerdict::Fits };
    let [fit, other] = [stated, stated.other()].map(|units| seen.fit(units));
    let ratio = seen.ratio(&fit, &other);
    let is_few = seen.rows < ROWS;
    let numbers = seen.numbers(noun);
    let by_the_other =
        other.size <= FAR && (ratio > if is_few { RATIOS.0 } else { RATIOS.1 } || seen.is_standardised(stated));
    let name = stated.name();
    if by_the_other {
        let other = stated.other();
        return UnitVerdict::Impossible {
            reason: format!("the responses cannot be {name} ones, and fit {} ones: {numbers}", other.name()),
            other: Some(other),
        };
    }
    if fit.size > FAR {
        let reason = format!(
            "the responses cannot be {name} ones: they lie {:.1} standard deviations of the training responses from their \
             mean; {numbers}",
            fit.size
        );
        return UnitVerdict::Impossible { reason, other: None };
    }
    if is_few && ratio > -RATIOS.0 {
        let rows = if seen.rows == 1 { "one response is".to_owned() } else { format!("{} responses are", seen.rows) };
        let words = stated.in_words();
        return UnitVerdict::Unclear(format!("{rows} too few to tell their unit: it is taken to be {words}"));
    }
    if seen.are_alike {
        let words = stated.in_words();
        return UnitVerdict::Unclear(format!(
            "all responses are alike, so their unit cannot be told: it is taken to be {words}"
        ));
    }
    if ratio > RATIOS.2 {
        let other = stated.other().name();
        return UnitVerdict::Unclear(format!(
            "the responses fit {other} ones better than {name} ones, as which they are taken: {numbers}"
        ));
    }
    UnitVerdict::Fits
}

/// Moments of the responses in the voxels that vary in training.
struct Seen {
    rows: usize,
    /// `[voxels]` mean and standard deviation of the responses.
    given: Vec<(f64, f64)>,
    /// `[voxels]` mean and standard deviation of the training responses.
    training: Vec<(f64, f64)>,
    are_alike: bool,
}

/// How responses fit a unit.
struct Fit {
    /// Root of the median of `q_v`.
    size: f64,
    /// `[voxels]` negative log likelihood per value, up to a constant.
    loss: Vec<f64>,
}

impl Seen {
    /// `None` without rows, or without a voxel that varies in training.
    fn of(responses: ArrayView2<'_, f32>, zscore: &ZScore) -> Option<Self> {
        let undefined = zscore.undefined();
        let voxels: Vec<usize> =
            (0..zscore.mean.len()).filter(|voxel| undefined.binary_search(voxel).is_err()).collect();
        let all = responses.select(Axis(1), &voxels);
        if all.is_empty() {
            return None;
        }
        let training: Vec<(f64, f64)> =
            voxels.iter().map(|&voxel| (f64::from(zscore.mean[voxel]), f64::from(zscore.sd[voxel]))).collect();
        let kept = without_outliers(&all, &training);
        let moments_of = |column: ArrayView1<'_, f32>| {
            let (mean, variance) = moments(column.iter().map(|&value| f64::from(value)));
            (mean, variance.sqrt())
        };
        let given: Vec<(f64, f64)> = kept.axis_iter(Axis(1)).map(moments_of).collect();
        let are_alike = kept.nrows() > 1 && given.iter().all(|(mean, sd)| *sd <= 1e-6 * mean.abs());
        Some(Self { rows: kept.nrows(), given, training, are_alike })
    }

    fn fit(&self, units: Units) -> Fit {
        let relative_to = |&(mean, sd): &(f64, f64)| if units == Units::Recorded { (mean, sd) } else { (0.0, 1.0) };
        let of_unit: Vec<(f64, f64)> = self.training.iter().map(relative_to).collect();
        let square = |((given, spread), (mean, sd)): (&(f64, f64), &(f64, f64))| {
            (((given - mean) / sd).powi(2) + (spread / sd).powi(2)).max(f64::MIN_POSITIVE)
        };
        let squares: Vec<f64> = self.given.iter().zip(&of_unit).map(square).collect();
        let size = median(&mut squares.clone()).sqrt();
        let factor = size.clamp(FACTOR.0, FACTOR.1);
        let loss = squares.iter().zip(&of_unit).map(|(q, (_, sd))| q / (2.0 * factor * factor) + factor.ln() + sd.ln());
        Fit { size, loss: loss.collect() }
    }

    /// Mean log likelihood ratio per value of `other` to `fit`.
    fn ratio(&self, fit: &Fit, other: &Fit) -> f64 {
        let ratios = fit.loss.iter().zip(&other.loss).map(|(fit, other)| (fit - other).clamp(-MOST, MOST));
        ratios.sum::<f64>() / self.given.len() as f64
    }

    /// True if the voxels have mean 0 and standard deviation 1 over these very rows, and the training responses have not.
    fn is_standardised(&self, stated: Units) -> bool {
        if stated == Units::Standardised || self.rows < ROWS {
            return false;
        }
        let rows = self.rows as f64;
        let is_one = |sd: f64| (sd - 1.0).abs() < NEAR || (sd * (rows / (rows - 1.0)).sqrt() - 1.0).abs() < NEAR;
        let are = self.given.iter().filter(|(mean, sd)| mean.abs() < NEAR && is_one(*sd)).count();
        let median_of = |of: &dyn Fn(&(f64, f64)) -> f64| median(&mut self.training.iter().map(of).collect());
        let differs = median_of(&|(mean, sd)| (mean / sd).abs()) > 0.1 || median_of(&|(_, sd)| sd.ln().abs()) > 0.1;
        are * 10 >= self.given.len() * 9 && differs
    }

    fn numbers(&self, noun: &str) -> String {
        let median_of = |values: &[(f64, f64)]| {
            let [mut means, mut sds]: [Vec<f64>; 2] =
                [values.iter().map(|v| v.0).collect(), values.iter().map(|v| v.1).collect()];
            (median(&mut means), median(&mut sds))
        };
        let ((mean, sd), (of_mean, of_sd)) = (median_of(&self.given), median_of(&self.training));
        format!(
            "mean {mean:.3} and standard deviation {sd:.3}, but {of_mean:.3} and {of_sd:.3} in the run's training responses \
             (medians over {} {noun})",
            self.given.len()
        )
    }
}

/// The rows whose values are not far larger than those of the others.
fn without_outliers(all: &Array2<f32>, training: &[(f64, f64)]) -> Array2<f32> {
    let size = |row: ArrayView1<'_, f32>| {
        let of = |(value, (mean, sd)): (&f32, &(f64, f64))| ((f64::from(*value) - mean) / sd).abs();
        median(&mut row.iter().zip(training).map(of).collect())
    };
    let sizes: Vec<f64> = all.outer_iter().map(size).collect();
    let largest = OUTLIER * median(&mut sizes.clone());
    let kept: Vec<usize> = (0..sizes.len()).filter(|&row| sizes[row] <= largest).collect();
    if kept.is_empty() { all.clone() } else { all.select(Axis(0), &kept) }
}

#[cfg(test)]
mod tests;
