//! Interval of a proportion.

use super::bootstrap::bootstrap_over;
use crate::distributions::normal_quantile;
use crate::{Interval, LEVEL};

/// Wilson's score interval of `successes` in `n` trials; `None` without a trial.
///
/// With p the proportion and z the normal quantile of the level, the ends are `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²))
/// / (1 + z²/n)`. Unlike a bootstrap interval it has a width if all or none succeed.
///
/// Source: Wilson, J. Am. Stat. Assoc. 22, 1927.
///
/// ```
/// let i = afterimage_statistics::wilson_interval(10, 10).unwrap();
/// assert!((i.low - 0.7224672).abs() < 1e-6 && (i.high - 1.0).abs() < 1e-12);
/// ```
pub fn wilson_interval(successes: usize, n: usize) -> Option<Interval> {
    if n == 0 || successes > n {
        return None;
    }
    let (count, p) = (n as f64, successes as f64 / n as f64);
    let z = normal_quantile(0.5 + LEVEL / 2.0);
    let centre = p + z * z / (2.0 * count);
    let half = z * (p * (1.0 - p) / count + z * z / (4.0 * count * count)).sqrt();
    let scale = 1.0 + z * z / count;
    Some(Interval {
        low: ((centre - half) / scale).max(0.0),
        high: ((centre + half) / scale).min(1.0),
        level: LEVEL,
        method: format!("Wilson score interval, {n} trials"),
    })
}

/// Interval of a mean of fractions in 0..1: a percentile bootstrap over `what`, or [`wilson_interval`] if all fractions
/// are 0 or all are 1, since resamples of a constant have no width.
///
/// `None` with fewer than two values, or no resample.
///
/// ```
/// let i = afterimage_statistics::fraction_interval(&[0.0; 60], "voxels", 1000, 1).unwrap();
/// assert!(i.low == 0.0 && (i.high - 0.0602).abs() < 1e-4 && i.method.contains("Wilson"));
/// ```
pub fn fraction_interval(values: &[f64], what: &str, resamples: usize, seed: u64) -> Option<Interval> {
    let n = values.len();
    let hits = values.iter().filter(|&&v| v == 1.0).count();
    let constant = hits == n || values.iter().all(|&v| v == 0.0);
    if n < 2 || !constant {
        return bootstrap_over(values, what, resamples, seed);
    }
    let interval = wilson_interval(hits, n)?;
    let method = format!("Wilson score interval over {n} {what}: all of them are {}", if hits == n { 1 } else { 0 });
    Some(Interval { method, ..interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_that_all_are_0_or_1_keep_a_width_and_others_have_the_bootstrap() {
        let ones = fraction_interval(&[1.0; 50], "images", 500, 1).unwrap();
        assert!((ones.low - 0.928_651_6).abs() < 1e-6 && ones.high == 1.0, "{ones:?}");
        assert!(ones.method.contains("Wilson") && ones.method.contains("50 images"));
        let mixed = [1.0, 0.0, 1.0, 0.25];
        assert_eq!(fraction_interval(&mixed, "images", 500, 1), crate::bootstrap_mean(&mixed, 500, 1));
        assert_eq!(fraction_interval(&[1.0], "images", 500, 1), None);
    }

    #[test]
    fn intervals_are_those_of_statsmodels() {
        // golden/people.py
        for (successes, n, low, high) in [
            (0, 8, 0.0, 0.324_407_56),
            (3, 20, 0.052_368_75, 0.360_418_86),
            (41, 47, 0.748_260_59, 0.940_153_96),
            (1, 1, 0.206_549_31, 1.0),
        ] {
            let i = wilson_interval(successes, n).unwrap();
            assert!((i.low - low).abs() < 1e-7 && (i.high - high).abs() < 1e-7, "{successes}/{n}: {i:?}");
        }
    }

    #[test]
    fn no_trial_has_no_interval() {
        assert!(wilson_interval(0, 0).is_none());
    }
}
