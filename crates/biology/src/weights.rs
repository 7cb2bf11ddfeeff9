//! Receptive fields, branches and channels of voxels from the weights of an encoder.
//!
//! A voxel v reads the head of a branch i through a spatial map S over 3x3 patches and weights C over the patches'
//! channels, times its branch weight b. Patches overlap, so what counts at a position q of the head's grid is the sum
//! over the places o in a patch that fall on it: `W_c(q) = sum over o of C_oc S(q - o)`. The head's channels have
//! passed a batch norm, so their standard deviation is known without any image: the norm's scale. The **power** at a
//! position is that of the voxel's weights on standardised features, `P(q) = b² sum over c of scale_c² W_c(q)²`. Unlike
//! the branch weight b, it does not change if training moves a factor from S to C or from C to b.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::grid::Grid;
use crate::{BiologyError, Result};

/// The weights of one branch.
#[derive(Debug, Clone)]
pub struct BranchWeights<'a> {
    /// The grid of the head's output.
    pub grid: Grid,
    /// Side of a patch in positions of that grid; patches are taken without padding.
    pub patch: usize,
    /// Spatial maps `[(grid.side - patch + 1)², voxels]`, rows from the upper left.
    pub map: ArrayView2<'a, f32>,
    /// Channel weights `[patch² channels, voxels]`: place in the patch by rows, then channel.
    pub channel: ArrayView2<'a, f32>,
    /// Branch weights `[voxels]`; their absolute value counts.
    pub gain: ArrayView1<'a, f32>,
    /// Standard deviation of each of the head's channels over images and positions, `[channels]`.
    pub feature_sd: ArrayView1<'a, f32>,
}

/// Power of the weights of each voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightMaps {
    /// Power of all branches per square pixel, `[voxels, positions]` on the requested lattice.
    pub power: Array2<f64>,
    /// For each branch the power of each channel over all positions, `[voxels, channels]`.
    pub channels: Vec<Array2<f64>>,
}

/// The lattice on which maps of the weights are laid: square cells over the image, two per step of the finest grid, 16
/// to 64 per side.
pub fn lattice(image_side: usize, grids: &[Grid]) -> Grid {
    let finest = grids.iter().map(|grid| grid.step_px).fold(image_side as f64, f64::min);
    let side = (2.0 * image_side as f64 / finest).ceil() as usize;
    Grid::cells(image_side, side.clamp(16, 64))
}

/// Power of the weights of each voxel over the image and over channels.
///
/// The grids of the branches lie where [`Grid`] says; each position's power is spread over the image by
/// [`Grid::spread`], and the branches add up. A voxel whose weights are all zero has an empty map.
///
/// # Errors
/// [`BiologyError::Shape`] if maps, channels and voxels do not fit.
pub fn weight_maps(branches: &[BranchWeights], onto: &Grid) -> Result<WeightMaps> {
    let voxels = branches.first().map_or(0, |branch| branch.gain.len());
    branches.iter().try_for_each(|branch| check(branch, voxels))?;
    // Voxels are read one by one below, so their rows are contiguous.
    let turned: Vec<[Array2<f32>; 2]> = branches
        .iter()
        .map(|branch| [branch.map, branch.channel].map(|array| array.t().as_standard_layout().into_owned()))
        .collect();
    let of_voxels: Vec<(Vec<f64>, Vec<Vec<f64>>)> = (0..voxels)
        .into_par_iter()
        .map(|v| {
            let (mut sum, mut channels) = (vec![0.0; onto.len()], Vec::new());
            for (branch, [map, channel]) in branches.iter().zip(&turned) {
                let (power, of_channels) = power(branch, map.row(v), channel.row(v), branch.gain[v]);
                let spread = branch.grid.spread(&power, onto)?;
                sum.iter_mut().zip(spread).for_each(|(sum, power)| *sum += power);
                channels.push(of_channels);
            }
            Ok((sum, channels))
        })
        .collect::<Result<_>>()?;
    let table = |columns: usize, row: &dyn Fn(usize) -> Vec<f64>| {
        let mut table = Array2::zeros((voxels, columns));
        table.axis_iter_mut(Axis(0)).enumerate().for_each(|(v, mut to)| to.assign(&ndarray::Array1::from(row(v))));
        table
    };
    Ok(WeightMaps {
        power: table(onto.len(), &|v| of_voxels[v].0.clone()),
        channels: (branches.iter().enumerate())
            .map(|(i, branch)| table(branch.feature_sd.len(), &|v| of_voxels[v].1[i].clone()))
            .collect(),
    })
}

/// Power at each position of the head's grid, and of each channel.
fn power(branch: &BranchWeights, map: ArrayView1<f32>, channel: ArrayView1<f32>, gain: f32) -> (Vec<f64>, Vec<f64>) {
    let (side, channels) = (branch.grid.side, branch.feature_sd.len());
    let inner = side - (branch.patch - 1);
    let mut total = vec![0.0; side * side];
    let mut of_channels = vec![0.0; channels];
    let mut weights = vec![0.0_f64; side * side];
    for c in 0..channels {
        weights.fill(0.0);
        for place in 0..branch.patch * branch.patch {
            let (dy, dx) = (place / branch.patch, place % branch.patch);
            let weight = f64::from(channel[place * channels + c]);
            for y in 0..inner {
                for x in 0..inner {
                    weights[(y + dy) * side + x + dx] += weight * f64::from(map[y * inner + x]);
                }
            }
        }
        let unit = (f64::from(gain) * f64::from(branch.feature_sd[c])).powi(2);
        for (total, weight) in total.iter_mut().zip(&weights) {
            *total += unit * weight * weight;
            of_channels[c] += unit * weight * weight;
        }
    }
    (total, of_channels)
}

