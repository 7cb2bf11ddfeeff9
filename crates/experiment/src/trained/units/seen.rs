//! Moments of the given responses in the voxels that vary in training.

use afterimage_statistics::{median, moments, quantile};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::ordinary::{Lie, Ordinary};
use super::pairs::{self, Together};
use super::{Known, Units};

/// Rows from which mean and standard deviation of a voxel are judged.
pub(super) const ROWS: usize = 5;
/// Size of a row, as a multiple of the median, from which it is an outlier.
const OUTLIER: f64 = 10.0;
/// Median of the size of a standard normal variable.
pub(super) const MEDIAN: f64 = 0.6745;

/// Responses with their moments.
pub(super) struct Seen<'a> {
    pub(super) stated: Units,
    pub(super) noun: &'a str,
    /// The run's data set, in words, with what its responses are.
    pub(super) data_set: &'a str,
    pub(super) ordinary: Option<&'a Ordinary>,
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
    /// How the voxels go together, against training.
    pub(super) together: Together,
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
        let Known { ordinary, noun, data_set, .. } = *known;
        let (outliers, rows, given, together) = (Vec::new(), 0, Vec::new(), Together::Unknown);
        let seen = Self { stated, noun, data_set, ordinary, columns, all, outliers, rows, given, training, together };
        let sizes = seen.sizes();
        let largest = OUTLIER * median(&mut sizes.clone());
        let is_outlier = |row: &usize| sizes[*row] > largest;
        let (outliers, kept) = (0..sizes.len()).partition::<Vec<usize>, _>(is_outlier);
        let seen = Self { outliers, ..seen }.over(&kept);
        let together = seen.compared();
        Some(Self { together, ..seen })
    }

    /// How the run's own validation responses lie, if that is known.
    pub(super) fn lie(&self) -> Option<Lie> {
        self.ordinary.and_then(|ordinary| ordinary.lie)
    }

    /// How the voxels go together, if the run's own responses are known.
    fn compared(&self) -> Together {
        let Some(Ordinary { trials, of, .. }) = self.ordinary.filter(|_| !self.are_alike()) else {
            return Together::Unknown;
        };
        match pairs::together(trials.view(), self.kept().select(Axis(1), of).view()) {
            Together::Against(voxels) => Together::Against(voxels.into_iter().map(|voxel| of[voxel]).collect()),
            together => together,
        }
    }

    /// With the moments over these rows.
    fn over(self, rows: &[usize]) -> Self {
        let given = moments_of(&self.all.select(Axis(0), rows));
        Self { rows: rows.len(), given, ..self }
    }

    /// These rows alone.
    pub(super) fn part(&self, rows: &[usize]) -> Self {
        self.with(self.all.select(Axis(0), rows))
    }

    /// `[rows, voxels]` the responses in the moments.
    pub(super) fn kept(&self) -> Array2<f32> {
        let kept: Vec<usize> = (0..self.all.nrows()).filter(|row| self.outliers.binary_search(row).is_err()).collect();
        self.all.select(Axis(0), &kept)
    }

    /// Rows as columns, of a table that has as many of both.
    pub(super) fn transposed(&self) -> Option<Self> {
        (self.all.nrows() == self.all.ncols()).then(|| self.with(self.all.t().to_owned()))
    }

    fn with(&self, all: Array2<f32>) -> Self {
        let (given, rows) = (moments_of(&all), all.nrows());
        let (columns, training) = (self.columns.clone(), self.training.clone());
        let Self { stated, noun, data_set, .. } = *self;
        let (outliers, together) = (Vec::new(), Together::Unknown);
        Self { stated, noun, data_set, ordinary: None, columns, all, outliers, rows, given, training, together }
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
            "mean {} and standard deviation {}, but {} and {} in the run's training responses (medians over {} {})",
            three(mean),
            three(sd),
            three(of_mean),
            three(of_sd),
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

/// The upper quartile.
pub(super) fn upper(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.75)
}

/// A number with three significant digits.
pub(super) fn three(value: f64) -> String {
    let place = value.abs().log10().floor();
    if (-4.0..9.0).contains(&place) {
        let digits = (2.0 - place).max(0.0) as usize;
        let text = format!("{value:.digits$}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    if value.abs() < 1e-4 { "0".to_owned() } else { format!("{value:.2e}") }
}
