//! The values of the responses of a part: a histogram, and values far from those of their voxel.

use afterimage_statistics::{moments, quantile};
use ndarray::{Array2, Axis};

use super::PARTS;
use super::sample::even;
use crate::Result;
use crate::header::Split;
use crate::store::DataSet;

/// Values of a part that are looked at, at most.
const VALUES: usize = 8_000_000;
/// Standard deviations from the mean of its voxel from which a value is called an outlier.
pub(crate) const FAR: f64 = 6.0;
const BINS: usize = 40;
/// Trials read at a time.
const BLOCK: usize = 256;
/// Share of the values on either side that the histogram leaves to its last bins.
const TAIL: f64 = 0.002;
/// Share of outliers from which the page warns.
const MANY: f64 = 0.001;

/// The values of the responses of a part, of an even sample of its trials if there are many.
#[derive(Debug, Clone, PartialEq)]
pub struct PartSpread {
    /// Trials that were read.
    pub trials: usize,
    /// Trials that the part has.
    pub of: usize,
    /// Median over voxels of the mean and of the standard deviation over trials.
    pub mean_sd: (f64, f64),
    /// Values in equal bins of the range; values beyond it are in the first and last bin.
    pub counts: Vec<u64>,
    /// Lower edge of the first bin and upper edge of the last.
    pub range: (f64, f64),
    /// Smallest and largest value.
    pub extremes: (f64, f64),
    /// Values more than six standard deviations from the mean of their voxel.
    pub outliers: u64,
    /// Voxels with the same value in all trials that were read.
    pub constant: usize,
}

impl PartSpread {
    /// A warning about values that a recording seldom has.
    pub(super) fn warning(&self, part: &str) -> Option<String> {
        let values = self.counts.iter().sum::<u64>().max(1) as f64;
        let share = self.outliers as f64 / values;
        (share > MANY).then(|| {
            format!(
                "{:.2} % of the responses of the {part} part lie more than {FAR} standard deviations from the mean of their \
                 voxel: look for artefacts, and for rows or columns that are no responses",
                100.0 * share
            )
        })
    }
}

/// The spread of each part that has trials.
pub(super) fn of_parts(data: &DataSet) -> Result<Vec<(Split, PartSpread)>> {
    let header = data.header();
    let of = |split| {
        let inside = |row: &usize| header.stimuli[header.trials[*row].stimulus as usize].split == split;
        (0..header.trials.len()).filter(inside).collect::<Vec<usize>>()
    };
    let parts = PARTS.iter().map(|&split| (split, of(split))).filter(|(_, rows)| !rows.is_empty());
    parts.map(|(split, rows)| Ok((split, spread(data, &rows)?))).collect()
}

fn spread(data: &DataSet, rows: &[usize]) -> Result<PartSpread> {
    let voxels = data.header().voxels.count;
    let taken: Vec<usize> = even(rows.len(), (VALUES / voxels).max(2)).map(|at| rows[at]).collect();
    let mut values = Array2::<f32>::zeros((taken.len(), voxels));
    let all = data.header().trials.len();
    let mut wanted = taken.iter().zip(values.outer_iter_mut()).peekable();
    for first in (0..all).step_by(BLOCK) {
        let last = all.min(first + BLOCK);
        if wanted.peek().is_none_or(|(trial, _)| **trial >= last) {
            continue;
        }
        let block = data.responses(first, last - first)?;
        while let Some((&trial, mut row)) = wanted.next_if(|(trial, _)| **trial < last) {
            row.assign(&block.row(trial - first));
        }
    }
    drop(wanted);
    Ok(PartSpread { of: rows.len(), ..of_values(&values) })
}

/// Of `[trials, voxels]`.
pub(super) fn of_values(values: &Array2<f32>) -> PartSpread {
    let finite = |value: &f32| value.is_finite().then_some(f64::from(*value));
    let of_voxels: Vec<(f64, f64)> = values
        .axis_iter(Axis(1))
        .map(|column| {
            let (mean, variance) = moments(column.iter().filter_map(finite));
            (mean, variance.sqrt())
        })
        .collect();
    let mut sorted: Vec<f64> = values.iter().filter_map(finite).collect();
    sorted.sort_by(f64::total_cmp);
    let ends = |share| if sorted.is_empty() { 0.0 } else { quantile(&sorted, share) };
    let (low, high) = (ends(TAIL), ends(1.0 - TAIL));
    let range = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    let mut counts = vec![0; BINS];
    for &value in &sorted {
        let place = ((value - range.0) / (range.1 - range.0) * BINS as f64).max(0.0) as usize;
        counts[place.min(BINS - 1)] += 1;
    }
    let mut outliers = 0;
    for (column, (mean, sd)) in values.axis_iter(Axis(1)).zip(&of_voxels) {
        outliers += column.iter().filter_map(finite).filter(|value| (value - mean).abs() > FAR * sd).count() as u64;
    }
    let median = |mut of: Vec<f64>| afterimage_statistics::median(&mut of);
    PartSpread {
        trials: values.nrows(),
        of: values.nrows(),
        mean_sd: (median(of_voxels.iter().map(|v| v.0).collect()), median(of_voxels.iter().map(|v| v.1).collect())),
        counts,
        range,
        extremes: (ends(0.0), ends(1.0)),
        outliers,
        constant: of_voxels.iter().filter(|(mean, sd)| *sd <= 1e-7 * mean.abs()).count(),
    }
}
