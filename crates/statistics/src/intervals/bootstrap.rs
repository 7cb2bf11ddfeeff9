//! Percentile bootstrap.

use crate::draws::{Purpose, below, repeat};
use crate::{Interval, LEVEL, Sample, defined, median, plural, quantile};

/// Percentile bootstrap interval of the mean.
///
/// Resamples `values` with replacement `resamples` times and takes the 2.5 % and 97.5 % quantiles
/// of the means (linear between order statistics). Values that are not finite are left out first.
/// `None` with fewer than two values, or values that are all equal, or no resample.
///
/// Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
///
/// ```
/// let i = afterimage_statistics::bootstrap_mean(&[0.0, 1.0, 0.0, 1.0], 1000, 7).unwrap();
/// assert!(i.low <= 0.5 && i.high >= 0.5);
/// ```
pub fn bootstrap_mean(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let values = defined(values.iter().copied());
    if values.len() < 2 || resamples == 0 {
        return None;
    }
    percentile_interval(resampled_means(&values, resamples, seed), &Sample::of(values.len(), "image"))
}

/// Means of `resamples` resamples of finite values.
pub(super) fn resampled_means(values: &[f64], resamples: usize, seed: u64) -> Vec<f64> {
    let n = values.len();
    repeat(resamples, seed, Purpose::Bootstrap, |rng| (0..n).map(|_| values[below(rng, n)]).sum::<f64>() / n as f64)
}

/// Percentile bootstrap interval of the median; otherwise like [`bootstrap_mean`].
pub fn bootstrap_median(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let values = defined(values.iter().copied());
    let n = values.len();
    if n < 2 || resamples == 0 {
        return None;
    }
    let medians =
        repeat(resamples, seed, Purpose::Bootstrap, |rng| median(&mut (0..n).map(|_| values[below(rng, n)]).collect()));
    // Medians of ranks may all be equal where the values are not: then the interval is one point.
    let differ = values.iter().any(|v| *v != values[0]);
    let interval = percentile_of(medians, "images").filter(|_| differ)?;
    Some(Interval { over: vec![Sample::of(n, "image")], ..interval })
}

/// The percentile interval of statistics that were computed on resamples of a sample.
///
/// `None` if no statistic is finite, or all are equal.
pub fn percentile_interval(statistics: Vec<f64>, over: &Sample) -> Option<Interval> {
    let what = plural(2, &over.item);
    let interval = percentile_of(statistics, &what).filter(Interval::has_width)?;
    Some(Interval { over: vec![over.clone()], ..interval })
}

/// The percentile interval of statistics on resamples of `what`, a phrase; the caller states the sample.
pub(super) fn percentile_of(mut statistics: Vec<f64>, what: &str) -> Option<Interval> {
    statistics.retain(|v| v.is_finite());
    if statistics.is_empty() {
        return None;
    }
    statistics.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - LEVEL) / 2.0;
    Some(Interval {
        low: quantile(&statistics, tail),
        high: quantile(&statistics, 1.0 - tail),
        level: LEVEL,
        method: format!("percentile bootstrap over {what}, {} resamples", statistics.len()),
        over: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_the_mean_matches_the_normal_one() {
        // Of 400 values with mean 0.5 and variance 1/12 the mean has standard error 0.0144.
        let values: Vec<f64> = (0..400).map(|i| (i as f64 + 0.5) / 400.0).collect();
        let i = bootstrap_mean(&values, 10_000, 3).unwrap();
        let half = 1.96 * (1.0_f64 / 12.0 / 400.0).sqrt();
        assert!((i.low - (0.5 - half)).abs() < 0.002, "{i:?}");
        assert!((i.high - (0.5 + half)).abs() < 0.002, "{i:?}");
    }

    #[test]
    fn same_seed_gives_same_interval_and_another_seed_another() {
        let values = [0.1, 0.5, 0.3, 0.9, 0.7];
        assert_eq!(bootstrap_mean(&values, 999, 1), bootstrap_mean(&values, 999, 1));
        assert_ne!(
            bootstrap_mean(&[0.11, 0.52, 0.37, 0.91, 0.73, 0.2, 0.6], 99, 1),
            bootstrap_mean(&[0.11, 0.52, 0.37, 0.91, 0.73, 0.2, 0.6], 99, 2)
        );
    }

    #[test]
    fn interval_of_the_median_matches_the_order_statistics() {
        // Of 99 values the 95 % interval of the median lies between the order statistics 40 and 60.
        let values: Vec<f64> = (1..100).map(f64::from).collect();
        let i = bootstrap_median(&values, 10_000, 3).unwrap();
        assert!((i.low - 40.0).abs() <= 1.5 && (i.high - 60.0).abs() <= 1.5, "{i:?}");
    }

    #[test]
    fn one_value_has_no_interval() {
        assert!(bootstrap_mean(&[1.0], 100, 0).is_none());
        assert!(bootstrap_mean(&[1.0, f64::NAN], 100, 0).is_none());
    }
}
