//! Jackknife, for statistics of a set of images that are not a mean over images.

use crate::distributions::t_quantile;
use crate::{Interval, LEVEL, Sample, defined, mean, variance};

/// Jackknife pseudo-values `theta + (n - 1) (mean theta_j - theta_i)`, with `theta_i` the statistic without item i.
///
/// Their mean is the statistic itself (Tukey's pseudo-values minus the jackknife estimate of bias), and their variance
/// over n its sampling variance, so that methods for a mean over items (paired tests, bootstrap) are valid for the
/// statistic when n is large. A `theta_i` that is not finite makes all of them NaN.
///
/// Source: Tukey, Ann. Math. Stat. 29, 1958; Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter
/// 11.
///
/// ```
/// // Of a mean, the pseudo-values are the values.
/// let p = afterimage_statistics::pseudo_values(2.0, &[2.5, 2.0, 1.5]);
/// assert_eq!(p, [1.0, 2.0, 3.0]);
/// ```
pub fn pseudo_values(theta: f64, without: &[f64]) -> Vec<f64> {
    let (n, mean) = (without.len() as f64, mean(without));
    without.iter().map(|t| theta + (n - 1.0) * (mean - t)).collect()
}

/// `theta` plus and minus Student's t times the jackknife standard error, the deviation of the pseudo-values over the
/// root of n.
///
/// `None` with fewer than three finite pseudo-values, or if all are equal.
pub fn jackknife_interval(theta: f64, pseudo_values: &[f64]) -> Option<Interval> {
    let values = defined(pseudo_values.iter().copied());
    let n = values.len() as f64;
    if values.len() < 3 || !theta.is_finite() {
        return None;
    }
    let half = t_quantile((1.0 + LEVEL) / 2.0, n - 1.0) * (variance(&values) / n).sqrt();
    (half > 0.0).then(|| Interval {
        low: theta - half,
        high: theta + half,
        level: LEVEL,
        method: format!("jackknife over images, Student's t with {} degrees of freedom", values.len() - 1),
        over: vec![Sample::of(values.len(), "image")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_mean_is_that_of_students_t() {
        let values = [1.0, 2.0, 4.0, 7.0, 11.0];
        let sum: f64 = values.iter().sum();
        let without: Vec<f64> = values.iter().map(|v| (sum - v) / 4.0).collect();
        let interval = jackknife_interval(5.0, &pseudo_values(5.0, &without)).unwrap();
        // Standard error sqrt(16.5 / 5), quantile 2.776445 for four degrees of freedom.
        let half = 2.776_445_1 * (16.5_f64 / 5.0).sqrt();
        assert!((interval.high - 5.0 - half).abs() < 1e-5 && (5.0 - interval.low - half).abs() < 1e-5);
    }

    #[test]
    fn two_values_have_no_interval() {
        assert!(jackknife_interval(1.0, &[1.0, 2.0, f64::NAN]).is_none());
    }
}
