//! Images on two axes.
//!
//! The axes are principal ones: two numbers per image that depend on nothing but the features, whose distances can be read, and that are
//! the same for every seed. The maps of t-SNE and UMAP depend on a perplexity and a seed and draw clusters where there are none.

use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Steps of the power iteration; the axes of a map need no more digits.
const STEPS: usize = 300;

/// Places `[images, 2]` of images with these features on their two principal axes, and the shares of the variance along these. `None` with
/// fewer than three images, or if all features are equal.
pub fn principal_map(features: ArrayView2<'_, f32>) -> Option<(Array2<f64>, [f64; 2])> {
    let (n, width) = features.dim();
    let mean = features.mean_axis(Axis(0)).filter(|_| n > 2)?;
    let centred = (&features - &mean).mapv(f64::from);
    let total: f64 = centred.iter().map(|v| v * v).sum();
    if total <= 1e-12 {
        return None;
    }
    let covariance = centred.t().dot(&centred);
    let mut axes: Vec<Array1<f64>> = Vec::new();
    for which in 0..2 {
        // A start that is a multiple of no axis of interest.
        let mut axis = Array1::from_shape_fn(width, |i| 1.0 + ((i * 37 + which * 11) % 17) as f64 / 17.0);
        for _ in 0..STEPS {
            axis = covariance.dot(&axis);
            for other in &axes {
                let along = axis.dot(other);
                axis.scaled_add(-along, other);
            }
            let length = axis.dot(&axis).sqrt();
            if length <= 1e-300 {
                axis.fill(0.0);
                break;
            }
            axis /= length;
        }
        // The sign is that of the largest part, so that it is the same everywhere.
        let largest = axis.iter().copied().fold(0.0, |most: f64, v| if v.abs() > most.abs() { v } else { most });
        axes.push(if largest < 0.0 { -axis } else { axis });
    }
    let along: Vec<Array1<f64>> = axes.iter().map(|axis| centred.dot(axis)).collect();
    let share = |which: usize| along[which].dot(&along[which]) / total;
    Some((Array2::from_shape_fn((n, 2), |(i, which)| along[which][i]), [share(0), share(1)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_those_of_the_largest_variance() {
        let features = Array2::from_shape_fn((40, 5), |(i, j)| {
            let (a, b) = (((i * 7) % 40) as f32 - 20.0, ((i * 13) % 40) as f32 - 20.0);
            [5.0 * a, 0.0, b, 1.0, 0.0][j]
        });
        let (places, shares) = principal_map(features.view()).unwrap();
        assert!(shares[0] > 0.9 && (shares[0] + shares[1] - 1.0).abs() < 1e-6, "{shares:?}");
        let mean = features.column(0).mean().unwrap();
        let sign = (places[[0, 0]] / f64::from(features[[0, 0]] - mean)).signum();
        assert!((0..40).all(|i| (places[[i, 0]] - sign * f64::from(features[[i, 0]] - mean)).abs() < 8.0));
        assert_eq!(principal_map(Array2::from_elem((4, 3), 0.5).view()), None);
    }
}
