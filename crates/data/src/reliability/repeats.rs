//! Repeated trials, gone through voxel by voxel with a bounded part of them in memory.

use afterimage_statistics::correlation::pearson;
use afterimage_statistics::draws::{SOLE, stream};
use afterimage_statistics::{mean, variance};
use ndarray::{Array2, ArrayView1};
use rand::seq::SliceRandom;
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
        let mut random = stream(seed, SOLE, 0);
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

fn spread(stimuli: &[Vec<usize>], values: &[f32]) -> (f64, f64) {
    let (mut means, mut within) = (Vec::with_capacity(stimuli.len()), 0.0);
    let mut of_stimulus = Vec::new();
    for places in stimuli {
        of_stimulus.clear();
        of_stimulus.extend(places.iter().map(|&place| f64::from(values[place])));
        within += variance(&of_stimulus);
        means.push(mean(&of_stimulus));
    }
    (variance(&means), within / means.len() as f64)
}

/// Correlation over stimuli of the means of two halves.
fn halves(stimuli: &[Vec<usize>], orders: &[Vec<usize>], values: &[f32]) -> f64 {
    let of_stimulus = |(places, order): (&Vec<usize>, &Vec<usize>)| {
        let (first, second) = order.split_at(order.len() / 2);
        let mean =
            |half: &[usize]| half.iter().map(|&at| f64::from(values[places[at]])).sum::<f64>() / half.len() as f64;
        (mean(first), mean(second))
    };
    let (first, second): (Vec<f64>, Vec<f64>) = stimuli.iter().zip(orders).map(of_stimulus).unzip();
    pearson(&first, &second)
}
