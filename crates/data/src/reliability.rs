//! How much of a voxel's response repeats: signal-to-noise ratio, noise ceiling, split-half reliability.

mod halves;
mod repeats;

use serde::{Deserialize, Serialize};

pub(crate) use halves::Jackknife;
pub(crate) use repeats::Repeats;
use repeats::Spread;

use crate::Result;
use crate::part::{HeldOutSplit, TrainingSplit};

/// Draws of halves for a split-half reliability, if nothing else is asked for.
pub const SPLIT_HALF_DRAWS: usize = 20;

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

/// Split-half reliabilities per voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitHalf {
    /// `[voxels]` Pearson correlation over stimuli between the means of two halves of the repeats, mean over the draws;
    /// NaN where a half does not vary.
    pub correlation: Vec<f32>,
    /// `[voxels]` reliability of the mean over all repeats: `2 r / (1 + r)` (Spearman-Brown); -1 or less is given as -1.
    pub spearman_brown: Vec<f32>,
    /// Stimuli with at least two repeats, over which it is taken.
    pub stimuli: usize,
    /// Random draws of halves.
    pub draws: usize,
}

impl Reliability {
    /// Signal-to-noise ratio `[voxels]`: the variance over stimuli of the repeat mean, divided by the mean over stimuli
    /// of the variance across repeats (both with n - 1), over training stimuli with at least two repeats.
    ///
    /// `None` with fewer than two such stimuli. A voxel without any noise and signal gives 0; without noise but with signal, infinity.
    /// Source: Gaziv et al. 2022, section 2 (their code takes test repeats, this takes training repeats).
    ///
    /// ```compile_fail,E0308
    /// # use afterimage_data::{DataSet, Reliability, Result};
    /// # fn leak(data: &DataSet) -> Result<Option<Vec<f32>>> {
    /// Reliability::snr(&data.held_out()) // expected `&TrainingSplit`, found `&HeldOutSplit`
    /// # }
    /// ```
    /// ```no_run
    /// # use afterimage_data::{DataSet, Reliability, Result};
    /// # fn no_leak(data: &DataSet) -> Result<Option<Vec<f32>>> {
    /// Reliability::snr(&data.training())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn snr(training: &TrainingSplit<'_>) -> Result<Option<Vec<f32>>> {
        Repeats::with(training.data_set(), training.splits(), |repeats| repeats.snr())
    }

    /// Noise ceilings of a held-out part, from its own repeats.
    ///
    /// With `noise² = mean_s var_r(y_sr)` and `signal² = max(0, var_s(mean_r y_sr) - noise² mean_s(1/n_s))`:
    /// `ncsnr = signal / noise` and `percent = 100 ncsnr² / (ncsnr² + mean_s(1/n_s))`, n_s being the repeats of stimulus s.
    /// For equal n this is `100 ncsnr² / (ncsnr² + 1/n)`; for mixed n it is the weighted form of the same paper.
    /// Variances have n - 1. `None` with fewer than two stimuli that have repeats. A voxel without noise has ceiling 100
    /// where there is signal, and 0 if there is not.
    /// Source: Allen et al. 2022, Nature Neuroscience 25, 116-126, "Noise ceiling estimation".
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn noise_ceiling(held_out: &HeldOutSplit<'_>) -> Result<Option<NoiseCeiling>> {
        Repeats::with(held_out.data_set(), held_out.splits(), |repeats| {
            Ok(repeats.spread()?.map(|spread| ceiling(&spread, repeats)))
        })
    }

    /// Split-half reliabilities of a held-out part: the repeats of each stimulus are drawn into halves `draws` times (of
    /// an odd number the second half has one more), their means correlated over stimuli, the correlations averaged and
    /// carried to the full number of repeats by Spearman-Brown.
    ///
    /// `None` with fewer than two stimuli that have repeats. The same seed gives the same draws.
    /// Source: Spearman 1910; Brown 1910, British Journal of Psychology 3.
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn split_half(held_out: &HeldOutSplit<'_>, draws: usize, seed: u64) -> Result<Option<SplitHalf>> {
        Repeats::with(held_out.data_set(), held_out.splits(), |repeats| repeats.split_half(draws, seed))
    }

    /// Both [`Reliability::noise_ceiling`] and [`Reliability::split_half`], from responses that are read once, and the
    /// mean over voxels of the split-half correlation with and without each stimulus.
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub(crate) fn of_repeats(
        held_out: &HeldOutSplit<'_>,
        draws: usize,
        seed: u64,
    ) -> Result<Option<(NoiseCeiling, SplitHalf, Jackknife)>> {
        Repeats::with(held_out.data_set(), held_out.splits(), |repeats| {
            let all = repeats.spread_and_halves(draws, seed)?;
            Ok(all.map(|(spread, halves, jackknife)| (ceiling(&spread, repeats), halves, jackknife)))
        })
    }
}

fn ceiling(spread: &Spread, repeats: &Repeats<'_>) -> NoiseCeiling {
    let inverse = repeats.mean_inverse_repeats(1);
    let (mut ncsnr, mut percent) = (Vec::new(), Vec::new());
    for &(between, noise) in &spread.of_voxels {
        let signal = (between - noise * spread.inverse).max(0.0);
        // Divided by the noise only for the ratio itself, so that a voxel without noise keeps a ceiling.
        ncsnr.push(if signal == 0.0 { 0.0 } else { (signal / noise).sqrt() as f32 });
        percent.push(if signal == 0.0 { 0.0 } else { (100.0 * signal / (signal + noise * inverse)) as f32 });
    }
    let correlation = percent.iter().map(|value| (value / 100.0).sqrt()).collect();
    NoiseCeiling { ncsnr, percent, correlation, stimuli: spread.stimuli, mean_inverse_repeats: inverse }
}
