//! Any series of volumes with a table that says what was shown: NIfTI or MGH, BIDS names understood.
//!
//! Three kinds of table are told apart by their columns:
//!
//! | table | columns | a trial is |
//! |---|---|---|
//! | events (BIDS) | `onset`, `duration`, a condition | the mean of the volumes from onset to its end, both delayed |
//! | trials | a row for each volume, a picture's name (`stimulus`, `stim_file`, `image`) | that volume: betas of single trials |
//! | volumes | a row for each volume, a condition, a run | the mean of consecutive volumes of one condition, delayed |
//!
//! Without pictures the parts are whole runs: each condition of each run is a stimulus of its own, `face/run-03`.

mod series;
mod table;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use afterimage_formats::images::ImageSource;
use afterimage_formats::volume::Volume;
use ndarray::{Array2, Axis};

use series::standardise;
use table::{Shown, Timing};

use super::files::source_files;
use super::shown::Repeats;
use super::volumes::{Mask, stem};
use super::{Block, Images, Source, Watch, WriteOptions};
use crate::assign::random_split;
use crate::header::{FittedOn, Provenance, Split, Step, StimulusInfo, TrialInfo, Voxels};
use crate::inspect::Summary;
use crate::{Error, Result};

/// Which files, and what of them.
#[derive(Debug, Clone, PartialEq)]
pub struct NiftiOptions {
    /// The series, one for each run, or one that holds them all.
    pub series: Vec<PathBuf>,
    /// A table for each; where empty, `X_events.tsv` beside `X_bold.nii.gz`.
    pub tables: Vec<PathBuf>,
    /// Keep the voxels above zero of this volume; without it, all.
    pub mask: Option<PathBuf>,
    /// Volumes with regions.
    pub regions: Vec<PathBuf>,
    /// Keep the voxels of a region expression.
    pub roi: Option<String>,
    /// The pictures, where the table names them: a folder, archive or array.
    pub images: Option<PathBuf>,
    /// Runs (from 0) of the test, where there are no pictures.
    pub test_runs: Vec<u16>,
    /// Runs for early stopping, where there are no pictures.
    pub validation_runs: Vec<u16>,
    /// Pictures drawn for the test, where there are any.
    pub test: usize,
    /// Pictures drawn for early stopping.
    pub validation: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Seconds from a stimulus to its response.
    pub delay_secs: f64,
    /// Seconds from volume to volume, instead of the header's.
    pub tr_secs: Option<f64>,
    /// Conditions that are no stimulus.
    pub rest: Vec<String>,
    /// Take a straight line out of each voxel, run by run.
    pub detrend: bool,
    /// Standardise each voxel, run by run.
    pub zscore: bool,
}

impl NiftiOptions {
    /// All volumes of one series as they are, `rest` left out, no delay.
    pub fn new(series: impl Into<PathBuf>) -> Self {
        Self {
            series: vec![series.into()],
            tables: Vec::new(),
            mask: None,
            regions: Vec::new(),
            roi: None,
            images: None,
            test_runs: Vec::new(),
            validation_runs: Vec::new(),
            test: 0,
            validation: 0,
            seed: 0,
            delay_secs: 0.0,
            tr_secs: None,
            rest: vec!["rest".into()],
            detrend: false,
            zscore: false,
        }
    }
}

/// Opens the files and writes a data set at `out`.
///
/// # Errors
/// As [`open_nifti`] and [`Source::write`].
pub fn import_nifti(options: &NiftiOptions, out: &Path, write: WriteOptions, progress: impl Watch) -> Result<Summary> {
    open_nifti(options)?.write(out, write, progress)
}

/// Opens the files and reads the tables; series are read one by one when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when nothing is left for training.
pub fn open_nifti(options: &NiftiOptions) -> Result<Source<'static>> {
    let first = options.series.first().ok_or_else(|| Error::mismatch(Path::new(""), "name at least one series"))?;
    let mut mask = match &options.mask {
        Some(path) => Mask::read(path)?,
        None => Mask::whole(&Volume::open(first)?),
    };
    let mut voxels: Voxels = mask.voxels(&options.regions)?;
    if let Some(roi) = &options.roi {
        let inside = voxels.mask(roi)?;
        voxels = voxels.keep(&inside);
        mask.keep(&inside);
    }
    let tables = tables(options)?;
    let mut shown = Vec::new();
    for (index, (path, table)) in options.series.iter().zip(&tables).enumerate() {
        let series = Volume::open(path)?;
        mask.refuse_other_shape(path, series.header().volume_shape())?;
        let timing = Timing {
            volumes: series.header().count(),
            tr_secs: options.tr_secs.or(series.header().tr_secs),
            delay_secs: options.delay_secs,
        };
        shown.push(table::read(table, timing, index as u16, options)?);
    }
    let stimuli = Stimuli::of(&shown, options)?;
    let provenance = provenance(options, &tables)?;
    let keep = (options.detrend, options.zscore);
    let trials = stimuli.trials;
    let blocks = options.series.clone().into_iter().zip(shown).zip(trials).map(move |((path, shown), trials)| {
        let mut rows = series::read(&path, &mask)?;
        standardise(&mut rows, &shown.run_of_volume, keep);
        Ok(Block { responses: means(&rows, &shown), trials })
    });
    Ok(Source { stimuli: stimuli.infos, voxels, provenance, images: stimuli.images, blocks: Box::new(blocks) })
}

