//! Bias-corrected and accelerated bootstrap intervals.

use super::bootstrap::resampled_means;
use crate::distributions::{normal, normal_quantile};
use crate::{Interval, LEVEL, Sample, defined, mean, plural, quantile};

/// BCa interval from statistics computed on resamples.
///
/// With G the distribution of `statistics`, `theta` the statistic of the sample itself and `theta_i` that without item
/// i (`jackknife`): bias `z0 = Phi^-1((G(< theta) + G(<= theta)) / 2)`, acceleration `a = sum u_i^3 / (6 (sum
/// u_i^2)^(3/2))` with `u_i = mean theta_j - theta_i`, and the ends are the quantiles `Phi(z0 + (z0 + z) / (1 - a (z0 +
/// z)))` of G (linear between order statistics) for the normal quantiles z of the two tails.
///
/// `None` without statistics, or if all of them lie on one side of `theta`, where the bias is infinite.
/// Statistics that are not finite are left out.
///
/// Source: Efron, J. Am. Stat. Assoc. 82, 1987; Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter
/// 14.
pub fn bca_interval(mut statistics: Vec<f64>, theta: f64, jackknife: &[f64], over: &Sample) -> Option<Interval> {
    statistics.retain(|v| v.is_finite());
    statistics.sort_unstable_by(f64::total_cmp);
    let below = statistics.partition_point(|v| *v < theta) as f64;
    let up_to = statistics.partition_point(|v| *v <= theta) as f64;
    let bias = normal_quantile((below + up_to) / (2.0 * statistics.len() as f64));
    if statistics.is_empty() || !bias.is_finite() {
        return None;
    }
    let acceleration = acceleration(jackknife);
    let end = |tail: f64| {
        let z = bias + normal_quantile(tail);
        quantile(&statistics, normal(bias + z / (1.0 - acceleration * z)))
    };
    let tail = (1.0 - LEVEL) / 2.0;
    Some(Interval {
        low: end(tail),
        high: end(1.0 - tail),
        level: LEVEL,
        method: format!("BCa bootstrap over {}, {} resamples", plural(2, &over.item), statistics.len()),
        over: vec![over.clone()],
    })
}

/// BCa interval of the mean of finite values, on the same resamples as [`crate::bootstrap_mean`].
///
/// `None` with fewer than two values, or in the cases of [`bca_interval`].
pub fn bca_mean(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    let values = defined(values.iter().copied());
    let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
    if values.len() < 2 || resamples == 0 {
        return None;
    }
    let jackknife: Vec<f64> = values.iter().map(|v| (sum - v) / (n - 1.0)).collect();
    bca_interval(resampled_means(&values, resamples, seed), sum / n, &jackknife, &Sample::of(values.len(), "image"))
}

fn acceleration(jackknife: &[f64]) -> f64 {
    let mean = mean(jackknife);
    let (mut squares, mut cubes) = (0.0, 0.0);
    for u in jackknife.iter().map(|v| mean - v) {
        squares += u * u;
        cubes += u * u * u;
    }
    if squares > 0.0 { cubes / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_values_give_the_percentile_interval() {
        let values: Vec<f64> = (-20..=20).map(f64::from).collect();
        let bca = bca_mean(&values, 20_000, 1).unwrap();
        let plain = crate::bootstrap_mean(&values, 20_000, 1).unwrap();
        assert!((bca.low - plain.low).abs() < 0.1 && (bca.high - plain.high).abs() < 0.1, "{bca:?} {plain:?}");
    }

    #[test]
    fn interval_of_skewed_values_leans_to_the_long_tail() {
        let values: Vec<f64> = (0..40).map(|i| (f64::from(i) / 8.0).exp()).collect();
        let bca = bca_mean(&values, 5000, 2).unwrap();
        let plain = crate::bootstrap_mean(&values, 5000, 2).unwrap();
        assert!(bca.low > plain.low && bca.high > plain.high, "{bca:?} {plain:?}");
    }

    #[test]
    fn equal_values_give_a_point_and_one_value_none() {
        let point = bca_mean(&[0.5; 6], 200, 3).unwrap();
        assert_eq!((point.low, point.high), (0.5, 0.5));
        assert!(bca_mean(&[1.0, f64::NAN], 200, 3).is_none());
        assert!(bca_interval(vec![1.0, 2.0], 0.0, &[0.0, 1.0], &Sample::of(3, "image")).is_none());
    }
}
