//! Paired difference of two runs on the same items, with intervals, test and power.

use rayon::prelude::*;

use crate::draws::{Purpose, blocks, coin, stream};
use crate::{ALPHA, Difference, Interval, POWER, PValue, Power};
use crate::{bca_mean, bootstrap_mean, effect_size, hierarchical_mean, images_needed, mean};

/// Two sums of the same numbers in different order may differ by rounding; such a draw counts as equal.
const ROUNDING: f64 = 1e-12;

/// Mean paired difference of one or more subjects, with intervals, test and power.
///
/// `subjects[s]` holds the differences of the images of subject s. The value is the mean over subjects of the means
/// over images. One subject: percentile and BCa bootstrap over images, and [`Power`]. Several: hierarchical bootstrap
/// over subjects, then images, without BCa or power, which are defined for one level. The test is [`sign_flip`] over
/// images; with several subjects its conclusion is limited to these subjects. `p_holm` equals `p`; the caller corrects
/// it over its family of tests.
///
/// `None` if no subject has two differences, or a subject has none.
pub fn paired_difference(
    subjects: &[Vec<f64>],
    resamples: usize,
    permutations: usize,
    seed: u64,
) -> Option<Difference> {
    if subjects.iter().all(|s| s.len() < 2) || subjects.iter().any(Vec::is_empty) {
        return None;
    }
    let value = subjects.iter().map(|s| mean(s)).sum::<f64>() / subjects.len() as f64;
    let weighted: Vec<f64> =
        subjects.iter().flat_map(|s| s.iter().map(|d| d / (s.len() * subjects.len()) as f64)).collect();
    let p = sign_flip(&weighted, permutations, seed);
    let (interval, bca, power) = match subjects {
        [images] => {
            let interval = bootstrap_mean(images, resamples, seed);
            let power = power(images, interval.as_ref());
            (interval, bca_mean(images, resamples, seed), power)
        }
        _ => (hierarchical_mean(subjects, resamples, seed), None, None),
    };
    Some(Difference { value, interval, bca, p_holm: p.value, p, n: weighted.len(), power, by_seed: Vec::new() })
}

/// Two-sided sign-flip permutation test of "the sum of the differences is zero".
///
/// If the runs were equal, each difference would have either sign with equal probability: `p = (1 + #{|sum s_i d_i| >=
/// |sum d_i|}) / (1 + draws)` with random signs `s_i`. If there are at most `draws` sign patterns, all `2^n` are
/// enumerated instead and p is exact: the share of them at or beyond the observed sum.
///
/// Source: Fisher, *The Design of Experiments*, 1935, section 21; Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9,
/// 2010.
pub fn sign_flip(differences: &[f64], draws: usize, seed: u64) -> PValue {
    let sum = differences.iter().sum::<f64>().abs();
    let scale: f64 = differences.iter().map(|d| d.abs()).sum();
    let threshold = sum - ROUNDING * scale;
    let n = differences.len();
    if n < usize::BITS as usize && 1_usize << n <= draws {
        let flipped = |signs: usize| -> f64 {
            differences.iter().enumerate().map(|(i, d)| if signs >> i & 1 == 1 { -d } else { *d }).sum()
        };
        let extreme = (0..1_usize << n).filter(|&signs| flipped(signs).abs() >= threshold).count();
        return PValue::exact(
            extreme as f64 / (1_usize << n) as f64,
            format!("paired sign-flip permutation, all {} sign patterns, two-sided", 1_usize << n),
        );
    }
    let extreme: usize = blocks(draws)
        .into_par_iter()
        .map(|(block, size)| {
            let mut rng = stream(seed, Purpose::SignFlip, block);
            let mut flipped = || differences.iter().map(|d| if coin(&mut rng) { *d } else { -d }).sum::<f64>().abs();
            (0..size).filter(|_| flipped() >= threshold).count()
        })
        .sum();
    PValue::drawn(extreme, draws, format!("paired sign-flip permutation, {draws} draws, two-sided"))
}

/// The planned test. A difference whose sign is not known has no number of images that would show it.
fn power(differences: &[f64], interval: Option<&Interval>) -> Option<Power> {
    let effect_size = effect_size(differences);
    let has_sign = interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0);
    let images = images_needed(effect_size).filter(|_| has_sign);
    effect_size.is_finite().then_some(Power { images, effect_size, power: POWER, alpha: ALPHA })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_differences_are_enumerated() {
        // All five of one sign: only the pattern itself and its mirror reach the sum.
        let p = sign_flip(&[0.1, 0.3, 0.2, 0.5, 0.4], 10_000, 0);
        assert_eq!(p.value, 2.0 / 32.0);
        assert!(p.method.contains("all 32"), "{}", p.method);
        assert_eq!(sign_flip(&[0.0; 30], 500, 0).value, 1.0);
    }

    #[test]
    fn drawn_signs_approach_the_enumeration() {
        let differences: Vec<f64> = (0..12).map(|i| f64::from((i * 7) % 12) - 4.2).collect();
        let exact = sign_flip(&differences, 4096, 0).value;
        let drawn = sign_flip(&differences, 4000, 0).value;
        assert!((exact - drawn).abs() < 0.03, "{exact} {drawn}");
    }

    #[test]
    fn difference_of_equal_runs_is_null_and_of_a_better_one_is_not() {
        let null = paired_difference(&[vec![0.0; 20]], 500, 999, 1).unwrap();
        assert_eq!((null.value, null.p.value, null.power), (0.0, 1.0, None));
        let better =
            paired_difference(&[(0..20).map(|i| 0.2 + f64::from(i % 3) / 10.0).collect()], 500, 999, 1).unwrap();
        assert!(better.value > 0.2 && better.p.value == 0.001 && better.interval.unwrap().low > 0.0);
        assert!(better.bca.is_some() && better.power.unwrap().images.unwrap() < 10);
        assert!(paired_difference(&[vec![0.3]], 500, 999, 1).is_none());
        let unclear = paired_difference(&[vec![0.3, -0.2, 0.1, -0.15, 0.05]], 500, 999, 1).unwrap();
        let power = unclear.power.unwrap();
        assert!(power.effect_size > 0.0 && power.images.is_none(), "the interval includes 0: {power:?}");
    }

    #[test]
    fn subjects_count_alike_whatever_their_images() {
        let subjects = [vec![1.0; 4], vec![0.0; 16]];
        let difference = paired_difference(&subjects, 500, 999, 1).unwrap();
        assert_eq!((difference.value, difference.n), (0.5, 20));
        assert!(difference.bca.is_none() && difference.power.is_none());
        assert!(difference.interval.unwrap().method.contains("subjects, then images"));
    }
}
