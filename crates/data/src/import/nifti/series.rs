//! A series as a table of voxels, and what is done to each run.

use std::path::{Path, PathBuf};

use afterimage_formats::volume::Volume;
use afterimage_statistics::moments;
use ndarray::{Array2, ArrayViewMut1, Axis};

use super::NiftiOptions;
use super::runs::RunId;
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

/// Detrends and standardises each voxel within each run.
pub(super) fn standardise(rows: &mut Array2<f32>, run_of_volume: &[RunId], (detrend, zscore): (bool, bool)) {
    if !detrend && !zscore {
        return;
    }
    let mut runs: Vec<RunId> = run_of_volume.to_vec();
    runs.dedup();
    runs.sort_unstable();
    runs.dedup();
    for run in runs {
        let inside: Vec<usize> = (0..run_of_volume.len()).filter(|&at| run_of_volume[at] == run).collect();
        for mut voxel in rows.axis_iter_mut(Axis(1)) {
            if detrend {
                take_line(&mut voxel, &inside);
            }
            if zscore {
                scale(&mut voxel, &inside);
            }
        }
    }
}

/// The mean stays; only the slope goes.
fn take_line(values: &mut ArrayViewMut1<'_, f32>, inside: &[usize]) {
    let n = inside.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let time = |at: usize| at as f64 - middle;
    let spread: f64 = (0..inside.len()).map(|at| time(at).powi(2)).sum();
    let slope: f64 = inside.iter().enumerate().map(|(at, &row)| time(at) * f64::from(values[row])).sum();
    if spread > 0.0 {
        inside.iter().enumerate().for_each(|(at, &row)| values[row] -= (slope / spread * time(at)) as f32);
    }
}

/// A voxel that does not change becomes 0.
fn scale(values: &mut ArrayViewMut1<'_, f32>, inside: &[usize]) {
    let (mean, variance) = moments(inside.iter().map(|&row| f64::from(values[row])));
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

    fn runs(numbers: &[u16]) -> Vec<RunId> {
        numbers.iter().map(|&run| RunId { session: 0, run }).collect()
    }

    #[test]
    fn line_and_scale_are_taken_out_run_by_run() {
        let mut rows = array![[1.0_f32, 5.0], [2.0, 5.0], [3.0, 5.0], [10.0, 5.0], [8.0, 5.0]];
        standardise(&mut rows, &runs(&[0, 0, 0, 1, 1]), (true, false));
        assert_eq!(rows.column(0).to_vec(), [2.0, 2.0, 2.0, 9.0, 9.0]);
        let mut rows = array![[1.0_f32, 5.0], [3.0, 5.0], [10.0, 5.0], [30.0, 5.0]];
        standardise(&mut rows, &runs(&[0, 0, 1, 1]), (false, true));
        assert_eq!(rows.column(0).to_vec(), [-1.0, 1.0, -1.0, 1.0]);
        assert_eq!(rows.column(1).to_vec(), [0.0; 4]);
    }
}
