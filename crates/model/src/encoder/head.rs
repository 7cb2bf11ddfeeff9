//! The head of a branch: batch norm, optional max-pool, convolution, ReLU, batch norm.

use burn::tensor::{Device, Tensor, activation, module, ops::ConvOptions, ops::MaxPoolOptions};

use afterimage_config::BranchConfig;

use crate::backbone::Window;
use crate::device::is_processor;
use crate::params::{Init, Params};
use crate::processor;

/// Share of the newest batch in the running statistics, PyTorch's default.
const MOMENTUM: f32 = 0.1;
const EPSILON: f32 = 1e-5;

/// What batch norm and dropout do.
#[derive(Debug)]
pub enum Mode<'a> {
    /// Running statistics, no dropout: the same input gives the same output.
    Evaluate {
        /// The running statistics.
        statistics: &'a Params,
    },
    /// Statistics of the batch, dropout drawn from `seed`.
    Train {
        /// The running statistics, brought up to date.
        statistics: &'a mut Params,
        /// Seed of this step's dropout.
        seed: u64,
    },
}

/// One head.
#[derive(Debug, Clone)]
pub(super) struct Head {
    channels_in: usize,
    pub(super) channels: usize,
    side_in: usize,
    pool: usize,
    kernel: usize,
    stride: usize,
}

impl Head {
    pub(super) fn new(branch: &BranchConfig, channels_in: usize, side_in: usize) -> Self {
        Self {
            channels_in,
            channels: branch.channels,
            side_in,
            pool: branch.pool,
            kernel: branch.kernel,
            stride: branch.stride,
        }
    }

    /// Side of the head's output: pool (floor), then a convolution padded by half its kernel.
    pub(super) fn side_out(&self) -> usize {
        let pooled = self.side_in / self.pool;
        (pooled + 2 * (self.kernel / 2)).saturating_sub(self.kernel) / self.stride + usize::from(pooled > 0)
    }

    /// Its layers as windows: the pool where it has one, then the convolution.
    pub(super) fn windows(&self) -> Vec<Window> {
        let pool = Window { kernel: self.pool, stride: self.pool, padding: 0 };
        let convolution = Window { kernel: self.kernel, stride: self.stride, padding: self.kernel / 2 };
        std::iter::once(pool).filter(|pool| pool.kernel > 1).chain([convolution]).collect()
    }

    /// Number of trainable values.
    pub(super) fn parameters(&self) -> usize {
        self.channels * (self.channels_in * self.kernel.pow(2) + 1) + 2 * (self.channels_in + self.channels)
    }

    pub(super) fn init(&self, index: usize, init: Init, params: &mut Params, statistics: &mut Params, device: &Device) {
        let fan_in = self.channels_in * self.kernel * self.kernel;
        let name = format!("branch{index}.conv.weight");
        let shape = [self.channels, self.channels_in, self.kernel, self.kernel];
        let bound = 1.0 / (fan_in as f32).sqrt();
        params.insert(&name, &shape, init.uniform(&name, shape.iter().product(), bound), device);
        let bias = format!("branch{index}.conv.bias");
        params.insert(&bias, &[self.channels], init.uniform(&bias, self.channels, bound), device);
        for (norm, channels) in [("norm_in", self.channels_in), ("norm_out", self.channels)] {
            let name = |part: &str| format!("branch{index}.{norm}.{part}");
            params.insert(&name("scale"), &[channels], vec![1.0; channels], device);
            params.insert(&name("shift"), &[channels], vec![0.0; channels], device);
            statistics.insert(&name("mean"), &[channels], vec![0.0; channels], device);
            statistics.insert(&name("variance"), &[channels], vec![1.0; channels], device);
        }
    }

    /// `[batch, channels_in, side, side]` to `[batch, channels, side_out, side_out]`.
    pub(super) fn forward(&self, index: usize, params: &Params, tap: Tensor<4>, mode: &mut Mode<'_>) -> Tensor<4> {
        let mut maps = batch_norm(&format!("branch{index}.norm_in"), params, tap, mode);
        if self.pool > 1 {
            maps = module::max_pool2d(maps, MaxPoolOptions::new([self.pool; 2]));
        }
        let weight = params.get::<4>(&format!("branch{index}.conv.weight"));
        let bias = params.get::<1>(&format!("branch{index}.conv.bias"));
        let options = ConvOptions::new([self.stride; 2], [self.kernel / 2; 2], [1, 1], 1);
        let maps = activation::relu(module::conv2d(maps, weight, Some(bias), options));
        batch_norm(&format!("branch{index}.norm_out"), params, maps, mode)
    }
}

