//! SSIM with the settings of the common suite.
//!
//! `SSIM = mean of (2 mx my + C1)(2 cxy + C2) / ((mx^2 + my^2 + C1)(vx + vy + C2))` over positions, with
//! C1 = 0.01^2, C2 = 0.03^2 (range 1), moments weighted by a Gaussian of sigma 1.5 cut at radius 5 and
//! normalised, population covariance, the outer 5 pixels left out; on the grey values of
//! [`crate::images`]. Equal to scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
//! use_sample_covariance=False, data_range=1)`.
//!
//! Source: Wang, Bovik, Sheikh, Simoncelli, IEEE Trans. Image Process. 13, 2004, equations 13 to 16.

use ndarray::{Array2, ArrayView2};

const SIGMA: f64 = 1.5;
const RADIUS: usize = 5;
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// Smallest side that SSIM is defined for: one whole window.
pub const SMALLEST_SIDE: usize = 2 * RADIUS + 1;

/// A grey image with its local means and variances, to be compared with many.
#[derive(Debug, Clone)]
pub struct Moments {
    image: Array2<f64>,
    mean: Array2<f64>,
    variance: Array2<f64>,
}

impl Moments {
    /// Of a grey image in 0..1, `[height, width]`. `None` if a side is below [`SMALLEST_SIDE`].
    pub fn new(image: Array2<f64>) -> Option<Self> {
        if image.nrows() < SMALLEST_SIDE || image.ncols() < SMALLEST_SIDE {
            return None;
        }
        let mean = smooth(image.view());
        let mut variance = smooth((&image * &image).view());
        variance.zip_mut_with(&mean, |v, m| *v -= m * m);
        Some(Self { image, mean, variance })
    }

    /// SSIM with another image of the same size; NaN if the sizes differ.
    ///
    /// ```
    /// use afterimage_eval::ssim::Moments;
    /// let a = Moments::new(ndarray::Array2::from_shape_fn((16, 16), |(y, x)| (y * x) as f64 / 225.0)).unwrap();
    /// assert!((a.ssim(&a) - 1.0).abs() < 1e-12);
    /// ```
    pub fn ssim(&self, other: &Self) -> f64 {
        self.compare(other).ssim
    }

    /// SSIM, and its part without the luminance; NaN if the sizes differ.
    pub(crate) fn compare(&self, other: &Self) -> Similarity {
        if self.image.dim() != other.image.dim() {
            return Similarity { ssim: f64::NAN, contrast: f64::NAN };
        }
        let product = smooth((&self.image * &other.image).view());
        let (mut ssim, mut contrast) = (0.0, 0.0);
        ndarray::Zip::from(&product)
            .and(&self.mean)
            .and(&other.mean)
            .and(&self.variance)
            .and(&other.variance)
            .for_each(|&xy, &mx, &my, &vx, &vy| {
                let covariance = xy - mx * my;
                ssim += (2.0 * mx * my + C1) * (2.0 * covariance + C2) / ((mx * mx + my * my + C1) * (vx + vy + C2));
                contrast += (2.0 * covariance + C2) / (vx + vy + C2);
            });
        Similarity { ssim: ssim / product.len() as f64, contrast: contrast / product.len() as f64 }
    }
}

/// Means over positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    /// SSIM.
    pub(crate) ssim: f64,
    /// Contrast and structure: `(2 cxy + C2) / (vx + vy + C2)`.
    pub(crate) contrast: f64,
}

/// Gaussian smoothing where the whole window fits, `[height - 10, width - 10]`.
fn smooth(image: ArrayView2<f64>) -> Array2<f64> {
    let kernel = kernel();
    let (height, width) = (image.nrows() - 2 * RADIUS, image.ncols() - 2 * RADIUS);
    let mut across = Array2::<f64>::zeros((image.nrows(), width));
    for (mut out, row) in across.rows_mut().into_iter().zip(image.rows()) {
        for (k, w) in kernel.iter().enumerate() {
            out.scaled_add(*w, &row.slice(ndarray::s![k..k + width]));
        }
    }
    let mut out = Array2::zeros((height, width));
    for (y, mut row) in out.rows_mut().into_iter().enumerate() {
        for (k, w) in kernel.iter().enumerate() {
            row.scaled_add(*w, &across.row(y + k));
        }
    }
    out
}

fn kernel() -> [f64; SMALLEST_SIDE] {
    let mut kernel = std::array::from_fn(|k| {
        let x = k as f64 - RADIUS as f64;
        (-0.5 * x * x / (SIGMA * SIGMA)).exp()
    });
    let sum: f64 = kernel.iter().sum();
    kernel.iter_mut().for_each(|k| *k /= sum);
    kernel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_images_have_the_luminance_term_alone() {
        let flat = |v: f64| Moments::new(Array2::from_elem((20, 20), v)).unwrap();
        let expected = (2.0 * 0.2 * 0.6 + C1) / (0.2 * 0.2 + 0.6 * 0.6 + C1);
        assert!((flat(0.2).ssim(&flat(0.6)) - expected).abs() < 1e-12);
    }

    #[test]
    fn symmetric_in_its_arguments() {
        let a = Moments::new(Array2::from_shape_fn((15, 18), |(y, x)| ((3 * y + x) % 7) as f64 / 6.0)).unwrap();
        let b = Moments::new(Array2::from_shape_fn((15, 18), |(y, x)| ((y + 5 * x) % 11) as f64 / 10.0)).unwrap();
        assert!((a.ssim(&b) - b.ssim(&a)).abs() < 1e-14);
    }

    #[test]
    fn an_image_smaller_than_the_window_is_refused() {
        assert!(Moments::new(Array2::zeros((10, 40))).is_none());
    }
}
