//! Responses to decode, from a table, a series of volumes or a data set, matched with the voxels of the run.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use ndarray::{Array2, Axis};

use afterimage_data::{DataSet, ResponseTable, Split, TableOptions, VoxelIds, is_text};
use afterimage_formats::npy::Element;
use afterimage_formats::npz;
use afterimage_formats::volume::Volume;
use afterimage_run::voxels::Voxels;

use super::places::{self, Matched};
use crate::args::product::{Decode, Part};
use crate::command::encode::RESPONSES;

/// Trials of a data set read at a time.
const TRIALS: usize = 512;
pub(super) const VOLUMES: [&str; 6] = [".nii", ".nii.gz", ".hdr", ".img", ".mgh", ".mgz"];

/// Responses of the run's voxels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Responses {
    /// Path of the source.
    pub(super) path: PathBuf,
    /// `[rows, voxels]`, all finite.
    pub(super) values: Array2<f32>,
    /// Number of repeats that a row already averages.
    pub(super) weights: Vec<u32>,
    /// Label columns: name, and one text per row.
    pub(super) labels: Vec<(String, Vec<String>)>,
    /// How the voxels were matched with those of the run.
    pub(super) matched: Matched,
    /// What whole numbers were divided by, as in the import of the run's data set.
    pub(super) divided_by: Option<f32>,
    /// The part of a data set that was read, in words.
    pub(super) part: Option<&'static str>,
    pub(super) history: History,
}

/// What the source says of a standardisation before the responses were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum History {
    /// Nothing: it holds numbers only.
    Unknown,
    /// As the data set states it; `None` if they were not standardised.
    Stated(Option<String>),
}

/// Run that the responses are matched with.
pub(super) struct Known<'a> {
    pub(super) voxels: &'a Voxels,
    /// SHA-256 of the run's data set.
    pub(super) data: Option<&'a str>,
}

/// Reads the responses that `args` name.
///
/// # Errors
/// If the file is damaged, its voxels differ from the run's, or a value is not finite.
pub(super) fn read(args: &Decode, known: &Known<'_>) -> Result<Responses> {
    let path = &args.responses;
    let responses = if DataSet::is_at(path) {
        read_data_set(path, args.part, known)?
    } else if is_a(path, &VOLUMES) {
        read_volumes(path, args.mask.as_deref(), known.voxels)?
    } else {
        read_table(path, args, known.voxels)?
    };
    refuse_undefined(&responses, known.voxels)?;
    Ok(responses)
}

/// True if the name of a file has one of these endings.
pub(super) fn is_a(path: &Path, endings: &[&str]) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// The array to read: the one that is named, or else that of an archive that `encode` wrote.
fn array_of(path: &Path, args: &Decode) -> Result<Option<String>> {
    let has_responses = || -> Result<bool> { Ok(npz::names(path)?.iter().any(|name| name == RESPONSES)) };
    if args.array.is_none() && is_a(path, &[".npz"]) && has_responses()? {
        return Ok(Some(RESPONSES.into()));
    }
    Ok(args.array.clone())
}

fn read_table(path: &Path, args: &Decode, voxels: &Voxels) -> Result<Responses> {
    // A name without a file may be a column, even one of numbers.
    let is_column = |by: &String| is_text(path) && !Path::new(by).is_file();
    let label = args.average_by.clone().filter(is_column);
    let options = TableOptions { array: array_of(path, args)?, voxels_first: args.voxels_first, label };
    let table = ResponseTable::read(path, &options)?;
    let ids = VoxelIds {
        wanted: &voxels.ids,
        columns: voxels.columns,
        numbers: voxels.numbers.as_deref(),
        of_more: voxels.of_more,
    };
    let shape = [table.responses.nrows(), table.responses.ncols()];
    let (columns, matched) = match table.columns_of(path, ids)? {
        Some(columns) => (columns, Matched::Names),
        None => {
            let is_square = shape[0] == shape[1] && !is_text(path);
            (places::by_order(path, shape, voxels)?, if is_square { Matched::Square } else { Matched::Order })
        }
    };
    let values = table.responses.select(Axis(1), &columns);
    Ok(Responses {
        path: path.to_owned(),
        weights: vec![1; shape[0]],
        values,
        labels: table.labels,
        matched,
        divided_by: None,
        part: None,
        history: History::Unknown,
    })
}

