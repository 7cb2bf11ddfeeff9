//! The interval of a proportion.

use afterimage_run::scores::Interval;

use super::LEVEL;
use super::distributions::normal_quantile;

/// Wilson's score interval of `successes` in `n` trials; `None` without a trial.
///
/// With p the proportion and z the normal quantile of the level, the ends are
/// `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`. Unlike a bootstrap it keeps a width where all or none succeed.
///
/// Source: Wilson, J. Am. Stat. Assoc. 22, 1927.
///
/// ```
/// let i = afterimage_eval::statistics::wilson_interval(10, 10).unwrap();
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

#[cfg(test)]
mod tests {
    use super::*;

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
