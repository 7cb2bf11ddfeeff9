//! The head of a branch: batch norm, optional max-pool, convolution, ReLU, batch norm.

use burn::tensor::{Device, Tensor, activation, module::max_pool2d, ops::MaxPoolOptions};

use afterimage_config::BranchConfig;

use crate::backbone::Window;
use crate::device::Engine;
use crate::module::{Conv, Norm, Parameter};
use crate::params::Params;
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
    pub(super) norm_in: BatchNorm,
    pub(super) conv: Conv,
    pub(super) norm_out: BatchNorm,
    side_in: usize,
    pool: usize,
    stride: usize,
}

impl Head {
    /// The head of branch `index`, behind a tap `[batch, channels_in, side_in, side_in]`.
    pub(super) fn new(index: usize, branch: &BranchConfig, channels_in: usize, side_in: usize) -> Self {
        let (channels, kernel) = (branch.channels, branch.kernel);
        Self {
            norm_in: BatchNorm::new(&format!("branch{index}.norm_in"), channels_in),
            conv: Conv::new(&format!("branch{index}.conv"), [channels, channels_in, kernel, kernel]),
            norm_out: BatchNorm::new(&format!("branch{index}.norm_out"), channels),
            side_in,
            pool: branch.pool,
            stride: branch.stride,
        }
    }

    /// Side of the head's output: pool (floor), then a convolution padded by half its kernel.
    pub(super) fn side_out(&self) -> usize {
        let (pooled, kernel) = (self.side_in / self.pool, self.conv.shape[2]);
        (pooled + 2 * (kernel / 2)).saturating_sub(kernel) / self.stride + usize::from(pooled > 0)
    }

    /// Returns its layers as windows: the pool, if any, then the convolution.
    pub(super) fn windows(&self) -> Vec<Window> {
        let pool = Window { kernel: self.pool, stride: self.pool, padding: 0 };
        let kernel = self.conv.shape[2];
        let convolution = Window { kernel, stride: self.stride, padding: kernel / 2 };
        std::iter::once(pool).filter(|pool| pool.kernel > 1).chain([convolution]).collect()
    }

    /// `[batch, channels_in, side, side]` to `[batch, channels, side_out, side_out]`.
    pub(super) fn forward(&self, params: &Params, tap: Tensor<4>, mode: &mut Mode<'_>) -> Tensor<4> {
        let mut maps = self.norm_in.forward(params, tap, mode);
        if self.pool > 1 {
            maps = max_pool2d(maps, MaxPoolOptions::new([self.pool; 2]));
        }
        let maps = activation::relu(self.conv.forward(params, maps, self.stride, self.conv.shape[2] / 2));
        self.norm_out.forward(params, maps, mode)
    }
}

/// Batch norm over batch and positions: biased variance to normalise, unbiased in the running statistics `mean` and
/// `variance`, which are not trained.
#[derive(Debug, Clone)]
pub(super) struct BatchNorm {
    pub(super) scale_and_shift: Norm,
    mean: Parameter<1>,
    variance: Parameter<1>,
}

impl BatchNorm {
    pub(super) fn new(name: &str, channels: usize) -> Self {
        let [mean, variance] = ["mean", "variance"].map(|part| Parameter(format!("{name}.{part}")));
        Self { scale_and_shift: Norm::new(name, channels), mean, variance }
    }

    /// Adds mean 0 and variance 1.
    pub(super) fn init_statistics(&self, statistics: &mut Params, device: &Device) {
        let channels = self.scale_and_shift.channels;
        statistics.insert(&self.mean.0, &[channels], vec![0.0; channels], device);
        statistics.insert(&self.variance.0, &[channels], vec![1.0; channels], device);
    }

    /// `[batch, channels, height, width]`, normalised.
    pub(super) fn forward(&self, params: &Params, maps: Tensor<4>, mode: &mut Mode<'_>) -> Tensor<4> {
        let [batch, channels, height, width] = maps.dims();
        let engine = Engine::of(&maps.device());
        let (moments, of_batch) = match mode {
            Mode::Evaluate { statistics } => {
                let kept = [&self.mean, &self.variance].map(|p| p.of(statistics).reshape([1, channels]));
                (Tensor::cat(kept.to_vec(), 0), false)
            }
            Mode::Train { statistics, .. } => {
                let moments = match engine {
                    Engine::Kernels => processor::moments(maps.clone()),
                    Engine::Framework => moments(maps.clone()),
                };
                let n = (batch * height * width) as f32;
                let row = |row: usize| moments.clone().slice([row..row + 1, 0..channels]);
                blend(statistics, &self.mean, row(0), 1.0);
                blend(statistics, &self.variance, row(1), n / (n - 1.0).max(1.0));
                (moments, true)
            }
        };
        let Norm { scale, shift, .. } = &self.scale_and_shift;
        let (scale, shift) = (scale.of(params), shift.of(params));
        match engine {
            Engine::Kernels => processor::normalise(maps, moments, [scale, shift], of_batch),
            Engine::Framework => normalise(maps, moments, scale, shift),
        }
    }
}

fn blend(statistics: &mut Params, parameter: &Parameter<1>, batch: Tensor<2>, factor: f32) {
    let old = parameter.of(statistics);
    let new = batch.without_autodiff().reshape(old.dims()) * factor;
    statistics.set(&parameter.0, old * (1.0 - MOMENTUM) + new * MOMENTUM);
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
            let of = |engine: Engine| {
                let leaves =
                    [wave(3 * 4 * 5 * 2, 0.3), wave(4, 0.7), wave(4, 0.9)].map(|x| x.autodiff().require_grad());
                let [x, scale, shift] = leaves.clone();
                let x = x.reshape([3, 4, 5, 2]);
                let taken = match (of_batch, engine) {
                    (false, _) => (wave(8, 1.1) + 1.5).reshape([2, 4]),
                    (true, Engine::Kernels) => processor::moments(x.clone()),
                    (true, Engine::Framework) => moments(x.clone()),
                };
                let y = match engine {
                    Engine::Kernels => processor::normalise(x, taken, [scale, shift], of_batch),
                    Engine::Framework => normalise(x, taken, scale, shift),
                };
                let grads = (y.clone() * wave(120, 0.21).reshape([3, 4, 5, 2])).sum().backward();
                let gradients = leaves.iter().map(|leaf| leaf.grad(&grads).expect("a gradient"));
                Tensor::cat([y.without_autodiff().reshape([120])].into_iter().chain(gradients).collect(), 0)
            };
            let difference = (of(Engine::Kernels) - of(Engine::Framework)).abs().max().into_scalar::<f32>();
            assert!(difference < 1e-4, "{of_batch}: {difference}");
        }
    }
}
