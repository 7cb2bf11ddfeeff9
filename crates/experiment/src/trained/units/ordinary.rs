//! How a run's own responses lie and go together, as a measure of what is ordinary.

use afterimage_data::{Averaging, DataSet, Split, ZScore};
use afterimage_statistics::{median, moments};
use ndarray::{Array2, Axis, concatenate};

use crate::Result;

/// Blocks of consecutive training trials that are read, and trials of each.
const BLOCKS: (usize, usize) = (8, 64);
/// Voxels whose correlations with each other are compared.
const VOXELS: usize = 100;

/// Of the run's own data set. Test trials take no part.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::trained) struct Ordinary {
    /// Medians over voxels of the validation trials, in training standard deviations.
    pub(super) lie: Option<Lie>,
    /// `[trials, voxels]` training trials in some of the voxels that vary.
    pub(super) trials: Array2<f32>,
    /// `[voxels]` places of these among the voxels that vary.
    pub(super) of: Vec<usize>,
}

/// How responses lie against those of training: medians over voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lie {
    /// Distance of the mean from the training mean.
    pub(super) shift: f64,
    /// Ratio of the standard deviation to that of training.
    pub(super) factor: f64,
}

impl Ordinary {
    /// Of a data set, in its columns `voxels`.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for damaged data.
    pub(in crate::trained) fn of(data: &DataSet, voxels: &[usize], training: &ZScore) -> Result<Self> {
        let undefined = training.undefined();
        let defined: Vec<usize> = (0..voxels.len()).filter(|voxel| undefined.binary_search(voxel).is_err()).collect();
        let lie = validation(data, voxels, training, &defined)?;
        let of = spaced(defined.len(), VOXELS);
        let header = data.header();
        let is_training = |trial: &usize| header.stimuli[header.trials[*trial].stimulus as usize].split == Split::Train;
        let all: Vec<usize> = (0..header.trials.len()).filter(is_training).collect();
        let columns: Vec<usize> = of.iter().map(|&place| voxels[defined[place]]).collect();
        let mut trials = Array2::zeros((0, of.len()));
        let blocks: Vec<&[usize]> = all.chunks(BLOCKS.1).collect();
        for block in spaced(blocks.len(), BLOCKS.0) {
            let read = data.responses_of(blocks[block])?.select(Axis(1), &columns);
            trials = concatenate(Axis(0), &[trials.view(), read.view()])?;
        }
        Ok(Self { lie, trials, of })
    }
}

/// At most `most` of `n` places, evenly.
pub(in crate::trained) fn spaced(n: usize, most: usize) -> Vec<usize> {
    let kept = n.min(most);
    (0..kept).map(|place| place * n / kept).collect()
}

/// `None` without validation trials.
fn validation(data: &DataSet, voxels: &[usize], training: &ZScore, defined: &[usize]) -> Result<Option<Lie>> {
    let validation = data.validation();
    if validation.stimuli().is_empty() {
        return Ok(None);
    }
    let responses = validation.items(Averaging::Trials)?.responses.select(Axis(1), voxels);
    let (mut shifts, mut factors): (Vec<f64>, Vec<f64>) = defined
        .iter()
        .map(|&voxel| {
            let (mean, variance) = moments(responses.column(voxel).iter().map(|&value| f64::from(value)));
            let (of_mean, of_sd) = (f64::from(training.mean[voxel]), f64::from(training.sd[voxel]));
            (((mean - of_mean) / of_sd).abs(), variance.sqrt() / of_sd)
        })
        .unzip();
    Ok(Some(Lie { shift: median(&mut shifts), factor: median(&mut factors) }))
}
