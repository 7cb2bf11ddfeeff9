//! Spread of a trained encoder's predictions over the dropout masks of training.

use ndarray::{Array2, ArrayView4, Axis, Zip};

use afterimage_model::{
    convert,
    encoder::{Encoder, EncoderState},
    vision::Vision,
};

use super::PREDICT_BATCH;
use crate::draws;

/// The dropout masks of a spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Number of masks for each image.
    pub samples: usize,
    /// Seed of the masks.
    pub seed: u64,
    /// Number of batches of 32 images before these, so that images in parts have the masks that they have as a whole.
    pub first_batch: u64,
}

impl Spread {
    /// Images in a batch; parts of a multiple of this size have the masks of the whole.
    pub const BATCH: usize = PREDICT_BATCH;
}

/// Returns predictions ŷ without dropout, and s with s² = (1/N) Σ over N masks of (y of the mask - ŷ)², both
/// `[images, voxels]`.
///
/// ŷ is the mean over all masks (the readout is linear behind its dropout), so N, not N - 1, makes s² unbiased. The masks
/// are those of training, Bernoulli with the configured probability, independent between images, voxels, branches and channels;
/// batch norms use their running statistics. s is 0 if the encoder was trained without dropout.
///
/// Source: Gal and Ghahramani 2016, "Dropout as a Bayesian approximation".
pub fn predict_with_spread(
    encoder: &Encoder,
    state: &EncoderState,
    vision: &Vision,
    images: ArrayView4<'_, u8>,
    device: &burn::tensor::Device,
    spread: Spread,
) -> [Array2<f32>; 2] {
    let size = (images.len_of(Axis(0)), encoder.voxels());
    let [mut predicted, mut deviation] = [0; 2].map(|_| Array2::zeros(size));
    let parts = images
        .axis_chunks_iter(Axis(0), PREDICT_BATCH)
        .zip(predicted.axis_chunks_iter_mut(Axis(0), PREDICT_BATCH))
        .zip(deviation.axis_chunks_iter_mut(Axis(0), PREDICT_BATCH));
    for (batch, ((images, mut predicted), mut deviation)) in (spread.first_batch..).zip(parts) {
        let features = vision.forward(convert::images_to_tensor(images, device), &encoder.taps());
        let seeds = draws::dropout_seeds(spread.seed, batch, spread.samples);
        let (without, masked) = encoder.sample(state, &features, &seeds);
        predicted.assign(&convert::tensor_to_matrix(&without));
        let mut squares = Array2::<f64>::zeros(predicted.dim());
        for of_mask in masked {
            Zip::from(&mut squares)
                .and(&convert::tensor_to_matrix(&of_mask))
                .and(&predicted)
                .for_each(|square, &y, &mean| *square += f64::from(y - mean).powi(2));
        }
        deviation.assign(&squares.mapv(|square| (square / spread.samples.max(1) as f64).sqrt() as f32));
    }
    [predicted, deviation]
}

#[cfg(test)]
mod tests {
    use afterimage_config::Experiment;
    use afterimage_model::device::device;
    use ndarray::{Array4, concatenate, s};

    use super::*;
    use crate::apply;

    #[test]
    fn images_in_parts_have_the_masks_of_the_whole_and_another_seed_has_others() {
        let (device, config) = (device("cpu").unwrap(), Experiment::preset("demo").unwrap().encoder);
        let vision = apply::vision(config.backbone, 64, config.backbone_side, &device).unwrap();
        let encoder = Encoder::new(&config, &vision, 6).unwrap();
        let state = encoder.init(3, &device);
        let images = Array4::from_shape_fn((35, 64, 64, 3), |(n, y, x, c)| ((n * 31 + y * y + x * 5 + c) % 256) as u8);
        let of = |from: usize, to: usize, seed, first_batch| {
            let part = images.slice(s![from..to, .., .., ..]);
            predict_with_spread(&encoder, &state, &vision, part, &device, Spread { samples: 4, seed, first_batch })
        };
        let [predicted, deviation] = of(0, 35, 1, 0);
        assert_eq!(predicted, super::super::predict(&encoder, &state, &vision, images.view(), &device));
        assert!(deviation.iter().all(|&s| s > 0.0 && s.is_finite()));
        let parts = [of(0, 32, 1, 0), of(32, 35, 1, 1)];
        let joined = concatenate(Axis(0), &[parts[0][1].view(), parts[1][1].view()]).unwrap();
        assert_eq!(joined, deviation);
        assert_ne!(of(0, 35, 2, 0)[1], deviation);
    }
}
