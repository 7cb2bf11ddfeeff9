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
    let voxels = header.voxels.count;
    let most = (VALUES / voxels.max(1)).max(2);
    let mut parts: Vec<Part> =
        PARTS.iter().filter_map(|&split| Part::sample(split, &of(split), most, voxels)).collect();
    read(data, &mut parts)?;
    Ok(parts.into_iter().map(|part| (part.split, PartSpread { of: part.of, ..of_values(&part.values) })).collect())
}

/// An even sample of the trials of a part.
struct Part {
    split: Split,
    /// Trials that the part has.
    of: usize,
    /// Those of the sample, ascending.
    trials: Vec<usize>,
    /// `[trials of the sample, voxels]`
    values: Array2<f32>,
}

impl Part {
    /// Of at most `most` trials, without their values yet; `None` for a part without trials.
    fn sample(split: Split, rows: &[usize], most: usize, voxels: usize) -> Option<Self> {
        let trials: Vec<usize> = even(rows.len(), most).map(|at| rows[at]).collect();
        let values = Array2::zeros((trials.len(), voxels));
        (!rows.is_empty()).then_some(Self { split, of: rows.len(), trials, values })
    }
}

/// Fills in the values of all parts, each block of trials read once.
fn read(data: &DataSet, parts: &mut [Part]) -> Result<()> {
    let all = data.header().trials.len();
    // Where the values of a trial go: part and row.
    let mut places: Vec<Option<(usize, usize)>> = vec![None; all];
    for (at, part) in parts.iter().enumerate() {
        part.trials.iter().enumerate().for_each(|(row, &trial)| places[trial] = Some((at, row)));
    }
    for (first, places) in (0..all).step_by(BLOCK).zip(places.chunks(BLOCK)) {
        if places.iter().all(Option::is_none) {
            continue;
        }
        let block = data.responses(first, places.len())?;
        for (row, place) in block.outer_iter().zip(places) {
            if let &Some((part, at)) = place {
                parts[part].values.row_mut(at).assign(&row);
            }
        }
    }
    Ok(())
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
