//! How far a run's own validation responses lie from those of training, as a measure of what is ordinary.

use afterimage_data::{Averaging, DataSet, ZScore};
use afterimage_statistics::{median, moments};
use ndarray::Axis;

use crate::Result;

/// Medians over voxels, in training standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::trained) struct Ordinary {
    /// Distance of the mean from the training mean.
    pub(super) shift: f64,
    /// Ratio of the standard deviation to that of training.
    pub(super) factor: f64,
}

impl Ordinary {
    /// Of the validation trials of a data set, in its columns `voxels`; `None` if it has none. Test trials take no part.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for damaged data.
    pub(in crate::trained) fn of(data: &DataSet, voxels: &[usize], training: &ZScore) -> Result<Option<Self>> {
        let validation = data.validation();
        if validation.stimuli().is_empty() {
            return Ok(None);
        }
        let responses = validation.items(Averaging::Trials)?.responses.select(Axis(1), voxels);
        let undefined = training.undefined();
        let defined = (0..voxels.len()).filter(|voxel| undefined.binary_search(voxel).is_err());
        let (mut shifts, mut factors): (Vec<f64>, Vec<f64>) = defined
            .map(|voxel| {
                let (mean, variance) = moments(responses.column(voxel).iter().map(|&value| f64::from(value)));
                let (of_mean, of_sd) = (f64::from(training.mean[voxel]), f64::from(training.sd[voxel]));
                (((mean - of_mean) / of_sd).abs(), variance.sqrt() / of_sd)
            })
            .unzip();
        Ok(Some(Self { shift: median(&mut shifts), factor: median(&mut factors) }))
    }
}
