//! What keeps the decoder's linear layer sparse and smooth, and its convolutions small.

use std::sync::Arc;

use afterimage_config::DecoderRegularisers;
use afterimage_kernels::penalty::Penalty;
use burn::tensor::{Device, Tensor, TensorData};

use super::layers::Layers;
use crate::{device::Engine, params::Params, processor, resample::mirrored, term::Terms};

/// Added under square roots, so that the gradient at zero is finite.
const EPSILON: f32 = 1e-12;

/// The decoder's regularisers, for responses of known SNR.
#[derive(Debug, Clone)]
pub struct DecoderPenalty {
    config: DecoderRegularisers,
    layers: Layers,
    /// 1 / relative SNR, `[voxels, 1]`.
    inverse_snr: Tensor<2>,
    /// Smoothing of squared weights over the grid, `[positions, positions]`.
    smooth: Tensor<2>,
    channels: usize,
    positions: usize,
    /// Both penalties of the linear layer in one, if the kernels run it.
    kernel: Option<Arc<Penalty>>,
}

impl DecoderPenalty {
    /// Regularisers for `snr` of each voxel on a `grid` x `grid` linear layer of `channels` channels.
    ///
    /// SNR counts relative to its mean over voxels; below a twentieth of that it is held, since the penalty
    /// of a voxel without signal is then already twenty times the average one.
    pub fn new(config: &DecoderRegularisers, snr: &[f32], channels: usize, grid: usize, device: &Device) -> Self {
        let mean = snr.iter().sum::<f32>() / snr.len().max(1) as f32;
        let inverse: Vec<f32> = snr.iter().map(|s| 1.0 / (s / mean.max(f32::MIN_POSITIVE)).max(0.05)).collect();
        let positions = grid * grid;
        let smooth = smoothing(grid, config.neighbours);
        let suits = Engine::of(device) == Engine::Kernels;
        let kernel = suits.then(|| Arc::new(Penalty::new(inverse.clone(), channels, &smooth)));
        let smooth = TensorData::new(smooth, [positions, positions]);
        Self {
            config: config.clone(),
            layers: Layers::new(channels, grid),
            inverse_snr: Tensor::from_data(TensorData::new(inverse, [snr.len(), 1]), device),
            smooth: Tensor::from_data(smooth, device),
            channels,
            positions,
            kernel,
        }
    }

    /// The weighted terms `linear_l1`, `linear_group` and `decoder_conv_l1`.
    pub fn terms(&self, params: &Params) -> Terms {
        let weight = self.layers.weight.of(params); // [voxels, channels * positions]
        let mut terms = Terms::default();
        let factors = [("linear_l1", self.config.linear_l1), ("linear_group", self.config.linear_group)];
        if factors.iter().any(|(_, factor)| *factor > 0.0) {
            let values = match &self.kernel {
                Some(kernel) => processor::penalty(kernel.clone(), weight),
                None => self.of_linear_anywhere(weight),
            };
            for (index, (name, factor)) in factors.into_iter().enumerate().filter(|(_, (_, factor))| *factor > 0.0) {
                terms.push(name, values.clone().narrow(0, index, 1) * factor);
            }
        }
        if self.config.conv_l1 > 0.0 {
            let sum = params.l1(self.layers.convs().map(|conv| &conv.weight));
            terms.push("decoder_conv_l1", sum * self.config.conv_l1);
        }
        terms
    }

    /// Means of the weighted absolute weights, and of the root of their smoothed squares, `[2]`, on any device.
    fn of_linear_anywhere(&self, weight: Tensor<2>) -> Tensor<1> {
        let [voxels, _] = weight.dims();
        let l1 = (weight.clone().abs() * self.inverse_snr.clone()).mean();
        // Smoothing is linear and the same for all channels: the mean over channels may come first.
        let squares = weight.reshape([voxels, self.channels, self.positions]).powi_scalar(2);
        let power = squares.mean_dim(1).reshape([voxels, self.positions]);
        let group = (power.matmul(self.smooth.clone()) + EPSILON).sqrt().mean();
        Tensor::cat(vec![l1, group], 0)
    }
}

