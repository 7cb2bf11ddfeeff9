//! Percentile bootstrap.

use afterimage_run::scores::Interval;

use crate::draws::{Purpose, below, repeated};

/// Level of every interval.
pub const LEVEL: f64 = 0.95;

/// Percentile bootstrap interval of the mean.
///
/// Resamples `values` with replacement `resamples` times and takes the 2.5 % and 97.5 % quantiles
/// of the means (linear between order statistics). Values that are not finite are left out first.
/// `None` with fewer than two values, or no resample.
///
/// Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
///
/// ```
/// let i = afterimage_eval::statistics::bootstrap_mean(&[0.0, 1.0, 0.0, 1.0], 1000, 7).unwrap();
/// assert!(i.low <= 0.5 && i.high >= 0.5);
/// ```
pub fn bootstrap_mean(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    bootstrap_over(values, "images", resamples, seed)
}

/// As [`bootstrap_mean`], of what is not images.
pub(super) fn bootstrap_over(values: &[f64], what: &str, resamples: usize, seed: u64) -> Option<Interval> {
    let values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if values.len() < 2 || resamples == 0 {
        return None;
    }
    percentile_interval(resampled_means(&values, resamples, seed), what)
}

/// Means of `resamples` resamples of finite values.
pub(super) fn resampled_means(values: &[f64], resamples: usize, seed: u64) -> Vec<f64> {
    let n = values.len();
    repeated(resamples, seed, Purpose::Bootstrap, |rng| (0..n).map(|_| values[below(rng, n)]).sum::<f64>() / n as f64)
}

/// Percentile bootstrap interval of the median, as [`bootstrap_mean`].
pub fn bootstrap_median(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let n = values.len();
    if n < 2 || resamples == 0 {
        return None;
    }
    let medians = repeated(resamples, seed, Purpose::Bootstrap, |rng| {
        median(&mut (0..n).map(|_| values[below(rng, n)]).collect())
    });
    percentile_interval(medians, "images")
}

/// The percentile interval of statistics that were computed on resamples of `what`.
///
/// `None` where no statistic is finite.
pub fn percentile_interval(mut statistics: Vec<f64>, what: &str) -> Option<Interval> {
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
    })
}

/// Quantile of sorted values, at least one, linear between order statistics.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = at.ceil() as usize;
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

/// First and third quartile of the finite values, linear between order statistics; NaN where there is none.
pub fn quartiles(values: &[f64]) -> (f64, f64) {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.is_empty() {
        true => (f64::NAN, f64::NAN),
        false => (quantile(&sorted, 0.25), quantile(&sorted, 0.75)),
    }
}

/// Median of the finite values (mean of the middle two where their number is even); NaN where there is none.
///
/// The order of `values` is not kept.
pub fn median(values: &mut Vec<f64>) -> f64 {
    values.retain(|v| v.is_finite());
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    let (left, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return upper;
    }
    let lower = left.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lower + upper) / 2.0
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

    #[test]
    fn quartiles_lie_between_order_statistics() {
        assert_eq!(quartiles(&[4.0, 1.0, f64::NAN, 3.0, 2.0, 5.0]), (2.0, 4.0));
        assert!(quartiles(&[]).0.is_nan());
    }

    #[test]
    fn median_skips_undefined_values() {
        assert_eq!(median(&mut vec![3.0, f64::NAN, 1.0]), 2.0);
        assert_eq!(median(&mut vec![3.0, 9.0, 1.0]), 3.0);
        assert!(median(&mut vec![f64::NAN]).is_nan());
    }
}
