//! n-way identification in closed form.
//!
//! Of N wrong candidates, r are nearer to the reconstruction than the truth and t are exactly as near.
//! An n-way trial draws n-1 of the N without replacement; its outcome, averaged over all draws, needs no draw.
//!
//! **Ties count half**: tied candidates stand in a random order, every place of the truth among the
//! t + 1 being equally likely. In two ways this is one half per tied wrong candidate; where everything is tied
//! the n-way accuracy is exactly 1/n, and top-k exactly k/n.

use afterimage_statistics::mean;
use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use crate::distance::DistanceMatrix;
use crate::{EvalError, Result};

/// Where the truth stands among the wrong candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rank {
    /// Wrong candidates strictly nearer than the truth.
    pub nearer: usize,
    /// Wrong candidates exactly as near as the truth.
    pub tied: usize,
}

impl Rank {
    /// The truth's rank among all wrong candidates, 1 the best; ties count half.
    pub fn place(self) -> f64 {
        1.0 + self.nearer as f64 + self.tied as f64 / 2.0
    }
}

/// Expected n-way accuracy, or top-k accuracy, by rank.
///
/// Top-1: `C(N-r, n-1) / C(N, n-1)`. Top-k: the chance that fewer than k of the drawn wrong candidates
/// are nearer, `sum over j<k of C(r,j) C(N-r, n-1-j) / C(N, n-1)`.
///
/// ```
/// use afterimage_eval::identification::{Accuracy, Rank};
/// let five = Accuracy::new(4, 5, 1)?; // all four wrong candidates are always drawn
/// assert_eq!(five.of(Rank { nearer: 0, tied: 0 }), 1.0);
/// assert_eq!(five.of(Rank { nearer: 0, tied: 4 }), 0.2);
/// # Ok::<(), afterimage_eval::EvalError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Accuracy {
    by_nearer: Vec<f64>,
}

impl Accuracy {
    /// For `wrong_candidates` (N) wrong candidates, `ways` (n) candidates a trial, the best `top` (k) counting as a hit.
    ///
    /// Time and memory O(N k).
    ///
    /// # Errors
    /// [`EvalError::Ways`] unless `2 <= ways <= wrong_candidates + 1`; a `top` of 0 or above `ways` is taken as the nearest
    /// possible.
    pub fn new(wrong_candidates: usize, ways: usize, top: usize) -> Result<Self> {
        if ways < 2 || ways > wrong_candidates + 1 {
            return Err(EvalError::Ways { ways, wrong_candidates });
        }
        let top = top.clamp(1, ways);
        let by_nearer =
            if top == 1 { top_one(wrong_candidates, ways - 1) } else { top_k(wrong_candidates, ways - 1, top) };
        Ok(Self { by_nearer })
    }

    /// Accuracy of an item at that rank; ties in random order.
    pub fn of(&self, rank: Rank) -> f64 {
        let last = self.by_nearer.len() - 1;
        let places = &self.by_nearer[rank.nearer.min(last)..=(rank.nearer + rank.tied).min(last)];
        mean(places)
    }
}

/// `C(N-r, m) / C(N, m)` for r = 0..=N by the factor `(N-r-m) / (N-r)`, which neither overflows nor cancels.
fn top_one(n: usize, m: usize) -> Vec<f64> {
    let mut value = 1.0;
    let mut table = Vec::with_capacity(n + 1);
    for r in 0..=n {
        table.push(value);
        value *= (n - r).saturating_sub(m) as f64 / (n - r).max(1) as f64;
    }
    table
}

/// The hypergeometric tail, by logarithms of factorials.
fn top_k(n: usize, m: usize, k: usize) -> Vec<f64> {
    let mut ln_factorial = vec![0.0_f64; n + 1];
    for i in 1..=n {
        ln_factorial[i] = ln_factorial[i - 1] + (i as f64).ln();
    }
    let ln_choose = |a: usize, b: usize| ln_factorial[a] - ln_factorial[b] - ln_factorial[a - b];
    let hit = |r: usize| {
        (0..k.min(m + 1))
            .filter(|&j| j <= r && m - j <= n - r)
            .map(|j| (ln_choose(r, j) + ln_choose(n - r, m - j) - ln_choose(n, m)).exp())
            .sum::<f64>()
            .min(1.0)
    };
    (0..=n).map(hit).collect()
}

/// Which images stand against the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// The external candidates of the matrix.
    External,
    /// The other shown images.
    OtherShown,
}

