//! The weights of a trained encoder's branches and what each branch contributes, as arrays.

use ndarray::{Array2, ArrayView4, Axis};

use afterimage_model::{
    convert,
    encoder::{BranchAnatomy, Mode},
};

use super::TrainedEncoder;

/// Images of a batch.
const BATCH: usize = 32;

impl TrainedEncoder {
    /// Returns the branches in the order of their taps in the backbone.
    pub fn branches(&self) -> Vec<BranchAnatomy> {
        let branch = |branch| self.encoder.anatomy(&self.state.params, self.vision.kind(), branch);
        self.order().into_iter().map(branch).collect()
    }

    /// Returns the standard deviation over images u8 `[images, side, side, 3]` of each branch's contribution to the
    /// predicted responses, `[branches, voxels]`, in the order of [`TrainedEncoder::branches`].
    ///
    /// With n - 1 in the variance; NaN for fewer than two images.
    pub fn branch_spread(&self, images: ArrayView4<'_, u8>) -> Array2<f64> {
        let order = self.order();
        let [mut mean, mut squares] = [0; 2].map(|_| Array2::<f64>::zeros((order.len(), self.voxels())));
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

    /// Returns the side of images as the backbone sees them, in px.
    pub fn input_side(&self) -> usize {
        self.vision.input_side()
    }

    /// Returns the encoder's branches in the order of their taps in the backbone.
    fn order(&self) -> Vec<usize> {
        let names = self.vision.tap_names();
        let place = |branch: &usize| names.iter().position(|name| *name == self.encoder.taps()[*branch]);
        let mut order: Vec<usize> = (0..self.encoder.taps().len()).collect();
        order.sort_by_key(place);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_config::Experiment;
    use afterimage_model::{device::device, encoder::Encoder};
    use ndarray::Array4;

    /// An encoder as it is before training, its branches from the deepest to the first.
    fn encoder() -> TrainedEncoder {
        let mut config = Experiment::preset("demo").unwrap().encoder;
        config.branches.reverse();
        let device = device("cpu").unwrap();
        let vision = super::super::vision(config.backbone, 64, 0, &device).unwrap();
        let encoder = Encoder::new(&config, &vision, 7).unwrap();
        let state = encoder.init(3, &device);
        TrainedEncoder { encoder, state, vision, device, fields: None }
    }

    fn images(n: usize) -> Array4<u8> {
        Array4::from_shape_fn((n, 64, 64, 3), |(n, y, x, c)| ((n * 91 + y * 7 + x * x + c * 31) % 251) as u8)
    }

    #[test]
    fn branches_come_from_the_image_inwards_with_weights_that_fit_their_grids() {
        let branches = encoder().branches();
        assert_eq!(branches.iter().map(|b| b.tap.as_str()).collect::<Vec<_>>(), ["relu1", "fire3", "fire5"]);
        for (branch, (side, channels)) in branches.iter().zip([(15, 16), (15, 16), (7, 32)]) {
            assert_eq!((branch.side, branch.patch, branch.feature_sd.len()), (side, 3, channels));
            assert_eq!(branch.map.dim(), ((side - 2) * (side - 2), 7));
            assert_eq!(branch.channel.dim(), (9 * channels, 7));
        }
        // Convolution, pool of the head, convolution of the head.
        let strides: Vec<usize> = branches[0].windows.iter().map(|w| w.stride).collect();
        assert_eq!(strides, [2, 2, 1]);
    }

    #[test]
    fn spread_of_a_branch_is_the_deviation_of_its_term_and_the_terms_make_the_prediction() {
        let (trained, images) = (encoder(), images(40));
        let spread = trained.branch_spread(images.view());
        let features =
            trained.vision.forward(convert::images_to_tensor(images.view(), &trained.device), &trained.encoder.taps());
        let mut mode = Mode::Evaluate { statistics: &trained.state.statistics };
        let terms = trained.encoder.contributions(&trained.state.params, &features, &mut mode);
        let terms: Vec<Array2<f32>> = terms.iter().map(convert::tensor_to_matrix).collect();
        let sum = &terms[0] + &terms[1] + &terms[2];
        let predicted = trained.predict(images.view());
        assert!((&sum - &predicted).iter().all(|d| d.abs() < 1e-4));
        // The first of the configuration is the last from the image inwards.
        for (row, term) in spread.outer_iter().zip(terms.iter().rev()) {
            let expected = term.mapv(f64::from).std_axis(Axis(0), 1.0);
            assert!(row.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4 * (1.0 + b)), "{row} {expected}");
        }
        assert!(trained.branch_spread(images.slice(ndarray::s![..1, .., .., ..])).iter().all(|s| s.is_nan()));
    }
}
