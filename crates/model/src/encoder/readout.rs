//! The readout of each voxel: a spatial map over patches, channel weights, and branch weights.
//!
//! For voxel v and branch i with patches P_i `[channels, positions]`:
//! y_v = sum over i of |b_iv| · (sum over channels c of C_icv · sum over positions p of P_i[c, p] · S_g(i)[p, v] + bias_iv),
//! with dropout on the inner sums. Maps S are shared by the branches on the same grid.

use std::collections::BTreeMap;

use afterimage_config::EncoderConfig;
use afterimage_kernels::readout::Dropout;
use burn::tensor::{Tensor, TensorData};

use super::head::Head;
use crate::device::Engine;
use crate::module::{Module, Parameter, Visitor};
use crate::params::Params;
use crate::processor;

/// The readout of all voxels.
#[derive(Debug, Clone)]
pub(super) struct Readout {
    pub(super) patch: usize,
    dropout: f64,
    pub(super) branches: Vec<Branch>,
    /// Spatial maps `[positions, voxels]` by the side of their grid.
    pub(super) maps: BTreeMap<usize, Parameter<2>>,
}

/// What the voxels read a branch with.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    /// Channels of the patches.
    channels: usize,
    /// The spatial map, which branches on the same grid share.
    pub(super) map: Parameter<2>,
    /// `[channels, voxels]`
    pub(super) channel: Parameter<2>,
    bias: Parameter<1>,
    /// The absolute value counts.
    pub(super) gain: Parameter<1>,
}

/// The bias of a branch, `[voxels]`.
pub(super) fn bias(index: usize) -> Parameter<1> {
    Parameter(format!("branch{index}.bias"))
}

impl Readout {
    pub(super) fn new(heads: &[Head], config: &EncoderConfig) -> Self {
        let patch = config.patch;
        let grid = |head: &Head| (head.conv.shape[0] * patch * patch, head.side_out() - (patch - 1));
        Self::of_grids(&heads.iter().map(grid).collect::<Vec<_>>(), patch, config.dropout)
    }

    /// Of the channels of each branch's patches and the side of its map.
    fn of_grids(grids: &[(usize, usize)], patch: usize, dropout: f64) -> Self {
        let map = |side| Parameter(format!("map{side}"));
        let branch = |(index, &(channels, side)): (usize, &(usize, usize))| Branch {
            channels,
            map: map(side),
            channel: Parameter(format!("branch{index}.channel")),
            bias: bias(index),
            gain: Parameter(format!("branch{index}.gain")),
        };
        let branches = grids.iter().enumerate().map(branch).collect();
        Self { patch, dropout, branches, maps: grids.iter().map(|&(_, side)| (side, map(side))).collect() }
    }

    /// Heads' outputs to responses `[batch, voxels]`, with the dropout of a seed or without.
    pub(super) fn forward(&self, params: &Params, heads: &[Tensor<4>], dropout: Option<u64>) -> Tensor<2> {
        self.parts(params, heads, dropout).reduce(|sum, part| sum + part).expect("at least one branch")
    }

    /// The branches' terms of that sum, each `[batch, voxels]`.
    pub(super) fn parts(
        &self,
        params: &Params,
        heads: &[Tensor<4>],
        dropout: Option<u64>,
    ) -> impl Iterator<Item = Tensor<2>> {
        heads.iter().zip(&self.branches).enumerate().map(move |(i, (head, branch))| {
            let patches = patches(head.clone(), self.patch); // [batch, channels, positions]
            let dropout = dropout.map(|seed| Dropout { probability: self.dropout, seed: seed.wrapping_add(i as u64) });
            let (map, weights) = (branch.map.of(params), branch.channel.of(params));
            let sum = match Engine::of(&head.device()) {
                Engine::Kernels => processor::readout(patches, map, weights, dropout),
                Engine::Framework => read(patches, map, weights, dropout),
            };
            let bias = branch.bias.of(params).unsqueeze::<2>();
            let gain = branch.gain.of(params).abs().unsqueeze::<2>();
            (sum + bias) * gain
        })
    }
}

impl Module for Readout {
    /// Xavier-normal maps and channel weights, bias 0.01, branch weights 1.
    fn visit(&self, voxels: usize, visitor: &mut Visitor<'_>) {
        let mut xavier = |Parameter(name): &Parameter<2>, rows: usize| {
            let sd = (2.0 / (rows + voxels) as f32).sqrt();
            visitor(name, &[rows, voxels], &|init, n| init.normal(name, n, sd));
        };
        self.maps.iter().for_each(|(side, map)| xavier(map, side.pow(2)));
        self.branches.iter().for_each(|branch| xavier(&branch.channel, branch.channels));
        for branch in &self.branches {
            visitor(&branch.bias.0, &[voxels], &|_, n| vec![0.01; n]);
            visitor(&branch.gain.0, &[voxels], &|_, n| vec![1.0; n]);
        }
    }
}

/// Sums over channels and positions, `[batch, voxels]`, on any device.
fn read(patches: Tensor<3>, map: Tensor<2>, weights: Tensor<2>, dropout: Option<Dropout>) -> Tensor<2> {
    let ([batch, channels, positions], [_, voxels]) = (patches.dims(), map.dims());
    let pooled = patches.reshape([batch * channels, positions]).matmul(map); // [batch * channels, voxels]
    let mut pooled = pooled.reshape([batch, channels, voxels]);
    if let Some(dropout) = dropout {
        // Drawn here and not by the backend, so that a mask depends only on its seed, on every device.
        let mask = TensorData::new(dropout.mask(batch, channels, voxels), [batch, channels, voxels]);
        pooled = pooled.clone() * Tensor::from_data(mask, &pooled.device());
    }
    (pooled * weights.unsqueeze::<3>()).sum_dim(1).reshape([batch, voxels])
}

