//! PixCorr: Pearson correlation of all RGB values of two images.

use ndarray::{Array2, ArrayView3, ArrayView4, Axis, s};
use rayon::prelude::*;

use crate::resize::axis_weights;

/// The correlation of every reconstruction with every shown image, `[reconstructions, shown]`.
///
/// `r = sum (a - mean a)(b - mean b) / sqrt(sum (a - mean a)^2 sum (b - mean b)^2)` over the 3 x side x side
/// values after bilinear resizing to `side` (antialiased, see [`crate::resize`]), or over the
/// values as they are with `None`. Inputs f32 `[n, 3, height, width]` and `[m, 3, height, width]`.
/// An image of one constant value has no correlation: NaN.
///
/// The resized images are never made: with R the resizing matrix of an axis, the inner product
/// of two resized planes is `<a, (R^T R) b (R^T R)>`, so one matrix product at the native size gives them all.
pub fn correlations(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, side: Option<usize>) -> Array2<f64> {
    let (_, _, height, width) = shown.dim();
    let gram = |from: usize| match side {
        Some(to) if to != from => {
            let r = axis_weights(from, to);
            r.t().dot(&r)
        }
        _ => Array2::eye(from),
    };
    let (rows, columns) = (gram(height), gram(width));
    let a = unit_vectors(reconstructions, &rows, &columns);
    let b = unit_vectors(shown, &rows, &columns);
    let mut weighted = b.clone();
    weighted.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut v| {
        let image = v.to_owned().into_shape_with_order((3, height, width));
        if let Ok(image) = image {
            v.assign(&weigh(image.view(), &rows, &columns));
        }
    });
    a.dot(&weighted.t()).mapv(|r| r.clamp(-1.0, 1.0))
}

/// Centres each image on its resized mean and divides by its resized norm; NaN for a constant image.
fn unit_vectors(images: ArrayView4<f32>, rows: &Array2<f64>, columns: &Array2<f64>) -> Array2<f64> {
    let (n, channels, height, width) = images.dim();
    // Each row of R sums to 1, so the sums of G = R^T R are the weights of the native pixels in the resized mean.
    let (row_sum, column_sum) = (rows.sum_axis(Axis(0)), columns.sum_axis(Axis(0)));
    let total = row_sum.sum() * column_sum.sum() * channels as f64;
    let mut out = Array2::zeros((n, channels * height * width));
    out.axis_iter_mut(Axis(0)).into_par_iter().zip(images.axis_iter(Axis(0)).into_par_iter()).for_each(
        |(mut out, image)| {
            let mut image = image.mapv(f64::from);
            let mean = image.outer_iter().map(|p| row_sum.dot(&p.dot(&column_sum))).sum::<f64>() / total;
            image -= mean;
            let flat = image.flatten();
            let energy = flat.dot(&weigh(image.view(), rows, columns));
            // Below the rounding of f32 pixels an image counts as constant.
            let norm = if energy / total > 1e-12 { energy.sqrt() } else { f64::NAN };
            out.assign(&(&flat / norm));
        },
    );
    out
}

/// `G_rows x G_columns` of each plane, flattened.
fn weigh(image: ArrayView3<f64>, rows: &Array2<f64>, columns: &Array2<f64>) -> ndarray::Array1<f64> {
    let (channels, height, width) = image.dim();
    let mut out = ndarray::Array3::zeros((channels, height, width));
    for (c, plane) in image.outer_iter().enumerate() {
        out.slice_mut(s![c, .., ..]).assign(&rows.dot(&plane).dot(columns));
    }
    out.flatten().into_owned()
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::*;
    use crate::resize::resize;

    fn noise(n: usize, side: usize, salt: u32) -> Array4<f32> {
        Array4::from_shape_fn((n, 3, side, side), |(i, c, y, x)| {
            let k = (i * 7919 + c * 104_729 + y * 1301 + x * 31) as u32 ^ salt;
            (k.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0
        })
    }

    fn direct(a: ArrayView3<f32>, b: ArrayView3<f32>, side: usize) -> f64 {
        let flat = |image: ArrayView3<f32>| -> Vec<f64> {
            image.outer_iter().flat_map(|p| resize(p.mapv(f64::from).view(), side).into_iter()).collect()
        };
        afterimage_statistics::correlation::pearson(&flat(a), &flat(b))
    }

    #[test]
    fn closed_form_equals_resizing_first() {
        let (a, b) = (noise(3, 20, 1), noise(2, 20, 99));
        for side in [31, 20, 9] {
            let r = correlations(a.view(), b.view(), Some(side));
            for i in 0..3 {
                for j in 0..2 {
                    let expected = direct(a.index_axis(Axis(0), i), b.index_axis(Axis(0), j), side);
                    assert!((r[[i, j]] - expected).abs() < 1e-10, "{side}");
                }
            }
        }
    }

    #[test]
    fn invariant_to_brightness_and_contrast() {
        let a = noise(1, 16, 3);
        let b = a.mapv(|v| 0.1 + 0.5 * v);
        assert!((correlations(a.view(), b.view(), Some(40))[[0, 0]] - 1.0).abs() < 1e-6);
        let negative = a.mapv(|v| 1.0 - v);
        assert!((correlations(a.view(), negative.view(), None)[[0, 0]] + 1.0).abs() < 1e-6);
    }

    #[test]
    fn constant_image_is_nan() {
        let a = Array4::from_elem((1, 3, 8, 8), 0.3);
        assert!(correlations(a.view(), noise(1, 8, 5).view(), Some(20))[[0, 0]].is_nan());
    }
}
