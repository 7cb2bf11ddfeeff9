//! Correlations of all voxels under resampling and shuffling of images.
//!
//! With counts c of how often each image is drawn, every sum that r and R^2 need is linear in c,
//! so a block of resamples is one matrix product `[resamples, items] x [items, 5 voxels]`.

use afterimage_statistics::draws::{Purpose, blocks, bootstrap_counts, shuffle, stream};
use afterimage_statistics::median;
use ndarray::{Array2, ArrayView2, Axis, Zip, concatenate, s};
use rayon::prelude::*;

/// Variance below this share of the squared scale is rounding of a constant voxel.
const CONSTANT: f64 = 1e-10;

/// Voxels a score takes the median of.
pub(super) type Group = Vec<usize>;

/// x, y, x^2, y^2 and xy of each image and voxel, x predicted and y measured.
pub(super) struct Sums {
    terms: Array2<f64>,
    voxels: usize,
}

impl Sums {
    /// Both tables are shifted and scaled by the measured mean and deviation of the voxel, which changes neither r nor
    /// R^2 and keeps the sums well conditioned.
    pub(super) fn new(predicted: ArrayView2<f32>, measured: ArrayView2<f32>) -> Self {
        let (mut x, mut y) = (predicted.mapv(f64::from), measured.mapv(f64::from));
        let n = y.nrows() as f64;
        for (mut x, mut y) in x.columns_mut().into_iter().zip(y.columns_mut()) {
            let mean = y.sum() / n;
            let largest = y.fold(0.0_f64, |m, v| m.max(v.abs()));
            y -= mean;
            let deviation = (y.dot(&y) / n).sqrt();
            // Rounding of the mean must not make a constant voxel look variable.
            if deviation <= 1e-7 * largest || deviation == 0.0 {
                y.fill(0.0);
                x -= mean;
            } else {
                y /= deviation;
                x.mapv_inplace(|v| (v - mean) / deviation);
            }
        }
        let voxels = x.ncols();
        let (xx, yy, xy) = (&x * &x, &y * &y, &x * &y);
        let views = [x.view(), y.view(), xx.view(), yy.view(), xy.view()];
        let terms = concatenate(Axis(1), &views).unwrap_or_else(|_| Array2::zeros((0, 5 * voxels)));
        Self { terms, voxels }
    }

    /// r and R^2, `[resamples, voxels]`, for counts `[resamples, items]`.
    pub(super) fn fit(&self, counts: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
        let sums = counts.dot(&self.terms);
        let n = counts.row(0).sum();
        let part = |k: usize| sums.slice(s![.., k * self.voxels..(k + 1) * self.voxels]);
        let (x, y, xx, yy, xy) = (part(0), part(1), part(2), part(3), part(4));
        let mut r = &xy - &(&x * &y / n);
        let mut r2 = &xx + &yy - 2.0 * &xy;
        let vx = &xx - &(&x * &x / n);
        let vy = &yy - &(&y * &y / n);
        Zip::from(&mut r).and(&mut r2).and(&vx).and(&vy).and(&xx).for_each(|r, r2, &vx, &vy, &xx| {
            let defined = vx > CONSTANT * xx.max(1e-300) && vy > CONSTANT * n;
            *r = if defined { (*r / (vx * vy).sqrt()).clamp(-1.0, 1.0) } else { f64::NAN };
            *r2 = if vy > CONSTANT * n { 1.0 - *r2 / vy } else { f64::NAN };
        });
        (r, r2)
    }
}

/// What a median is taken of.
pub(super) struct Statistic<'a> {
    pub(super) group: &'a Group,
    pub(super) of: Of<'a>,
}

/// The value of a voxel.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    /// Pearson r.
    R,
    /// R^2.
    R2,
    /// r divided by the voxel's ceiling.
    Ceiling(&'a [f64]),
}

impl Statistic<'_> {
    fn median(&self, r: &[f64], r2: &[f64]) -> f64 {
        let value = |&v: &usize| match self.of {
            Of::R => r[v],
            Of::R2 => r2[v],
            Of::Ceiling(c) => r[v] / c[v],
        };
        median(&mut self.group.iter().map(value).collect())
    }
}

