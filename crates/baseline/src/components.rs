//! Principal components of training responses, and responses without information that are distributed as they are.

use afterimage_data::TrainingPairs;
use afterimage_statistics::draws::{Purpose, normal, shuffle, stream};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

use crate::Result;
use crate::error::{finite, shape};
use crate::matrix::{eigen, gather, gram, means, product, scatter};

/// Largest matrix whose eigenvectors are computed: of more items and voxels, the components are those of as many items.
pub const MOST: usize = 2000;

/// Variance of a component, as a share of the first one's, below which it is rounding.
const ROUNDING: f64 = 1e-10;

/// Principal components of responses.
#[derive(Debug, Clone, PartialEq)]
pub struct Components {
    mean: Array1<f32>,
    /// Unit vectors `[components, voxels]`, the one with the largest variance first.
    axes: Array2<f32>,
    items: usize,
}

impl Components {
    /// Fits to the responses of training pairs, or, where both items and voxels are more than [`MOST`], to those of as many
    /// items that the seed chooses.
    ///
    /// # Errors
    /// [`crate::BaselineError::NotFinite`] for a response that is not finite; [`crate::BaselineError::Eigen`].
    pub fn of_training(training: &TrainingPairs, seed: u64) -> Result<Self> {
        Self::fit(training.responses(), seed)
    }

    /// Fits to responses `[items, voxels]`: see [`Components::of_training`].
    ///
    /// # Errors
    /// See [`Components::of_training`].
    pub fn fit(responses: ArrayView2<'_, f32>, seed: u64) -> Result<Self> {
        finite("the table of responses", responses)?;
        let (n, voxels) = responses.dim();
        let mut rows: Vec<usize> = (0..n).collect();
        if n.min(voxels) > MOST {
            shuffle(&mut stream(seed, Purpose::Sample, 0), &mut rows);
            rows.truncate(MOST);
            rows.sort_unstable();
        }
        let chosen = responses.select(Axis(0), &rows);
        let all: Vec<usize> = (0..rows.len()).collect();
        let mean = means(chosen.view(), &all);
        let dual = rows.len() <= voxels;
        let (values, vectors) =
            eigen(&if dual { gram(chosen.view(), &mean) } else { scatter(chosen.view(), &all, &mean) })?;
        let largest = values.last().copied().unwrap_or(0.0);
        let places: Vec<usize> = (0..values.len()).rev().filter(|&i| values[i] > ROUNDING * largest).collect();
        let along = if dual {
            // Of the items' products, an eigenvector times the responses is an axis of length sqrt(value).
            product(vectors.transpose(), gather(chosen.view(), &all, 0..voxels, &mean).as_ref())
        } else {
            vectors.transpose().to_owned()
        };
        let length = |place: usize| if dual { values[place].sqrt() } else { 1.0 };
        let axes =
            Array2::from_shape_fn((places.len(), voxels), |(k, v)| (along[(places[k], v)] / length(places[k])) as f32);
        Ok(Self { mean: mean.iter().map(|&v| v as f32).collect(), axes, items: rows.len() })
    }

    /// Number of components with any variance.
    pub fn rank(&self) -> usize {
        self.axes.nrows()
    }

    /// Number of items that they are components of.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The mean response of each voxel.
    pub fn mean(&self) -> &Array1<f32> {
        &self.mean
    }

    /// Responses `[items, voxels]` with what lies along the first `k` components, about the training mean: `mean + A'A (y - mean)` with
    /// the axes as rows of A.
    ///
    /// # Errors
    /// [`crate::BaselineError::Shape`] for other voxels.
    pub fn project(&self, responses: ArrayView2<'_, f32>, k: usize) -> Result<Array2<f32>> {
        if responses.ncols() != self.mean.len() {
            return Err(shape("the table of responses", responses.shape(), format!("[items, {}]", self.mean.len())));
        }
        let axes = self.axes.slice(s![..k.min(self.rank()), ..]);
        Ok((&responses - &self.mean).dot(&axes.t()).dot(&axes) + &self.mean)
    }
}