/// (W² + 0.5 · mean of the neighbours' W²) / 1.5 as a matrix; neighbours beyond the edge are mirrored.
fn smoothing(grid: usize, neighbours: usize) -> Vec<f32> {
    let n = grid as i64;
    let mut matrix = vec![0.0; (grid * grid).pow(2)];
    for (y, x) in (0..n).flat_map(|y| (0..n).map(move |x| (y, x))) {
        let target = (y * n + x) as usize;
        let mut add = |dy: i64, dx: i64, weight: f32| {
            let source = mirrored(y + dy, n) * grid + mirrored(x + dx, n);
            matrix[source * grid * grid + target] += weight;
        };
        add(0, 0, 1.0 / 1.5);
        for (dy, dx) in (-1_i64..=1).flat_map(|dy| (-1_i64..=1).map(move |dx| (dy, dx))) {
            let steps = dy.abs() + dx.abs();
            if steps == 1 || (steps == 2 && neighbours == 8) {
                add(dy, dx, 0.5 / 1.5 / neighbours as f32);
            }
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regularisers(neighbours: usize) -> DecoderRegularisers {
        let snr = afterimage_config::SnrSource::Uniform;
        DecoderRegularisers { linear_l1: 40.0, snr, linear_group: 400.0, neighbours, conv_l1: 0.0 }
    }

    #[test]
    fn smoothing_keeps_a_constant() {
        for neighbours in [4, 8] {
            let matrix = smoothing(5, neighbours);
            for target in 0..25 {
                let sum: f32 = (0..25).map(|source| matrix[source * 25 + target]).sum();
                assert!((sum - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn kernel_and_framework_agree() {
        let device = Device::flex();
        let penalty = DecoderPenalty::new(&regularisers(8), &[3.0, 1.0, 0.01], 4, 5, &device);
        let weights: Vec<f32> = (0..3 * 4 * 25).map(|i| (i as f32 * 0.7).sin()).collect();
        let of = |engine: Engine| {
            let leaf = Tensor::<2>::from_data(TensorData::new(weights.clone(), [3, 100]), &device);
            let leaf = leaf.autodiff().require_grad();
            let values = match engine {
                Engine::Kernels => processor::penalty(penalty.kernel.clone().expect("a kernel"), leaf.clone()),
                Engine::Framework => penalty.of_linear_anywhere(leaf.clone()),
            };
            let factors = Tensor::<1>::from_floats([40.0, 400.0], &device);
            let gradients = (values.clone() * factors).sum().backward();
            [values.without_autodiff(), leaf.grad(&gradients).expect("a gradient").reshape([300])]
        };
        for (ours, theirs) in of(Engine::Kernels).into_iter().zip(of(Engine::Framework)) {
            let (ours, theirs) = (crate::convert::values(&ours), crate::convert::values(&theirs));
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((a - b).abs() <= 1e-5 * b.abs().max(0.1), "{a} {b}");
            }
        }
    }

    #[test]
    fn terms_equal_the_hand_computed_ones() {
        // One voxel, one channel, grid 2: mirrored neighbours of each position are known by hand.
        let device = Device::default();
        let mut params = Params::default();
        params.insert("linear.weight", &[1, 4], vec![1.0, -2.0, 0.0, 0.0], &device);
        let terms = DecoderPenalty::new(&regularisers(4), &[3.0], 1, 2, &device).terms(&params).values();
        assert!((terms["linear_l1"] - 40.0 * 0.75).abs() < 1e-4);
        // Squares 1 4 / 0 0; on a grid of 2 each side neighbour counts twice among the four.
        let smooth = [(1.0 + 0.5 * 2.0) / 1.5, (4.0 + 0.5 * 0.5) / 1.5, (0.5 * 0.5) / 1.5, (0.5 * 2.0) / 1.5];
        let expected = 400.0 * smooth.iter().map(|s: &f64| s.sqrt()).sum::<f64>() / 4.0;
        assert!((terms["linear_group"] - expected).abs() < 1e-2, "{} {expected}", terms["linear_group"]);
    }
}
