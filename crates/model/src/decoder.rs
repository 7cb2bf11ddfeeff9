//! The decoder: responses to an image, after Gaziv et al. 2022.
//!
//! A linear layer from voxels to `channels` x side/8 x side/8, then three times: upsample by two, pad,
//! convolution 5x5, group norm and SiLU (or ReLU and group norm); last a convolution 5x5 to RGB and a sigmoid.

mod layers;
mod linear;
mod photographs;
mod ready;
mod regularise;

use std::sync::Arc;

use afterimage_config::{Activation, DecoderConfig, Padding, Upsample};
use afterimage_kernels::{self as kernels, decode::Decode};
use burn::tensor::{Device, Tensor, activation};

use crate::device::Engine;
use crate::module::{Module, Norm};
use crate::params::{Init, Params};
use crate::processor;
use crate::resample::{Edge, Kernel, Matrix, Resample};

pub use linear::LinearPath;
pub use photographs::Photographs;
pub use ready::ReadyDecoder;
pub use regularise::DecoderPenalty;

use layers::Layers;

/// Side of the decoder's convolutions.
const KERNEL: usize = 5;
/// Doublings between the linear layer's grid and the image.
const DOUBLINGS: usize = 3;

/// The decoder's layers; their values are in [`Params`].
#[derive(Debug, Clone)]
pub struct Decoder {
    layers: Layers,
    groups: usize,
    activation: Activation,
    /// Upsampling and padding in one, for each doubling.
    enlarge: Vec<Resample>,
    pad: Resample,
    /// All behind the linear layer in one, if the kernels run it.
    kernel: Option<Arc<Decode>>,
}

impl Decoder {
    /// A decoder to images of `side` pixels.
    pub fn new(config: &DecoderConfig, side: usize, device: &Device) -> Self {
        let grid = side >> DOUBLINGS;
        let edge = match config.padding {
            Padding::Reflect => Edge::Reflect,
            Padding::Zero => Edge::Zero,
        };
        let kernel = match config.upsample {
            Upsample::Bicubic => Kernel::Bicubic,
            Upsample::Bilinear => Kernel::Bilinear,
        };
        let padded = |level: usize| {
            let from = grid << level;
            Matrix::pad(2 * from, KERNEL / 2, edge).after(&Matrix::resize(from, 2 * from, kernel))
        };
        let enlarge: Vec<Matrix> = (0..DOUBLINGS).map(padded).collect();
        let pad = Matrix::pad(side, KERNEL / 2, edge);
        let suits = Engine::of(device) == Engine::Kernels && config.channels.is_multiple_of(16);
        let kernel = suits.then(|| Decode {
            channels: config.channels,
            groups: config.groups,
            activation: match config.activation {
                Activation::NormSilu => kernels::Activation::NormSilu,
                Activation::ReluNorm => kernels::Activation::ReluNorm,
            },
            enlarge: enlarge.iter().map(Matrix::kernel).collect(),
            pad: pad.kernel(),
        });
        Self {
            layers: Layers::new(config.channels, grid),
            groups: config.groups,
            activation: config.activation,
            enlarge: enlarge.iter().map(|matrix| Resample::new(matrix, device)).collect(),
            pad: Resample::new(&pad, device),
            kernel: kernel.map(Arc::new),
        }
    }

    /// Side of the grid behind the linear layer.
    pub fn grid(&self) -> usize {
        self.layers.grid
    }

    /// Number of trainable values that [`Decoder::init`] makes for `voxels` voxels.
    pub fn parameters(&self, voxels: usize) -> usize {
        self.layers.count(voxels)
    }

    /// Initial values: uniform in ±1/sqrt(fan-in), group norms 1 and 0.
    pub fn init(&self, voxels: usize, seed: u64, device: &Device) -> Params {
        self.layers.draw(voxels, Init::new(seed), device)
    }

    /// Responses `[batch, voxels]` to images `[batch, 3, side, side]` in 0..1.
    pub fn forward(&self, params: &Params, responses: Tensor<2>) -> Tensor<4> {
        let maps = self.layers.linear(params, responses);
        match &self.kernel {
            Some(kernel) => processor::decode(kernel.clone(), maps, self.layers.flat(params)),
            None => self.decode_anywhere(params, maps),
        }
    }

