//! Ridge regression from responses to pixels.

use crate::error::{Result, bail};
use ndarray::{Array2, Array4, ArrayView2, Axis};

use afterimage_baseline::{Folds, Ridge, RidgeCv};
use afterimage_data::{TrainingPairs, at_side};
use afterimage_eval::{images::from_bytes, resize::axis_weights};
use afterimage_run::baseline::Penalties;

use super::record::{decoder_grid, decoder_penalties};

/// Refuses predicted images of a side that cannot be enlarged to `side`.
pub(super) fn refuse_size(small: usize, side: usize) -> Result<()> {
    if !(4..=side).contains(&small) {
        bail!("--pixels is {small}, expected 4 to {side}, the side of the experiment's images");
    }
    Ok(())
}

/// The fitted regression.
pub(super) struct Pixels {
    ridge: Ridge,
    /// Side of the predicted images.
    small: usize,
    /// Side of the reconstructions.
    side: usize,
}

impl Pixels {
    /// Fits to training images at `small` pixels a side.
    pub(super) fn fit(training: &TrainingPairs, small: usize, side: usize, folds: &Folds) -> Result<(Self, Penalties)> {
        refuse_size(small, side)?;
        let images = from_bytes(at_side(training.images().to_owned(), small)?.view());
        let targets = images.to_shape((images.len_of(Axis(0)), 3 * small * small))?;
        let (ridge, choice) = RidgeCv::fit_decoder(training, targets.view(), &decoder_grid(), folds)?;
        Ok((Self { ridge, small, side }, decoder_penalties("colour values of pixels", &choice.index)))
    }

    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`.
    pub(super) fn decode(&self, responses: ArrayView2<'_, f32>) -> Result<Array4<f32>> {
        let predicted = self.ridge.predict(responses)?;
        let small = predicted.into_shape_with_order((responses.nrows(), 3, self.small, self.small))?;
        let weights: Array2<f32> = axis_weights(self.small, self.side).mapv(|w| w as f32);
        let mut images = Array4::zeros((responses.nrows(), 3, self.side, self.side));
        for (mut image, small) in images.outer_iter_mut().zip(small.outer_iter()) {
            for (mut plane, small) in image.outer_iter_mut().zip(small.outer_iter()) {
                let cut = small.mapv(|v| v.clamp(0.0, 1.0));
                plane.assign(&weights.dot(&cut).dot(&weights.t()));
            }
        }
        Ok(images)
    }
}
