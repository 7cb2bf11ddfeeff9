//! How voxels go together: correlations of pairs of voxels over responses, which no unit, offset or factor changes.
//!
//! `r` is the correlation, over pairs of voxels, of those of the given responses with those of one half of the training trials.
//! In another order it lies as it does over permutations of the given columns; in the right order as it does over draws from the
//! other half of the training trials, as many as have no more directions than the given responses (repeats of a few stimuli have
//! few). A factor below 0 turns a voxel against all others: signs that make `r` the largest tell which.

use afterimage_statistics::draws::{SOLE, Stream, derive_named, shuffle, stream};
use afterimage_statistics::{median, moments};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

use super::ordinary::spaced;

/// Fewest responses and voxels from which pairs are compared.
pub(super) const FEWEST: (usize, usize) = (10, 30);
/// Permutations of columns, of these with signs fitted again, and draws of training trials.
const PERMUTATIONS: usize = 199;
const SIGNED: usize = 39;
const DRAWS: usize = 40;
/// Deviations above the mean of permutations: for the order (p = 0.01), for signs, and for whether halves of the responses agree.
const ORDER: f64 = 2.33;
const SIGNS: f64 = 5.0;
const HALVES: f64 = 3.0;
/// Fewest voxels of the opposite sign that are named, and their least share: single ones run against the others by chance.
const AGAINST: (usize, f64) = (2, 0.03);
/// Deviations below the mean of draws in the right order at which `r` is still above that of permutations, if the order is judged.
const POWER: f64 = 3.0;

/// What correlations of pairs of voxels say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Together {
    /// Nothing: there are too few responses, or they have too little in common.
    Unknown,
    /// Voxels go together as in training.
    AsInTraining,
    /// They do not, as in another order, by this `r`.
    Otherwise(f64),
    /// They do, but for these, ascending, which run against the others.
    Against(Vec<usize>),
}

/// Compares responses `[rows, voxels]` with training trials of the same voxels.
pub(super) fn together(training: ArrayView2<'_, f32>, given: ArrayView2<'_, f32>) -> Together {
    let half = |first: usize| training.select(Axis(0), &(first..training.nrows()).step_by(2).collect::<Vec<_>>());
    let (reference, other) = (Pairs::of(half(0).view()), half(1));
    if given.nrows() < FEWEST.0 || given.ncols() < FEWEST.1 || other.nrows() < FEWEST.0 {
        return Together::Unknown;
    }
    let mut draws = stream(derive_named(0, "orders of voxels"), SOLE, 0);
    let of = Pairs::of(given);
    let (mut permuted, mut largest) = (Vec::new(), Vec::new());
    for _ in 0..PERMUTATIONS {
        let other = of.permuted(&mut draws);
        permuted.push(reference.r(&other));
        largest.push(reference.by_voxel(&other).fold(0.0, |most: f64, r| most.max(r.abs())));
    }
    let (r, critical) = (reference.r(&of), above(&permuted, ORDER));
    let agrees = agrees_with_itself(given, &mut draws);
    let (signs, signed) = reference.signed(&of);
    let right = |draws: &mut Stream| {
        let rows = as_many_directions(&other, &of, given.nrows(), draws);
        (0..DRAWS).map(|_| Pairs::of(drawn(&other, rows, draws).view())).collect::<Vec<_>>()
    };
    if r > critical {
        largest.sort_by(f64::total_cmp);
        let by_voxel = reference.by_voxel(&signed);
        let mut against: Vec<usize> = against(&signs);
        against.retain(|&voxel| by_voxel[voxel] > largest[PERMUTATIONS - 2]);
        let fewest = AGAINST.0.max((AGAINST.1 * signs.len() as f64).ceil() as usize);
        if agrees && against.len() >= fewest {
            let most = right(&mut draws).iter().map(|of| reference.most_against(of)).fold(0.0, f64::max);
            against.retain(|&voxel| by_voxel[voxel] > most);
        }
        let is_told = agrees && against.len() >= fewest;
        return if is_told { Together::Against(against) } else { Together::AsInTraining };
    }
    if !agrees {
        return Together::Unknown;
    }
    let refitted = |_| reference.r(&reference.signed(&of.permuted(&mut draws)).1);
    if reference.r(&signed) > above(&(0..SIGNED).map(refitted).collect::<Vec<_>>(), SIGNS) {
        return Together::Against(against(&signs));
    }
    let right: Vec<f64> = right(&mut draws).iter().map(|of| reference.r(of)).collect();
    if above(&right, -POWER) > critical { Together::Otherwise(r) } else { Together::Unknown }
}

/// The voxels with a sign below 0.
fn against(signs: &Array1<f64>) -> Vec<usize> {
    (0..signs.len()).filter(|&voxel| signs[voxel] < 0.0).collect()
}

/// Whether two halves of the responses agree in how voxels go together, more than with permuted columns.
fn agrees_with_itself(given: ArrayView2<'_, f32>, draws: &mut Stream) -> bool {
    let [a, b] = [0, 1]
        .map(|first| Pairs::of(given.select(Axis(0), &(first..given.nrows()).step_by(2).collect::<Vec<_>>()).view()));
    let permuted: Vec<f64> = (0..PERMUTATIONS).map(|_| a.r(&b.permuted(draws))).collect();
    a.r(&b) > above(&permuted, HALVES)
}

