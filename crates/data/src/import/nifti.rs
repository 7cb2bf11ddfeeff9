//! Any series of volumes with a table that says what was shown: NIfTI or MGH, BIDS names understood.
//!
//! The columns of a table show which of two kinds it is:
//!
//! | table | columns | a trial is |
//! |---|---|---|
//! | events (BIDS) | `onset`, `duration`, a condition | the mean of the volumes from onset to its end, both delayed |
//! | volumes | a row for each volume, a condition or an image (`stimulus`, `stim_file`, `image`), a run | the mean of consecutive volumes of one condition or image, delayed; of betas, each volume: see `kind` |
//!
//! Without images the parts are whole runs: each condition of each run is a stimulus of its own, `face/run-03`.
//!
//! A scanner run is a session and a run: see [`RunChoice`] for how runs are named.

mod bids;
mod events;
mod kind;
mod pairs;
mod runs;
mod said;
mod series;
mod standards;
mod stimuli;
mod table;
#[cfg(test)]
mod tests;
mod timing;

use std::path::{Path, PathBuf};

use afterimage_formats::volume::Volume;

pub use runs::RunChoice;

use runs::Held;
use standards::Standards;
use stimuli::Stimuli;
use timing::Timing;

use super::importer::importer;
use super::volumes::Mask;
use super::{Block, Source, subject};
use crate::{Error, Result, TestStatistics};

