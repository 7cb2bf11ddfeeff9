//! Repeated trials, gone through voxel by voxel with a bounded part of them in memory.

use ndarray::{Array2, ArrayView1};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::SplitHalf;
use crate::Result;
use crate::header::{Split, TrialInfo};
use crate::store::DataSet;

/// Bytes of responses in memory at a time; the trials are read once for each such block of voxels.
const BYTES: usize = 256 << 20;

/// Calls its argument with the place of each trial and its responses `[voxels]`.
pub(crate) type Rows<'a> = &'a dyn Fn(&mut dyn FnMut(usize, ArrayView1<'_, f32>)) -> Result<()>;

/// Trials, some of which count.
pub(crate) struct Repeats<'a> {
    pub(crate) trials: &'a [TrialInfo],
    pub(crate) voxels: usize,
    /// Whether the trial at a place counts.
    pub(crate) inside: &'a dyn Fn(usize) -> bool,
    pub(crate) rows: Rows<'a>,
}

/// How responses spread over stimuli that were repeated.
pub(super) struct Spread {
    pub(super) stimuli: usize,
    /// Variance over stimuli of the repeat means, and mean over stimuli of the variance over repeats.
    pub(super) of_voxels: Vec<(f64, f64)>,
    /// Mean of 1/n over these stimuli.
    pub(super) inverse: f64,
}

impl Repeats<'_> {
    /// The trials of some parts of a data set.
    pub(super) fn with<T>(data: &DataSet, splits: &[Split], run: impl FnOnce(&Repeats<'_>) -> T) -> T {
        let header = data.header();
        run(&Repeats {
            trials: &header.trials,
            voxels: header.voxels.count,
            inside: &|at| splits.contains(&header.stimuli[header.trials[at].stimulus as usize].split),
            rows: &|visit| data.for_each_trial(visit),
        })
    }

    /// Places of the trials of each stimulus with at least `least` of them.
    fn by_stimulus(&self, least: usize) -> Vec<Vec<usize>> {
        let mut places: Vec<Vec<usize>> = Vec::new();
        for at in (0..self.trials.len()).filter(|&at| (self.inside)(at)) {
            let stimulus = self.trials[at].stimulus as usize;
            if stimulus >= places.len() {
                places.resize(stimulus + 1, Vec::new());
            }
            places[stimulus].push(at);
        }
        places.retain(|places| places.len() >= least);
        places
    }

    /// Mean of 1/n over stimuli with at least `least` rows.
    pub(super) fn mean_inverse_repeats(&self, least: usize) -> f64 {
        mean_inverse(&self.by_stimulus(least.max(1)))
    }

    /// As [`super::Reliability::snr`].
    pub(crate) fn snr(&self) -> Result<Option<Vec<f32>>> {
        Ok(self.spread()?.map(|spread| {
            let ratio = |&(signal, noise): &(f64, f64)| if signal == 0.0 { 0.0 } else { (signal / noise) as f32 };
            spread.of_voxels.iter().map(ratio).collect()
        }))
    }

    /// `None` with fewer than two repeated stimuli.
    pub(super) fn spread(&self) -> Result<Option<Spread>> {
        let stimuli = self.by_stimulus(2);
        if stimuli.len() < 2 {
            return Ok(None);
        }
        let of_voxels = self.each_voxel(&stimuli, spread)?;
        Ok(Some(Spread { stimuli: stimuli.len(), of_voxels, inverse: mean_inverse(&stimuli) }))
    }

    /// As [`super::Reliability::split_half`].
    pub(crate) fn split_half(&self, draws: usize, seed: u64) -> Result<Option<SplitHalf>> {
        let stimuli = self.by_stimulus(2);
        if stimuli.len() < 2 || draws == 0 {
            return Ok(None);
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut shuffled = |stimuli: &[Vec<usize>]| {
            let mut orders: Vec<Vec<usize>> = stimuli.iter().map(|places| (0..places.len()).collect()).collect();
            orders.iter_mut().for_each(|order: &mut Vec<usize>| order.shuffle(&mut random));
            orders
        };
        let orders: Vec<Vec<Vec<usize>>> = (0..draws).map(|_| shuffled(&stimuli)).collect();
        let correlation = self.each_voxel(&stimuli, |stimuli, values| {
            let of_draws = orders.iter().map(|orders| halves(stimuli, orders, values));
            (of_draws.sum::<f64>() / draws as f64) as f32
        })?;
        let whole = |&r: &f32| if r <= -0.5 { -1.0 } else { 2.0 * r / (1.0 + r) };
        let spearman_brown = correlation.iter().map(whole).collect();
        Ok(Some(SplitHalf { correlation, spearman_brown, stimuli: stimuli.len(), draws }))
    }

    /// Calls `measure` for each voxel with the values of all trials that count, and their places among these.
    fn each_voxel<T: Send>(
        &self,
        stimuli: &[Vec<usize>],
        measure: impl Fn(&[Vec<usize>], &[f32]) -> T + Sync,
    ) -> Result<Vec<T>> {
        let mut slots = vec![usize::MAX; self.trials.len()];
        let mut count = 0;
        let mut renumber = |at: &usize| {
            slots[*at] = count;
            count += 1;
            count - 1
        };
        let stimuli: Vec<Vec<usize>> =
            stimuli.iter().map(|places| places.iter().map(&mut renumber).collect()).collect();
        let width = (BYTES / (4 * count.max(1))).clamp(1, self.voxels.max(1));
        let mut measured = Vec::with_capacity(self.voxels);
        for first in (0..self.voxels).step_by(width) {
            let width = width.min(self.voxels - first);
            let mut values = Array2::<f32>::zeros((width, count)); // [voxels, trials]
            (self.rows)(&mut |at, row| {
                if slots[at] != usize::MAX {
                    let part = row.slice(ndarray::s![first..first + width]);
                    values.column_mut(slots[at]).assign(&part);
                }
            })?;
            let of_block = values.as_slice().unwrap_or_default().par_chunks(count.max(1));
            measured.extend(of_block.map(|values| measure(&stimuli, values)).collect::<Vec<_>>());
        }
        Ok(measured)
    }
}

fn mean_inverse(stimuli: &[Vec<usize>]) -> f64 {
    stimuli.iter().map(|places| 1.0 / places.len() as f64).sum::<f64>() / stimuli.len().max(1) as f64
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn spread(stimuli: &[Vec<usize>], values: &[f32]) -> (f64, f64) {
    let (mut means, mut within) = (Vec::with_capacity(stimuli.len()), 0.0);
    for places in stimuli {
        let of_stimulus = || places.iter().map(|&place| f64::from(values[place]));
        let mean = mean(of_stimulus());
        within += of_stimulus().map(|value| (value - mean).powi(2)).sum::<f64>() / (places.len() as f64 - 1.0);
        means.push(mean);
    }
    let count = means.len() as f64;
    let grand = mean(means.iter().copied());
    let between = means.iter().map(|value| (value - grand).powi(2)).sum::<f64>() / (count - 1.0);
    (between, within / count)
}

/// Correlation over stimuli of the means of two halves.
fn halves(stimuli: &[Vec<usize>], orders: &[Vec<usize>], values: &[f32]) -> f64 {
    let means: Vec<[f64; 2]> = stimuli
        .iter()
        .zip(orders)
        .map(|(places, order)| {
            let (first, second) = order.split_at(order.len() / 2);
            [first, second].map(|half| mean(half.iter().map(|&at| f64::from(values[places[at]]))))
        })
        .collect();
    let [a, b] = [0, 1].map(|half| mean(means.iter().map(|pair| pair[half])));
    let product = |x: usize, y: usize| -> f64 {
        let centre = [a, b];
        means.iter().map(|pair| (pair[x] - centre[x]) * (pair[y] - centre[y])).sum()
    };
    product(0, 1) / (product(0, 0) * product(1, 1)).sqrt()
}