fn read_data_set(path: &Path, part: Part, known: &Known<'_>) -> Result<Responses> {
    let data = DataSet::open(path)?;
    let header = data.header();
    let (wanted, in_words) = match part {
        Part::Train => (Some(Split::Train), "the training part"),
        Part::Validation => (Some(Split::Validation), "the validation part"),
        Part::Test => (Some(Split::Test), "the test part"),
        Part::All => (None, "all parts"),
    };
    let split = |trial: usize| header.stimuli[header.trials[trial].stimulus as usize].split;
    let inside = |trial: &usize| wanted.is_none_or(|wanted| split(*trial) == wanted);
    let trials: Vec<usize> = (0..header.trials.len()).filter(inside).collect();
    if trials.is_empty() {
        bail!("\"{}\" contains no response in {in_words}: give --part all, or another part", path.display());
    }
    let voxels = known.voxels;
    let (columns, matched) = if known.data == Some(data.fingerprint()) {
        (voxels.ids.clone(), Matched::SameData)
    } else {
        places::match_data_set(path, &header.voxels, trials.len(), voxels)?
    };
    let values = values(&data, &trials, &columns)?;
    let info = |trial: usize| &header.stimuli[header.trials[trial].stimulus as usize];
    let label = |name: &str, text: &dyn Fn(usize) -> String| {
        (name.to_owned(), trials.iter().map(|&trial| text(trial)).collect())
    };
    // Run numbers repeat between sessions, so the label names both.
    let several = header.trials.iter().any(|trial| trial.session != header.trials[0].session);
    let run = |trial: usize| {
        let of = &header.trials[trial];
        if several { format!("ses-{}_run-{}", of.session, of.run) } else { of.run.to_string() }
    };
    let mut labels = vec![
        label("stimulus", &|trial| info(trial).name.clone()),
        label("session", &|trial| header.trials[trial].session.to_string()),
        label("run", &run),
    ];
    if trials.iter().all(|&trial| info(trial).class.is_some()) {
        labels.push(label("class", &|trial| info(trial).class.clone().unwrap_or_default()));
    }
    let weights = trials.iter().map(|&trial| u32::from(header.trials[trial].averaged)).collect();
    let history = History::Stated(header.provenance.standardised.clone());
    let part = Some(in_words);
    Ok(Responses { path: path.to_owned(), values, weights, labels, matched, divided_by: None, part, history })
}

/// `[trials, columns]` of a data set.
fn values(data: &DataSet, trials: &[usize], columns: &[usize]) -> Result<Array2<f32>> {
    let mut values = Array2::zeros((trials.len(), columns.len()));
    for (mut rows, trials) in values.axis_chunks_iter_mut(Axis(0), TRIALS).zip(trials.chunks(TRIALS)) {
        rows.assign(&data.responses_of(trials)?.select(Axis(1), columns));
    }
    Ok(values)
}

/// One response per volume.
fn read_volumes(path: &Path, mask: Option<&Path>, voxels: &Voxels) -> Result<Responses> {
    let series = Volume::open(path)?;
    let (places, matched) = places::match_volumes(&series, mask, voxels)?;
    let mut values = Array2::zeros((series.header().count(), places.len()));
    for (mut row, volume) in values.outer_iter_mut().zip(series.volumes()?) {
        let volume = volume?;
        row.iter_mut().zip(&places).for_each(|(to, &index)| *to = volume[index]);
    }
    let header = series.header();
    let is_whole = header.element == Element::I16 && (header.slope, header.intercept) == (1.0, 0.0);
    let divided_by = voxels.whole_number_scale.filter(|_| is_whole);
    values /= divided_by.unwrap_or(1.0);
    let weights = vec![1; values.nrows()];
    let (labels, history) = (Vec::new(), History::Unknown);
    Ok(Responses { path: path.to_owned(), weights, values, labels, matched, divided_by, part: None, history })
}

fn refuse_undefined(responses: &Responses, voxels: &Voxels) -> Result<()> {
    let path = responses.path.display();
    if responses.values.is_empty() {
        bail!("\"{path}\" contains no response");
    }
    let Some(((row, voxel), value)) = responses.values.indexed_iter().find(|(_, value)| !value.is_finite()) else {
        return Ok(());
    };
    let id = voxels.ids.get(voxel).copied().unwrap_or(voxel);
    let place = voxels.volume.as_ref().map(|volume| format!(" at {:?}", volume.indices[voxel])).unwrap_or_default();
    let unit = voxels.unit().singular();
    bail!(
        "\"{path}\" has {value} in response {row} at {unit} {id}{place}: leave out the response, or fill in the {unit}"
    )
}

#[cfg(test)]
mod tests;
