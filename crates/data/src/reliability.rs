//! How much of a voxel's response repeats: signal-to-noise ratio and noise ceiling.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::header::Split;
use crate::items::{HeldOutSplit, Parts, TrainingSplit};
use crate::store::DataSet;

/// Measures from repeated presentations. Each stored row counts as one repeat, whatever it averages.
#[derive(Debug, Clone, Copy)]
pub struct Reliability;

/// Noise ceilings per voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoiseCeiling {
    /// `[voxels]` signal standard deviation / noise standard deviation.
    pub ncsnr: Vec<f32>,
    /// `[voxels]` largest explainable share of the variance of the repeat average, percent.
    pub percent: Vec<f32>,
    /// `[voxels]` largest correlation with the repeat average: `sqrt(percent / 100)`.
    pub correlation: Vec<f32>,
    /// Stimuli with at least two repeats, from which it was estimated.
    pub stimuli: usize,
    /// Mean of 1/n over all stimuli, n the repeats averaged.
    pub mean_inverse_repeats: f64,
}

impl Reliability {
    /// Signal-to-noise ratio `[voxels]`: the variance over stimuli of the repeat mean, divided by the mean over stimuli
    /// of the variance across repeats (both with n - 1), over training stimuli (validation included) with at least two repeats.
    ///
    /// `None` with fewer than two such stimuli. A voxel without any noise and signal gives 0; without noise but with signal, infinity.
    /// Source: Gaziv et al. 2022, section 2 (their code takes test repeats, this takes training repeats).
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn snr(training: &TrainingSplit<'_>) -> Result<Option<Vec<f32>>> {
        let moments = Moments::of(training.data_set(), Parts::TrainAndValidation.splits())?;
        Ok(moments.repeated().map(|spread| {
            let ratio = |(&signal, &noise): (&f64, &f64)| if signal == 0.0 { 0.0 } else { (signal / noise) as f32 };
            spread.of_means.iter().zip(&spread.within).map(ratio).collect()
        }))
    }

    /// Noise ceilings of a held-out part, from its own repeats.
    ///
    /// With `noise² = mean_s var_r(y_sr)` and `signal² = max(0, var_s(mean_r y_sr) - noise² mean_s(1/n_s))`:
    /// `ncsnr = signal / noise` and `percent = 100 ncsnr² / (ncsnr² + mean_s(1/n_s))`, n_s being the repeats of stimulus s.
    /// For equal n this is `100 ncsnr² / (ncsnr² + 1/n)`; for mixed n it is the weighted form of the same paper.
    /// Variances have n - 1. `None` with fewer than two stimuli that have repeats. A voxel without noise has ceiling 100
    /// where there is signal, and 0 where there is none.
    /// Source: Allen et al. 2022, Nature Neuroscience 25, 116-126, "Noise ceiling estimation".
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn noise_ceiling(held_out: &HeldOutSplit<'_>) -> Result<Option<NoiseCeiling>> {
        let moments = Moments::of(held_out.data_set(), &[held_out.split()])?;
        let inverse = moments.mean_inverse_repeats(1);
        Ok(moments.repeated().map(|spread| spread.ceiling(inverse)))
    }
}

/// Per stimulus: number of rows, sums and sums of squares about the voxel's first value, which keeps them accurate.
struct Moments {
    counts: Vec<u32>,
    sums: Array2<f64>,
    squares: Array2<f64>,
}

struct Spread {
    stimuli: usize,
    of_means: Vec<f64>,
    within: Vec<f64>,
    inverse: f64,
}

impl Moments {
    fn of(data: &DataSet, splits: &[Split]) -> Result<Self> {
        let header = data.header();
        let shape = (header.stimuli.len(), header.voxels.count);
        let (mut sums, mut squares) = (Array2::zeros(shape), Array2::zeros(shape));
        let mut counts = vec![0_u32; shape.0];
        let mut origin: Option<Vec<f64>> = None;
        data.for_each_trial(|trial, row| {
            let stimulus = header.trials[trial].stimulus as usize;
            if !splits.contains(&header.stimuli[stimulus].split) {
                return;
            }
            let origin = origin.get_or_insert_with(|| row.iter().map(|&value| f64::from(value)).collect());
            counts[stimulus] += 1;
            for (voxel, &value) in row.iter().enumerate() {
                let value = f64::from(value) - origin[voxel];
                sums[[stimulus, voxel]] += value;
                squares[[stimulus, voxel]] += value * value;
            }
        })?;
        Ok(Self { counts, sums, squares })
    }

    /// Mean of 1/n over stimuli with at least `least` rows.
    fn mean_inverse_repeats(&self, least: u32) -> f64 {
        let inverses: Vec<f64> = self.counts.iter().filter(|&&n| n >= least).map(|&n| 1.0 / f64::from(n)).collect();
        inverses.iter().sum::<f64>() / inverses.len().max(1) as f64
    }

    fn repeated(&self) -> Option<Spread> {
        let rows: Vec<usize> = (0..self.counts.len()).filter(|&stimulus| self.counts[stimulus] >= 2).collect();
        if rows.len() < 2 {
            return None;
        }
        let voxels = 0..self.sums.ncols();
        let (of_means, within) = voxels.map(|voxel| self.spread(&rows, voxel)).unzip();
        Some(Spread { stimuli: rows.len(), of_means, within, inverse: self.mean_inverse_repeats(2) })
    }

    fn spread(&self, rows: &[usize], voxel: usize) -> (f64, f64) {
        let count = rows.len() as f64;
        let (mut means, mut within) = (Vec::with_capacity(rows.len()), 0.0);
        for &row in rows {
            let (n, sum) = (f64::from(self.counts[row]), self.sums[[row, voxel]]);
            means.push(sum / n);
            within += (self.squares[[row, voxel]] - sum * sum / n).max(0.0) / (n - 1.0);
        }
        let mean = means.iter().sum::<f64>() / count;
        let between = means.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (between, within / count)
    }
}

impl Spread {
    fn ceiling(self, inverse: f64) -> NoiseCeiling {
        let (mut ncsnr, mut percent) = (Vec::new(), Vec::new());
        for (&between, &noise) in self.of_means.iter().zip(&self.within) {
            let signal = (between - noise * self.inverse).max(0.0);
            // Divided by the noise only for the ratio itself, so that a voxel without noise keeps a ceiling.
            ncsnr.push(if signal == 0.0 { 0.0 } else { (signal / noise).sqrt() as f32 });
            percent.push(if signal == 0.0 { 0.0 } else { (100.0 * signal / (signal + noise * inverse)) as f32 });
        }
        let correlation = percent.iter().map(|value| (value / 100.0).sqrt()).collect();
        NoiseCeiling { ncsnr, percent, correlation, stimuli: self.stimuli, mean_inverse_repeats: inverse }
    }
}
