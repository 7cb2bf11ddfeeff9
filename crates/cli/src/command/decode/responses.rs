//! The responses to decode, from a table, a series of volumes or a data set, with the voxels of the run.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use ndarray::{Array2, Array3, Axis};

use afterimage_data::{DataSet, ResponseTable, Split, TableOptions};
use afterimage_formats::volume;
use afterimage_run::voxels::Voxels;

use crate::args::product::{Decode, Part};

/// Trials of a data set read at a time.
const TRIALS: usize = 512;
const VOLUMES: [&str; 6] = [".nii", ".nii.gz", ".hdr", ".img", ".mgh", ".mgz"];

/// Responses of the run's voxels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Responses {
    /// Where they come from.
    pub(super) path: PathBuf,
    /// `[rows, voxels]`, all finite.
    pub(super) values: Array2<f32>,
    /// Repeats that a row averages already.
    pub(super) weights: Vec<u32>,
    /// Names of labels and one text a row.
    pub(super) labels: Vec<(String, Vec<String>)>,
}

/// Reads what `args` name.
pub(super) fn read(args: &Decode, voxels: &Voxels) -> Result<Responses> {
    let path = &args.responses;
    let name = path.to_string_lossy().to_ascii_lowercase();
    let responses = if path.join("zarr.json").is_file() {
        of_data_set(path, args.part, voxels)?
    } else if VOLUMES.iter().any(|ending| name.ends_with(ending)) {
        alone(path, of_volumes(path, args.mask.as_deref(), voxels)?, Vec::new())
    } else {
        // What is no file may be a column, even one of numbers.
        let label = args.average_by.clone().filter(|by| !Path::new(by).is_file());
        let label = label.filter(|_| path.extension().is_some_and(|ending| ending == "csv" || ending == "tsv"));
        let options = TableOptions { array: args.array.clone(), voxels_first: args.voxels_first, label };
        let table = ResponseTable::read(path, &options)?;
        alone(path, chosen(path, table.responses, voxels)?, table.labels)
    };
    refuse_undefined(&responses, voxels)?;
    Ok(responses)
}

fn alone(path: &Path, values: Array2<f32>, labels: Vec<(String, Vec<String>)>) -> Responses {
    Responses { path: path.to_owned(), weights: vec![1; values.nrows()], values, labels }
}

/// The columns that the run uses, of a table that has those of its data set or the used ones alone.
fn chosen(path: &Path, values: Array2<f32>, voxels: &Voxels) -> Result<Array2<f32>> {
    let (rows, columns) = values.dim();
    if columns == voxels.len() {
        return Ok(values);
    }
    if columns == voxels.columns {
        return Ok(values.select(Axis(1), &voxels.ids));
    }
    let fits = |n: usize| n == voxels.len() || n == voxels.columns;
    let wanted = match voxels.len() == voxels.columns {
        true => format!("{}", voxels.columns),
        false => format!("{} (those it uses) or {} (all of its data set)", voxels.len(), voxels.columns),
    };
    let mend = match fits(rows) {
        true => "it seems to have voxels as rows: give --voxels-first",
        false => "give responses of the voxels that the run was trained on, in their order",
    };
    bail!("\"{}\" is {rows} responses x {columns} voxels, the run decodes {wanted}: {mend}", path.display())
}

