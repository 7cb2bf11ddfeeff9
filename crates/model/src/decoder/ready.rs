//! A trained decoder, prepared to turn responses into images.

use std::sync::Arc;

use afterimage_kernels::decode::{Decode, Ready};
use afterimage_kernels::{Map, linear};
use burn::tensor::Device;
use ndarray::{Array4, ArrayView2, Axis, s};

use super::Decoder;
use crate::{convert, params::Params};

/// Responses of a batch where the framework decodes.
const BATCH: usize = 32;
/// Responses that pass through the linear layer together: so many sums stay in the first cache.
const ROWS: usize = 8;

/// A decoder whose parameters no longer change.
///
/// On the processor the convolutions are transformed once, and one response costs one pass over the linear layer's
/// weights; an image's bits do not depend on what else is decoded with it.
pub struct ReadyDecoder {
    side: usize,
    device: Device,
    with: With,
}

enum With {
    Kernel { decode: Arc<Decode>, ready: Box<Ready>, weight: Vec<f32>, bias: Vec<f32>, grid: usize },
    Framework { decoder: Box<Decoder>, params: Params },
}

impl ReadyDecoder {
    /// Makes `decoder` ready, for images of `side` pixels.
    pub fn new(decoder: Decoder, params: Params, side: usize, device: &Device) -> Self {
        let with = match &decoder.kernel {
            Some(decode) => With::Kernel {
                ready: Box::new(decode.ready(&convert::values(&decoder.layers.flat(&params)))),
                decode: decode.clone(),
                weight: convert::values(&decoder.layers.weight.of(&params)),
                bias: convert::values(&decoder.layers.bias.of(&params)),
                grid: decoder.grid(),
            },
            None => With::Framework { decoder: Box::new(decoder), params },
        };
        Self { side, device: device.clone(), with }
    }

    /// Images `[items, 3, side, side]` in 0..1 of responses `[items, voxels]`.
    ///
    /// # Panics
    /// If the number of voxels is not that of training.
    pub fn images(&self, responses: ArrayView2<'_, f32>) -> Array4<f32> {
        let mut images = Array4::zeros((responses.nrows(), 3, self.side, self.side));
        let batch = if matches!(self.with, With::Kernel { .. }) { ROWS } else { BATCH };
        for first in (0..responses.nrows()).step_by(batch) {
            let rows = first..responses.nrows().min(first + batch);
            let of_batch = self.batch(responses.slice(s![rows.clone(), ..]));
            images.slice_axis_mut(Axis(0), rows.into()).assign(&of_batch);
        }
        images
    }

    fn batch(&self, responses: ArrayView2<'_, f32>) -> Array4<f32> {
        match &self.with {
            With::Kernel { decode, ready, weight, bias, grid } => {
                let (n, x) = (responses.nrows(), responses.as_standard_layout());
                let maps = linear::forward(x.as_slice().expect("standard layout"), weight, bias);
                let maps = Map::from_planes(&maps, [n, decode.channels, *grid, *grid]);
                let (image, kept) = decode.forward(maps, ready);
                kept.recycle();
                let planes = image.to_planes();
                image.recycle();
                Array4::from_shape_vec((n, 3, self.side, self.side), planes).expect("as many values as pixels")
            }
            With::Framework { decoder, params } => {
                let decoded = decoder.forward(params, convert::matrix_to_tensor(responses, &self.device));
                convert::tensor_to_array4(&decoded)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn ready_decoder_gives_the_images_of_the_decoder_and_the_same_bits_alone() {
        let device = Device::flex();
        let mut config = afterimage_config::Experiment::preset("gaziv2022").expect("a valid preset").decoder;
        (config.channels, config.groups) = (16, 4);
        let decoder = Decoder::new(&config, 32, &device);
        let params = decoder.init(7, 1, &device);
        let responses = Array2::from_shape_fn((11, 7), |(i, v)| (i as f32 * 0.9 + v as f32).sin());
        let tensor = decoder.forward(&params, convert::matrix_to_tensor(responses.view(), &device));
        let expected = convert::tensor_to_array4(&tensor);
        let ready = ReadyDecoder::new(decoder, params, 32, &device);
        let images = ready.images(responses.view());
        let worst = images.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{worst}");
        let alone = ready.images(responses.slice(s![9..10, ..]));
        assert_eq!(alone, images.slice(s![9..10, .., .., ..]));
    }
}
