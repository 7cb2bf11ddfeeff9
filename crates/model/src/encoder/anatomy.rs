//! A branch of the encoder with its weights, as arrays.

use afterimage_config::BackboneKind;
use ndarray::{Array1, Array2};

use super::Encoder;
use crate::backbone::{Architecture as _, Window};
use crate::convert::{tensor_to_matrix, values};
use crate::params::Params;

/// A branch of the encoder.
#[derive(Debug, Clone)]
pub struct BranchAnatomy {
    /// The backbone's tap.
    pub tap: String,
    /// The layers from the backbone's input to the head's output.
    pub windows: Vec<Window>,
    /// Side of the head's output.
    pub side: usize,
    /// Side of the patches that are taken from it, without padding.
    pub patch: usize,
    /// Spatial maps `[positions, voxels]`; branches on grids of one side share them.
    pub map: Array2<f32>,
    /// Channel weights `[patch² channels, voxels]`: place in the patch by rows, then channel.
    pub channel: Array2<f32>,
    /// Non-negative branch weights `[voxels]`.
    pub gain: Array1<f32>,
    /// Standard deviation of each of the head's channels, `[channels]`: the scale of the batch norm that they leave through.
    pub feature_sd: Array1<f32>,
}

impl Encoder {
    /// Returns a branch with its weights, behind a backbone of `kind`.
    pub fn anatomy(&self, params: &Params, kind: BackboneKind, branch: usize) -> BranchAnatomy {
        let (tap, head, weights) = (self.taps[branch].clone(), &self.heads[branch], &self.readout.branches[branch]);
        let mut windows = kind.windows(&tap);
        windows.extend(head.windows());
        BranchAnatomy {
            tap,
            windows,
            side: head.side_out(),
            patch: self.readout.patch,
            map: tensor_to_matrix(&weights.map.of(params)),
            channel: tensor_to_matrix(&weights.channel.of(params)),
            gain: Array1::from(values(&weights.gain.of(params))).abs(),
            feature_sd: Array1::from(values(&head.norm_out.scale_and_shift.scale.of(params))).abs(),
        }
    }
}