fn of_data_set(path: &Path, part: Part, voxels: &Voxels) -> Result<Responses> {
    let data = DataSet::open(path)?;
    let header = data.header();
    let wanted = match part {
        Part::Train => Some(Split::Train),
        Part::Validation => Some(Split::Validation),
        Part::Test => Some(Split::Test),
        Part::All => None,
    };
    let split = |trial: usize| header.stimuli[header.trials[trial].stimulus as usize].split;
    let inside = |trial: &usize| wanted.is_none_or(|wanted| split(*trial) == wanted);
    let trials: Vec<usize> = (0..header.trials.len()).filter(inside).collect();
    if trials.is_empty() {
        bail!("\"{}\" has no response in that part: give --part all, or another part", path.display());
    }
    let mut values = Array2::zeros((trials.len(), voxels.len()));
    let mut rows = trials.iter().zip(values.outer_iter_mut()).peekable();
    for first in (0..header.trials.len()).step_by(TRIALS) {
        let last = header.trials.len().min(first + TRIALS);
        let block = chosen(path, data.responses(first, last - first)?, voxels)?;
        while let Some((&trial, mut row)) = rows.next_if(|(trial, _)| **trial < last) {
            row.assign(&block.row(trial - first));
        }
    }
    drop(rows);
    let info = |trial: usize| &header.stimuli[header.trials[trial].stimulus as usize];
    let label = |name: &str, text: &dyn Fn(usize) -> String| {
        (name.to_owned(), trials.iter().map(|&trial| text(trial)).collect())
    };
    let mut labels = vec![
        label("stimulus", &|trial| info(trial).name.clone()),
        label("session", &|trial| header.trials[trial].session.to_string()),
        label("run", &|trial| header.trials[trial].run.to_string()),
    ];
    if trials.iter().all(|&trial| info(trial).class.is_some()) {
        labels.push(label("class", &|trial| info(trial).class.clone().unwrap_or_default()));
    }
    let weights = trials.iter().map(|&trial| u32::from(header.trials[trial].averaged)).collect();
    Ok(Responses { path: path.to_owned(), values, weights, labels })
}

/// A response for each volume: the run's voxels, or those above zero in a mask.
fn of_volumes(path: &Path, mask: Option<&Path>, voxels: &Voxels) -> Result<Array2<f32>> {
    let series = volume::Volume::open(path)?;
    let shape = series.header().volume_shape();
    let indices: Vec<[usize; 3]> = match (mask, &voxels.volume) {
        (Some(mask), _) => {
            let mask = volume::Volume::open(mask)?;
            let within: Array3<f32> = mask.volume(0)?;
            refuse_other_grid(path, &series, within.shape(), mask.header().affine, "the mask")?;
            within.indexed_iter().filter(|(_, value)| **value > 0.0).map(|((x, y, z), _)| [x, y, z]).collect()
        }
        (None, Some(places)) => {
            refuse_other_grid(path, &series, &places.shape, places.affine, "the run's recording")?;
            places.indices.iter().map(|index| index.map(|axis| axis as usize)).collect()
        }
        (None, None) => bail!(
            "the run does not know where its voxels lie, so it cannot find them in \"{}\" ({shape:?}): give --mask, or a table",
            path.display()
        ),
    };
    let mut values = Array2::zeros((series.header().count(), indices.len()));
    for (mut row, volume) in values.outer_iter_mut().zip(series.volumes()?) {
        let volume = volume?;
        row.iter_mut().zip(&indices).for_each(|(to, &index)| *to = volume[index]);
    }
    chosen(path, values, voxels)
}

/// Voxels of another grid lie elsewhere in the brain, whatever their indices.
fn refuse_other_grid(
    path: &Path,
    series: &volume::Volume,
    shape: &[usize],
    affine: [[f64; 4]; 4],
    of: &str,
) -> Result<()> {
    let header = series.header();
    if header.volume_shape() != shape {
        let got = header.volume_shape();
        bail!("\"{}\" has volumes {got:?}, {of} has {shape:?}: resample it to that grid", path.display());
    }
    let off = header.affine.as_flattened().iter().zip(affine.as_flattened()).map(|(a, b)| (a - b).abs());
    let (off, size) = (off.fold(0.0, f64::max), header.voxel_size.iter().copied().fold(f64::MAX, f64::min));
    // Headers of 32 bits round; a hundredth of a voxel is no other place.
    if off > 0.01 * size {
        bail!("\"{}\" has another affine than {of} (by {off:.3}): resample it to that grid", path.display());
    }
    Ok(())
}

fn refuse_undefined(responses: &Responses, voxels: &Voxels) -> Result<()> {
    let path = responses.path.display();
    if responses.values.is_empty() {
        bail!("\"{path}\" holds no response");
    }
    match responses.values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, voxel), value)) => {
            let id = voxels.ids.get(voxel).copied().unwrap_or(voxel);
            bail!(
                "\"{path}\" has {value} in response {row} at voxel {id}: leave the response out, or fill the voxel in"
            )
        }
        None => Ok(()),
    }
}
