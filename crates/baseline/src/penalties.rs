//! Grids of penalties.
//!
//! A penalty is in units of the squared inputs: 10 says nothing until one knows how long an item is. The grids of
//! the baselines are therefore given *relative* to the mean squared length of a centred training item,
//!
//! ```text
//! scale = (1/n) sum_i |x_i - mean|^2        lambda = relative * scale
//! ```
//!
//! which is the number of columns for standardised ones. The scale depends on the training inputs alone.

use afterimage_statistics::moments;
use ndarray::ArrayView2;

/// Powers of ten from `10^low` to `10^high`, `per_decade` to each factor of ten, ascending.
pub fn powers(low: i32, high: i32, per_decade: u32) -> Vec<f64> {
    let per_decade = per_decade.max(1);
    let steps = u32::try_from(high - low).unwrap_or(0) * per_decade;
    (0..=steps).map(|step| 10_f64.powf(f64::from(low) + f64::from(step) / f64::from(per_decade))).collect()
}

/// Mean squared length of a centred item of `x` `[items, columns]`; 1 where all items are equal.
pub fn scale(x: ArrayView2<'_, f32>) -> f64 {
    let variance = |column: ndarray::ArrayView1<'_, f32>| moments(column.iter().map(|&v| f64::from(v))).1;
    let sum: f64 = x.columns().into_iter().map(variance).sum();
    if sum > 0.0 { sum } else { 1.0 }
}

/// Each of `relative` times `scale`.
pub fn scaled(relative: &[f64], scale: f64) -> Vec<f64> {
    relative.iter().map(|value| value * scale).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn powers_hold_both_ends() {
        let grid = powers(-1, 1, 2);
        assert_eq!(grid.len(), 5);
        assert!((grid[0] - 0.1).abs() < 1e-12 && (grid[4] - 10.0).abs() < 1e-12);
    }

    #[test]
    fn scale_is_the_sum_of_the_variances() {
        assert!((scale(array![[1.0_f32, 5.0], [3.0, 5.0]].view()) - 1.0).abs() < 1e-12);
        assert_eq!(scale(array![[2.0_f32], [2.0]].view()), 1.0);
    }
}
