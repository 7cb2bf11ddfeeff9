//! Gaussian receptive fields over feature maps.

use ndarray::{Array2, Array3, ArrayView4};

/// An isotropic Gaussian over the image; lengths are fractions of the image's side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Centre from the left edge.
    pub x: f64,
    /// Centre from the upper edge.
    pub y: f64,
    /// Standard deviation.
    pub sigma: f64,
}

/// Candidate fields on `levels` levels, the coarsest first: level l has `2^l x 2^l` centres in the middles of as many
/// equal squares, and a standard deviation of half a square's side. Four levels are 85 fields.
pub fn pyramid(levels: u32) -> Vec<Field> {
    let level = |level: u32| {
        let count = 1_u32 << level;
        let at = move |place: u32| (f64::from(place) + 0.5) / f64::from(count);
        let sigma = 0.5 / f64::from(count);
        (0..count * count).map(move |i| Field { x: at(i % count), y: at(i / count), sigma })
    };
    (0..levels.min(8)).flat_map(level).collect()
}

impl Field {
    /// Weights of the positions of a grid, row by row, proportional to
    /// `exp(-((x - x0)^2 + (y - y0)^2) / (2 sigma^2))` at the middles of the positions, with sum 1.
    pub fn weights(&self, height: usize, width: usize) -> Vec<f32> {
        let axis = |centre: f64, side: usize| {
            let exponent = |i: usize| -((i as f64 + 0.5) / side as f64 - centre).powi(2) / (2.0 * self.sigma.powi(2));
            // Relative to the nearest position, so that a narrow field on a coarse grid does not vanish.
            let highest = (0..side).map(exponent).fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = (0..side).map(|i| (exponent(i) - highest).exp()).collect();
            let sum: f64 = weights.iter().sum();
            weights.into_iter().map(move |w| w / sum).collect::<Vec<f64>>()
        };
        let (rows, columns) = (axis(self.y, height), axis(self.x, width));
        rows.iter().flat_map(|r| columns.iter().map(move |c| (r * c) as f32)).collect()
    }
}

/// Weighted sums of maps `[n, channels, height, width]` over each field, `[fields, n, channels]`.
pub fn pool(maps: ArrayView4<'_, f32>, fields: &[Field]) -> Array3<f32> {
    let (n, channels, height, width) = maps.dim();
    let weights: Vec<f32> = fields.iter().flat_map(|field| field.weights(height, width)).collect();
    let weights = Array2::from_shape_vec((fields.len(), height * width), weights).expect("a weight for each position");
    let flat = Array2::from_shape_vec((n * channels, height * width), maps.iter().copied().collect())
        .expect("a row for each map");
    weights.dot(&flat.t()).into_shape_with_order((fields.len(), n, channels)).expect("a sum for each map")
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::*;

    #[test]
    fn pyramid_has_four_times_as_many_fields_a_level_and_halves_them() {
        let fields = pyramid(4);
        assert_eq!(fields.len(), 1 + 4 + 16 + 64);
        assert_eq!(fields[0], Field { x: 0.5, y: 0.5, sigma: 0.5 });
        assert_eq!(fields[2], Field { x: 0.75, y: 0.25, sigma: 0.25 });
        assert_eq!(fields[84], Field { x: 0.9375, y: 0.9375, sigma: 0.0625 });
    }

    #[test]
    fn weights_sum_to_one_and_fall_as_a_gaussian() {
        let field = Field { x: 0.3, y: 0.6, sigma: 0.2 };
        let weights = field.weights(10, 10);
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let expected = (-(0.05_f64.powi(2) - 0.15_f64.powi(2)) / (2.0 * 0.04)).exp();
        assert!((f64::from(weights[5 * 10 + 3] / weights[5 * 10 + 1]) - expected).abs() < 1e-5);
        let narrow = Field { x: 0.5, y: 0.5, sigma: 1e-3 }.weights(4, 4);
        assert!((narrow[5] - 0.25).abs() < 1e-6, "the four nearest positions share it");
    }

    #[test]
    fn constant_maps_pool_to_their_constant() {
        let maps = Array4::from_shape_fn((2, 3, 5, 5), |(i, c, _, _)| (i * 3 + c) as f32);
        let pooled = pool(maps.view(), &pyramid(3));
        for ((_, i, c), &value) in pooled.indexed_iter() {
            assert!((value - (i * 3 + c) as f32).abs() < 1e-5);
        }
    }
}
