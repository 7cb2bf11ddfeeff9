//! Tests against shuffled pairings.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use crate::PValue;
use crate::draws::{Purpose, blocks, shuffle, stream};

/// Two sums of the same numbers in different order may differ by rounding; such a draw counts as equal.
const ROUNDING: f64 = 1e-12;

/// Outcome of a test against shuffled pairings.
#[derive(Debug, Clone, PartialEq)]
pub struct PairingTest {
    /// Mean score of the true pairing.
    pub observed: f64,
    /// Expected mean score of a random pairing.
    pub shuffled: f64,
    /// One-sided p-value: the true pairing scores higher.
    pub p: PValue,
}

/// Permutation test of "each reconstruction belongs to its own shown image".
///
/// `scores[i, j]` is the score of reconstruction i if shown image j were its truth (larger is better), `[items,
/// items]`. The statistic is the mean of `scores[i, pi(i)]`; `pi` is the identity for the observed value and uniform
/// over all permutations for the draws. `p = (1 + draws at or above the observed) / (1 + draws)`. The expectation over
/// permutations is exactly the mean of the whole matrix.
///
/// Items whose own score is NaN are left out. `None` with fewer than two others, a matrix that is not square, another
/// score that is not finite, or no draws.
///
/// Source: Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010 (why p is never zero).
pub fn pairing_test(scores: ArrayView2<f64>, draws: usize, seed: u64) -> Option<PairingTest> {
    let n = scores.nrows();
    if n < 2 || scores.ncols() != n || draws == 0 {
        return None;
    }
    let defined: Vec<usize> = (0..n).filter(|&i| !scores[[i, i]].is_nan()).collect();
    if defined.len() < n {
        return pairing_test(scores.select(Axis(0), &defined).select(Axis(1), &defined).view(), draws, seed);
    }
    if scores.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let sum: f64 = scores.diag().sum();
    let threshold = sum - ROUNDING * (1.0 + sum.abs());
    let at_or_above: usize = blocks(draws)
        .into_par_iter()
        .map(|(block, size)| {
            let mut rng = stream(seed, Purpose::Permutation, block);
            let mut order: Vec<usize> = (0..n).collect();
            (0..size)
                .filter(|_| {
                    shuffle(&mut rng, &mut order);
                    order.iter().enumerate().map(|(i, &j)| scores[[i, j]]).sum::<f64>() >= threshold
                })
                .count()
        })
        .sum();
    Some(PairingTest {
        observed: sum / n as f64,
        shuffled: scores.mean().unwrap_or(f64::NAN),
        p: PValue::drawn(at_or_above, draws, format!("permutation of pairings, {draws} draws, one-sided")),
    })
}

/// Like [`pairing_test`], with pairings shuffled only inside groups: `groups[i]` is the group of item i, and `what`
/// follows "permutation of pairings" in the name of the test.
///
/// `scores[i, j]` is read for i and j of one group. Items whose own score is NaN are left out, as their group must be:
/// `None` if a group contains both a NaN and a number. `shuffled` is the exact expectation over such permutations.
pub fn pairing_test_within(
    scores: ArrayView2<f64>,
    groups: &[usize],
    what: &str,
    draws: usize,
    seed: u64,
) -> Option<PairingTest> {
    let mut members = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    for (item, group) in groups.iter().enumerate().filter(|(item, _)| !scores[[*item, *item]].is_nan()) {
        members.entry(*group).or_default().push(item);
    }
    let members: Vec<Vec<usize>> = members.into_values().collect();
    let n: usize = members.iter().map(Vec::len).sum();
    let whole = |m: &Vec<usize>| m.iter().map(|&i| m.iter().map(|&j| scores[[i, j]]).sum::<f64>()).sum::<f64>();
    let expected: f64 = members.iter().map(|m| whole(m) / m.len() as f64).sum();
    if n < 2 || draws == 0 || !expected.is_finite() {
        return None;
    }
    let sum: f64 = members.iter().flatten().map(|&i| scores[[i, i]]).sum();
    let threshold = sum - ROUNDING * (1.0 + sum.abs());
    let at_or_above: usize = blocks(draws)
        .into_par_iter()
        .map(|(block, size)| {
            let mut rng = stream(seed, Purpose::Permutation, block);
            let mut orders = members.clone();
            (0..size)
                .filter(|_| {
                    let of_group = |(members, order): (&Vec<usize>, &mut Vec<usize>)| {
                        shuffle(&mut rng, order);
                        members.iter().zip(order.iter()).map(|(&i, &j)| scores[[i, j]]).sum::<f64>()
                    };
                    members.iter().zip(&mut orders).map(of_group).sum::<f64>() >= threshold
                })
                .count()
        })
        .sum();
    Some(PairingTest {
        observed: sum / n as f64,
        shuffled: expected / n as f64,
        p: PValue::drawn(at_or_above, draws, format!("permutation of pairings{what}, {draws} draws, one-sided")),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn p_of_four_items_matches_full_enumeration() {
        // The identity is the single best of 24 permutations, so p tends to 1/24.
        let scores = Array2::<f64>::eye(4);
        let p = pairing_test(scores.view(), 40_000, 5).unwrap().p.value;
        assert!((p - 1.0 / 24.0).abs() < 0.004, "{p}");
    }

    #[test]
    fn equal_scores_give_p_of_one() {
        let scores = Array2::from_elem((7, 7), 0.3);
        assert_eq!(pairing_test(scores.view(), 500, 1).unwrap().p.value, 1.0);
    }

    #[test]
    fn a_perfect_diagonal_gives_the_smallest_p() {
        let test = pairing_test(Array2::<f64>::eye(40).view(), 999, 1).unwrap();
        assert_eq!(test.p.value, 1.0 / 1000.0);
        assert!((test.shuffled - 1.0 / 40.0).abs() < 1e-12);
    }

    #[test]
    fn p_inside_groups_matches_full_enumeration() {
        // Two groups of three: the identity is the best of 6 x 6 permutations; a lone item of a third group is left
        // out.
        let mut scores = Array2::<f64>::eye(7);
        scores[[6, 6]] = f64::NAN;
        let test = pairing_test_within(scores.view(), &[0, 1, 0, 1, 0, 1, 2], "", 40_000, 5).unwrap();
        assert!((test.p.value - 1.0 / 36.0).abs() < 0.004, "{}", test.p.value);
        assert!((test.shuffled - 1.0 / 3.0).abs() < 1e-12 && test.observed == 1.0);
    }

    #[test]
    fn undefined_scores_are_not_tested() {
        assert!(pairing_test(Array2::from_elem((3, 3), f64::NAN).view(), 9, 0).is_none());
        assert!(pairing_test(Array2::<f64>::eye(1).view(), 9, 0).is_none());
    }

    #[test]
    fn item_without_a_score_is_left_out() {
        let mut scores = Array2::<f64>::eye(5);
        scores.row_mut(2).fill(f64::NAN);
        scores.column_mut(2).fill(f64::NAN);
        let test = pairing_test(scores.view(), 40_000, 5).unwrap();
        assert_eq!(test, pairing_test(Array2::<f64>::eye(4).view(), 40_000, 5).unwrap());
    }
}
