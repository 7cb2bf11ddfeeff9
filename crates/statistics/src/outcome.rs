//! Results of statistics, in the form in which the files of an experiment folder contain them.

use serde::{Deserialize, Serialize};

use crate::{PValue, holm};

/// Level of every interval.
pub const LEVEL: f64 = 0.95;

/// Ends that differ by less than this share of their size differ by rounding.
const ROUNDING: f64 = 1e-9;

/// A confidence interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    #[serde(deserialize_with = "crate::undefined::number")]
    pub low: f64,
    /// Upper end.
    #[serde(deserialize_with = "crate::undefined::number")]
    pub high: f64,
    /// Level, such as 0.95.
    pub level: f64,
    /// Method, such as "percentile bootstrap over images, 10000 resamples".
    pub method: String,
    /// What the interval is over: the sample that a repetition of the experiment would draw again, outer level first.
    /// Empty in files of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<Sample>,
}

impl Interval {
    /// Returns true if its ends differ by more than rounding. Resamples of equal values give one without a width, which says nothing about how
    /// certain the value is: no interval is defined then.
    pub fn has_width(&self) -> bool {
        self.high - self.low > ROUNDING * self.low.abs().max(self.high.abs())
    }
}

/// A number of things of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// How many.
    pub n: usize,
    /// What one is, in the singular: `image`, `voxel`, `participant`, ...
    pub item: String,
}

impl Sample {
    /// Returns `n` things of a kind.
    pub fn of(n: usize, item: &str) -> Self {
        Self { n, item: item.to_owned() }
    }
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
    /// The same p, Holm-corrected over the family of tests that the file names.
    pub p_holm: f64,
    /// Images with a difference.
    pub n: usize,
    /// Number of images needed to separate the two; null with several subjects, or if differences do not vary.
    pub power: Option<Power>,
    /// Mean difference at each seed that both variants have, in ascending order of seeds; with one subject only.
    pub by_seed: Vec<f64>,
}

impl Difference {
    /// Corrects the p of each difference by Holm over all of them, and returns their number.
    pub fn correct<'a>(family: impl IntoIterator<Item = &'a mut Self>) -> usize {
        let family: Vec<&mut Self> = family.into_iter().collect();
        let adjusted = holm(&family.iter().map(|difference| difference.p.value).collect::<Vec<_>>());
        let tests = family.len();
        family.into_iter().zip(adjusted).for_each(|(difference, p)| difference.p_holm = p);
        tests
    }
}

/// A planned test: the number of images that finds a difference as large as the one observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Power {
    /// Smallest number of images for a paired t-test; null if the interval of the difference includes 0, or beyond a
    /// million.
    pub images: Option<usize>,
    /// Mean over standard deviation of the observed differences.
    pub effect_size: f64,
    /// Power of the test.
    pub power: f64,
    /// Two-sided level of the test.
    pub alpha: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_ends_of_an_interval_come_back() {
        let interval = Interval { low: f64::NAN, high: 0.5, level: 0.95, method: "bootstrap".into(), over: Vec::new() };
        let text = serde_json::to_string(&interval).unwrap();
        assert!(text.contains("\"low\":null"), "{text}");
        let read: Interval = serde_json::from_str(&text).unwrap();
        assert!(read.low.is_nan() && read.high == 0.5);
    }
}