/// Number of wrong candidates of each item.
pub fn wrong_candidates(matrix: &DistanceMatrix, pool: Pool) -> usize {
    match pool {
        Pool::External => matrix.candidates().ncols(),
        Pool::OtherShown => matrix.len().saturating_sub(1),
    }
}

/// Rank of shown image j for reconstruction i, were j its truth, `[items, items]`.
///
/// The diagonal holds the ranks of the true pairing, the rest serves the permutation test.
pub fn ranks(matrix: &DistanceMatrix, pool: Pool) -> Array2<Rank> {
    let n = matrix.len();
    let row = |i: usize| of_row(matrix.shown().row(i).to_vec(), matrix.candidates().row(i), pool);
    let rows: Vec<Rank> = (0..n).into_par_iter().flat_map_iter(row).collect();
    Array2::from_shape_vec((n, n), rows).unwrap_or_default()
}

/// Rank of each shown image for one reconstruction, by its distances to shown images and candidates.
fn of_row(shown: Vec<f64>, candidates: ArrayView1<'_, f64>, pool: Pool) -> impl Iterator<Item = Rank> + use<> {
    let mut sorted = match pool {
        Pool::External => candidates.to_vec(),
        Pool::OtherShown => shown.clone(),
    };
    sorted.sort_unstable_by(f64::total_cmp);
    shown.into_iter().map(move |d| {
        let nearer = sorted.partition_point(|&c| c < d);
        let tied = sorted[nearer..].partition_point(|&c| c <= d);
        // Among the shown images the truth itself is one of the tied.
        Rank { nearer, tied: tied - usize::from(pool == Pool::OtherShown) }
    })
}

/// Mean over the shown images of the value of their rank for the mean training image; `None` if that was not compared.
pub(crate) fn of_mean_image(matrix: &DistanceMatrix, pool: Pool, value: impl Fn(Rank) -> f64) -> Option<f64> {
    let of = matrix.of_mean_image()?;
    of.mean(of_row(of.shown.clone(), ArrayView1::from(&of.candidates), pool).map(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subset of n-1 of N wrong candidates and every place of the truth among the tied, counted.
    fn enumerate(n: usize, ways: usize, top: usize, rank: Rank) -> f64 {
        let (mut hit, mut all) = (0.0, 0.0);
        for place in 0..=rank.tied {
            let nearer = rank.nearer + place;
            for subset in 0_u32..1 << n {
                if subset.count_ones() as usize == ways - 1 {
                    all += 1.0;
                    let ahead = (subset & ((1 << nearer) - 1)).count_ones() as usize;
                    hit += f64::from(u8::from(ahead < top));
                }
            }
        }
        hit / all
    }

    #[test]
    fn closed_form_equals_enumeration_for_every_n_rank_tie_and_top() {
        for n in 1..=8 {
            for ways in 2..=n + 1 {
                for top in 1..=ways {
                    let accuracy = Accuracy::new(n, ways, top).unwrap();
                    for nearer in 0..=n {
                        for tied in 0..=n - nearer {
                            let rank = Rank { nearer, tied };
                            let expected = enumerate(n, ways, top, rank);
                            assert!((accuracy.of(rank) - expected).abs() < 1e-12, "N {n} n {ways} k {top} {rank:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn mean_over_all_ranks_is_chance() {
        for (n, ways, top) in [(2000, 2, 1), (2000, 50, 1), (2000, 50, 5), (2000, 2001, 1), (50_000, 1000, 5)] {
            let accuracy = Accuracy::new(n, ways, top).unwrap();
            let all_tied = accuracy.of(Rank { nearer: 0, tied: n });
            let chance = top as f64 / ways as f64;
            assert!((all_tied / chance - 1.0).abs() < 1e-8, "{n} {ways} {top} {all_tied}");
        }
    }

    #[test]
    fn two_way_accuracy_is_the_share_of_farther_wrong_candidates() {
        let accuracy = Accuracy::new(10, 2, 1).unwrap();
        assert!((accuracy.of(Rank { nearer: 3, tied: 0 }) - 0.7).abs() < 1e-12);
        assert!((accuracy.of(Rank { nearer: 3, tied: 2 }) - 0.6).abs() < 1e-12);
    }

    #[test]
    fn impossible_ways_are_refused() {
        assert!(matches!(Accuracy::new(10, 12, 1), Err(EvalError::Ways { .. })));
        assert!(matches!(Accuracy::new(10, 1, 1), Err(EvalError::Ways { .. })));
    }
}
