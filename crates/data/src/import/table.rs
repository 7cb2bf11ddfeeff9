//! The table of responses, as `[trials, voxels]` and checked against the order of images.

mod opened;

use std::path::Path;

use ndarray::{Array2, ArrayD, ArrayView1, Axis, Ix2, Ix3};

pub(super) use opened::{Opened, open};

use super::generic::places;
use super::order::Order;
use super::shown::Repeats;
use crate::header::{BY_STIMULUS, LeftOut, TrialInfo};
use crate::manifest::{Manifest, Orientation};
use crate::{Error, Result};

pub(super) struct Table {
    /// `[trials, voxels]`
    pub(super) responses: Array2<f32>,
    pub(super) trials: Vec<TrialInfo>,
    /// What was done, for the provenance.
    pub(super) description: String,
    /// What of the table is not in the responses.
    pub(super) left_out: Vec<LeftOut>,
    /// How sessions and runs are known, for the provenance.
    pub(super) places: Vec<String>,
    /// By what the trials are ordered if not by time.
    pub(super) untimed: Option<String>,
    /// The axes that have the same length, `[one, other, length]` in words, if nothing in the file tells which is which.
    pub(super) square: Option<(&'static str, &'static str, usize)>,
}

impl Table {
    pub(super) fn voxels(&self) -> usize {
        self.responses.ncols()
    }
}

/// Joins responses and trials.
///
/// # Errors
/// [`Error::Mismatch`] naming the file and the key of the manifest for numbers that do not fit, values that are not
/// finite, rows of several subjects, and rows out of order.
pub(super) fn join(opened: Opened, manifest: &Manifest, order: &Order) -> Result<Table> {
    opened.check(order)?;
    match manifest.responses.orientation {
        Orientation::VoxelsByStimuliByRepeats => with_repeats(opened.array, manifest, order, &opened.path),
        orientation => flat(opened, orientation, manifest, order),
    }
}

fn flat(opened: Opened, orientation: Orientation, manifest: &Manifest, order: &Order) -> Result<Table> {
    let (left_out, more) = (opened.left_out(), opened.description());
    let path = opened.path.as_path();
    let images = order.trials.len();
    let shape = opened.array.shape().to_vec();
    let &[rows, columns] = shape.as_slice() else {
        let hint =
            if shape.len() == 3 { ": with repeats, set orientation = \"voxels_by_stimuli_by_repeats\"" } else { "" };
        return Err(Error::mismatch(path, format!("the array has shape {shape:?}, expected two axes{hint}")));
    };
    let (trials, other, flipped) = match orientation {
        Orientation::TrialsByVoxels => (rows, columns, "voxels_by_trials"),
        _ => (columns, rows, "trials_by_voxels"),
    };
    if trials != images {
        let fact = format!("the array is {rows} x {columns} and there are {images} images");
        let hint = if other == images {
            format!("set orientation = \"{flipped}\"")
        } else {
            "give one image per trial, in the order of trials, with images.order".into()
        };
        let numbers = opened.names.first().is_some_and(|name| name.parse::<f64>().is_ok());
        let bare = opened.is_text && opened.names.is_empty();
        let names = if numbers {
            "; its first line was taken for names: if it is data, set responses.header = false"
        } else if bare && orientation == Orientation::TrialsByVoxels && trials == images + 1 {
            "; its first line was taken for the first row: if it holds names, set responses.header = true"
        } else {
            ""
        };
        return Err(Error::mismatch(path, format!("{fact}: {hint}{names}")));
    }
    let square = (rows == columns && opened.is_bare()).then_some(("trials", "voxels", rows));
    let places = places::of_trials(manifest, &opened, order, trials)?;
    let array = opened.array.into_dimensionality::<Ix2>().map_err(|error| Error::mismatch(path, error))?;
    let responses = match orientation {
        Orientation::TrialsByVoxels => array,
        _ => array.t().as_standard_layout().into_owned(),
    };
    if let Some(((trial, voxel), value)) = responses.indexed_iter().find(|(_, value)| !value.is_finite()) {
        let reason = format!("the value of trial {trial}, voxel {voxel} is {value}: leave such voxels or trials out");
        return Err(Error::mismatch(path, reason));
    }
    let averaged = manifest.responses.averaged;
    let mut repeats = Repeats::default();
    let trials = order.trials.iter().enumerate().map(|(row, &stimulus)| {
        let repeat = repeats.next(stimulus as usize);
        let [session, run] = places.of[row];
        TrialInfo { stimulus, repeat, session, run, averaged }
    });
    let trials = trials.collect();
    let description = format!("{rows} x {columns} table, each value the mean of {averaged} repeats as recorded{more}");
    let untimed = order.by_names.filter(|_| !places.stated).map(str::to_owned);
    Ok(Table { responses, trials, description, left_out, places: places.steps, untimed, square })
}

fn with_repeats(array: ArrayD<f32>, manifest: &Manifest, order: &Order, path: &Path) -> Result<Table> {
    let shape = array.shape().to_vec();
    let array = array.into_dimensionality::<Ix3>().map_err(|_| {
        Error::mismatch(
            path,
            format!(
                "the array has shape {shape:?}, expected [voxels, stimuli, repeats]: correct responses.orientation"
            ),
        )
    })?;
    let (voxels, stimuli, repeats) = array.dim();
    if stimuli != order.trials.len() {
        let reason = format!(
            "the array is {voxels} x {stimuli} x {repeats} (voxels, stimuli, repeats) and there are {} images: transpose it, or list the images with images.order",
            order.trials.len()
        );
        return Err(Error::mismatch(path, reason));
    }
    let places = places::of_repeats(manifest, stimuli, repeats)?;
    let (mut values, mut trials) = (Vec::new(), Vec::new());
    for (position, &stimulus) in order.trials.iter().enumerate() {
        let of_stimulus = array.index_axis(Axis(1), position); // [voxels, repeats]
        for repeat in 0..repeats {
            let trial = of_stimulus.column(repeat);
            if is_present(trial, path, position, repeat)? {
                values.extend(trial);
                let averaged = manifest.responses.averaged;
                let [session, run] = places.of[position * repeats + repeat];
                trials.push(TrialInfo { stimulus, repeat: repeat as u16, session, run, averaged });
            }
        }
    }
    let absent = stimuli * repeats - trials.len();
    let responses =
        Array2::from_shape_vec((trials.len(), voxels), values).map_err(|error| Error::mismatch(path, error))?;
    let description =
        format!("{voxels} x {stimuli} x {repeats} table with repeats, {absent} absent ones (NaN) left out");
    let left_out = LeftOut::counted("repeat", "without values (NaN)", absent).into_iter().collect();
    let untimed = (!places.stated).then(|| BY_STIMULUS.to_owned());
    let square = (voxels == stimuli).then_some(("voxels", "stimuli", voxels));
    Ok(Table { responses, trials, description, left_out, places: places.steps, untimed, square })
}

/// A repeat is absent when all its voxels are NaN; only some is damage.
fn is_present(trial: ArrayView1<'_, f32>, path: &Path, stimulus: usize, repeat: usize) -> Result<bool> {
    if trial.iter().all(|value| value.is_nan()) {
        return Ok(false);
    }
    match trial.iter().position(|value| !value.is_finite()) {
        None => Ok(true),
        Some(voxel) => {
            let reason = format!(
                "voxel {voxel} of stimulus {stimulus}, repeat {repeat} is {} while others are there: a repeat has all voxels or none; leave the voxel out",
                trial[voxel]
            );
            Err(Error::mismatch(path, reason))
        }
    }
}
