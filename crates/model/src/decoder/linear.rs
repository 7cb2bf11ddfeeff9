//! The linear path: coarse structure by ridge regression, fine structure by the decoder.
//!
//! With R(y) an image of few pixels that is predicted linearly from the responses and enlarged, G a Gaussian blur, and D the
//! decoder, the reconstruction is
//!
//! ```text
//! x(y) = clip(G [s R(y) + (1 - s) D(y)] + b [D(y) - G D(y)])        s: share, b: detail
//! ```
//!
//! Ridge regression has the smallest squared error that a linear map can have, and blurs; the decoder is sharp, and errs otherwise
//! in the coarse structure, so that the mean of both is nearer to the image than either.

use afterimage_config::LinearPathConfig;
use afterimage_kernels::linear;
use ndarray::{Array2, Array4, ArrayView2, s};

use crate::resample::{Kernel, Matrix};

/// The fitted linear path.
#[derive(Debug, Clone)]
pub struct LinearPath {
    /// `[voxels, 3 * small * small]`.
    coefficients: Array2<f32>,
    /// `[3 * small * small]`.
    intercept: Vec<f32>,
    small: usize,
    /// From `small` to the image's side, and blurred.
    coarse: Matrix,
    /// The blur of an image.
    blur: Matrix,
    /// Share of the regression in the coarse structure.
    share: f32,
}

impl LinearPath {
    /// The path of a regression `table`, `[voxels + 1, 3 * small * small]` with the intercept in its last row, to images of `side`
    /// pixels, as `config` has it. `None` for a table of another shape.
    pub fn new(table: &Array2<f32>, side: usize, config: &LinearPathConfig) -> Option<Self> {
        let voxels = table.nrows().checked_sub(1)?;
        let small = ((table.ncols() / 3) as f64).sqrt().round() as usize;
        if small == 0 || small > side || 3 * small * small != table.ncols() {
            return None;
        }
        let blur = Matrix::blur(side, config.blur * side as f64);
        Some(Self {
            coefficients: table.slice(s![..voxels, ..]).to_owned(),
            intercept: table.row(voxels).to_vec(),
            small,
            coarse: blur.after(&Matrix::resize(small, side, Kernel::Bilinear)),
            blur,
            share: config.share as f32,
        })
    }

    /// Changes the share of the regression in the coarse structure.
    pub fn set_share(&mut self, share: f64) {
        self.share = share as f32;
    }

    /// Predicted small images `[items, 3 * small * small]` of responses `[items, voxels]`.
    ///
    /// # Panics
    /// If the number of voxels is not that of the regression.
    pub fn small(&self, responses: ArrayView2<'_, f32>) -> Array2<f32> {
        let x = responses.as_standard_layout();
        let weights = self.coefficients.as_slice().expect("standard layout");
        let values = linear::forward(x.as_slice().expect("standard layout"), weights, &self.intercept);
        Array2::from_shape_vec((responses.nrows(), self.intercept.len()), values).expect("one value a target")
    }

    /// Brings the coarse structure of decoded images `[items, 3, side, side]` towards that of `small` images, and scales their
    /// fine structure by `detail`. The bits of an image do not depend on the others.
    pub fn compose(&self, small: &Array2<f32>, decoded: &mut Array4<f32>, detail: f64) {
        let (coarse, blur) = (self.coarse.array(), self.blur.array());
        let (share, detail) = (self.share, detail as f32);
        for (mut image, small) in decoded.outer_iter_mut().zip(small.outer_iter()) {
            let planes = small.to_shape((3, self.small, self.small)).expect("three planes");
            for (mut plane, small) in image.outer_iter_mut().zip(planes.outer_iter()) {
                let low = coarse.dot(&small).dot(&coarse.t());
                let own = blur.dot(&plane).dot(&blur.t());
                ndarray::azip!((x in &mut plane, &own in &own, &low in &low) {
                    *x = (own + share * (low - own) + detail * (*x - own)).clamp(0.0, 1.0);
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(share: f64) -> LinearPathConfig {
        LinearPathConfig { pixels: 4, blur: 0.1, share, detail: 1.0 }
    }

    fn path(share: f64) -> (LinearPath, Array2<f32>) {
        let table = Array2::from_shape_fn((4, 3 * 16), |(v, p)| 0.1 + 0.3 * ((v * 7 + p) as f32).sin());
        (LinearPath::new(&table, 16, &config(share)).unwrap(), table)
    }

    fn decoded() -> Array4<f32> {
        Array4::from_shape_fn((2, 3, 16, 16), |(i, c, y, x)| 0.5 + 0.2 * ((i + 3 * c + 5 * y + 7 * x) as f32).cos())
    }

    #[test]
    fn small_images_are_those_of_the_regression() {
        let (path, table) = path(1.0);
        let y = ndarray::array![[1.0_f32, -0.5, 2.0]];
        let expected = y.dot(&table.slice(s![..3, ..])) + table.row(3);
        assert!(path.small(y.view()).iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(
            LinearPath::new(&table, 2, &config(1.0)).is_none()
                && LinearPath::new(&Array2::zeros((4, 47)), 16, &config(1.0)).is_none()
        );
    }

    #[test]
    fn detail_0_leaves_the_coarse_image_and_share_0_the_decoded_one() {
        let (path, table) = path(1.0);
        let small = path.small(ndarray::array![[1.0_f32, -0.5, 2.0], [0.1, 0.2, 0.3]].view());
        let [mut none, mut grey] = [decoded(), Array4::from_elem((2, 3, 16, 16), 0.5)];
        path.compose(&small, &mut none, 0.0);
        path.compose(&small, &mut grey, 1.0);
        assert!(none.iter().zip(&grey).all(|(a, b)| (a - b).abs() < 1e-5), "an even image has no detail");
        let without = LinearPath::new(&table, 16, &config(0.0)).unwrap();
        let mut own = decoded();
        without.compose(&small, &mut own, 1.0);
        assert!(own.iter().zip(&decoded()).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
