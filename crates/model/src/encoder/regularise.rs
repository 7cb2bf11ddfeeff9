//! What keeps receptive fields compact and weights sparse.

use burn::tensor::{Device, Tensor, TensorData};

use afterimage_config::EncoderRegularisers;

use super::Encoder;
use crate::{params::Params, resample::mirrored, term::Terms};

/// Added where a root or a quotient could meet zero.
const EPSILON: f32 = 1e-12;

/// The encoder's regularisers.
#[derive(Debug, Clone)]
pub struct EncoderPenalty {
    config: EncoderRegularisers,
    encoder: Encoder,
    grids: Vec<Grid>,
}

/// Constants of one grid of spatial maps.
#[derive(Debug, Clone)]
struct Grid {
    side: usize,
    /// Mean over the four neighbours, mirrored at the edge, `[positions, positions]`.
    neighbours: Tensor<2>,
    /// Rows 1, x, y, x² + y², `[4, positions]`.
    moments: Tensor<2>,
}

impl EncoderPenalty {
    /// Regularisers for the maps of `encoder`.
    pub fn new(config: &EncoderRegularisers, encoder: &Encoder, device: &Device) -> Self {
        let grids = encoder.readout.maps.keys().map(|&side| Grid::new(side, device)).collect();
        Self { config: config.clone(), encoder: encoder.clone(), grids }
    }

    /// The weighted terms, each named after its key.
    pub fn terms(&self, params: &Params) -> Terms {
        let Some((_, any)) = params.iter().next() else { return Terms::default() };
        let device = any.device();
        let zero = || Tensor::<1>::zeros([1], &device);
        let mut terms = Terms::default();
        let mut add = |name: &str, weight: f64, value: &dyn Fn() -> Tensor<1>| {
            if weight > 0.0 {
                terms.push(name, value() * weight);
            }
        };
        let (c, Encoder { heads, readout, .. }) = (&self.config, &self.encoder);
        let branches = &readout.branches;
        let over_maps = |f: fn(&Grid, Tensor<2>) -> Tensor<1>| {
            let maps = readout.maps.values().zip(&self.grids);
            maps.fold(zero(), |sum, (map, grid)| sum + f(grid, map.of(params)))
        };
        add("encoder_conv_l1", c.conv_l1, &|| params.l1(heads.iter().map(|head| &head.conv.weight)));
        add("map_l1", c.map_l1, &|| over_maps(|_, map| map.abs().sum()));
        add("map_smooth", c.map_smooth, &|| over_maps(Grid::roughness));
        add("map_compact", c.map_compact, &|| over_maps(Grid::spread));
        add("channel_l1", c.channel_l1, &|| params.l1(branches.iter().map(|branch| &branch.channel)));
        add("branch_l1", c.branch_l1, &|| params.l1(branches.iter().map(|branch| &branch.gain)));
        terms
    }
}

impl Grid {
    fn new(side: usize, device: &Device) -> Self {
        let positions = side * side;
        let n = side as i64;
        let mut neighbours = vec![0.0_f32; positions * positions];
        let mut moments = vec![0.0_f32; 4 * positions];
        for y in 0..side {
            for x in 0..side {
                let p = y * side + x;
                for (dy, dx) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                    neighbours[p * positions + mirrored(y as i64 + dy, n) * side + mirrored(x as i64 + dx, n)] += 0.25;
                }
                let row = [1.0, x as f32, y as f32, (x * x + y * y) as f32];
                row.into_iter().enumerate().for_each(|(r, value)| moments[r * positions + p] = value);
            }
        }
        let tensor = |values, shape| Tensor::from_data(TensorData::new(values, shape), device);
        Self { side, neighbours: tensor(neighbours, [positions, positions]), moments: tensor(moments, [4, positions]) }
    }

    /// Sum over positions and voxels of sqrt(mean of the four neighbours' squares).
    fn roughness(&self, map: Tensor<2>) -> Tensor<1> {
        (self.neighbours.clone().matmul(map.powi_scalar(2)) + EPSILON).sqrt().sum()
    }

    /// Mean over voxels of the squared map's variance about its centroid, in grid steps, over twice the grid's side.
    fn spread(&self, map: Tensor<2>) -> Tensor<1> {
        let voxels = map.dims()[1];
        let sums = self.moments.clone().matmul(map.powi_scalar(2)); // [4, voxels]
        let row = |r: usize| sums.clone().slice([r..r + 1, 0..voxels]);
        let mass = row(0) + EPSILON;
        let (x, y) = (row(1) / mass.clone(), row(2) / mass.clone());
        let variance = row(3) / mass - x.powi_scalar(2) - y.powi_scalar(2);
        variance.mean() / (2.0 * self.side as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::scalar;

    fn map(values: [f32; 9]) -> Tensor<2> {
        Tensor::<1>::from_floats(values, &Device::default()).reshape([9, 1])
    }

    #[test]
    fn spread_of_a_point_is_zero_and_of_two_points_known() {
        let grid = Grid::new(3, &Device::default());
        assert!(scalar(&grid.spread(map([0., 0., 0., 0., 5., 0., 0., 0., 0.]))).abs() < 1e-6);
        // Equal squares at x = 0 and x = 2: variance 1, over 2 * 3.
        let two = scalar(&grid.spread(map([-2., 0., 2., 0., 0., 0., 0., 0., 0.])));
        assert!((two - 1.0 / 6.0).abs() < 1e-6, "{two}");
    }

    #[test]
    fn roughness_of_a_point_counts_its_neighbours() {
        // The centre of a 3x3 grid is a neighbour of four positions, each time one (mirrored: two) of four.
        let grid = Grid::new(3, &Device::default());
        let got = scalar(&grid.roughness(map([0., 0., 0., 0., 1., 0., 0., 0., 0.])));
        let expected = 4.0 * 0.5_f32.sqrt();
        assert!((got - expected).abs() < 1e-4, "{got} {expected}");
    }
}
