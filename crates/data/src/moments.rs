//! Mean and spread of each voxel over rows that come one by one.

use ndarray::{Array1, ArrayView1, Zip};

/// Mean and sum of squared deviations of each voxel (Welford), which can be merged with those of other rows.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    count: f64,
    /// `[voxels]`
    mean: Array1<f64>,
    /// `[voxels]` sum of squared deviations from the mean.
    square: Array1<f64>,
}

impl Moments {
    pub(crate) fn of_none(voxels: usize) -> Self {
        Self { count: 0.0, mean: Array1::zeros(voxels), square: Array1::zeros(voxels) }
    }

    /// Takes in a row `[voxels]`.
    pub(crate) fn add(&mut self, row: ArrayView1<'_, f32>) {
        self.count += 1.0;
        let count = self.count;
        Zip::from(&mut self.mean).and(&mut self.square).and(row).for_each(|mean, square, &value| {
            let before = f64::from(value) - *mean;
            *mean += before / count;
            *square += before * (f64::from(value) - *mean);
        });
    }

    /// Takes in the rows of another.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.count == 0.0 {
            return;
        }
        let all = self.count + other.count;
        let (share, weight) = (other.count / all, self.count * other.count / all);
        Zip::from(&mut self.mean).and(&mut self.square).and(&other.mean).and(&other.square).for_each(
            |mean, square, other_mean, other_square| {
                let apart = other_mean - *mean;
                *mean += apart * share;
                *square += other_square + apart * apart * weight;
            },
        );
        self.count = all;
    }

    /// `[voxels]` means, and population standard deviations: 0 if the voxel is constant.
    pub(crate) fn mean_and_sd(&self) -> (Array1<f64>, Array1<f64>) {
        let mut sd = self.square.clone();
        sd.zip_mut_with(&self.mean, |value, mean| {
            let root = (*value / self.count).sqrt();
            // A constant voxel can leave a rounding remainder that is no spread.
            *value = if root <= 1e-7 * mean.abs() { 0.0 } else { root };
        });
        (self.mean.clone(), sd)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};

    use super::*;

    #[test]
    fn merged_moments_are_those_of_all_rows() {
        let rows = array![[1.0_f32, 7.0], [3.0, 7.0], [8.0, 7.0], [0.5, 7.0], [-2.0, 7.0]];
        let of = |part: std::ops::Range<usize>| {
            let mut moments = Moments::of_none(2);
            rows.axis_iter(Axis(0)).take(part.end).skip(part.start).for_each(|row| moments.add(row));
            moments
        };
        let mut merged = of(0..0);
        [of(0..3), of(3..3), of(3..5)].iter().for_each(|part| merged.merge(part));
        let ((mean, sd), (all_mean, all_sd)) = (merged.mean_and_sd(), of(0..5).mean_and_sd());
        assert!((&mean - &all_mean).iter().chain(&(&sd - &all_sd)).all(|difference| difference.abs() < 1e-12));
        assert!((mean[0] - 2.1).abs() < 1e-12 && sd[1] == 0.0);
    }
}