fn tables(options: &NiftiOptions) -> Result<Vec<PathBuf>> {
    if !options.tables.is_empty() {
        return match options.tables.len() == options.series.len() {
            true => Ok(options.tables.clone()),
            false => {
                let reason =
                    format!("{} tables for {} series: name one for each", options.tables.len(), options.series.len());
                Err(Error::mismatch(&options.tables[0], reason))
            }
        };
    }
    let beside = |path: &PathBuf| {
        let events =
            format!("{}_events.tsv", stem(path).trim_end_matches("_bold").split("_space-").next().unwrap_or_default());
        let table = path.with_file_name(events);
        match table.is_file() {
            true => Ok(table),
            false => {
                Err(Error::mismatch(path, format!("there is no table \"{}\" beside it: name one", table.display())))
            }
        }
    };
    options.series.iter().map(beside).collect()
}

/// `[trials, voxels]`: the mean over the volumes of each trial.
fn means(rows: &Array2<f32>, shown: &Shown) -> Array2<f32> {
    let mut responses = Array2::zeros((shown.trials.len(), rows.ncols()));
    for (mut row, trial) in responses.outer_iter_mut().zip(&shown.trials) {
        let mean = rows.select(Axis(0), &trial.volumes.clone().collect::<Vec<_>>()).mean_axis(Axis(0));
        if let Some(mean) = mean {
            row.assign(&mean);
        }
    }
    responses
}

/// What the trials show, over all series.
struct Stimuli {
    infos: Vec<StimulusInfo>,
    trials: Vec<Vec<TrialInfo>>,
    images: Option<Images<'static>>,
}

impl Stimuli {
    fn of(shown: &[Shown], options: &NiftiOptions) -> Result<Self> {
        let (mut infos, mut known, mut repeats) = (Vec::new(), HashMap::<String, usize>::new(), Repeats::default());
        let mut trials = Vec::new();
        for shown in shown {
            let rows = shown.trials.iter().map(|trial| {
                let name = match options.images {
                    Some(_) => trial.name.clone(),
                    None => format!("{}/run-{:02}", trial.name, trial.run),
                };
                let stimulus = *known.entry(name.clone()).or_insert_with(|| {
                    infos.push(StimulusInfo {
                        class: trial.class.clone(),
                        ..StimulusInfo::new(name, part(options, trial.run))
                    });
                    infos.len() - 1
                });
                let repeat = repeats.next(stimulus);
                TrialInfo { stimulus: stimulus as u32, repeat, session: 0, run: trial.run, averaged: 1 }
            });
            trials.push(rows.collect());
        }
        let images = options.images.as_deref().map(|path| images(path, &infos)).transpose()?;
        if options.images.is_some() {
            let splits = random_split(infos.len(), options.test, options.validation, options.seed, None);
            let splits = splits.ok_or_else(|| Self::nothing_left(options, infos.len()))?;
            infos.iter_mut().zip(splits).for_each(|(info, split)| info.split = split);
        }
        match infos.iter().any(|info| info.split == Split::Train) {
            true => Ok(Self { infos, trials, images }),
            false => Err(Self::nothing_left(options, infos.len())),
        }
    }

    fn nothing_left(options: &NiftiOptions, stimuli: usize) -> Error {
        let reason =
            format!("nothing of {stimuli} stimuli is left for training: hold out fewer of them, or fewer runs");
        Error::manifest(&options.series[0], reason)
    }
}

fn part(options: &NiftiOptions, run: u16) -> Split {
    match run {
        run if options.test_runs.contains(&run) => Split::Test,
        run if options.validation_runs.contains(&run) => Split::Validation,
        _ => Split::Train,
    }
}

fn images(path: &Path, infos: &[StimulusInfo]) -> Result<Images<'static>> {
    let source = ImageSource::open_by_name(path)?;
    let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
    let wanted: Vec<&str> = infos.iter().map(|info| info.name.as_str()).collect();
    let found = super::order::find(path, &wanted, &names)?;
    source.require(found.iter().copied())?;
    Ok(Box::new(move |row, side| Ok(source.read_square(found[row], side)?)))
}

fn provenance(options: &NiftiOptions, tables: &[PathBuf]) -> Result<Provenance> {
    let files = options.series.iter().chain(tables).chain(&options.mask).chain(&options.regions).chain(&options.images);
    // A run on one side of the split is fitted on itself; a run on both sides has test trials in its own fit.
    let scope = if options.images.is_none() { FittedOn::OwnRun } else { FittedOn::Everything };
    let mut steps = Vec::new();
    if options.detrend {
        steps.push(Step::new("a straight line over time taken out of each voxel in each run", scope));
    }
    if options.zscore {
        steps.push(Step::new("each voxel standardised over all volumes of each run", scope));
    }
    steps.push(Step::plain(format!(
        "trials are means of their volumes, {} s after the stimulus; left out: {}",
        options.delay_secs,
        options.rest.join(", ")
    )));
    steps.push(Step::plain(match &options.images {
        Some(_) => format!(
            "{} pictures drawn for the test, {} for validation, seed {}",
            options.test, options.validation, options.seed
        ),
        None => format!("test: runs {:?}, validation: runs {:?}", options.test_runs, options.validation_runs),
    }));
    Ok(Provenance {
        title: options.series.first().map(|path| stem(path)).unwrap_or_default(),
        kind: "nifti".into(),
        source_files: source_files(files.map(PathBuf::as_path))?,
        units: Some(if options.zscore { "standard deviations of the run" } else { "as in the series" }.into()),
        steps,
        ..Provenance::default()
    })
}
