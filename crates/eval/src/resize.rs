//! Bilinear resizing with antialiasing, as a matrix, so that correlations at another size have a closed form.

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Axis};
use rayon::prelude::*;

/// Side at which the common suite computes PixCorr and SSIM.
pub const SUITE_SIDE: usize = 425;

/// The weights of one axis, `[to, from]`: output pixel i is the sum over j of `weights[i, j]` times input pixel j.
///
/// A triangle of half-width `max(1, from/to)` input pixels about the centre `(i + 1/2) from/to`, cut at the
/// edge and normalised to sum 1. This is the definition of Pillow's `BILINEAR` and of torchvision's
/// `Resize(..., BILINEAR, antialias=True)`; enlarging, it is plain bilinear interpolation
/// with half-pixel centres.
pub fn axis_weights(from: usize, to: usize) -> Array2<f64> {
    let scale = from as f64 / to as f64;
    let support = scale.max(1.0);
    let mut weights = Array2::zeros((to, from));
    for (i, mut row) in weights.rows_mut().into_iter().enumerate() {
        let centre = (i as f64 + 0.5) * scale;
        for (j, w) in row.iter_mut().enumerate() {
            *w = (1.0 - ((j as f64 + 0.5 - centre) / support).abs()).max(0.0);
        }
        let sum = row.sum();
        row /= sum;
    }
    weights
}

/// A plane `[height, width]` at `[to, to]`.
pub fn resize(plane: ArrayView2<f64>, to: usize) -> Array2<f64> {
    let (height, width) = plane.dim();
    if (height, width) == (to, to) {
        return plane.to_owned();
    }
    axis_weights(height, to).dot(&plane).dot(&axis_weights(width, to).t())
}

/// Images f32 `[n, channels, height, width]` at `[n, channels, to, to]`, as torchvision resizes tensors: without
/// rounding to whole grey levels.
pub fn resize_images(images: ArrayView4<f32>, to: usize) -> Array4<f32> {
    let (n, channels, height, width) = images.dim();
    if (height, width) == (to, to) {
        return images.to_owned();
    }
    let (rows, columns) = (axis_weights(height, to), axis_weights(width, to));
    let columns = columns.t();
    let mut out = Array4::zeros((n, channels, to, to));
    out.axis_iter_mut(Axis(0)).into_par_iter().zip(images.axis_iter(Axis(0))).for_each(|(mut out, image)| {
        for (mut out, plane) in out.outer_iter_mut().zip(image.outer_iter()) {
            let resized = rows.dot(&plane.mapv(f64::from)).dot(&columns);
            out.zip_mut_with(&resized, |o, &v| *o = v as f32);
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_keep_the_size_unchanged() {
        for (from, to) in [(3, 7), (64, 425), (600, 425), (5, 5)] {
            for row in axis_weights(from, to).rows() {
                assert!((row.sum() - 1.0).abs() < 1e-12);
            }
        }
        assert_eq!(axis_weights(5, 5), Array2::<f64>::eye(5));
    }

    #[test]
    fn halving_averages_with_a_triangle() {
        // Centre of output 1 of 3 lies between inputs 2 and 3; weights 1/8, 3/8, 3/8, 1/8.
        let w = axis_weights(6, 3);
        for (j, expected) in [0.0, 0.125, 0.375, 0.375, 0.125, 0.0].into_iter().enumerate() {
            assert!((w[[1, j]] - expected).abs() < 1e-12);
        }
    }
}
