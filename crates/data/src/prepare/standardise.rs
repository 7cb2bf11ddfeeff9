//! Mean 0 and standard deviation 1 for each voxel of each group.

use ndarray::{Array2, ArrayViewMut1};

use super::groups::Groups;
use super::stream::Stream;
use crate::Result;

#[derive(Debug)]
pub(super) struct Standardise {
    pub(super) groups: Groups,
    /// `[groups, voxels]`
    mean: Array2<f64>,
    /// `[groups, voxels]`, population standard deviation; 0 if the voxel is constant.
    sd: Array2<f64>,
}

impl Standardise {
    pub(super) fn fit(stream: &Stream<'_>, groups: Groups) -> Result<Self> {
        let shape = (groups.count, stream.voxels().count);
        let (mut mean, mut square) = (Array2::<f64>::zeros(shape), Array2::<f64>::zeros(shape));
        let mut counts = vec![0.0; groups.count];
        stream.for_each(|at, row| {
            if !groups.fits[at] {
                return;
            }
            let group = groups.of[at];
            counts[group] += 1.0;
            let (mut mean, mut square) = (mean.row_mut(group), square.row_mut(group));
            for ((mean, square), &value) in mean.iter_mut().zip(square.iter_mut()).zip(row) {
                let before = f64::from(value) - *mean;
                *mean += before / counts[group];
                *square += before * (f64::from(value) - *mean);
            }
        })?;
        let mut sd = square;
        for (mut row, (means, count)) in sd.outer_iter_mut().zip(mean.outer_iter().zip(&counts)) {
            row.zip_mut_with(&means, |value, mean| {
                let root = (*value / count).sqrt();
                // A constant voxel can leave a rounding remainder that is no spread.
                *value = if root <= 1e-7 * mean.abs() { 0.0 } else { root };
            });
        }
        Ok(Self { groups, mean, sd })
    }

    pub(super) fn apply(&self, at: usize, mut row: ArrayViewMut1<'_, f32>) {
        let group = self.groups.of[at];
        for ((value, mean), sd) in row.iter_mut().zip(self.mean.row(group)).zip(self.sd.row(group)) {
            *value = if *sd > 0.0 { ((f64::from(*value) - mean) / sd) as f32 } else { 0.0 };
        }
    }
}
