//! Pearson correlation of vectors and of the rows of two tables.

use ndarray::{Array2, ArrayView2};

/// `r = sum (a - mean a)(b - mean b) / sqrt(sum (a - mean a)^2 sum (b - mean b)^2)`.
///
/// NaN if either vector is constant or their lengths differ.
///
/// ```
/// assert!((afterimage_statistics::correlation::pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.5]) - 0.997949).abs() < 1e-6);
/// ```
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    if a.len() != b.len() {
        return f64::NAN;
    }
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

/// Correlation of each row of `a` with each row of `b`, `[rows of a, rows of b]`.
///
/// A constant row has no correlation; its value is 0, which identification counts as neither near nor far.
pub fn rows(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Array2<f64> {
    standardised(a).dot(&standardised(b).t())
}

/// Rows without variance, which have no correlation.
pub fn constant_rows(table: ArrayView2<f32>) -> Vec<bool> {
    standardised(table).outer_iter().map(|row| row.iter().all(|&v| v == 0.0)).collect()
}

fn standardised(table: ArrayView2<f32>) -> Array2<f64> {
    let mut out = table.mapv(f64::from);
    for mut row in out.rows_mut() {
        let largest = row.fold(0.0_f64, |m, v| m.max(v.abs()));
        let mean = row.mean().unwrap_or(0.0);
        row -= mean;
        let norm = row.dot(&row).sqrt();
        // Rounding of the mean leaves residues in a row that is constant.
        let constant = norm <= 1e-7 * largest * (row.len() as f64).sqrt();
        row.mapv_inplace(|v| if constant { 0.0 } else { v / norm });
    }
    out
}
