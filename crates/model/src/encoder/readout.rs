//! The readout of each voxel: a spatial map over patches, channel weights, and branch weights.
//!
//! For voxel v and branch i with patches P_i `[channels, positions]`:
//! y_v = sum over i of |b_iv| · (sum over channels c of C_icv · sum over positions p of P_i[c, p] · S_g(i)[p, v] + bias_iv),
//! with dropout on the inner sums. Maps S are shared by the branches on the same grid.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use afterimage_run::config::EncoderConfig;

use super::head::{Head, Mode};
use crate::params::{Init, Params};

/// Values of a dropout mask drawn from one stream.
const MASK_BLOCK: usize = 1 << 16;

/// The readout of all voxels.
#[derive(Debug, Clone)]
pub(super) struct Readout {
    voxels: usize,
    patch: usize,
    dropout: f64,
    /// Channels of each branch's patches and the side of its map.
    branches: Vec<(usize, usize)>,
    map_sides: Vec<usize>,
}

impl Readout {
    pub(super) fn new(heads: &[Head], config: &EncoderConfig, voxels: usize) -> Self {
        let patch = config.patch;
        let branches: Vec<_> = heads.iter().map(|h| (h.channels * patch * patch, h.side_out() - (patch - 1))).collect();
        let mut map_sides: Vec<usize> = branches.iter().map(|b| b.1).collect();
        map_sides.sort_unstable();
        map_sides.dedup();
        Self { voxels, patch, dropout: config.dropout, branches, map_sides }
    }

    pub(super) fn map_sides(&self) -> &[usize] {
        &self.map_sides
    }

    /// Xavier-normal maps and channel weights, bias 0.01, branch weights 1.
    pub(super) fn init(&self, init: Init, params: &mut Params, device: &Device) {
        let mut xavier = |name: &str, rows: usize| {
            let sd = (2.0 / (rows + self.voxels) as f32).sqrt();
            params.insert(name, &[rows, self.voxels], init.normal(name, rows * self.voxels, sd), device);
        };
        self.map_sides.iter().for_each(|side| xavier(&format!("map{side}"), side * side));
        self.branches
            .iter()
            .enumerate()
            .for_each(|(i, (channels, _))| xavier(&format!("branch{i}.channel"), *channels));
        for i in 0..self.branches.len() {
            params.insert(&format!("branch{i}.bias"), &[self.voxels], vec![0.01; self.voxels], device);
            params.insert(&format!("branch{i}.gain"), &[self.voxels], vec![1.0; self.voxels], device);
        }
    }

    /// Heads' outputs to responses `[batch, voxels]`.
    pub(super) fn forward(&self, params: &Params, heads: &[Tensor<4>], mode: &Mode<'_>) -> Tensor<2> {
        let parts = heads.iter().zip(&self.branches).enumerate().map(|(i, (head, &(channels, side)))| {
            let [batch, ..] = head.dims();
            let patches = patches(head.clone(), self.patch).reshape([batch * channels, side * side]);
            let mut pooled = patches.matmul(params.get::<2>(&format!("map{side}"))); // [batch * channels, voxels]
            if let Mode::Train { seed, .. } = mode {
                let shape = [batch * channels, self.voxels];
                let mask = dropout_mask(shape, self.dropout, seed.wrapping_add(i as u64), &head.device());
                pooled = pooled * mask;
            }
            let pooled = pooled.reshape([batch, channels, self.voxels]);
            let weighted = pooled * params.get::<2>(&format!("branch{i}.channel")).unsqueeze::<3>();
            let sum = weighted.sum_dim(1).reshape([batch, self.voxels]);
            let bias = params.get::<1>(&format!("branch{i}.bias")).unsqueeze::<2>();
            let branch = params.get::<1>(&format!("branch{i}.gain")).abs().unsqueeze::<2>();
            (sum + bias) * branch
        });
        parts.reduce(|sum, part| sum + part).expect("at least one branch")
    }
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

/// Zeros with probability `dropout`, else 1/(1 - dropout); resolution of the probability 2⁻¹⁶.
///
/// Drawn here and not by the backend, so that a mask depends on its seed alone, on every device.
fn dropout_mask(shape: [usize; 2], dropout: f64, seed: u64, device: &Device) -> Tensor<2> {
    let mut values = vec![0.0_f32; shape[0] * shape[1]];
    let threshold = (dropout * 65536.0).round() as u32;
    let keep = (1.0 / (1.0 - dropout)) as f32;
    values.par_chunks_mut(MASK_BLOCK).enumerate().for_each(|(block, out)| {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(block as u64);
        for four in out.chunks_mut(4) {
            let bits = stream.next_u64();
            for (i, value) in four.iter_mut().enumerate() {
                let draw = (bits >> (16 * i)) as u32 & 0xffff;
                *value = if draw < threshold { 0.0 } else { keep };
            }
        }
    });
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::values;

    #[test]
    fn dropout_keeps_the_mean_and_repeats_with_its_seed() {
        let device = Device::default();
        let mask = values(&dropout_mask([300, 400], 0.5, 7, &device));
        assert_eq!(mask, values(&dropout_mask([300, 400], 0.5, 7, &device)));
        assert_ne!(mask, values(&dropout_mask([300, 400], 0.5, 8, &device)));
        let mean = mask.iter().sum::<f32>() / mask.len() as f32;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
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