    /// What is behind the linear layer, on any device.
    fn decode_anywhere(&self, params: &Params, mut maps: Tensor<4>) -> Tensor<4> {
        for ((conv, norm), enlarge) in self.layers.levels.iter().zip(&self.enlarge) {
            let padded = enlarge.forward(maps); // [batch, channels, 2*from + 4, 2*from + 4]
            let convolved = conv.forward(params, padded, 1, 0);
            maps = self.activate(params, norm, convolved); // [batch, channels, 2*from, 2*from]
        }
        activation::sigmoid(self.layers.rgb.forward(params, self.pad.forward(maps), 1, 0))
    }

    fn activate(&self, params: &Params, norm: &Norm, maps: Tensor<4>) -> Tensor<4> {
        let (scale, shift) = (norm.scale.of(params), norm.shift.of(params));
        match self.activation {
            Activation::NormSilu => activation::silu(group_norm(maps, self.groups, scale, shift)),
            Activation::ReluNorm => group_norm(activation::relu(maps), self.groups, scale, shift),
        }
    }
}

/// Group norm, (x - mean)/sqrt(variance + 1e-5) over the positions and channels of each group, then scale and shift.
fn group_norm(maps: Tensor<4>, groups: usize, scale: Tensor<1>, shift: Tensor<1>) -> Tensor<4> {
    let [batch, channels, height, width] = maps.dims();
    let grouped = maps.reshape([batch, groups, channels / groups * height * width]);
    let centred = grouped.clone() - grouped.mean_dim(2);
    let variance = centred.clone().powi_scalar(2).mean_dim(2);
    let normal = (centred / (variance + 1e-5).sqrt()).reshape([batch, channels, height, width]);
    normal * scale.reshape([1, channels, 1, 1]) + shift.reshape([1, channels, 1, 1])
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;

    #[test]
    fn counted_parameters_are_those_that_are_made() {
        let device = Device::flex();
        let decoder = Decoder::new(&decoder_config(), 32, &device);
        assert_eq!(decoder.parameters(7), decoder.init(7, 1, &device).len());
    }

    /// Both ways behind the linear layer: the image, and the gradients of the maps and all parameters.
    #[test]
    fn kernel_and_framework_agree() {
        let device = Device::flex();
        for activation in [Activation::NormSilu, Activation::ReluNorm] {
            for (padding, upsample) in [(Padding::Reflect, Upsample::Bicubic), (Padding::Zero, Upsample::Bilinear)] {
                let config =
                    DecoderConfig { channels: 16, groups: 4, activation, padding, upsample, ..decoder_config() };
                let decoder = Decoder::new(&config, 32, &device);
                let params = decoder.init(7, 1, &device).map(|flat| flat.clone() + flat.clone().sin() * 0.1);
                let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>();
                let maps = Tensor::<4>::from_data(TensorData::new(wave(2 * 16 * 16, 0.37), [2, 16, 4, 4]), &device);
                let weights =
                    Tensor::<4>::from_data(TensorData::new(wave(2 * 3 * 1024, 0.11), [2, 3, 32, 32]), &device);
                let of = |engine: Engine| {
                    let (leaves, leaf) = (params.leaves(), maps.clone().autodiff().require_grad());
                    let image = match engine {
                        Engine::Kernels => {
                            let (kernel, behind) = (decoder.kernel.clone(), decoder.layers.flat(&leaves));
                            processor::decode(kernel.expect("a kernel"), leaf.clone(), behind)
                        }
                        Engine::Framework => decoder.decode_anywhere(&leaves, leaf.clone()),
                    };
                    let grads = (image.clone() * weights.clone()).sum().backward();
                    let mut all = vec![image.without_autodiff().reshape([2 * 3 * 1024])];
                    all.push(leaf.grad(&grads).expect("a gradient of the maps").reshape([2 * 16 * 16]));
                    let behind = leaves.iter().filter(|(name, _)| !name.starts_with("linear"));
                    all.extend(behind.map(|(name, leaf)| leaf.grad(&grads).unwrap_or_else(|| panic!("{name}"))));
                    all
                };
                for (index, (ours, theirs)) in of(Engine::Kernels).into_iter().zip(of(Engine::Framework)).enumerate() {
                    let length = |x: Tensor<1>| x.powi_scalar(2).mean().sqrt().into_scalar::<f32>();
                    let error = length(ours - theirs.clone()) / length(theirs).max(1e-3);
                    assert!(error < 2e-4, "{activation:?}, {index}: {error}");
                }
            }
        }
    }

    fn decoder_config() -> DecoderConfig {
        afterimage_config::Experiment::preset("gaziv2022").expect("a valid preset").decoder
    }
}
