//! Interval of a proportion.

use super::bootstrap::bootstrap_over;
use crate::distributions::normal_quantile;
use crate::{Interval, LEVEL, Sample, plural};

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
        over: vec![Sample::of(n, "trial")],
    })
}

/// Interval of a mean of fractions in 0..1: a percentile bootstrap over items, or the exact bound if all fractions
/// are 0 or all are 1, since resamples of a constant have no width. `item` is what one is, in the singular.
///
/// `None` with fewer than two values, values that are all equal to another number, or no resample.
///
/// ```
/// let i = afterimage_statistics::fraction_interval(&[0.0; 60], "voxel", 1000, 1).unwrap();
/// assert!(i.low == 0.0 && (i.high - 0.0596).abs() < 1e-4 && i.method.contains("exact"));
/// ```
pub fn fraction_interval(values: &[f64], item: &str, resamples: usize, seed: u64) -> Option<Interval> {
    let over = Sample::of(values.len(), item);
    match values {
        [_, _, ..] if values.iter().all(|&v| v == 1.0) => Some(boundary_interval(true, &over)),
        [_, _, ..] if values.iter().all(|&v| v == 0.0) => Some(boundary_interval(false, &over)),
        _ => bootstrap_over(values, item, resamples, seed),
    }
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
    fn fractions_that_all_are_0_or_1_keep_a_width_and_others_have_the_bootstrap() {
        let ones = fraction_interval(&[1.0; 50], "image", 500, 1).unwrap();
        assert!((ones.low - 0.928_878_5).abs() < 1e-6 && ones.high == 1.0, "{ones:?}");
        assert!(ones.method.contains("exact") && ones.method.contains("50 images"));
        let zeros = fraction_interval(&[0.0; 50], "image", 500, 1).unwrap();
        assert!(zeros.low == 0.0 && (zeros.high - 1.0 + ones.low).abs() < 1e-12, "{zeros:?}");
        let mixed = [1.0, 0.0, 1.0, 0.25];
        assert_eq!(fraction_interval(&mixed, "image", 500, 1), crate::bootstrap_mean(&mixed, 500, 1));
        assert_eq!(fraction_interval(&[1.0], "image", 500, 1), None);
        assert_eq!(fraction_interval(&[0.5; 50], "image", 500, 1), None, "equal values say nothing about others");
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
