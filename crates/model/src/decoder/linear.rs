//! The linear path: coarse structure by ridge regression, fine structure by the decoder.
//!
//! With R(y) an image of few pixels that is predicted linearly from the responses and enlarged, G a Gaussian blur, and D the
//! decoder, the reconstruction is
//!
//! ```text
//! x(y) = clip(G R(y) + b (D(y) - G D(y)))        b: detail
//! ```
//!
//! Ridge regression has the smallest squared error that a linear map can have, and blurs; the decoder is sharp, and its errors in
//! the coarse structure are larger. Each gives what it is better at.

use afterimage_kernels::linear;
use burn::tensor::{Device, Tensor};
use ndarray::{Array2, Array4, ArrayView2, ArrayViewMut2, Axis, s};

use crate::convert;
use crate::resample::{Kernel, Matrix, Resample};

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
}

impl LinearPath {
    /// The path of a regression `table`, `[voxels + 1, 3 * small * small]` with the intercept in its last row, to images of `side`
    /// pixels; `blur` is the standard deviation of the Gaussian as a fraction of the side. `None` for a table of another shape.
    pub fn new(table: &Array2<f32>, side: usize, blur: f64) -> Option<Self> {
        let voxels = table.nrows().checked_sub(1)?;
        let small = ((table.ncols() / 3) as f64).sqrt().round() as usize;
        if small == 0 || small > side || 3 * small * small != table.ncols() {
            return None;
        }
        let blur = Matrix::blur(side, blur * side as f64);
        Some(Self {
            coefficients: table.slice(s![..voxels, ..]).to_owned(),
            intercept: table.row(voxels).to_vec(),
            small,
            coarse: blur.after(&Matrix::resize(small, side, Kernel::Bilinear)),
            blur,
        })
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

    /// Replaces the coarse structure of decoded images `[items, 3, side, side]` by that of `small` images, and scales what
    /// is left of them by `detail`. The bits of an image do not depend on the others.
    pub fn compose(&self, small: &Array2<f32>, decoded: &mut Array4<f32>, detail: f64) {
        let (coarse, blur, detail) = (self.coarse.array(), self.blur.array(), detail as f32);
        for (mut image, small) in decoded.outer_iter_mut().zip(small.outer_iter()) {
            let planes = small.to_shape((3, self.small, self.small)).expect("three planes");
            for (mut plane, small) in image.outer_iter_mut().zip(planes.outer_iter()) {
                let low = coarse.dot(&small).dot(&coarse.t());
                let own = blur.dot(&plane).dot(&blur.t());
                add(&mut plane, &own, &low, detail);
            }
        }
    }
}

/// `low + detail (plane - own)`, in 0..1.
fn add(plane: &mut ArrayViewMut2<'_, f32>, own: &Array2<f32>, low: &Array2<f32>, detail: f32) {
    ndarray::azip!((x in plane, &own in own, &low in low) *x = (low + detail * (*x - own)).clamp(0.0, 1.0));
}

/// The linear path in training, where the decoder behind it learns: on a device, with gradients.
#[derive(Debug, Clone)]
pub struct LinearTensors {
    path: LinearPath,
    coarse: Resample,
    blur: Resample,
    device: Device,
}

impl LinearTensors {
    /// The path on a device.
    pub fn new(path: LinearPath, device: &Device) -> Self {
        let (coarse, blur) = (Resample::new(&path.coarse, device), Resample::new(&path.blur, device));
        Self { path, coarse, blur, device: device.clone() }
    }

    /// Predicted small images of responses, as [`LinearPath::small`].
    pub fn small(&self, responses: &Tensor<2>) -> Array2<f32> {
        self.path.small(convert::tensor_to_matrix(responses).view())
    }

    /// As [`LinearPath::compose`] with all detail, `small` `[items, 3 * small * small]`.
    pub fn compose(&self, small: ArrayView2<'_, f32>, decoded: Tensor<4>) -> Tensor<4> {
        let side = self.path.small;
        let planes = small.to_shape((small.len_of(Axis(0)), 3, side, side)).expect("three planes");
        let low = self.coarse.forward(convert::array4_to_tensor(planes.view(), &self.device));
        let own = self.blur.forward(decoded.clone());
        (low + decoded - own).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> (LinearPath, Array2<f32>) {
        let table = Array2::from_shape_fn((4, 3 * 16), |(v, p)| 0.1 + 0.3 * ((v * 7 + p) as f32).sin());
        (LinearPath::new(&table, 16, 0.1).unwrap(), table)
    }

    fn decoded() -> Array4<f32> {
        Array4::from_shape_fn((2, 3, 16, 16), |(i, c, y, x)| 0.5 + 0.2 * ((i + 3 * c + 5 * y + 7 * x) as f32).cos())
    }

    #[test]
    fn small_images_are_those_of_the_regression() {
        let (path, table) = path();
        let y = ndarray::array![[1.0_f32, -0.5, 2.0]];
        let expected = y.dot(&table.slice(s![..3, ..])) + table.row(3);
        assert!(path.small(y.view()).iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(
            LinearPath::new(&table, 2, 0.1).is_none() && LinearPath::new(&Array2::zeros((4, 47)), 16, 0.1).is_none()
        );
    }

    #[test]
    fn arrays_and_tensors_compose_alike_and_detail_0_leaves_the_coarse_image() {
        let (path, _) = path();
        let small = path.small(ndarray::array![[1.0_f32, -0.5, 2.0], [0.1, 0.2, 0.3]].view());
        let mut full = decoded();
        path.compose(&small, &mut full, 1.0);
        let device = Device::flex();
        let tensors = LinearTensors::new(path.clone(), &device);
        let other = tensors.compose(small.view(), convert::array4_to_tensor(decoded().view(), &device));
        let worst = convert::tensor_to_array4(&other).iter().zip(&full).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{worst}");
        let [mut none, mut grey] = [decoded(), Array4::from_elem((2, 3, 16, 16), 0.5)];
        path.compose(&small, &mut none, 0.0);
        path.compose(&small, &mut grey, 1.0);
        assert!(none.iter().zip(&grey).all(|(a, b)| (a - b).abs() < 1e-5), "an even image has no detail");
    }
}
