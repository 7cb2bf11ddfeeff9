//! The range of the training responses, beyond which a prediction is extrapolated.

use ndarray::{ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// Least and largest response of each used voxel over the training items, in the unit that the networks have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// `[voxels]`
    pub least: Vec<f32>,
    /// `[voxels]`
    pub largest: Vec<f32>,
}

/// Predictions outside the [`Range`] of their voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Number of predictions, over images and voxels.
    pub predictions: usize,
    /// Number of images with one at least.
    pub images: usize,
}

impl Range {
    /// Of responses `[items, voxels]`.
    pub(super) fn of(responses: ArrayView2<'_, f32>) -> Self {
        let fold = |of: fn(f32, f32) -> f32, from: f32| {
            responses
                .axis_iter(Axis(1))
                .map(|column: ArrayView1<'_, f32>| column.fold(from, |a, b| of(a, *b)))
                .collect()
        };
        Self { least: fold(f32::min, f32::INFINITY), largest: fold(f32::max, f32::NEG_INFINITY) }
    }

    /// How many of predicted responses `[images, voxels]` lie outside. Voxels that are constant in training do not count.
    pub fn outside(&self, predicted: ArrayView2<'_, f32>) -> Outside {
        let of_image = |row: ArrayView1<'_, f32>| {
            let ranges = self.least.iter().zip(&self.largest);
            row.iter()
                .zip(ranges)
                .filter(|&(y, (least, largest))| least < largest && (y < least || y > largest))
                .count()
        };
        let found: Vec<usize> = predicted.outer_iter().map(of_image).collect();
        Outside { predictions: found.iter().sum(), images: found.iter().filter(|count| **count > 0).count() }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn predictions_beyond_the_training_responses_are_counted_with_their_images() {
        let range = Range::of(array![[-1.0, 0.0, 2.0], [3.0, 0.0, 2.5]].view());
        assert_eq!(range, Range { least: vec![-1.0, 0.0, 2.0], largest: vec![3.0, 0.0, 2.5] });
        let predicted = array![[-1.0, 9.0, 2.5], [3.1, 0.0, 1.9], [0.0, 0.0, 2.6]];
        assert_eq!(range.outside(predicted.view()), Outside { predictions: 3, images: 2 });
    }
}
