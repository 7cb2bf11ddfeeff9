//! Clusters of images by their features: k-means on directions, for holding out whole clusters.

use afterimage_statistics::draws::{SOLE, stream};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::{Rng, RngExt};

/// Rounds after which the search ends in any case.
const ROUNDS: usize = 100;

/// The cluster of each row of `features` `[n, features]`, from 0.
///
/// Rows are scaled to length 1, so that distance is that of the angle; centres start as k-means++ draws them by the
/// seed; of equally near centres the first wins, and a centre that loses all its rows moves to the row that is farthest
/// from its own. `k` beyond the number of rows gives each row a cluster.
/// Source: Arthur & Vassilvitskii 2007; for holding clusters out, Shirakawa et al. 2024, arXiv:2405.10078.
pub fn clusters(features: ArrayView2<'_, f32>, k: usize, seed: u64) -> Vec<usize> {
    let rows = unit_rows(features);
    if rows.nrows() == 0 {
        return Vec::new();
    }
    let k = k.clamp(1, rows.nrows());
    let mut random = stream(seed, SOLE, 0);
    let mut centres = first_centres(&rows, k, &mut random);
    let mut of = vec![usize::MAX; rows.nrows()];
    for _ in 0..ROUNDS {
        let nearest: Vec<(usize, f32)> = rows.outer_iter().map(|row| nearest(row, &centres)).collect();
        let now: Vec<usize> = nearest.iter().map(|&(centre, _)| centre).collect();
        if now == of {
            break;
        }
        of = now;
        centres = means(&rows, &of, k, &nearest);
    }
    of
}

fn unit_rows(features: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut rows = features.to_owned();
    for mut row in rows.outer_iter_mut() {
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            row.mapv_inplace(|value| value / length);
        }
    }
    rows
}

fn distance(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn nearest(row: ArrayView1<'_, f32>, centres: &Array2<f32>) -> (usize, f32) {
    let mut best = (0, f32::INFINITY);
    for (centre, place) in centres.outer_iter().enumerate() {
        let away = distance(row, place);
        if away < best.1 {
            best = (centre, away);
        }
    }
    best
}

fn first_centres(rows: &Array2<f32>, k: usize, random: &mut impl Rng) -> Array2<f32> {
    let mut chosen = vec![random.random_range(0..rows.nrows())];
    let mut away = vec![f32::INFINITY; rows.nrows()];
    while chosen.len() < k {
        let last = rows.row(chosen[chosen.len() - 1]);
        rows.outer_iter().zip(&mut away).for_each(|(row, away)| *away = away.min(distance(row, last)));
        let total: f64 = away.iter().map(|&away| f64::from(away)).sum();
        let mut left = random.random::<f64>() * total;
        let drawn = away.iter().position(|&away| {
            left -= f64::from(away);
            left < 0.0
        });
        // Rounding can leave a remainder, and equal rows no distance at all.
        chosen.push(drawn.unwrap_or_else(|| farthest(&away)));
    }
    rows.select(Axis(0), &chosen)
}

fn farthest(away: &[f32]) -> usize {
    (0..away.len()).max_by(|&a, &b| away[a].total_cmp(&away[b]).then(b.cmp(&a))).unwrap_or(0)
}

fn means(rows: &Array2<f32>, of: &[usize], k: usize, nearest: &[(usize, f32)]) -> Array2<f32> {
    let mut sums = Array2::<f32>::zeros((k, rows.ncols()));
    let mut counts = Array1::<f32>::zeros(k);
    for (row, &centre) in rows.outer_iter().zip(of) {
        sums.row_mut(centre).scaled_add(1.0, &row);
        counts[centre] += 1.0;
    }
    let mut away: Vec<f32> = nearest.iter().map(|&(_, away)| away).collect();
    for centre in 0..k {
        if counts[centre] > 0.0 {
            sums.row_mut(centre).mapv_inplace(|sum| sum / counts[centre]);
        } else {
            let row = farthest(&away);
            sums.row_mut(centre).assign(&rows.row(row));
            away[row] = 0.0;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three directions with a little noise, interleaved.
    fn three() -> Array2<f32> {
        let mut random = stream(1, SOLE, 0);
        Array2::from_shape_fn((60, 3), |(row, column)| {
            let main = if row % 3 == column { 1.0 } else { 0.0 };
            (main + 0.1 * random.random::<f32>()) * (1.0 + row as f32)
        })
    }

    #[test]
    fn directions_are_found_whatever_the_lengths() {
        for seed in 0..5 {
            let of = clusters(three().view(), 3, seed);
            assert!((3..60).all(|row| of[row] == of[row % 3]), "{of:?}");
            assert!(of[0] != of[1] && of[1] != of[2] && of[0] != of[2]);
        }
    }

    #[test]
    fn same_seed_gives_the_same_clusters_and_none_is_empty() {
        let features = three();
        assert_eq!(clusters(features.view(), 7, 4), clusters(features.view(), 7, 4));
        let mut of = clusters(features.view(), 7, 4);
        of.sort_unstable();
        of.dedup();
        assert_eq!(of, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn few_or_equal_rows_are_no_trouble() {
        assert_eq!(clusters(Array2::ones((4, 2)).view(), 2, 0).len(), 4);
        assert_eq!(clusters(Array2::zeros((3, 2)).view(), 9, 0).len(), 3);
        assert!(clusters(Array2::zeros((0, 2)).view(), 3, 0).is_empty());
    }
}