/// Each statistic on each bootstrap resample of the images, `[statistic][resample]`.
pub(super) fn bootstrap(sums: &Sums, statistics: &[Statistic], resamples: usize, seed: u64) -> Vec<Vec<f64>> {
    let items = sums.terms.nrows();
    let rows: Vec<Vec<f64>> = blocks(resamples)
        .into_par_iter()
        .flat_map_iter(|(block, draws)| {
            let counts = bootstrap_counts(&mut stream(seed, Purpose::Bootstrap, block), draws, items);
            let (r, r2) = sums.fit(&counts);
            (0..draws)
                .map(|d| {
                    let (r, r2) = (r.row(d).to_vec(), r2.row(d).to_vec());
                    statistics.iter().map(|s| s.median(&r, &r2)).collect()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    (0..statistics.len()).map(|s| rows.iter().map(|row| row[s]).collect()).collect()
}

/// How often shuffled pairings reach the observed: by voxel, and by group for the median of r; and the sum of these medians
/// over all draws.
pub(super) struct Shuffled {
    pub(super) voxels: Vec<usize>,
    pub(super) groups: Vec<usize>,
    pub(super) sums: Vec<f64>,
}

/// Shuffles which image's response belongs to which prediction, the same order for all voxels.
pub(super) fn shuffles(
    predicted: ArrayView2<f32>,
    measured: ArrayView2<f32>,
    groups: &[&Group],
    observed: &[f64],
    draws: usize,
    seed: u64,
) -> Shuffled {
    let (x, y) = (standardise(predicted), standardise(measured));
    let (items, voxels) = x.dim();
    let correlate = |order: &[usize]| {
        let mut r = vec![0.0_f32; voxels];
        for (i, &j) in order.iter().enumerate() {
            for ((r, x), y) in r.iter_mut().zip(x.row(i)).zip(y.row(j)) {
                *r += x * y;
            }
        }
        r
    };
    let medians = |r: &[f32]| -> Vec<f64> {
        let value = |&v: &usize| if observed[v].is_finite() { f64::from(r[v]) } else { f64::NAN };
        groups.iter().map(|g| median(&mut g.iter().map(value).collect())).collect()
    };
    // The observed values take the same path as the shuffled ones, so that a tie is a tie.
    let own = correlate(&(0..items).collect::<Vec<_>>());
    let own_medians = medians(&own);
    let zero = || Shuffled { voxels: vec![0; voxels], groups: vec![0; groups.len()], sums: vec![0.0; groups.len()] };
    let of_blocks: Vec<Shuffled> = blocks(draws)
        .into_par_iter()
        .map(|(block, size)| {
            let mut rng = stream(seed, Purpose::Permutation, block);
            let mut order: Vec<usize> = (0..items).collect();
            let mut count = zero();
            for _ in 0..size {
                shuffle(&mut rng, &mut order);
                let r = correlate(&order);
                tally(&mut count.voxels, &r, &own, 1e-6);
                let drawn = medians(&r);
                tally(&mut count.groups, &drawn, &own_medians, 1e-6);
                count.sums.iter_mut().zip(drawn).for_each(|(sum, median)| *sum += median);
            }
            count
        })
        .collect();
    // In the order of the blocks: a sum must not depend on the number of threads.
    of_blocks.into_iter().fold(zero(), |mut a, b| {
        a.voxels.iter_mut().zip(b.voxels).for_each(|(a, b)| *a += b);
        a.groups.iter_mut().zip(b.groups).for_each(|(a, b)| *a += b);
        a.sums.iter_mut().zip(b.sums).for_each(|(a, b)| *a += b);
        a
    })
}

/// Counts draws at or above the observed, up to the rounding of single precision.
fn tally<T: Copy + PartialOrd + std::ops::Add<Output = T>>(count: &mut [usize], drawn: &[T], own: &[T], rounding: T) {
    for ((count, &drawn), &own) in count.iter_mut().zip(drawn).zip(own) {
        *count += usize::from(drawn + rounding >= own);
    }
}

/// Columns with mean 0 and norm 1; constant columns become 0.
fn standardise(table: ArrayView2<f32>) -> Array2<f32> {
    let mut out = table.to_owned();
    let n = out.nrows() as f64;
    for mut column in out.columns_mut() {
        let mean = column.iter().copied().map(f64::from).sum::<f64>() / n;
        let norm = column.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>().sqrt();
        let factor = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        column.mapv_inplace(|v| ((f64::from(v) - mean) * factor) as f32);
    }
    out
}
