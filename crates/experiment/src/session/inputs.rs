//! What a run is made of: its data set, its list of exclusions, its paths, its first manifest.

use std::path::PathBuf;

use afterimage_config::{ConfigError, Experiment, Pairings, join_paths};
use afterimage_data::{DataSet, Exclusions, Split};
use afterimage_formats::digest;
use afterimage_run::{
    RunFolder,
    layout::LAYOUT_VERSION,
    manifest::{DataFacts, Input, Manifest},
};
use afterimage_train::draws::{Purpose, derive};

use crate::error::{Context as _, Result, bail};
use crate::program::{Program, timestamp};

pub(crate) const DATA_SET: &str = "data set";
pub(super) const EXCLUSIONS: &str = "exclusions";

/// SHA-256 of the experiment's list; `None` where it has none.
pub(super) fn exclusions_digest(experiment: &Experiment) -> Result<Option<String>> {
    Ok(experiment.data.exclusions.as_deref().map(digest::sha256).transpose()?)
}

pub(super) fn open_data(experiment: &Experiment) -> Result<DataSet> {
    let Some(path) = &experiment.data.dataset else {
        bail!("the experiment names no data set: set data.dataset to one made by `afterimage import`");
    };
    let mut data = DataSet::open(path).context("data.dataset")?;
    data.leave_out(&exclusions(experiment)?.stimuli);
    let parts: &[Split] = match experiment.data.pairings {
        Pairings::Recorded => &[],
        Pairings::ShuffledTraining => &[Split::Train, Split::Validation],
        Pairings::Shuffled => &[Split::Train, Split::Validation, Split::Test],
    };
    data.shuffle_pairings(parts, derive(experiment.seed, Purpose::Pairings));
    Ok(data)
}

/// Refuses a run whose data set is not where its experiment says, with where to write its new place.
pub(super) fn refuse_moved_data(run: &RunFolder, experiment: &Experiment) -> Result<()> {
    match experiment.data.dataset.as_deref().filter(|path| !path.exists()) {
        Some(path) => bail!(
            "the data set of \"{}\" is not at \"{}\": where it was moved, write its new place as data.dataset in \"{}\"",
            run.root().display(),
            path.display(),
            run.experiment_file().display()
        ),
        None => Ok(()),
    }
}

/// What the experiment's own list leaves out.
pub(crate) fn exclusions(experiment: &Experiment) -> Result<Exclusions> {
    match &experiment.data.exclusions {
        None => Ok(Exclusions::default()),
        Some(path) => Ok(Exclusions::read(path)?),
    }
}

/// Paths as they will still be found from another folder.
pub(super) fn absolute(experiment: &mut Experiment) -> Result<()> {
    experiment.place_paths(|path| std::path::absolute(path).with_context(|| format!("\"{}\"", path.display())))
}

/// A path as an experiment can keep it.
pub(crate) fn text(path: PathBuf) -> Result<String> {
    Ok(path.into_os_string().into_string().map_err(|path| ConfigError::NotText { path: path.into() })?)
}

pub(crate) fn new_manifest(experiment: &Experiment, data: &DataSet, program: &Program) -> Manifest {
    let header = data.header();
    let count = |mask: &Vec<bool>| mask.iter().filter(|&&m| m).count();
    let facts = DataFacts {
        title: header.provenance.title.clone(),
        licence: header.provenance.licence.clone(),
        citation: header.provenance.citation.clone(),
        regions: header.voxels.regions.iter().map(|(name, mask)| (name.clone(), count(mask))).collect(),
        preprocessing: header.provenance.steps.iter().map(ToString::to_string).collect(),
        ..DataFacts::default()
    };
    let threads = rayon::current_num_threads();
    Manifest {
        layout: LAYOUT_VERSION,
        name: experiment.name.clone(),
        software: program.software.clone(),
        git_commit: program.commit.clone(),
        command: program.command.clone(),
        created: timestamp(),
        device: format!("{}, {threads} threads", experiment.device.name),
        machine: program.machine.clone(),
        seeds: [("experiment".to_owned(), experiment.seed)].into(),
        inputs: vec![Input {
            role: DATA_SET.into(),
            path: join_paths(&experiment.data.dataset),
            sha256: data.fingerprint().to_owned(),
            count: Some(header.trials.len()),
        }],
        data: facts,
        timing_secs: Default::default(),
        peak_memory_mib: None,
        finished: Vec::new(),
        warnings: Vec::new(),
        changes: Vec::new(),
        baseline: None,
        scored_run: None,
        outputs: Default::default(),
    }
}
