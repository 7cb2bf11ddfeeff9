//! Fine structure from photographs: the prior of natural images that a decoder of few pairs has not learned.
//!
//! Of a set of unpaired photographs the one is chosen that is most like the response `y`. A photograph `p` is compared with it in
//! several ways `t`, each linear in the response: the correlation of its features with those that a ridge regression predicts from
//! `y`, and of the responses that the encoder predicts for it with `y`. With `z` the standard score over all photographs
//!
//! ```text
//! p(y) = argmax_p sum_t w_t z_p(K_t y + k_t)
//! x(y) = clip(x'(y) + b [p(y) - G p(y)])        b: detail, G: a Gaussian
//! ```
//!
//! where `x'` is the reconstruction without it. Its coarse structure stays that of the decoder.

use afterimage_config::DecoderConfig;
use afterimage_kernels::linear;
use ndarray::{Array2, Array3, Array4, ArrayView2, ArrayView3, Axis, azip, s};

use crate::resample::Matrix;

/// The photographs with what compares them with responses.
#[derive(Debug, Clone)]
pub struct Photographs {
    /// `[photographs, side, side, 3]`.
    images: Array4<u8>,
    comparisons: Vec<Comparison>,
    blur: Matrix,
}

/// One way in which photographs are compared with responses.
#[derive(Debug, Clone)]
struct Comparison {
    weight: f64,
    /// `[voxels, photographs]`.
    coefficients: Array2<f32>,
    /// One a photograph.
    constants: Vec<f32>,
}

impl Photographs {
    /// For `images` `[photographs, side, side, 3]` and `tables` `[layers + 1, voxels + 1, photographs]`: of each layer of
    /// `decoder.photographs.layers`, last of the predicted responses, with the constant in the last row. `None` for arrays of other
    /// shapes.
    pub fn new(images: Array4<u8>, tables: &Array3<f32>, config: &DecoderConfig) -> Option<Self> {
        let (ways, rows, photographs) = tables.dim();
        let (n, side, width, channels) = images.dim();
        let layers = config.photographs.layers.len();
        let fits = n == photographs && n > 0 && side == width && channels == 3 && ways == layers + 1 && rows > 1;
        let comparison = |(way, table): (usize, ArrayView2<'_, f32>)| Comparison {
            weight: if way < layers { 1.0 / layers as f64 } else { config.photographs.responses_weight },
            coefficients: table.slice(s![..rows - 1, ..]).to_owned(),
            constants: table.row(rows - 1).to_vec(),
        };
        fits.then(|| Self {
            comparisons: tables.outer_iter().enumerate().map(comparison).collect(),
            blur: Matrix::blur(side, config.photographs.blur * side as f64),
            images,
        })
    }

    /// For each of the responses `[items, voxels]` the place of its photograph; the first of several that are equally like it.
    ///
    /// # Panics
    /// If the number of voxels is not that of the tables.
    pub fn choose(&self, responses: ArrayView2<'_, f32>) -> Vec<usize> {
        let mut sums = Array2::<f64>::zeros((responses.nrows(), self.images.len_of(Axis(0))));
        for comparison in &self.comparisons {
            let likeness = comparison.of(responses);
            for (mut sum, row) in sums.outer_iter_mut().zip(likeness.outer_iter()) {
                let n = row.len() as f64;
                let mean = row.iter().map(|&value| f64::from(value)).sum::<f64>() / n;
                let sd = (row.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / n).sqrt();
                if sd > 0.0 {
                    azip!((sum in &mut sum, &value in &row) {
                        *sum += comparison.weight * (f64::from(value) - mean) / sd;
                    });
                }
            }
        }
        let first_best = |row: ndarray::ArrayView1<'_, f64>| {
            let better = |best: usize, place: usize| if row[place] > row[best] { place } else { best };
            (0..row.len()).fold(0, better)
        };
        sums.outer_iter().map(first_best).collect()
    }

    /// Adds the fine structure of the `chosen` photographs, times `detail`, to images `[items, 3, side, side]`.
    pub fn refine(&self, chosen: &[usize], images: &mut Array4<f32>, detail: f64) {
        let blur = self.blur.array();
        for (mut image, &place) in images.outer_iter_mut().zip(chosen) {
            let photograph: ArrayView3<'_, u8> = self.images.index_axis(Axis(0), place);
            for (mut plane, bytes) in image.outer_iter_mut().zip(photograph.axis_iter(Axis(2))) {
                let own = bytes.mapv(|byte| f32::from(byte) / 255.0);
                let coarse = blur.dot(&own).dot(&blur.t());
                azip!((x in &mut plane, &own in &own, &coarse in &coarse) {
                    *x = (*x + detail as f32 * (own - coarse)).clamp(0.0, 1.0);
                });
            }
        }
    }
}

impl Comparison {
    /// Likeness `[items, photographs]` to responses `[items, voxels]`.
    fn of(&self, responses: ArrayView2<'_, f32>) -> Array2<f32> {
        let x = responses.as_standard_layout();
        let weights = self.coefficients.as_slice().expect("standard layout");
        let values = linear::forward(x.as_slice().expect("standard layout"), weights, &self.constants);
        Array2::from_shape_vec((responses.nrows(), self.constants.len()), values).expect("one value a photograph")
    }
}

#[cfg(test)]
mod tests {
    use afterimage_config::Experiment;
    use ndarray::array;

    use super::*;

    fn config(responses_weight: f64) -> DecoderConfig {
        let mut config = Experiment::preset("v4").unwrap().decoder;
        config.photographs.layers = vec!["fire5".into()];
        config.photographs.responses_weight = responses_weight;
        config.photographs.blur = 0.0625;
        config
    }

    /// Three photographs; by features the likeness is the first voxel, by responses the second, each in its own direction.
    fn photographs(responses_weight: f64) -> Photographs {
        let images = Array4::from_shape_fn((3, 8, 8, 3), |(n, y, x, c)| (60 * n + 90 * ((y + x + c) % 2)) as u8);
        let tables = array![
            [[1.0, 0.0, -1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            [[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
        ];
        Photographs::new(images, &tables, &config(responses_weight)).unwrap()
    }

    #[test]
    fn the_photograph_most_like_the_response_is_chosen() {
        let y = array![[2.0_f32, 1.0], [-1.0, 0.1]];
        assert_eq!(photographs(0.5).choose(y.view()), [0, 2]);
        assert_eq!(photographs(3.0).choose(y.view()), [2, 2], "by the responses, if they weigh more");
        assert_eq!(photographs(0.0).choose(array![[0.0_f32, 5.0]].view()), [0], "the first, if all are alike");
    }

    #[test]
    fn fine_structure_is_added_and_coarse_structure_kept() {
        let photographs = photographs(0.5);
        let mut images = Array4::from_elem((1, 3, 8, 8), 0.5);
        photographs.refine(&[1], &mut images, 1.0);
        let mean = images.mean().unwrap();
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        assert!(images.iter().any(|&x| (x - 0.5).abs() > 0.01));
        let mut none = Array4::from_elem((1, 3, 8, 8), 0.5);
        photographs.refine(&[1], &mut none, 0.0);
        assert!(none.iter().all(|&x| x == 0.5));
    }

    #[test]
    fn arrays_of_other_shapes_are_refused() {
        let images = Array4::zeros((3, 8, 8, 3));
        assert!(Photographs::new(images.clone(), &Array3::zeros((2, 3, 4)), &config(0.5)).is_none());
        assert!(Photographs::new(images, &Array3::zeros((1, 3, 3)), &config(0.5)).is_none());
    }
}
