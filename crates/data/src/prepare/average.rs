//! The mean over the trials of each stimulus, weighted by the repeats each row already averages.

use ndarray::Array2;

use super::stream::Stream;
use crate::Result;
use crate::header::TrialInfo;
use crate::import::Block;

/// Bytes of sums in memory at a time; the data set is read once for each such block of stimuli.
const BYTES: usize = 256 << 20;

pub(super) fn blocks(stream: Stream<'_>) -> impl Iterator<Item = Result<Block>> + '_ {
    let mut shown: Vec<u32> = stream.trials.iter().map(|trial| trial.stimulus).collect();
    shown.sort_unstable();
    shown.dedup();
    let step = (BYTES / (8 * stream.voxels().count.max(1))).max(1);
    let parts: Vec<Vec<u32>> = shown.chunks(step).map(<[u32]>::to_vec).collect();
    parts.into_iter().map(move |stimuli| block(&stream, &stimuli))
}

fn block(stream: &Stream<'_>, stimuli: &[u32]) -> Result<Block> {
    let mut sums = Array2::<f64>::zeros((stimuli.len(), stream.voxels().count));
    let mut trials: Vec<Option<TrialInfo>> = vec![None; stimuli.len()];
    stream.for_each(|at, row| {
        let trial = stream.trials[at];
        let Ok(item) = stimuli.binary_search(&trial.stimulus) else { return };
        let weight = f64::from(trial.averaged);
        sums.row_mut(item).zip_mut_with(&row, |sum, &value| *sum += weight * f64::from(value));
        trials[item] = Some(match trials[item] {
            None => TrialInfo { repeat: 0, ..trial },
            Some(mean) => TrialInfo {
                averaged: mean.averaged.saturating_add(trial.averaged),
                // A mean over several sessions or runs belongs to none.
                session: if mean.session == trial.session { mean.session } else { 0 },
                run: if (mean.session, mean.run) == (trial.session, trial.run) { mean.run } else { 0 },
                ..mean
            },
        });
    })?;
    let trials: Vec<TrialInfo> = trials.into_iter().flatten().collect();
    for (mut row, trial) in sums.outer_iter_mut().zip(&trials) {
        row.mapv_inplace(|sum| sum / f64::from(trial.averaged.max(1)));
    }
    Ok(Block { responses: sums.mapv(|value| value as f32), trials })
}
