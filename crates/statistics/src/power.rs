//! Number of test images needed to separate two runs.

use crate::distributions::{noncentral_t, t_quantile};
use crate::{mean, variance};

/// Two-sided level of the planned test.
pub const ALPHA: f64 = 0.05;
/// Power of the planned test.
pub const POWER: f64 = 0.8;
/// Limit of the search: above it, no test set of a usual size is large enough.
pub const MOST_IMAGES: usize = 1_000_000;

/// Power of the two-sided paired t-test at level `alpha` with `n` pairs, if the differences are normal with a mean of
/// `effect` standard deviations.
///
/// `1 - (F(c) - F(-c))`, F the noncentral t with `n - 1` degrees of freedom and noncentrality `effect sqrt(n)`, c the
/// `1 - alpha/2` quantile of Student's t. NaN below two pairs.
///
/// Source: Cohen, *Statistical Power Analysis for the Behavioral Sciences*, 1988, chapter 2.
pub fn paired_t_power(effect: f64, n: usize, alpha: f64) -> f64 {
    if n < 2 || !effect.is_finite() {
        return f64::NAN;
    }
    let df = (n - 1) as f64;
    let (critical, delta) = (t_quantile(1.0 - alpha / 2.0, df), effect.abs() * (n as f64).sqrt());
    1.0 - (noncentral_t(critical, df, delta) - noncentral_t(-critical, df, delta))
}

/// The smallest number of test images with which the paired t-test finds a difference of this effect size in 80 % of
/// experiments, two-sided at 0.05: the least n with [`paired_t_power`] of at least [`POWER`].
///
/// `effect` is the mean of the paired differences over their standard deviation, see [`effect_size`]. `None` beyond
/// [`MOST_IMAGES`], or for an effect that is 0 or undefined.
///
/// ```
/// assert_eq!(afterimage_statistics::images_needed(0.5), Some(34)); // Cohen's medium effect
/// ```
pub fn images_needed(effect: f64) -> Option<usize> {
    let enough = |n: usize| paired_t_power(effect, n, ALPHA) >= POWER;
    if effect == 0.0 || !effect.is_finite() || !enough(MOST_IMAGES) {
        return None;
    }
    let (mut short, mut long) = (1, 2);
    while !enough(long) {
        (short, long) = (long, 2 * long);
    }
    while long - short > 1 {
        let middle = (short + long) / 2;
        if enough(middle) { long = middle } else { short = middle }
    }
    Some(long)
}

/// Mean over standard deviation (with n - 1) of paired differences; NaN if they do not vary or are fewer than two.
pub fn effect_size(differences: &[f64]) -> f64 {
    let variance = variance(differences);
    if variance > 0.0 { mean(differences) / variance.sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::Rng;

    use super::*;
    use crate::draws::{Purpose, stream};

    #[test]
    fn many_images_follow_the_normal_closed_form() {
        // n = ((z_0.975 + z_0.8) / effect)^2, to which t adds about z_0.975^2 / 2 images.
        for effect in [0.02, 0.05, 0.1_f64] {
            let normal = ((1.959_964 + 0.841_621) / effect).powi(2);
            let n = images_needed(effect).unwrap() as f64;
            assert!(n >= normal && n - normal < 4.0, "{effect}: {n} {normal}");
        }
    }

    #[test]
    fn power_is_the_level_without_an_effect_and_has_the_sign_of_none() {
        assert!((paired_t_power(0.0, 20, 0.05) - 0.05).abs() < 1e-7);
        assert_eq!(paired_t_power(0.4, 20, 0.05), paired_t_power(-0.4, 20, 0.05));
        assert!(paired_t_power(0.4, 1, 0.05).is_nan());
    }

    #[test]
    fn simulated_experiments_of_that_size_find_the_effect_in_four_of_five() {
        let (effect, draws) = (0.4, 20_000);
        let n = images_needed(effect).unwrap();
        let critical = t_quantile(0.975, (n - 1) as f64);
        let mut rng = stream(5, Purpose::Bootstrap, 0);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut normal = || (-2.0 * (1.0 - uniform()).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
        let found = (0..draws).filter(|_| {
            let differences: Vec<f64> = (0..n).map(|_| effect + normal()).collect();
            (effect_size(&differences) * (n as f64).sqrt()).abs() > critical
        });
        let power = found.count() as f64 / f64::from(draws);
        assert!((0.79..0.825).contains(&power), "{power} with {n} images");
    }

    #[test]
    fn no_effect_has_no_number_of_images() {
        assert_eq!(images_needed(0.0), None);
        assert_eq!(images_needed(1e-4), None);
        assert_eq!(images_needed(f64::NAN), None);
        assert!(effect_size(&[0.2, 0.2]).is_nan());
    }
}
