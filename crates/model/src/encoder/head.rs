//! The head of a branch: batch norm, optional max-pool, convolution, ReLU, batch norm.

use burn::tensor::{Device, Tensor, activation, module, ops::ConvOptions, ops::MaxPoolOptions};

use afterimage_run::config::BranchConfig;

use crate::params::{Init, Params};

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
    let per_channel = |t: Tensor<1>| t.reshape([1, channels, 1, 1]);
    let (mean_name, variance_name) = (format!("{name}.mean"), format!("{name}.variance"));
    let normal = match mode {
        Mode::Evaluate { statistics } => {
            let deviation = (statistics.get::<1>(&variance_name) + EPSILON).sqrt();
            (maps - per_channel(statistics.get::<1>(&mean_name))) / per_channel(deviation)
        }
        Mode::Train { statistics, .. } => {
            let over_positions = |t: Tensor<4>| t.mean_dim(3).mean_dim(2).mean_dim(0); // [1, channels, 1, 1]
            let mean = over_positions(maps.clone());
            let centred = maps - mean.clone();
            let variance = over_positions(centred.clone().powi_scalar(2));
            let n = (batch * height * width) as f32;
            blend(statistics, &mean_name, mean, 1.0);
            blend(statistics, &variance_name, variance.clone(), n / (n - 1.0).max(1.0));
            centred / (variance + EPSILON).sqrt()
        }
    };
    let scale = params.get::<1>(&format!("{name}.scale"));
    let shift = params.get::<1>(&format!("{name}.shift"));
    normal * per_channel(scale) + per_channel(shift)
}

fn blend(statistics: &mut Params, name: &str, batch: Tensor<4>, factor: f32) {
    let old = statistics.get::<1>(name);
    let new = batch.without_autodiff().reshape(old.dims()) * factor;
    statistics.set(name, old * (1.0 - MOMENTUM) + new * MOMENTUM);
}
