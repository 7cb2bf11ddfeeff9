//! Mean 0 and standard deviation 1 for each voxel of each group.

use ndarray::{Array2, ArrayViewMut1};

use super::groups::Groups;
use super::stream::Stream;
use crate::Result;
use crate::moments::Moments;
use crate::test_statistics::Fit;

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
        let voxels = stream.voxels().count;
        let mut fitted: Vec<Moments> = (0..groups.count()).map(|_| Moments::of_none(voxels)).collect();
        stream.for_each(|at, row| {
            if groups.fits[at] {
                fitted[groups.of[at]].add(row);
            }
        })?;
        let shape = (groups.count(), voxels);
        let (mut mean, mut sd) = (Array2::zeros(shape), Array2::zeros(shape));
        for (group, fit) in groups.sources.fits().iter().enumerate() {
            let (means, sds) = match fit {
                Fit::Training | Fit::Own => fitted[group].mean_and_sd(),
                Fit::Session(others) | Fit::All(others) => {
                    let mut pooled = Moments::of_none(voxels);
                    others.iter().for_each(|&other| pooled.merge(&fitted[other]));
                    pooled.mean_and_sd()
                }
            };
            mean.row_mut(group).assign(&means);
            sd.row_mut(group).assign(&sds);
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
