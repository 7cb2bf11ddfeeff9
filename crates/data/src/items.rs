//! Tables of responses: the trials of some splits, or the averages over the trials of a stimulus.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::header::Split;
use crate::store::DataSet;
use crate::{Error, Result};

/// Whether repeats stay separate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Averaging {
    /// Every trial is an item.
    Trials,
    /// The mean over the trials of a stimulus is an item, weighted by the repeats each row already averages.
    Stimulus,
}

/// A table of responses with the stimulus of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    /// `[items, voxels]`
    pub responses: Array2<f32>,
    /// Row of the data set's stimuli, one per item.
    pub stimulus: Vec<u32>,
    /// The stimulus's name, one per item.
    pub names: Vec<String>,
    /// How many repeats were averaged in the item.
    pub repeats: Vec<u16>,
}

/// Rows of the stimuli of some splits, ascending.
pub(crate) fn stimuli(data: &DataSet, splits: &[Split]) -> Vec<u32> {
    let rows = data.header().stimuli.iter().enumerate();
    rows.filter(|(_, info)| splits.contains(&info.split)).map(|(row, _)| row as u32).collect()
}

/// Names of the parts for messages.
fn split_name(splits: &[Split]) -> &'static str {
    match splits {
        [Split::Test] => "test",
        [Split::Validation] => "validation",
        _ => "training",
    }
}

/// The items of some splits; stimuli in the order of their rows, or trials in the order of theirs.
pub(crate) fn collect(data: &DataSet, average: Averaging, splits: &[Split]) -> Result<Items> {
    let header = data.header();
    let inside = |trial: usize| splits.contains(&header.stimuli[header.trials[trial].stimulus as usize].split);
    let trials: Vec<usize> = (0..header.trials.len()).filter(|&trial| inside(trial)).collect();
    if trials.is_empty() {
        let data_set = header.provenance.title.clone();
        return Err(Error::EmptySplit { split: split_name(splits), data_set });
    }
    // `slot[trial]` is the item a trial goes into; trials of other parts have none.
    let (slots, stimulus) = match average {
        Averaging::Trials => by_trial(data, &trials),
        Averaging::Stimulus => by_stimulus(data, &trials),
    };
    let (responses, repeats) = mean_rows(data, &slots, stimulus.len())?;
    let names = stimulus.iter().map(|&row| header.stimuli[row as usize].name.clone()).collect();
    Ok(Items { responses, stimulus, names, repeats })
}

fn by_trial(data: &DataSet, trials: &[usize]) -> (Vec<Option<usize>>, Vec<u32>) {
    let mut slots = vec![None; data.header().trials.len()];
    for (item, &trial) in trials.iter().enumerate() {
        slots[trial] = Some(item);
    }
    (slots, trials.iter().map(|&trial| data.header().trials[trial].stimulus).collect())
}

fn by_stimulus(data: &DataSet, trials: &[usize]) -> (Vec<Option<usize>>, Vec<u32>) {
    let of = |trial: usize| data.header().trials[trial].stimulus;
    let mut stimulus: Vec<u32> = trials.iter().map(|&trial| of(trial)).collect();
    stimulus.sort_unstable();
    stimulus.dedup();
    let mut slots = vec![None; data.header().trials.len()];
    for &trial in trials {
        slots[trial] = stimulus.binary_search(&of(trial)).ok();
    }
    (slots, stimulus)
}

/// Weighted means in double precision, so that their order does not matter to the last digit shown.
fn mean_rows(data: &DataSet, slots: &[Option<usize>], items: usize) -> Result<(Array2<f32>, Vec<u16>)> {
    let header = data.header();
    let mut sums = Array2::<f64>::zeros((items, header.voxels.count));
    let mut weights = vec![0_u32; items];
    data.for_each_trial(|trial, row| {
        let Some(item) = slots[trial] else { return };
        let weight = header.trials[trial].averaged;
        weights[item] += u32::from(weight);
        let mut sum = sums.row_mut(item);
        sum.zip_mut_with(&row, |sum, &value| *sum += f64::from(value) * f64::from(weight));
    })?;
    for (mut sum, &weight) in sums.outer_iter_mut().zip(&weights) {
        sum.mapv_inplace(|value| value / f64::from(weight.max(1)));
    }
    let repeats = weights.iter().map(|&weight| weight.min(u32::from(u16::MAX)) as u16).collect();
    Ok((sums.mapv(|value| value as f32), repeats))
}
