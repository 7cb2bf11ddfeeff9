//! Interval of a proportion.

use crate::distributions::normal_quantile;
use crate::{Interval, LEVEL, Sample, mean, plural};

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
    let (low, high) = wilson(successes as f64 / n as f64, n as f64);
    Some(Interval {
        low,
        high,
        level: LEVEL,
        method: format!("Wilson score interval, {n} trials"),
        over: vec![Sample::of(n, "trial")],
    })
}

/// Interval of a mean of fractions in 0..1, such as the share of wrong candidates that a reconstruction is told from: Wilson's
/// score interval of the mean m, with an effective number of items in place of n. `item` is what one is, in the singular.
///
/// The effective number is `n q (1 - q) / v`, with q and v the mean and the variance of the fractions and one more item, half
/// of it at 1 and half at 0. For fractions that are 0 or 1 it is n, and the interval is Wilson's own; fractions between vary
/// less than single trials of the same mean, and have more. The item more keeps v from vanishing where all but a few fractions
/// are 1: there a bootstrap, which resamples the few misses that were seen, is too narrow (see the example `coverage`).
/// If all fractions are 0 or all are 1, it is the exact bound.
///
/// `None` with fewer than two values, a value outside 0..1, or values that are all equal to another number.
///
/// Source: Wilson, J. Am. Stat. Assoc. 22, 1927; effective numbers as for surveys: Korn and Graubard, Survey Methodology 24,
/// 1998; the item more after Agresti and Coull, Am. Stat. 52, 1998.
///
/// ```
/// let i = afterimage_statistics::fraction_interval(&[0.0; 60], "voxel").unwrap();
/// assert!(i.low == 0.0 && (i.high - 0.0596).abs() < 1e-4 && i.method.contains("exact"));
/// let i = afterimage_statistics::fraction_interval(&[1.0, 0.0, 1.0, 1.0], "image").unwrap();
/// let trials = afterimage_statistics::wilson_interval(3, 4).unwrap();
/// assert!((i.low - trials.low).abs() < 1e-12 && (i.high - trials.high).abs() < 1e-12);
/// ```
pub fn fraction_interval(values: &[f64], item: &str) -> Option<Interval> {
    let over = Sample::of(values.len(), item);
    let (first, others) = values.split_first()?;
    if others.is_empty() || !values.iter().all(|v| (0.0..=1.0).contains(v)) {
        return None;
    }
    if others.iter().all(|v| v == first) {
        return (*first == 1.0 || *first == 0.0).then(|| boundary_interval(*first == 1.0, &over));
    }
    let n = values.len() as f64;
    let m = mean(values);
    let q = (n * m + 0.5) / (n + 1.0);
    let squares: f64 = values.iter().map(|v| (v - q).powi(2)).sum();
    let variance = (squares + 0.5 * (1.0 - q).powi(2) + 0.5 * q.powi(2)) / (n + 1.0);
    let (low, high) = wilson(m, n * q * (1.0 - q) / variance);
    let method = format!("Wilson score interval over {}, effective number of items", plural(2, item));
    Some(Interval { low, high, level: LEVEL, method, over: vec![over] })
}