/// Gaussian responses `[n, voxels]` with mean and covariance of training responses: `mean + sum_i z_i (y_i - mean) / sqrt(m - 1)` over the
/// m items, with standard normal `z`.
pub fn noise(training: &TrainingPairs, n: usize, seed: u64) -> Array2<f32> {
    noise_like(training.responses(), n, seed)
}

/// The same for responses `[items, voxels]`.
pub fn noise_like(responses: ArrayView2<'_, f32>, n: usize, seed: u64) -> Array2<f32> {
    let items = responses.nrows();
    let rows: Vec<usize> = (0..items).collect();
    let mean: Array1<f32> = means(responses, &rows).iter().map(|&v| v as f32).collect();
    let scale = 1.0 / (items.max(2) as f64 - 1.0).sqrt();
    let mut draws = stream(seed, Purpose::Noise, 0);
    let weights = Array2::from_shape_simple_fn((n, items), || (normal(&mut draws) * scale) as f32);
    // The weighted mean is taken off after the product, so that no copy of the responses is made.
    let sums = weights.sum_axis(Axis(1)).insert_axis(Axis(1));
    weights.dot(&responses) - sums * &mean + &mean
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Responses along two directions, the first with nine times the variance, about a mean.
    fn planar(n: usize, voxels: usize) -> Array2<f32> {
        let mut draws = stream(5, Purpose::Noise, 7);
        let mut out = Array2::zeros((n, voxels));
        for mut row in out.rows_mut() {
            let (a, b) = (3.0 * normal(&mut draws), normal(&mut draws));
            row.iter_mut().enumerate().for_each(|(v, y)| {
                *y = (2.0 + if v % 2 == 0 { a } else { b }) as f32;
            });
        }
        out
    }

    #[test]
    fn components_of_a_plane_are_two_in_order_of_their_variance() {
        for (n, voxels) in [(12, 40), (40, 12)] {
            let responses = planar(n, voxels);
            let found = Components::fit(responses.view(), 1).unwrap();
            assert_eq!(found.rank(), 2, "{n} items");
            let whole = found.project(responses.view(), 2).unwrap();
            assert!((&whole - &responses).iter().all(|d| d.abs() < 1e-4));
            let first = found.project(responses.view(), 1).unwrap();
            let lost = |parity: usize| {
                let of = |a: &Array2<f32>| a.slice(s![.., parity..;2]).to_owned();
                (of(&first) - of(&responses)).mapv(|d| d * d).sum()
            };
            assert!(lost(0) < 0.5 * lost(1), "{} {}", lost(0), lost(1));
            let none = found.project(responses.view(), 0).unwrap();
            assert!(none.outer_iter().all(|row| (&row - found.mean()).iter().all(|d| d.abs() < 1e-5)));
        }
    }

    #[test]
    fn noise_has_mean_and_covariance_of_the_responses() {
        let responses = planar(30, 6);
        let drawn = noise_like(responses.view(), 4000, 2);
        let moments = |a: &Array2<f32>| {
            let mean = a.mean_axis(Axis(0)).unwrap();
            let centred = a - &mean;
            (mean, centred.t().dot(&centred) / (a.nrows() as f32 - 1.0))
        };
        let ((mean, covariance), (drawn_mean, drawn_covariance)) = (moments(&responses), moments(&drawn));
        assert!((drawn_mean - mean).iter().all(|d| d.abs() < 0.2));
        assert!((&drawn_covariance - &covariance).iter().all(|d| d.abs() < 0.08 * covariance[[0, 0]]));
    }

    #[test]
    fn other_voxels_are_refused() {
        let found = Components::fit(planar(8, 4).view(), 1).unwrap();
        assert!(found.project(Array2::zeros((2, 5)).view(), 1).is_err());
    }
}
