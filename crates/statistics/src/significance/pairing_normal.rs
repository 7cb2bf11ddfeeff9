//! Test against shuffled pairings without shuffling, for a large number of tables.

use ndarray::{ArrayView2, Axis};

use crate::distributions::normal;
use crate::{PValue, PairingTest};

/// Variance below this share of the squared scale is rounding error of scores that do not depend on the pairing.
const CONSTANT: f64 = 1e-20;

/// Like [`crate::pairing_test`], with the normal approximation of the distribution over all permutations.
///
/// The sum of `scores[i, pi(i)]` over a uniform permutation has mean `(1/n) sum a_ij` and variance `(1/(n-1)) sum
/// d_ij^2`, exactly, with `d_ij = a_ij - mean_i - mean_j + mean`; p is the upper tail of the normal distribution with
/// these. No draws, O(n^2), and p can be as small as a correction over many voxels needs. Scores that do not depend on
/// the pairing give p = 1. With few items the tails are approximate; mean and variance are exact.
///
/// `None` in the cases of [`crate::pairing_test`].
///
/// Source: Hoeffding, Ann. Math. Stat. 22, 1951, theorems 2 and 3.
pub fn pairing_normal(scores: ArrayView2<f64>) -> Option<PairingTest> {
    let n = scores.nrows();
    if n < 2 || scores.ncols() != n || scores.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let (rows, columns) = (scores.mean_axis(Axis(1))?, scores.mean_axis(Axis(0))?);
    let (mean, observed) = (scores.mean()?, scores.diag().mean()?);
    let centred = |i: usize, j: usize| scores[[i, j]] - rows[i] - columns[j] + mean;
    let squares: f64 = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| centred(i, j).powi(2)).sum();
    let scale: f64 = scores.iter().map(|v| v * v).sum();
    let deviation = (squares / (n - 1) as f64).sqrt() / n as f64;
    let value = if squares <= CONSTANT * scale { 1.0 } else { normal((mean - observed) / deviation) };
    let method = "permutation of pairings, normal approximation with the exact mean and variance, one-sided".into();
    Some(PairingTest { observed, shuffled: mean, p: PValue::exact(value, method) })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::pairing_test;

    fn table(n: usize, own: f64) -> Array2<f64> {
        let noise = |i: usize, j: usize| ((i * 7919 + j * 104_729 + i * j * 31) % 1009) as f64 / 1009.0;
        Array2::from_shape_fn((n, n), |(i, j)| noise(i, j) + if i == j { own } else { 0.0 })
    }

    #[test]
    fn variance_is_that_of_all_permutations() {
        let scores = table(4, 0.3);
        let mut sums = Vec::new();
        for a in 0..4 {
            for b in (0..4).filter(|&b| b != a) {
                for c in (0..4).filter(|&c| c != a && c != b) {
                    let order = [a, b, c, 6 - a - b - c];
                    sums.push(order.iter().enumerate().map(|(i, &j)| scores[[i, j]]).sum::<f64>() / 4.0);
                }
            }
        }
        let mean = sums.iter().sum::<f64>() / 24.0;
        let deviation = (sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 24.0).sqrt();
        let test = pairing_normal(scores.view()).unwrap();
        assert!((test.shuffled - mean).abs() < 1e-12);
        assert!((test.p.value - normal((mean - test.observed) / deviation)).abs() < 1e-12);
    }

    #[test]
    fn p_approaches_that_of_drawn_permutations() {
        for own in [0.0, 0.05, 0.1] {
            let scores = table(60, own);
            let (ours, drawn) =
                (pairing_normal(scores.view()).unwrap(), pairing_test(scores.view(), 40_000, 1).unwrap());
            assert!((ours.p.value - drawn.p.value).abs() < 0.01, "{own}: {} {}", ours.p.value, drawn.p.value);
            assert!((ours.observed - drawn.observed).abs() < 1e-12);
        }
    }

    #[test]
    fn scores_that_do_not_depend_on_the_pairing_have_p_of_one() {
        let rows = Array2::from_shape_fn((9, 9), |(i, _)| i as f64 / 7.0);
        assert_eq!(pairing_normal(rows.view()).unwrap().p.value, 1.0);
        assert!(pairing_normal(Array2::from_elem((3, 3), f64::NAN).view()).is_none());
    }
}