/// Ends of Wilson's interval of a proportion p in n trials.
fn wilson(p: f64, n: f64) -> (f64, f64) {
    let z = normal_quantile(0.5 + LEVEL / 2.0);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// Exact interval of the mean of fractions in 0..1 if all n observed ones are 1 (`right`) or all are 0.
///
/// From `a^(1/n)` to 1, with a the tail 0.025; mirrored for zeros. It is Clopper and Pearson's interval of n successes
/// in n trials, and it holds for means of trials too: if the mean of a fraction is m, it equals 1 with a probability of
/// at most m (Markov), so n of them are 1 with a probability of at most m^n, which is below a for every m that the
/// interval leaves out. About 1 - 3.7/n: the "rule of three" for a two-sided level of 95 %.
///
/// Source: Clopper and Pearson, Biometrika 26, 1934; Hanley and Lippman-Hand, JAMA 249, 1983.
fn boundary_interval(right: bool, over: &Sample) -> Interval {
    let bound = ((1.0 - LEVEL) / 2.0).powf(1.0 / over.n as f64);
    let (low, high) = if right { (bound, 1.0) } else { (0.0, 1.0 - bound) };
    let what = plural(over.n, &over.item);
    let method = format!("exact bound over {} {what}: all of them are {}", over.n, u8::from(right));
    Interval { low, high, level: LEVEL, method, over: vec![over.clone()] }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::Rng;

    use super::*;
    use crate::draws::{Purpose, stream};

    #[test]
    fn fractions_that_all_are_0_or_1_have_an_exact_bound() {
        let ones = fraction_interval(&[1.0; 50], "image").unwrap();
        assert!((ones.low - 0.928_878_5).abs() < 1e-6 && ones.high == 1.0, "{ones:?}");
        assert!(ones.method.contains("exact") && ones.method.contains("50 images"));
        let zeros = fraction_interval(&[0.0; 50], "image").unwrap();
        assert!(zeros.low == 0.0 && (zeros.high - 1.0 + ones.low).abs() < 1e-12, "{zeros:?}");
        assert_eq!(fraction_interval(&[1.0], "image"), None);
        assert_eq!(fraction_interval(&[0.5; 50], "image"), None, "equal values say nothing about others");
        assert_eq!(fraction_interval(&[0.5, -0.1], "image"), None, "not fractions");
    }

    #[test]
    fn fractions_that_vary_little_have_a_narrow_interval_as_a_bootstrap_has() {
        let values: Vec<f64> = (0..400).map(|i| 0.4 + 0.2 * (f64::from(i) + 0.5) / 400.0).collect();
        let [ours, bootstrap] =
            [fraction_interval(&values, "image"), crate::bootstrap_mean(&values, 10_000, 3)].map(|i| i.unwrap());
        assert!((ours.low - bootstrap.low).abs() < 0.001 && (ours.high - bootstrap.high).abs() < 0.001, "{ours:?}");
    }

    #[test]
    fn near_the_ceiling_the_interval_covers_the_mean_where_the_bootstrap_does_not() {
        // Most images are told from every wrong candidate, few are not: 1 - u^6 of uniform u has the mean 6/7.
        let (n, experiments, truth) = (20, 2000, 1.0 - 1.0 / 7.0);
        let mut rng = stream(9, Purpose::Bootstrap, 0);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut covered = [0, 0];
        for _ in 0..experiments {
            let values: Vec<f64> = (0..n).map(|_| 1.0 - uniform().powi(6)).collect();
            let both = [fraction_interval(&values, "image"), crate::bootstrap_mean(&values, 300, 1)];
            for (covered, i) in covered.iter_mut().zip(both.map(|i| i.unwrap())) {
                *covered += usize::from((i.low..=i.high).contains(&truth));
            }
        }
        let share = covered.map(|count| count as f64 / f64::from(experiments));
        assert!(share[0] > 0.94 && share[1] < 0.91, "{share:?}");
    }

    #[test]
    fn interval_at_the_boundary_covers_means_of_trials_as_often_as_it_says() {
        // Fractions that are 1 with probability q and else a mean of some trials, r: their mean is q + (1 - q) r. What
        // the interval leaves out must be so small that samples of ones only are rarer than its tail, whatever r.
        let (n, experiments) = (20, 20_000);
        let bound = boundary_interval(true, &Sample::of(n, "image")).low;
        for (rest, salt) in [(0.0, 0), (0.5, 1), (0.9, 2)] {
            let q = (bound - rest) / (1.0 - rest);
            let mut rng = stream(8, Purpose::Bootstrap, salt);
            let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            let missed = (0..experiments).filter(|_| (0..n).all(|_| uniform() < q.max(0.0))).count();
            let share = missed as f64 / f64::from(experiments);
            assert!(share <= 0.029, "{rest}: {share}");
            assert!(rest > 0.0 || share > 0.021, "of single trials the bound is exact: {share}");
        }
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
