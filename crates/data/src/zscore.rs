//! Per-voxel standardisation, fitted on training data only.

use afterimage_statistics::moments;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::items::Averaging;
use crate::part::TrainingSplit;
use crate::{Error, Result};

/// Mean and standard deviation of each voxel over training items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZScore {
    /// `[voxels]`
    pub mean: Vec<f32>,
    /// `[voxels]`, population standard deviation (division by n).
    pub sd: Vec<f32>,
}

impl ZScore {
    /// Fits on training items: `mean_v = (1/n) sum_i y_iv`, `sd_v = sqrt((1/n) sum_i (y_iv - mean_v)^2)`, in double precision.
    ///
    /// Only a [`TrainingSplit`] is accepted, so test responses cannot take part.
    ///
    /// # Errors
    /// As [`crate::Part::items`].
    pub fn fit(training: &TrainingSplit<'_>, average: Averaging) -> Result<Self> {
        Ok(Self::of_columns(&training.items(average)?.responses))
    }

    fn of_columns(responses: &Array2<f32>) -> Self {
        let columns = responses.axis_iter(Axis(1));
        let (mean, sd) = columns
            .map(|column| {
                let (mean, variance) = moments(column.iter().map(|&y| f64::from(y)));
                // A constant column can leave a rounding remainder that is no spread.
                let sd = if variance.sqrt() <= 1e-7 * mean.abs() { 0.0 } else { variance.sqrt() };
                (mean as f32, sd as f32)
            })
            .unzip();
        Self { mean, sd }
    }

    /// Replaces `y_iv` by `(y_iv - mean_v) / sd_v`, in place; voxels of [`ZScore::undefined`] become 0.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of voxels differs.
    pub fn apply(&self, responses: &mut Array2<f32>) -> Result<()> {
        self.refuse_other_count(responses)?;
        for (voxel, mut column) in responses.axis_iter_mut(Axis(1)).enumerate() {
            if self.is_defined(voxel) {
                column.mapv_inplace(|value| (value - self.mean[voxel]) / self.sd[voxel]);
            } else {
                column.fill(0.0);
            }
        }
        Ok(())
    }

    /// Replaces `z_iv` by `z_iv sd_v + mean_v`, in place: back to the unit of the recording. A constant voxel of
    /// [`ZScore::undefined`] becomes its mean, one without a finite mean NaN.
    ///
    /// # Errors
    /// As [`ZScore::apply`].
    pub fn undo(&self, standardised: &mut Array2<f32>) -> Result<()> {
        self.refuse_other_count(standardised)?;
        for (voxel, mut column) in standardised.axis_iter_mut(Axis(1)).enumerate() {
            if self.is_defined(voxel) {
                column.mapv_inplace(|value| value * self.sd[voxel] + self.mean[voxel]);
            } else {
                column.fill(if self.mean[voxel].is_finite() { self.mean[voxel] } else { f32::NAN });
            }
        }
        Ok(())
    }

    /// Replaces standard deviations `s_iv` of standardised responses by `s_iv sd_v`, in place; 0 for a constant voxel.
    ///
    /// # Errors
    /// As [`ZScore::apply`].
    pub fn undo_spread(&self, spread: &mut Array2<f32>) -> Result<()> {
        self.refuse_other_count(spread)?;
        for (voxel, mut column) in spread.axis_iter_mut(Axis(1)).enumerate() {
            let sd = if self.mean[voxel].is_finite() { self.sd[voxel] } else { f32::NAN };
            column.mapv_inplace(|value| value * sd);
        }
        Ok(())
    }

    /// Voxels that carry nothing: their standard deviation is 0 or not finite.
    pub fn undefined(&self) -> Vec<usize> {
        (0..self.mean.len()).filter(|&voxel| !self.is_defined(voxel)).collect()
    }

    fn refuse_other_count(&self, responses: &Array2<f32>) -> Result<()> {
        if responses.ncols() == self.mean.len() {
            return Ok(());
        }
        let got = format!("{} voxels", responses.ncols());
        Err(Error::Shape { what: "the table of responses", got, expected: self.mean.len().to_string() })
    }

    fn is_defined(&self, voxel: usize) -> bool {
        self.sd[voxel].is_finite() && self.sd[voxel] > 0.0 && self.mean[voxel].is_finite()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn mean_and_spread_are_those_computed_by_hand() {
        let mut responses = array![[1.0_f32, 10.0], [3.0, 10.0], [5.0, 10.0]];
        let score = ZScore::of_columns(&responses);
        assert_eq!(score.mean, [3.0, 10.0]);
        assert!((score.sd[0] - (8.0_f32 / 3.0).sqrt()).abs() < 1e-6);
        score.apply(&mut responses).unwrap();
        assert!((responses[[2, 0]] - 1.224_744_9).abs() < 1e-6);
    }

    #[test]
    fn constant_and_infinite_voxels_become_zero_and_are_listed() {
        let mut responses = array![[0.1_f32, 1.0, f32::NAN], [0.1, 2.0, 1.0], [0.1, 3.0, 2.0]];
        let score = ZScore::of_columns(&responses);
        assert_eq!(score.undefined(), [0, 2]);
        score.apply(&mut responses).unwrap();
        assert!(responses.column(0).iter().chain(responses.column(2)).all(|&value| value == 0.0));
    }

    #[test]
    fn undone_responses_are_those_of_the_recording() {
        let recorded = array![[1.0_f32, 10.0, f32::NAN], [3.0, 10.0, 1.0], [5.0, 10.0, 2.0]];
        let score = ZScore::of_columns(&recorded);
        let mut responses = recorded.clone();
        score.apply(&mut responses).unwrap();
        score.undo(&mut responses).unwrap();
        assert!((&responses - &recorded).column(0).iter().all(|difference| difference.abs() < 1e-6));
        assert_eq!(responses.column(1).to_vec(), [10.0; 3]);
        assert!(responses.column(2).iter().all(|value| value.is_nan()));
        let mut spread = array![[0.5_f32, 0.5, 0.5]];
        score.undo_spread(&mut spread).unwrap();
        assert!((spread[[0, 0]] - 0.5 * score.sd[0]).abs() < 1e-6 && spread[[0, 1]] == 0.0 && spread[[0, 2]].is_nan());
    }

    #[test]
    fn other_number_of_voxels_is_refused() {
        let score = ZScore { mean: vec![0.0; 2], sd: vec![1.0; 2] };
        assert!(score.apply(&mut Array2::zeros((1, 3))).is_err());
    }
}