fn check(branch: &BranchWeights, voxels: usize) -> Result<()> {
    let inner = (branch.grid.side + 1).saturating_sub(branch.patch);
    let maps = [inner * inner, voxels];
    if branch.patch == 0 || inner == 0 || branch.map.shape() != maps {
        return Err(BiologyError::shape("the spatial maps", branch.map.shape(), format!("{maps:?}")));
    }
    let channels = [branch.patch * branch.patch * branch.feature_sd.len(), voxels];
    if branch.channel.shape() != channels {
        return Err(BiologyError::shape("the channel weights", branch.channel.shape(), format!("{channels:?}")));
    }
    if branch.gain.len() == voxels {
        Ok(())
    } else {
        Err(BiologyError::shape("the branch weights", branch.gain.shape(), format!("[{voxels}]")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};

    const GRID: Grid = Grid { side: 4, first_px: 8.0, step_px: 16.0, extent_px: 20.0 };

    fn branch<'a>(
        map: &'a Array2<f32>,
        channel: &'a Array2<f32>,
        gain: &'a Array1<f32>,
        sd: &'a Array1<f32>,
    ) -> BranchWeights<'a> {
        let (map, channel, gain, feature_sd) = (map.view(), channel.view(), gain.view(), sd.view());
        BranchWeights { grid: GRID, patch: 3, map, channel, gain, feature_sd }
    }

    /// One map position and one place of the patch: power at their sum and nowhere else.
    #[test]
    fn power_lies_where_map_and_patch_place_meet() {
        let mut map = Array2::zeros((4, 1));
        map[[1, 0]] = 2.0; // map position (x 1, y 0)
        let mut channel = Array2::zeros((18, 1));
        channel[[7 * 2 + 1, 0]] = -3.0; // place (x 1, y 2), channel 1
        let (gain, sd) = (array![-0.5], array![1.0, 4.0]);
        let onto = Grid::cells(64, 64);
        let found = weight_maps(&[branch(&map, &channel, &gain, &sd)], &onto).unwrap();
        let whole = (0.5 * 4.0 * 2.0 * 3.0_f64).powi(2);
        assert!((found.power.sum() - whole).abs() < 1e-9 * whole);
        assert_eq!(found.channels[0].row(0).to_vec(), [0.0, whole]);
        let centre = |axis: fn(usize) -> usize| {
            found.power.row(0).iter().enumerate().map(|(p, v)| v * onto.at(axis(p))).sum::<f64>() / whole
        };
        assert!((centre(|p| p % 64) - GRID.at(2)).abs() < 1e-9 && (centre(|p| p / 64) - GRID.at(2)).abs() < 1e-9);
    }

    #[test]
    fn moving_a_factor_between_map_channels_and_branch_changes_nothing() {
        let wave =
            |rows, scale: f32| Array2::from_shape_fn((rows, 3), |(r, v)| scale * ((r * 3 + v) as f32 * 0.7).sin());
        let sd = array![1.0, 0.3];
        let onto = Grid::cells(64, 16);
        let (map, channel, gain) = (wave(4, 1.0), wave(18, 1.0), array![1.0, 2.0, 0.5]);
        let first = weight_maps(&[branch(&map, &channel, &gain, &sd)], &onto).unwrap();
        let (map, channel, gain) = (wave(4, 4.0), wave(18, 0.5), array![0.5, 1.0, 0.25]);
        let second = weight_maps(&[branch(&map, &channel, &gain, &sd)], &onto).unwrap();
        assert!((&first.power - &second.power).iter().all(|d| d.abs() < 1e-6));
    }

    #[test]
    fn opposite_weights_of_overlapping_patches_cancel() {
        // Two neighbouring map positions, two neighbouring places of opposite sign: nothing is left between them.
        let mut map = Array2::zeros((4, 1));
        (map[[0, 0]], map[[1, 0]]) = (1.0, 1.0);
        let mut channel = Array2::zeros((9, 1));
        (channel[[0, 0]], channel[[1, 0]]) = (1.0, -1.0);
        let found = weight_maps(&[branch(&map, &channel, &array![1.0], &array![1.0])], &GRID).unwrap();
        let unit = 16.0_f64.powi(2);
        let row: Vec<f64> = found.power.row(0).iter().take(4).map(|v| v * unit).collect();
        assert_eq!(row, [1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused_by_name() {
        let (map, channel, gain, sd) =
            (Array2::zeros((9, 2)), Array2::zeros((18, 2)), array![1.0, 1.0], array![1.0, 1.0]);
        let message = weight_maps(&[branch(&map, &channel, &gain, &sd)], &GRID).unwrap_err().to_string();
        assert_eq!(message, "the spatial maps have shape [9, 2], expected [4, 2]");
    }

    #[test]
    fn lattice_is_twice_as_fine_as_the_finest_grid() {
        let grid = |step_px| Grid { side: 5, first_px: 0.0, step_px, extent_px: 1.0 };
        assert_eq!(lattice(64, &[grid(8.0), grid(4.0)]).side, 32);
        assert_eq!(lattice(224, &[grid(2.0)]).side, 64);
    }
}
