//! What a trained encoder is made of, as arrays: the weights of its branches, and what each branch contributes.

use ndarray::{Array1, Array2, ArrayView4, Axis};

use afterimage_model::{backbone::Window, convert, encoder::Mode};

use super::TrainedEncoder;

/// Images of a batch.
const BATCH: usize = 32;

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

impl TrainedEncoder {
    /// The branches from the image inwards.
    pub fn branches(&self) -> Vec<BranchAnatomy> {
        self.order().into_iter().map(|branch| self.branch(branch)).collect()
    }

    /// Standard deviation over images u8 `[images, side, side, 3]` of what each branch adds to the predicted responses, `[branches, voxels]`, branches in
    /// the order of [`TrainedEncoder::branches`].
    ///
    /// With n - 1 in the variance; NaN for fewer than two images.
    pub fn branch_spread(&self, images: ArrayView4<'_, u8>) -> Array2<f64> {
        let voxels = self.state.params.get::<1>("branch0.bias").dims()[0];
        let order = self.order();
        let (mut mean, mut squares) =
            (Array2::<f64>::zeros((order.len(), voxels)), Array2::<f64>::zeros((order.len(), voxels)));
        let mut seen = 0.0;
        for batch in images.axis_chunks_iter(Axis(0), BATCH) {
            let features = self.vision.forward(convert::images_to_tensor(batch, &self.device), &self.encoder.taps());
            let mut mode = Mode::Evaluate { statistics: &self.state.statistics };
            let parts = self.encoder.contributions(&self.state.params, &features, &mut mode);
            let parts: Vec<Array2<f32>> = order.iter().map(|&i| convert::tensor_to_matrix(&parts[i])).collect();
            for row in 0..batch.len_of(Axis(0)) {
                seen += 1.0;
                for (i, part) in parts.iter().enumerate() {
                    for (v, &value) in part.row(row).iter().enumerate() {
                        // Welford's update: sums of squares would cancel for contributions that lie far from 0.
                        let before = f64::from(value) - mean[[i, v]];
                        mean[[i, v]] += before / seen;
                        squares[[i, v]] += before * (f64::from(value) - mean[[i, v]]);
                    }
                }
            }
        }
        squares.mapv(|sum| if seen < 2.0 { f64::NAN } else { (sum / (seen - 1.0)).sqrt() })
    }

    /// Side that the backbone sees images at.
    pub fn input_side(&self) -> usize {
        self.vision.input_side()
    }

    /// The encoder's branches by the place of their taps in the backbone.
    fn order(&self) -> Vec<usize> {
        let names = self.vision.tap_names();
        let place = |branch: &usize| names.iter().position(|name| *name == self.encoder.taps()[*branch]);
        let mut order: Vec<usize> = (0..self.encoder.taps().len()).collect();
        order.sort_by_key(place);
        order
    }

    fn branch(&self, branch: usize) -> BranchAnatomy {
        let tap = self.encoder.taps()[branch].to_owned();
        let params = &self.state.params;
        let side = self.encoder.head_side(branch);
        let channel = convert::tensor_to_matrix(&params.get::<2>(&format!("branch{branch}.channel")));
        let feature_sd =
            Array1::from(convert::values(&params.get::<1>(&format!("branch{branch}.norm_out.scale")))).abs();
        let patch = self.encoder.patch();
        let mut windows = self.vision.kind().windows(&tap);
        windows.extend(self.encoder.head_windows(branch));
        BranchAnatomy {
            map: convert::tensor_to_matrix(&params.get::<2>(&format!("map{}", side - (patch - 1)))),
            gain: Array1::from(convert::values(&params.get::<1>(&format!("branch{branch}.gain")))).abs(),
            tap,
            windows,
            side,
            patch,
            channel,
            feature_sd,
        }
    }
}
