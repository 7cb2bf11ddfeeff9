//! Moments of the given responses in the voxels that vary in training.

use afterimage_statistics::{median, moments};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::{Known, Ordinary, Units};

/// Rows from which mean and standard deviation of a voxel are judged.
pub(super) const ROWS: usize = 5;
/// Size of a row, as a multiple of the median, from which it is an outlier.
const OUTLIER: f64 = 10.0;

/// Responses with their moments.
pub(super) struct Seen<'a> {
    pub(super) stated: Units,
    pub(super) noun: &'a str,
    pub(super) ordinary: Option<Ordinary>,
    /// `[voxels]` columns that vary in training.
    pub(super) columns: Vec<usize>,
    /// `[rows, voxels]` all given responses.
    pub(super) all: Array2<f32>,
    /// Rows that are far larger than the others, and in no moment.
    pub(super) outliers: Vec<usize>,
    /// Number of rows in the moments.
    pub(super) rows: usize,
    /// `[voxels]` mean and standard deviation of the responses.
    pub(super) given: Vec<(f64, f64)>,
    /// `[voxels]` mean and standard deviation of the training responses.
    pub(super) training: Vec<(f64, f64)>,
}

impl<'a> Seen<'a> {
    /// `None` without rows, or without a voxel that varies in training.
    pub(super) fn of(responses: ArrayView2<'_, f32>, known: &Known<'a>, stated: Units) -> Option<Self> {
        let zscore = known.training;
        let undefined = zscore.undefined();
        let columns: Vec<usize> =
            (0..zscore.mean.len()).filter(|voxel| undefined.binary_search(voxel).is_err()).collect();
        let all = responses.select(Axis(1), &columns);
        if all.is_empty() {
            return None;
        }
        let training =
            columns.iter().map(|&voxel| (f64::from(zscore.mean[voxel]), f64::from(zscore.sd[voxel]))).collect();
        let Known { ordinary, noun, .. } = *known;
        let (outliers, rows, given) = (Vec::new(), 0, Vec::new());
        let seen = Self { stated, noun, ordinary, columns, all, outliers, rows, given, training };
        let sizes = seen.sizes();
        let largest = OUTLIER * median(&mut sizes.clone());
        let is_outlier = |row: &usize| sizes[*row] > largest;
        let (outliers, kept) = (0..sizes.len()).partition::<Vec<usize>, _>(is_outlier);
        Some(Self { outliers, ..seen }.over(&kept))
    }

    /// With the moments over these rows.
    fn over(self, rows: &[usize]) -> Self {
        let given = moments_of(&self.all.select(Axis(0), rows));
        Self { rows: rows.len(), given, ..self }
    }

    /// These rows alone.
    pub(super) fn part(&self, rows: &[usize]) -> Self {
        let all = self.all.select(Axis(0), rows);
        let (given, columns, training) = (moments_of(&all), self.columns.clone(), self.training.clone());
        let (outliers, rows) = (Vec::new(), all.nrows());
        Self { stated: self.stated, noun: self.noun, ordinary: None, columns, all, outliers, rows, given, training }
    }

    /// `[voxels]` mean and standard deviation of the training responses in a unit.
    pub(super) fn training_in(&self, units: Units) -> Vec<(f64, f64)> {
        match units {
            Units::Recorded => self.training.clone(),
            Units::Standardised => vec![(0.0, 1.0); self.training.len()],
        }
    }

    /// `[rows]` median over voxels of the distance from the training mean, in training standard deviations of the stated unit.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let training = self.training_in(self.stated);
        let size = |row: ArrayView1<'_, f32>| {
            let of = |(value, (mean, sd)): (&f32, &(f64, f64))| ((f64::from(*value) - mean) / sd).abs();
            median(&mut row.iter().zip(&training).map(of).collect())
        };
        self.all.outer_iter().map(size).collect()
    }

    /// `[voxels]` distance of the given mean from the training mean, and ratio of the standard deviations, in the stated unit.
    pub(super) fn distances(&self) -> Vec<(f64, f64)> {
        self.distances_in(self.stated)
    }

    /// [`Seen::distances`] if the responses were in `units`.
    pub(super) fn distances_in(&self, units: Units) -> Vec<(f64, f64)> {
        let of = |((mean, sd), (of_mean, of_sd)): (&(f64, f64), (f64, f64))| ((mean - of_mean) / of_sd, sd / of_sd);
        self.given.iter().zip(self.training_in(units)).map(of).collect()
    }

    /// True if all rows are the same.
    pub(super) fn are_alike(&self) -> bool {
        self.rows > 1 && self.given.iter().all(|(mean, sd)| *sd <= 1e-6 * mean.abs())
    }

    /// Medians of the moments, given and of training, in the recording's unit.
    pub(super) fn numbers(&self) -> String {
        let median_of = |values: &[(f64, f64)]| {
            let [mut means, mut sds]: [Vec<f64>; 2] =
                [values.iter().map(|v| v.0).collect(), values.iter().map(|v| v.1).collect()];
            (median(&mut means), median(&mut sds))
        };
        let ((mean, sd), (of_mean, of_sd)) = (median_of(&self.given), median_of(&self.training));
        format!(
            "mean {mean:.3} and standard deviation {sd:.3}, but {of_mean:.3} and {of_sd:.3} in the run's training responses \
             (medians over {} {})",
            self.given.len(),
            self.noun
        )
    }
}

/// `[voxels]` mean and standard deviation of each column.
fn moments_of(rows: &Array2<f32>) -> Vec<(f64, f64)> {
    let of = |column: ArrayView1<'_, f32>| {
        let (mean, variance) = moments(column.iter().map(|&value| f64::from(value)));
        (mean, variance.sqrt())
    };
    rows.axis_iter(Axis(1)).map(of).collect()
}
