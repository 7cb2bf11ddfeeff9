//! The mean training image: a baseline of its own, and a level next to the scores of every run.

use ndarray::{Array3, ArrayView4};

use afterimage_config::Experiment;
use afterimage_data::{DataSet, TrainingPairs, at_side};

use crate::error::Result;

/// Images that are read at a time.
const BLOCK: usize = 256;

/// Returns the mean over the images of training pairs, each once, `[3, side, side]` in 0..1.
pub(crate) fn of_pairs(training: &TrainingPairs) -> Array3<f32> {
    let images = training.images();
    let (n, height, width, channels) = images.dim();
    let mut sum = Array3::zeros((height, width, channels));
    add(&mut sum, images);
    mean(&sum, n)
}

/// Returns the same without pairing images with responses. Images are read in blocks.
///
/// # Errors
/// If an image can't be read.
pub(crate) fn of_data(data: &DataSet, experiment: &Experiment) -> Result<Array3<f32>> {
    let split = if experiment.data.train_on_validation { data.training_and_validation() } else { data.training() };
    let (stimuli, side) = (split.stimuli(), experiment.image.side);
    let mut sum = Array3::zeros((side, side, 3));
    for block in stimuli.chunks(BLOCK) {
        add(&mut sum, at_side(data.images(block)?, side)?.view());
    }
    Ok(mean(&sum, stimuli.len()))
}

/// Sums of bytes are exact in double precision, whatever their order.
fn add(sum: &mut Array3<f64>, images: ArrayView4<'_, u8>) {
    for image in images.outer_iter() {
        sum.zip_mut_with(&image, |sum, &value| *sum += f64::from(value));
    }
}

fn mean(sum: &Array3<f64>, n: usize) -> Array3<f32> {
    sum.mapv(|sum| (sum / n.max(1) as f64 / 255.0) as f32).permuted_axes([2, 0, 1]).as_standard_layout().into_owned()
}