importer! {
    name: "nifti",
    about: "Any NIfTI or MGH series with a table of what was shown, such as BIDS events",
    example: "nifti sub-01_run-*_bold.nii.gz --mask vt.nii.gz --test-runs 10,11 --out sub-01.afterimage",
    import: import_nifti = open_nifti,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NiftiOptions {
        /// The series, one for each run or one with all runs; a trial or a time point is a volume.
        pub series: Vec<PathBuf> => [place = 1],
        /// A table for each series; without any, X_events.tsv next to X_bold.nii.gz.
        pub tables: Vec<PathBuf> => [value = "FILE"],
        /// Volume of the voxels to keep: those above zero.
        pub mask: Option<PathBuf>,
        /// Volumes with regions.
        pub regions: Vec<PathBuf> => [value = "FILE"],
        /// The value from which a voxel is in the region, for volumes with fractions, such as 0.5.
        pub region_threshold: Option<f32> => [value = "VALUE", requires = "regions"],
        /// The value from which a voxel is kept, for masks with fractions, such as 0.5.
        pub mask_threshold: Option<f32> => [value = "VALUE", requires = "mask"],
        /// The images that the tables name: a folder, archive or array. Without it, stimuli are conditions.
        pub images: Option<PathBuf>,
        /// Runs held out for the test, where stimuli are conditions: by number, as in run-10 or the table (10), in one
        /// session (ses-02:run-01), or by the name of the series' file. Without numbers, series count from 1.
        pub test_runs: Vec<RunChoice> => [value = "RUNS"],
        /// Runs held out for early stopping, where stimuli are conditions.
        pub validation_runs: Vec<RunChoice> => [value = "RUNS"],
        /// The column of the tables that names the images, if it is not called stimulus, stim_file, image or picture; in a table
        /// without a line of names its number, from 1.
        pub image_column: Option<String> => [value = "COLUMN", requires = "images"],
        /// Images held out for the test, drawn by the seed.
        pub test: usize => [value = "IMAGES", default = "0", requires = "images"],
        /// Volumes are betas of single trials, not points in time: each volume is a trial, a row of its table, without a delay.
        pub betas: bool => [conflicts = "delay_secs"],
        /// Seconds from a stimulus to its response, for time series. Default: 5, for BOLD, whose response peaks 4 to 6 s
        /// after a brief stimulus; 0 takes the volumes of the stimulus itself, or of a table that is already shifted.
        pub delay_secs: Option<f64> => [option = "delay", value = "SECONDS"],
        /// Seconds from volume to volume, instead of those of the JSON file next to the series or of its header.
        pub tr_secs: Option<f64> => [option = "tr", value = "SECONDS", conflicts = "betas"],
        /// Conditions that are no stimulus.
        pub rest: Vec<String> => [default = "rest"],
        /// Take a straight line out of each voxel, run by run, fitted on the volumes that no held-out trial takes.
        pub detrend: bool,
        /// Standardise each voxel, run by run, over the volumes that no held-out trial takes.
        pub zscore: bool,
        /// What standardises runs without training trials: the runs of their session, or else all runs, that have some; or
        /// their own volumes. With own, held-out trials count everywhere, and --detrend applies to such runs too.
        pub test_statistics: TestStatistics => [default = "training"],
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

impl NiftiOptions {
    /// All volumes of one series as they are, `rest` left out, the [`BOLD_DELAY_SECS`] of BOLD.
    pub fn new(series: impl Into<PathBuf>) -> Self {
        Self {
            series: vec![series.into()],
            tables: Vec::new(),
            mask: None,
            regions: Vec::new(),
            region_threshold: None,
            mask_threshold: None,
            roi: None,
            images: None,
            image_column: None,
            betas: false,
            test_runs: Vec::new(),
            validation_runs: Vec::new(),
            test: 0,
            validation: 0,
            seed: 0,
            delay_secs: None,
            tr_secs: None,
            rest: vec!["rest".into()],
            detrend: false,
            zscore: false,
            test_statistics: TestStatistics::default(),
        }
    }

    /// The same with `secs` from a stimulus to its response.
    #[must_use]
    pub fn delayed(self, secs: f64) -> Self {
        Self { delay_secs: Some(secs), ..self }
    }

    /// Seconds from a stimulus to its response: those given, or [`BOLD_DELAY_SECS`].
    pub(super) fn delay_secs(&self) -> f64 {
        self.delay_secs.unwrap_or(BOLD_DELAY_SECS)
    }
}

/// Seconds from a stimulus to its response if none are given. A trial is the mean of few volumes, and the BOLD response to a
/// brief stimulus peaks 4 to 6 s after it (Glover 1999, NeuroImage 9, 416-429).
pub const BOLD_DELAY_SECS: f64 = 5.0;

/// No haemodynamic response peaks later; milliseconds called seconds do.
const LONGEST_DELAY_SECS: f64 = 20.0;

/// Opens the files and reads the tables; series are read one by one when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when nothing is left for training.
pub fn open_nifti(options: &NiftiOptions) -> Result<Source<'static>> {
    let first = options.series.first().ok_or_else(|| Error::mismatch(Path::new(""), "name at least one series"))?;
    refuse_delay(options)?;
    refuse_runs_of_images(options)?;
    let files = options.series.iter().chain(&options.tables).chain(&options.mask).chain(&options.regions);
    subject::refuse_several(files.map(PathBuf::as_path))?;
    subject::refuse_initials(&options.series)?;
    let mut mask = match &options.mask {
        Some(path) => Mask::read(path, options.mask_threshold)?,
        None => Mask::whole(&Volume::open(first)?),
    };
    mask.take_side(options.series.iter().map(PathBuf::as_path));
    let mut found = mask.voxels(&options.regions, options.region_threshold)?;
    if let Some(roi) = &options.roi {
        let inside = found.voxels.mask(roi)?;
        found.voxels = found.voxels.keep(&inside);
        mask.keep(&inside);
    }
    let names = runs::of_series(&options.series)?;
    let tables = pairs::tables(&options.series, &options.tables)?;
    let (mut shown, mut unplaced) = (Vec::new(), Vec::new());
    for ((path, table), named) in options.series.iter().zip(&tables).zip(&names) {
        let series = Volume::open(path)?;
        mask.refuse_other_place(path, series.header())?;
        if !mask.compares_affine(series.header()) {
            unplaced.push(runs::short_name(&options.series, shown.len()));
        }
        let timing = Timing {
            series: path,
            volumes: series.header().count(),
            header_secs: series.header().tr_secs,
            given_secs: options.tr_secs,
            delay_secs: options.delay_secs(),
        };
        shown.push(table::read(table, timing, named, options)?);
    }
    kind::refuse_both(&options.series, &shown)?;
    runs::refuse_shells_order(&options.series, &names, &shown)?;
    let apart = runs::separate(&mut shown, &names, (&options.series, &tables))?;
    series::refuse_unknown_runs(options, &shown, &tables)?;
    let held = Held::of((&options.test_runs, &options.validation_runs), &shown, &names, &options.series)?;
    let stimuli = Stimuli::of(&shown, &held, options)?;
    let standards = Standards::of(options, &shown, &stimuli, &mask)?;
    let said = said::Said {
        tables: &tables,
        shown: &shown,
        held: &held,
        apart,
        unplaced: &unplaced,
        standards: standards.as_ref(),
    };
    let mut provenance = said.provenance(options)?;
    runs::refuse_copies(&options.series, &provenance.source_files)?;
    provenance.steps.append(&mut found.steps);
    provenance.left_out.append(&mut found.left_out);
    provenance.left_out.extend(stimuli.left_out);
    let blocks = options.series.clone().into_iter().zip(shown).zip(stimuli.trials).enumerate().map(
        move |(at, ((path, shown), trials))| {
            let mut rows = series::read(&path, &mask)?;
            if let Some(standards) = &standards {
                standards.apply(at, &shown, &mut rows);
            }
            Ok(Block { responses: series::means(&rows, &shown, &path, &mask)?, trials })
        },
    );
    Ok(Source {
        stimuli: stimuli.infos,
        voxels: found.voxels,
        provenance,
        images: stimuli.images,
        blocks: Box::new(blocks),
    })
}

/// An image may be shown in several runs, and would be of the test in one and of the training in another.
fn refuse_runs_of_images(options: &NiftiOptions) -> Result<()> {
    let given = [("--test-runs", &options.test_runs), ("--validation-runs", &options.validation_runs)];
    let Some((option, _)) = given.into_iter().find(|(_, runs)| !runs.is_empty() && options.images.is_some()) else {
        return Ok(());
    };
    let reason = format!(
        "{option} holds out whole runs, but with --images whole images are held out, wherever they are shown, so that no test image is \
         trained on: give --test N and --validation N instead, or split the data set afterwards with afterimage prepare --split \
         session, class or cluster; leave out --images if conditions are decoded"
    );
    Err(Error::mismatch(&options.series[0], reason))
}

fn refuse_delay(options: &NiftiOptions) -> Result<()> {
    if options.betas && (options.delay_secs.is_some() || options.tr_secs.is_some()) {
        let reason = "betas have neither a delay nor a time between volumes: leave out --betas, or --delay and --tr";
        return Err(Error::mismatch(&options.series[0], reason));
    }
    let secs = options.delay_secs();
    if (0.0..=LONGEST_DELAY_SECS).contains(&secs) {
        return Ok(());
    }
    let reason = format!(
        "a delay of {secs} s is not one of the haemodynamic response, from 0 to {LONGEST_DELAY_SECS} s after the stimulus: give --delay \
         in seconds ({BOLD_DELAY_SECS} for BOLD); if the times of the table are off by more, correct them there"
    );
    Err(Error::mismatch(&options.series[0], reason))
}
