//! Repeated trials, gone through voxel by voxel with a bounded part of them in memory.

use afterimage_statistics::{mean, variance};
use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use super::SplitHalf;
use super::halves::{Halves, Jackknife};
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

impl Spread {
    fn of(stimuli: &[Vec<usize>], of_voxels: Vec<(f64, f64)>) -> Self {
        Self { stimuli: stimuli.len(), of_voxels, inverse: mean_inverse(stimuli) }
    }
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
        let Some(stimuli) = self.repeated() else { return Ok(None) };
        Ok(Some(Spread::of(&stimuli, self.each_voxel(&stimuli, spread)?)))
    }

    /// As [`super::Reliability::split_half`].
    pub(crate) fn split_half(&self, draws: usize, seed: u64) -> Result<Option<SplitHalf>> {
        let Some((stimuli, halves)) = self.halves(draws, seed) else { return Ok(None) };
        let correlation = self.each_voxel(&stimuli, |stimuli, values| halves.correlation(stimuli, values))?;
        Ok(Some(halves.reliability(correlation, stimuli.len())))
    }

    /// Both, and the mean correlation over voxels with and without each stimulus, with each trial read once.
    pub(super) fn spread_and_halves(&self, draws: usize, seed: u64) -> Result<Option<(Spread, SplitHalf, Jackknife)>> {
        let Some((stimuli, halves)) = self.halves(draws, seed) else { return Ok(None) };
        let (mut of_voxels, mut correlation) = (Vec::with_capacity(self.voxels), Vec::with_capacity(self.voxels));
        let mut jackknife = Jackknife::new(stimuli.len());
        let measure = |stimuli: &[Vec<usize>], values: &[f32]| {
            (spread(stimuli, values), halves.correlation(stimuli, values), halves.without_each(stimuli, values))
        };
        self.each_voxel_into(&stimuli, measure, &mut |(spread, r, without)| {
            of_voxels.push(spread);
            correlation.push(r);
            jackknife.add(r, without.as_deref());
        })?;
        Ok(Some((Spread::of(&stimuli, of_voxels), halves.reliability(correlation, stimuli.len()), jackknife)))
    }

    /// The stimuli that were repeated; `None` with fewer than two.
    fn repeated(&self) -> Option<Vec<Vec<usize>>> {
        Some(self.by_stimulus(2)).filter(|stimuli| stimuli.len() >= 2)
    }

    /// The stimuli that were repeated and draws of their halves; `None` without draws, or with fewer than two stimuli.
    fn halves(&self, draws: usize, seed: u64) -> Option<(Vec<Vec<usize>>, Halves)> {
        let stimuli = self.repeated().filter(|_| draws > 0)?;
        let halves = Halves::draw(&stimuli, draws, seed);
        Some((stimuli, halves))
    }

    /// Calls `measure` for each voxel with the values of all trials that count, and their places among these.
    fn each_voxel<T: Send>(
        &self,
        stimuli: &[Vec<usize>],
        measure: impl Fn(&[Vec<usize>], &[f32]) -> T + Sync,
    ) -> Result<Vec<T>> {
        let mut measured = Vec::with_capacity(self.voxels);
        self.each_voxel_into(stimuli, measure, &mut |of_voxel| measured.push(of_voxel))?;
        Ok(measured)
    }

    /// As [`Self::each_voxel`]; `take` receives what was measured, voxel by voxel in their order.
    fn each_voxel_into<T: Send>(
        &self,
        stimuli: &[Vec<usize>],
        measure: impl Fn(&[Vec<usize>], &[f32]) -> T + Sync,
        take: &mut dyn FnMut(T),
    ) -> Result<()> {
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
            of_block.map(|values| measure(&stimuli, values)).collect::<Vec<_>>().into_iter().for_each(&mut *take);
        }
        Ok(())
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
