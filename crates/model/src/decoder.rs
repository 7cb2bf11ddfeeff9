//! The decoder: responses to an image, after Gaziv et al. 2022.
//!
//! A linear layer from voxels to `channels` x side/8 x side/8, then three times: upsample by two, pad,
//! convolution 5x5, group norm and SiLU (or ReLU and group norm); last a convolution 5x5 to RGB and a sigmoid.

mod ready;
mod regularise;

use std::sync::Arc;

use afterimage_config::{Activation, DecoderConfig, Padding, Upsample};
use afterimage_kernels::{self as kernels, decode::Decode};
use burn::tensor::{Device, Tensor, activation, module, ops::ConvOptions};

use crate::device::is_processor;
use crate::params::{Init, Params};
use crate::processor;
use crate::resample::{Edge, Kernel, Matrix, Resample};

pub use ready::ReadyDecoder;
pub use regularise::DecoderPenalty;

/// Side of the decoder's convolutions.
const KERNEL: usize = 5;
/// Doublings between the linear layer's grid and the image.
const DOUBLINGS: usize = 3;

/// The decoder's arithmetic; its values are in [`Params`].
#[derive(Debug, Clone)]
pub struct Decoder {
    channels: usize,
    groups: usize,
    activation: Activation,
    grid: usize,
    /// Upsampling and padding in one, for each doubling.
    enlarge: Vec<Resample>,
    pad: Resample,
    /// All behind the linear layer in one, where the processor runs it.
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
        let suits = is_processor(device) && config.channels.is_multiple_of(16);
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
            channels: config.channels,
            groups: config.groups,
            activation: config.activation,
            grid,
            enlarge: enlarge.iter().map(|matrix| Resample::new(matrix, device)).collect(),
            pad: Resample::new(&pad, device),
            kernel: kernel.map(Arc::new),
        }
    }

    /// Side of the grid behind the linear layer.
    pub fn grid(&self) -> usize {
        self.grid
    }

    /// Number of trainable values that [`Decoder::init`] makes for `voxels` voxels.
    pub fn parameters(&self, voxels: usize) -> usize {
        let (c, kernel) = (self.channels, KERNEL * KERNEL);
        (voxels + 1) * c * self.grid.pow(2) + DOUBLINGS * c * (c * kernel + 3) + 3 * (c * kernel + 1)
    }

    /// Initial values: uniform in ±1/sqrt(fan-in), group norms 1 and 0.
    pub fn init(&self, voxels: usize, seed: u64, device: &Device) -> Params {
        let init = Init::new(seed);
        let mut params = Params::default();
        let mut uniform = |name: &str, shape: &[usize], fan_in: usize| {
            let values = init.uniform(name, shape.iter().product(), 1.0 / (fan_in as f32).sqrt());
            params.insert(name, shape, values, device);
        };
        let (c, g, k) = (self.channels, self.grid, KERNEL);
        uniform("linear.weight", &[voxels, c * g * g], voxels);
        uniform("linear.bias", &[c * g * g], voxels);
        for level in 0..DOUBLINGS {
            uniform(&format!("conv{level}.weight"), &[c, c, k, k], c * k * k);
            uniform(&format!("conv{level}.bias"), &[c], c * k * k);
        }
        uniform("rgb.weight", &[3, c, k, k], c * k * k);
        uniform("rgb.bias", &[3], c * k * k);
        for level in 0..DOUBLINGS {
            params.insert(&format!("norm{level}.scale"), &[c], vec![1.0; c], device);
            params.insert(&format!("norm{level}.shift"), &[c], vec![0.0; c], device);
        }
        params
    }

    /// Responses `[batch, voxels]` to images `[batch, 3, side, side]` in 0..1.
    pub fn forward(&self, params: &Params, responses: Tensor<2>) -> Tensor<4> {
        let [batch, _] = responses.dims();
        let bias = params.get::<1>("linear.bias").unsqueeze::<2>();
        let linear = responses.matmul(params.get::<2>("linear.weight")) + bias;
        let maps = linear.reshape([batch, self.channels, self.grid, self.grid]);
        match &self.kernel {
            Some(kernel) => processor::decode(kernel.clone(), maps, flat(params)),
            None => self.decode_anywhere(params, maps),
        }
    }

    /// What is behind the linear layer, on any device.
    fn decode_anywhere(&self, params: &Params, mut maps: Tensor<4>) -> Tensor<4> {
        for (level, enlarge) in self.enlarge.iter().enumerate() {
            let padded = enlarge.forward(maps); // [batch, channels, 2*from + 4, 2*from + 4]
            let convolved = convolve(params, &format!("conv{level}"), padded);
            maps = self.activate(params, level, convolved); // [batch, channels, 2*from, 2*from]
        }
        activation::sigmoid(convolve(params, "rgb", self.pad.forward(maps)))
    }

    fn activate(&self, params: &Params, level: usize, maps: Tensor<4>) -> Tensor<4> {
        let scale = params.get::<1>(&format!("norm{level}.scale"));
        let shift = params.get::<1>(&format!("norm{level}.shift"));
        match self.activation {
            Activation::NormSilu => activation::silu(group_norm(maps, self.groups, scale, shift)),
            Activation::ReluNorm => group_norm(activation::relu(maps), self.groups, scale, shift),
        }
    }
}

/// Parameters behind the linear layer, in the order of [`Decode::parameters`].
fn flat(params: &Params) -> Tensor<1> {
    let parts = ["conv{}.weight", "conv{}.bias", "norm{}.scale", "norm{}.shift"];
    let levels = (0..DOUBLINGS).flat_map(|level| parts.map(|part| part.replace("{}", &level.to_string())));
    let names = levels.chain(["rgb.weight", "rgb.bias"].map(String::from));
    Tensor::cat(names.map(|name| params.flat(&name)).collect(), 0)
}

fn convolve(params: &Params, name: &str, padded: Tensor<4>) -> Tensor<4> {
    let weight = params.get::<4>(&format!("{name}.weight"));
    let bias = params.get::<1>(&format!("{name}.bias"));
    module::conv2d(padded, weight, Some(bias), ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
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
                let of = |kernel: bool| {
                    let (leaves, leaf) = (params.leaves(), maps.clone().autodiff().require_grad());
                    let image = match kernel {
                        true => {
                            processor::decode(decoder.kernel.clone().expect("a kernel"), leaf.clone(), flat(&leaves))
                        }
                        false => decoder.decode_anywhere(&leaves, leaf.clone()),
                    };
                    let grads = (image.clone() * weights.clone()).sum().backward();
                    let mut all = vec![image.without_autodiff().reshape([2 * 3 * 1024])];
                    all.push(leaf.grad(&grads).expect("a gradient of the maps").reshape([2 * 16 * 16]));
                    let behind = leaves.iter().filter(|(name, _)| !name.starts_with("linear"));
                    all.extend(behind.map(|(name, leaf)| leaf.grad(&grads).unwrap_or_else(|| panic!("{name}"))));
                    all
                };
                for (index, (ours, theirs)) in of(true).into_iter().zip(of(false)).enumerate() {
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