/// The number of training trials, at most `most`, that vary in no more directions than the given responses.
fn as_many_directions(trials: &Array2<f32>, given: &Pairs, most: usize, draws: &mut Stream) -> usize {
    let mut rows = most.min(trials.nrows());
    while rows > 3 {
        let mut directions: Vec<f64> =
            (0..5).map(|_| Pairs::of(drawn(trials, rows, draws).view()).directions).collect();
        if median(&mut directions) <= given.directions {
            break;
        }
        rows = (rows * 4 / 5).max(3);
    }
    rows
}

/// Some of the rows, at random.
fn drawn(trials: &Array2<f32>, rows: usize, draws: &mut Stream) -> Array2<f32> {
    let mut order: Vec<usize> = (0..trials.nrows()).collect();
    shuffle(draws, &mut order);
    trials.select(Axis(0), &order[..rows])
}

/// So many deviations above the mean of draws.
fn above(draws: &[f64], deviations: f64) -> f64 {
    let (mean, variance) = moments(draws.iter().copied());
    mean + deviations * variance.sqrt()
}

/// Correlations of pairs of voxels, centred over pairs and of length 1.
struct Pairs {
    /// `[voxels, voxels]`, 0 on the diagonal.
    of: Array2<f64>,
    /// Number of directions in which responses vary, as the participation ratio of the eigenvalues of their correlations.
    directions: f64,
}

impl Pairs {
    /// Of responses `[rows, voxels]`; 0 where a voxel is constant.
    fn of(rows: ArrayView2<'_, f32>) -> Self {
        let mut z = rows.mapv(f64::from);
        for mut column in z.columns_mut() {
            let (mean, variance) = moments(column.iter().copied());
            let scale = if variance > 0.0 { (rows.nrows() as f64 * variance).sqrt().recip() } else { 0.0 };
            column.mapv_inplace(|value| (value - mean) * scale);
        }
        let mut of = z.t().dot(&z);
        let voxels = of.nrows() as f64;
        of.diag_mut().fill(0.0);
        let directions = voxels * voxels / (voxels + of.iter().map(|r| r * r).sum::<f64>());
        let mean = of.sum() / (voxels * (voxels - 1.0));
        of -= mean;
        of.diag_mut().fill(0.0);
        let length = of.iter().map(|r| r * r).sum::<f64>().sqrt();
        if length > 0.0 {
            of /= length;
        }
        Self { of, directions }
    }

    /// Correlation over pairs.
    fn r(&self, other: &Self) -> f64 {
        Zip::from(&self.of).and(&other.of).fold(0.0, |sum, a, b| sum + a * b)
    }

    /// `[voxels]` the same over the pairs of each voxel, as a cosine.
    fn by_voxel(&self, other: &Self) -> Array1<f64> {
        let cosine = |(a, b): (ndarray::ArrayView1<'_, f64>, ndarray::ArrayView1<'_, f64>)| {
            let length = (a.dot(&a) * b.dot(&b)).sqrt();
            if length > 0.0 { a.dot(&b) / length } else { 0.0 }
        };
        self.of.outer_iter().zip(other.of.outer_iter()).map(cosine).collect()
    }

    /// In another order.
    fn permuted(&self, draws: &mut Stream) -> Self {
        let mut order: Vec<usize> = (0..self.of.nrows()).collect();
        shuffle(draws, &mut order);
        Self { of: self.of.select(Axis(0), &order).select(Axis(1), &order), ..*self }
    }

    /// The signs of voxels with which `other` agrees best, and `other` with them.
    fn signed(&self, other: &Self) -> (Array1<f64>, Self) {
        let signs = self.signs(other);
        let of = Array2::from_shape_fn(other.of.dim(), |(a, b)| signs[a] * signs[b] * other.of[[a, b]]);
        (signs, Self { of, ..*other })
    }

    /// How much the voxel of the opposite sign runs against the others that does so most; 0 without one.
    fn most_against(&self, other: &Self) -> f64 {
        let (signs, signed) = self.signed(other);
        let by_voxel = self.by_voxel(&signed);
        against(&signs).into_iter().map(|voxel| by_voxel[voxel]).fold(0.0, f64::max)
    }

    /// `[voxels]` the signs with which `other` agrees best, 1 for most voxels: the best of ascents from several voxels.
    fn signs(&self, other: &Self) -> Array1<f64> {
        const STARTS: usize = 10;
        const ROUNDS: usize = 50;
        let products = &self.of * &other.of;
        let sign = |value: f64| if value < 0.0 { -1.0 } else { 1.0 };
        let voxels = products.nrows();
        let starts = spaced(voxels, STARTS).into_iter().map(|voxel| {
            let mut start = products.row(voxel).mapv(sign);
            start[voxel] = 1.0;
            start
        });
        let ascend = |mut signs: Array1<f64>| {
            for _ in 0..ROUNDS {
                let mut is_changed = false;
                for voxel in 0..voxels {
                    let better = sign(products.row(voxel).dot(&signs));
                    is_changed |= better != signs[voxel];
                    signs[voxel] = better;
                }
                if !is_changed {
                    break;
                }
            }
            (signs.dot(&products.dot(&signs)), signs)
        };
        let best = std::iter::once(Array1::ones(voxels)).chain(starts).map(ascend).max_by(|a, b| a.0.total_cmp(&b.0));
        let signs = best.map_or_else(|| Array1::ones(voxels), |(_, signs)| signs);
        if signs.sum() < 0.0 { -signs } else { signs }
    }
}

#[cfg(test)]
mod tests;
