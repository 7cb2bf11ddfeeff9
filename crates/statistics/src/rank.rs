//! Rank correlation.

use crate::correlation::pearson;
use crate::draws::{Purpose, below, repeat};
use crate::{Interval, Sample, percentile_interval};

/// Spearman's rank correlation: Pearson's r of the ranks; ties share the mean of their ranks.
///
/// NaN if either vector is constant, their lengths differ, or a value is not finite.
///
/// Source: Spearman, Am. J. Psychol. 15, 1904.
///
/// ```
/// assert!((afterimage_statistics::spearman(&[1.0, 2.0, 3.0], &[1.0, 4.0, 9.0]) - 1.0).abs() < 1e-12);
/// ```
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    if a.iter().chain(b).any(|v| !v.is_finite()) { f64::NAN } else { pearson(&ranks(a), &ranks(b)) }
}

/// Percentile interval of [`spearman`] over resampled pairs; resamples without a correlation are left out.
///
/// `None` with fewer than three pairs, or no resample with a correlation.
pub fn bootstrap_spearman(a: &[f64], b: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let n = a.len();
    if n < 3 || b.len() != n {
        return None;
    }
    let values = repeat(resamples, seed, Purpose::Pairs, |rng| {
        let drawn: Vec<usize> = (0..n).map(|_| below(rng, n)).collect();
        let of = |values: &[f64]| drawn.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        spearman(&of(a), &of(b))
    });
    percentile_interval(values, &Sample::of(n, "image"))
}

/// Ranks from 1; ties share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let end = start + order[start..].iter().take_while(|&&i| values[i] == values[order[start]]).count();
        for &i in &order[start..end] {
            ranks[i] = (start + 1 + end) as f64 / 2.0;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tied_ranks_are_those_of_scipy() {
        // golden/people.py
        let r = spearman(&[0.1, 0.5, 0.5, 0.9, 1.0, 0.5], &[3.0, 1.0, 4.0, 4.0, 5.0, 2.0]);
        assert!((r - 0.646_843_16).abs() < 1e-7, "{r}");
        assert_eq!(ranks(&[2.0, 1.0, 2.0]), [2.5, 1.0, 2.5]);
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
    }

    #[test]
    fn correlation_ignores_monotone_changes_and_a_constant_has_none() {
        let a = [0.3, 0.1, 0.8, 0.4];
        let cubed: Vec<f64> = a.iter().map(|v| v * v * v).collect();
        assert_eq!(spearman(&a, &[1.0, 2.0, 3.0, 4.0]), spearman(&cubed, &[1.0, 2.0, 3.0, 4.0]));
        assert!(spearman(&a, &[1.0; 4]).is_nan() && spearman(&a, &[1.0, f64::NAN, 2.0, 3.0]).is_nan());
    }

    #[test]
    fn interval_of_independent_ranks_has_the_width_of_theory() {
        // Of independent ranks r has variance 1 / (n - 1).
        let a: Vec<f64> = (0..200).map(f64::from).collect();
        let b: Vec<f64> = (0..200).map(|i| f64::from((i * 67) % 199)).collect();
        let interval = bootstrap_spearman(&a, &b, 4000, 2).unwrap();
        assert!(((interval.high - interval.low) / (2.0 * 1.96 / 199.0_f64.sqrt()) - 1.0).abs() < 0.2, "{interval:?}");
        assert!(bootstrap_spearman(&a[..2], &b[..2], 100, 0).is_none());
    }
}