/// All `size` x `size` patches without padding, `[b, c, g, g]` to `[b, c * size², (g - size + 1)²]`.
fn patches(maps: Tensor<4>, size: usize) -> Tensor<3> {
    let [batch, channels, side, _] = maps.dims();
    let inner = side - (size - 1);
    let shifted = (0..size).flat_map(|dy| (0..size).map(move |dx| (dy, dx))).map(|(dy, dx)| {
        maps.clone().slice([0..batch, 0..channels, dy..dy + inner, dx..dx + inner]).reshape([
            batch,
            channels,
            inner * inner,
        ])
    });
    Tensor::cat(shifted.collect(), 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::convert::values;

    #[test]
    fn readout_of_the_processor_is_that_of_any_device() {
        let device = Device::flex();
        let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>();
        let leaf =
            |n: usize, step: f32| Tensor::<1>::from_floats(wave(n, step).as_slice(), &device).autodiff().require_grad();
        for dropout in [None, Some(Dropout { probability: 0.5, seed: 3 })] {
            let of = |run: fn(Tensor<3>, Tensor<2>, Tensor<2>, Option<Dropout>) -> Tensor<2>| {
                let leaves = [leaf(5 * 6 * 7, 0.3), leaf(7 * 11, 0.7), leaf(6 * 11, 0.9)];
                let [patches, map, weights] = leaves.clone();
                let out = run(patches.reshape([5, 6, 7]), map.reshape([7, 11]), weights.reshape([6, 11]), dropout);
                let grads = (out.clone()
                    * Tensor::<1>::from_floats(wave(55, 0.2).as_slice(), &device).reshape([5, 11]))
                .sum()
                .backward();
                let gradients = leaves.iter().map(|leaf| leaf.grad(&grads).expect("a gradient"));
                Tensor::cat([out.without_autodiff().reshape([55])].into_iter().chain(gradients).collect(), 0)
            };
            let difference = (of(processor::readout) - of(read)).abs().max().into_scalar::<f32>();
            assert!(difference < 1e-4, "{difference}");
        }
    }

    /// Mean and variance over masks are those of the closed form: dropout of probability p has variance p/(1 - p) for each
    /// branch and channel by itself.
    #[test]
    fn dropout_scatters_about_the_response_without_it_as_the_closed_form_says() {
        let (device, probability, draws, voxels) = (Device::flex(), 0.5, 4000, 5);
        let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step + step).sin()).collect::<Vec<f32>>();
        let readout = Readout::of_grids(&[(3, 4), (2, 4)], 1, probability);
        let mut params = Params::default();
        params.insert("map4", &[16, voxels], wave(16 * voxels, 0.37), &device);
        let mut heads = Vec::new();
        for (i, channels) in [3, 2].into_iter().enumerate() {
            params.insert(&format!("branch{i}.channel"), &[channels, voxels], wave(channels * voxels, 0.7), &device);
            params.insert(&format!("branch{i}.bias"), &[voxels], wave(voxels, 0.2), &device);
            params.insert(&format!("branch{i}.gain"), &[voxels], wave(voxels, 1.3 + i as f32), &device);
            let maps = Tensor::<1>::from_floats(wave(channels * 16, 0.11 + i as f32).as_slice(), &device);
            heads.push(maps.reshape([1, channels, 4, 4]));
        }
        let [map, without] = [values(&params.get::<2>("map4")), values(&readout.forward(&params, &heads, None))];
        let mut variance = vec![0.0_f64; voxels];
        for (i, head) in heads.iter().enumerate() {
            let (plane, [_, channels, ..]) = (values(head), head.dims());
            let [weights, gain] =
                [format!("branch{i}.channel"), format!("branch{i}.gain")].map(|n| values(&params.flat(&n)));
            for (c, v) in (0..channels).flat_map(|c| (0..voxels).map(move |v| (c, v))) {
                let pooled: f32 = (0..16).map(|p| plane[c * 16 + p] * map[p * voxels + v]).sum();
                let term = f64::from(gain[v] * weights[c * voxels + v] * pooled);
                variance[v] += probability / (1.0 - probability) * term * term;
            }
        }
        let mut sums = vec![[0.0_f64; 2]; voxels];
        for draw in 0..draws {
            for (sum, (y, mean)) in
                sums.iter_mut().zip(values(&readout.forward(&params, &heads, Some(draw << 8))).iter().zip(&without))
            {
                let difference = f64::from(y - mean);
                *sum = [sum[0] + difference, sum[1] + difference * difference];
            }
        }
        for ([sum, squares], variance) in sums.into_iter().zip(variance) {
            let n = draws as f64;
            assert!((squares / n / variance - 1.0).abs() < 0.1, "{squares} {variance}");
            assert!((sum / n).abs() < 4.0 * (variance / n).sqrt(), "{sum} {variance}");
        }
    }

    #[test]
    fn patches_are_the_shifted_maps() {
        let device = Device::default();
        let maps =
            Tensor::<1>::from_floats([0., 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15.], &device);
        let got = patches(maps.reshape([1, 1, 4, 4]), 3);
        assert_eq!(got.dims(), [1, 9, 4]);
        assert_eq!(values(&got)[..4], [0., 1., 4., 5.]);
        assert_eq!(values(&got)[32..], [10., 11., 14., 15.]);
    }
}
