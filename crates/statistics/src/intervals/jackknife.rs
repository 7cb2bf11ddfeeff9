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

/// Largest correlation whose Fisher z is taken: that of 1 is infinite.
const MOST: f64 = 1.0 - 1e-12;

/// Interval of a correlation `r`, or of a mean of correlations: jackknife of Fisher's z, `z = atanh r` with `z_i = atanh
/// r_i` for the value without item i, ends `tanh(z ± t se)`. They lie between -1 and 1.
///
/// A point if r is 1 or -1 with and without each item. `None` with fewer than three items, if a value is not finite, or if
/// all `r_i` are another same value.
///
/// Source: Fisher, Metron 1, 1921; Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 11 and 22.
pub fn jackknife_correlation(r: f64, without: &[f64]) -> Option<Interval> {
    let z = |r: &f64| r.clamp(-MOST, MOST).atanh();
    if without.len() < 3 || !r.is_finite() || without.iter().any(|r| !r.is_finite()) {
        return None;
    }
    if r.abs() >= MOST && without.iter().all(|other| other.abs() >= MOST && other.signum() == r.signum()) {
        let (level, over) = (LEVEL, vec![Sample::of(without.len(), "image")]);
        return Some(Interval { low: r, high: r, level, method: "the same with and without each image".into(), over });
    }
    let pseudo = pseudo_values(z(&r), &without.iter().map(z).collect::<Vec<_>>());
    let interval = jackknife_interval(z(&r), &pseudo)?;
    let method = interval.method.replace("jackknife", "jackknife of Fisher's z");
    Some(Interval { low: interval.low.tanh(), high: interval.high.tanh(), method, ..interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlation::pearson;
    use crate::distributions::normal_quantile;
    use crate::draws::{Purpose, below, repeat};

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

    /// r of n pairs, and r without each.
    fn correlations(pairs: &[(f64, f64)]) -> (f64, Vec<f64>) {
        let of = |skip: usize| {
            let kept = pairs.iter().enumerate().filter(|(at, _)| *at != skip).map(|(_, pair)| *pair);
            let (x, y): (Vec<f64>, Vec<f64>) = kept.unzip();
            pearson(&x, &y)
        };
        (of(pairs.len()), (0..pairs.len()).map(of).collect())
    }

    #[test]
    fn interval_of_a_correlation_lies_within_its_bounds_and_covers_it() {
        for truth in [0.0_f64, 0.6, 0.95] {
            for n in [10, 30] {
                let covered = repeat(1000, 3, Purpose::Bootstrap, |rng| {
                    let mut normal = || normal_quantile((below(rng, 1 << 30) as f64 + 0.5) / f64::from(1 << 30));
                    let pair = |(x, noise): (f64, f64)| (x, truth * x + (1.0 - truth * truth).sqrt() * noise);
                    let pairs: Vec<(f64, f64)> = (0..n).map(|_| pair((normal(), normal()))).collect();
                    let (r, without) = correlations(&pairs);
                    let interval = jackknife_correlation(r, &without).unwrap();
                    assert!(-1.0 <= interval.low && interval.low <= r && r <= interval.high && interval.high <= 1.0);
                    f64::from(u8::from(interval.low <= truth && truth <= interval.high))
                });
                let coverage = mean(&covered);
                println!("r = {truth}, n = {n}: {coverage}");
                assert!((0.91..=0.99).contains(&coverage), "r = {truth}, n = {n}: {coverage}");
            }
        }
    }

    #[test]
    fn perfect_correlation_is_a_point_and_undefined_ones_have_no_interval() {
        let point = jackknife_correlation(1.0, &[1.0; 4]).unwrap();
        assert_eq!((point.low, point.high), (1.0, 1.0));
        assert!(jackknife_correlation(0.5, &[0.5; 4]).is_none());
        assert!(jackknife_correlation(0.5, &[0.4, 0.5, f64::NAN]).is_none());
        assert!(jackknife_correlation(0.5, &[0.4, 0.6]).is_none());
    }

    #[test]
    fn two_values_have_no_interval() {
        assert!(jackknife_interval(1.0, &[1.0, 2.0, f64::NAN]).is_none());
    }
}
