//! Features averaged on a coarser grid.

use ndarray::{Array2, ArrayView4, Axis, s};

/// Averages maps `[n, channels, side, side]` on a grid of at most `most` x `most` cells of equal size, as
/// `[n, channels * grid * grid]`, channels outermost.
///
/// A position that lies in two cells counts in each by the area it has there.
pub fn to_grid(maps: ArrayView4<'_, f32>, most: usize) -> Array2<f32> {
    let (n, channels, height, width) = maps.dim();
    let (rows, columns) = (cells(height, most), cells(width, most));
    let (grid_y, grid_x) = (rows.nrows(), columns.nrows());
    let mut out = Array2::zeros((n, channels * grid_y * grid_x));
    for (mut out, image) in out.outer_iter_mut().zip(maps.outer_iter()) {
        for (channel, map) in image.outer_iter().enumerate() {
            let pooled = rows.dot(&map).dot(&columns.t());
            let first = channel * grid_y * grid_x;
            let mut place = out.slice_mut(s![first..first + grid_y * grid_x]);
            place.iter_mut().zip(pooled.iter()).for_each(|(out, v)| *out = *v);
        }
    }
    out
}

/// Weights `[cells, side]` of the mean over each of at most `most` cells.
pub fn cells(side: usize, most: usize) -> Array2<f32> {
    let count = side.min(most.max(1));
    let size = side as f64 / count as f64;
    let mut weights = Array2::zeros((count, side));
    for (cell, mut row) in weights.axis_iter_mut(Axis(0)).enumerate() {
        let (from, to) = (cell as f64 * size, (cell + 1) as f64 * size);
        for (position, weight) in row.iter_mut().enumerate() {
            let overlap = to.min(position as f64 + 1.0) - from.max(position as f64);
            *weight = (overlap.max(0.0) / size) as f32;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::*;

    #[test]
    fn cells_average_and_a_grid_that_is_fine_enough_stays() {
        let maps = Array4::from_shape_fn((1, 2, 4, 4), |(_, c, y, x)| (c * 100 + y * 4 + x) as f32);
        let pooled = to_grid(maps.view(), 2);
        assert_eq!(pooled.row(0).to_vec(), [2.5, 4.5, 10.5, 12.5, 102.5, 104.5, 110.5, 112.5]);
        assert_eq!(to_grid(maps.view(), 8).row(0).to_vec(), maps.iter().copied().collect::<Vec<_>>());
    }

    #[test]
    fn position_between_two_cells_counts_by_its_area() {
        let maps = Array4::from_shape_fn((1, 1, 3, 3), |(_, _, _, x)| [0.0, 3.0, 9.0][x]);
        let pooled = to_grid(maps.view(), 2);
        assert!((pooled[[0, 0]] - 1.0).abs() < 1e-6 && (pooled[[0, 1]] - 7.0).abs() < 1e-6);
    }
}