/// Batch norm over batch and positions: biased variance to normalise, unbiased in the running statistics.
fn batch_norm(name: &str, params: &Params, maps: Tensor<4>, mode: &mut Mode<'_>) -> Tensor<4> {
    let [batch, channels, height, width] = maps.dims();
    let ours = is_processor(&maps.device());
    let (mean_name, variance_name) = (format!("{name}.mean"), format!("{name}.variance"));
    let (moments, of_batch) = match mode {
        Mode::Evaluate { statistics } => {
            let kept = [&mean_name, &variance_name].map(|name| statistics.get::<1>(name).reshape([1, channels]));
            (Tensor::cat(kept.to_vec(), 0), false)
        }
        Mode::Train { statistics, .. } => {
            let moments = if ours { processor::moments(maps.clone()) } else { moments(maps.clone()) };
            let n = (batch * height * width) as f32;
            let row = |row: usize| moments.clone().slice([row..row + 1, 0..channels]);
            blend(statistics, &mean_name, row(0), 1.0);
            blend(statistics, &variance_name, row(1), n / (n - 1.0).max(1.0));
            (moments, true)
        }
    };
    let scale = params.get::<1>(&format!("{name}.scale"));
    let shift = params.get::<1>(&format!("{name}.shift"));
    match ours {
        true => processor::normalise(maps, moments, scale, shift, of_batch),
        false => normalise(maps, moments, scale, shift),
    }
}

/// Mean and biased variance of each channel, `[2, channels]`, on any device.
fn moments(maps: Tensor<4>) -> Tensor<2> {
    let channels = maps.dims()[1];
    let over_positions = |t: Tensor<4>| t.mean_dim(3).mean_dim(2).mean_dim(0); // [1, channels, 1, 1]
    let mean = over_positions(maps.clone());
    let variance = over_positions((maps - mean.clone()).powi_scalar(2));
    Tensor::cat(vec![mean.reshape([1, channels]), variance.reshape([1, channels])], 0)
}

/// On any device; gradients flow through moments that are part of the graph.
fn normalise(maps: Tensor<4>, moments: Tensor<2>, scale: Tensor<1>, shift: Tensor<1>) -> Tensor<4> {
    let channels = maps.dims()[1];
    let row = |row: usize| moments.clone().slice([row..row + 1, 0..channels]).reshape([1, channels, 1, 1]);
    let normal = (maps - row(0)) / (row(1) + EPSILON).sqrt();
    normal * scale.reshape([1, channels, 1, 1]) + shift.reshape([1, channels, 1, 1])
}

fn blend(statistics: &mut Params, name: &str, batch: Tensor<2>, factor: f32) {
    let old = statistics.get::<1>(name);
    let new = batch.without_autodiff().reshape(old.dims()) * factor;
    statistics.set(name, old * (1.0 - MOMENTUM) + new * MOMENTUM);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_norm_of_the_processor_is_that_of_any_device() {
        let device = Device::flex();
        let wave = |n: usize, step: f32| {
            let values: Vec<f32> = (0..n).map(|i| (i as f32 * step).sin()).collect();
            Tensor::<1>::from_floats(values.as_slice(), &device)
        };
        for of_batch in [true, false] {
            let of = |ours: bool| {
                let leaves =
                    [wave(3 * 4 * 5 * 2, 0.3), wave(4, 0.7), wave(4, 0.9)].map(|x| x.autodiff().require_grad());
                let [x, scale, shift] = leaves.clone();
                let x = x.reshape([3, 4, 5, 2]);
                let taken = match (of_batch, ours) {
                    (false, _) => (wave(8, 1.1) + 1.5).reshape([2, 4]),
                    (true, true) => processor::moments(x.clone()),
                    (true, false) => moments(x.clone()),
                };
                let y = match ours {
                    true => processor::normalise(x, taken, scale, shift, of_batch),
                    false => normalise(x, taken, scale, shift),
                };
                let grads = (y.clone() * wave(120, 0.21).reshape([3, 4, 5, 2])).sum().backward();
                let gradients = leaves.iter().map(|leaf| leaf.grad(&grads).expect("a gradient"));
                Tensor::cat([y.without_autodiff().reshape([120])].into_iter().chain(gradients).collect(), 0)
            };
            let difference = (of(true) - of(false)).abs().max().into_scalar::<f32>();
            assert!(difference < 1e-4, "{of_batch}: {difference}");
        }
    }
}
