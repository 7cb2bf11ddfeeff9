//! A series as a table of voxels, and what is done to each voxel of a run.

use std::path::{Path, PathBuf};

use afterimage_formats::volume::Volume;
use afterimage_statistics::moments;
use ndarray::{Array2, ArrayViewMut1, Axis};

use super::NiftiOptions;
use super::table::Shown;
use crate::import::volumes::Mask;
use crate::{Error, Result};

/// `[volumes, voxels]`
pub(super) fn read(path: &Path, mask: &Mask) -> Result<Array2<f32>> {
    let series = Volume::open(path)?;
    let mut rows = Array2::zeros((series.header().count(), mask.count()));
    for (mut row, volume) in rows.outer_iter_mut().zip(series.volumes()?) {
        row.iter_mut().zip(mask.pick(&volume?)).for_each(|(to, value)| *to = value);
    }
    Ok(rows)
}

/// A table of events may number the runs of its trials, but says nothing of the volumes between them.
pub(super) fn refuse_unknown_runs(options: &NiftiOptions, shown: &[Shown], tables: &[PathBuf]) -> Result<()> {
    let unknown = shown.iter().zip(tables).find(|(shown, _)| shown.runs_of_volumes_unknown);
    match unknown.filter(|_| options.detrend || options.zscore) {
        Some((_, table)) => {
            let reason = "it has events of several runs, so the run of the volumes between them is not known: leave out \
                          --detrend and --zscore (afterimage prepare has both), or give a series for each run";
            Err(Error::mismatch(table, reason))
        }
        None => Ok(()),
    }
}

/// `[trials, voxels]`: the mean over the volumes of each trial.
///
/// # Errors
/// [`Error::Mismatch`] with the voxel and the volumes of the first mean that is not finite.
pub(super) fn means(rows: &Array2<f32>, shown: &Shown, path: &Path, mask: &Mask) -> Result<Array2<f32>> {
    let mut responses = Array2::zeros((shown.trials.len(), rows.ncols()));
    for (mut row, trial) in responses.outer_iter_mut().zip(&shown.trials) {
        let mean = rows.select(Axis(0), &trial.volumes.clone().collect::<Vec<_>>()).mean_axis(Axis(0));
        if let Some(mean) = mean {
            row.assign(&mean);
        }
        let range = &trial.volumes;
        let volumes = match range.len() {
            1 => format!("volume {}", range.start),
            _ => format!("volumes {} to {}", range.start, range.end - 1),
        };
        mask.refuse_undefined(path, row.view(), &volumes)?;
    }
    Ok(responses)
}

/// Takes the line through the `fitted` values out of those `inside`. Their mean stays; only the slope goes.
pub(super) fn take_line(values: &mut ArrayViewMut1<'_, f32>, inside: &[usize], fitted: &[usize]) {
    let middle = fitted.iter().map(|&row| row as f64).sum::<f64>() / fitted.len() as f64;
    let time = |row: usize| row as f64 - middle;
    let spread: f64 = fitted.iter().map(|&row| time(row).powi(2)).sum();
    let slope: f64 = fitted.iter().map(|&row| time(row) * f64::from(values[row])).sum();
    if spread > 0.0 {
        inside.iter().for_each(|&row| values[row] -= (slope / spread * time(row)) as f32);
    }
}

/// Subtracts the mean of the `fitted` values from those `inside` and divides by their standard deviation. A voxel that does not
/// change becomes 0.
pub(super) fn scale(values: &mut ArrayViewMut1<'_, f32>, inside: &[usize], fitted: &[usize]) {
    let (mean, variance) = moments(fitted.iter().map(|&row| f64::from(values[row])));
    let sd = variance.sqrt();
    let flat = sd <= 1e-6 * mean.abs().max(f64::MIN_POSITIVE);
    for &row in inside {
        values[row] = if flat { 0.0 } else { ((f64::from(values[row]) - mean) / sd) as f32 };
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn line_and_scale_of_some_values_are_taken_out_of_all() {
        let mut values = array![9.0_f32, 1.0, 2.0, 3.0, 9.0];
        take_line(&mut values.view_mut(), &[1, 2, 3], &[1, 2, 3]);
        assert_eq!(values.to_vec(), [9.0, 2.0, 2.0, 2.0, 9.0]);
        let mut values = array![1.0_f32, 2.0, 30.0, 4.0];
        take_line(&mut values.view_mut(), &[0, 1, 2, 3], &[0, 1, 3]);
        assert!((values[0] - values[1]).abs() < 1e-6 && (values[2] - values[0] - 27.0).abs() < 1e-5, "{values}");
        let mut values = array![1.0_f32, 3.0, 10.0];
        scale(&mut values.view_mut(), &[0, 1, 2], &[0, 1]);
        assert_eq!(values.to_vec(), [-1.0, 1.0, 8.0]);
        let mut flat = array![5.0_f32, 5.0];
        scale(&mut flat.view_mut(), &[0, 1], &[0, 1]);
        assert_eq!(flat.to_vec(), [0.0; 2]);
    }
}
