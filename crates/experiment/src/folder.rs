//! What the folder of a run says of itself, checked before it is used.

use std::path::Path;

use afterimage_data::{DataSet, Exclusions};
use afterimage_formats::digest;
use afterimage_run::{Experiment, RunFolder, manifest::Manifest};
use afterimage_train::apply;

use crate::{Error, Result};

/// Role of the data set among the inputs of a run.
pub const DATA_SET: &str = "data set";
/// Role of the experiment's own list of stimuli to leave out.
pub const EXCLUSIONS: &str = "exclusions";

/// Refuses a configuration that the seeds or the networks of a run do not have.
///
/// # Errors
/// [`Error::Refused`] for another seed, [`Error::Train`] for settings that the networks were not trained with.
pub fn refuse_edited(run: &RunFolder, manifest: &Manifest, experiment: &Experiment) -> Result<()> {
    if let Some(&seed) = manifest.seeds.get("experiment").filter(|&&seed| seed != experiment.seed) {
        return Err(Error::Refused(format!(
            "\"{}\" says seed = {}, and the run was made with seed {seed}: set it back, or make another run with --out",
            run.experiment_file().display(),
            experiment.seed
        )));
    }
    Ok(apply::check_settings(run, experiment)?)
}

/// Refuses a run without networks; `what` completes "so one cannot".
///
/// # Errors
/// [`Error::Refused`].
pub fn refuse_baseline(run: &RunFolder, manifest: &Manifest, what: &str) -> Result<()> {
    match &manifest.baseline {
        Some(baseline) => Err(Error::Refused(format!(
            "\"{}\" is the baseline {name} and has no networks, so one cannot {what}: choose another --out, or make \
             the baseline anew with `afterimage baseline {name} EXPERIMENT.toml --out RUN`",
            run.root().display(),
            name = baseline.name
        ))),
        None => Ok(()),
    }
}

/// SHA-256 of the content of a run's data set, if the run states it.
pub fn data_fingerprint(manifest: &Manifest) -> Option<&str> {
    manifest.inputs.iter().find(|input| input.role == DATA_SET).map(|input| input.sha256.as_str())
}

/// The data set of a run, refused if it is not the one that the run was begun with.
///
/// # Errors
/// [`Error::Refused`] for a data set or a list of exclusions that has changed; as [`DataSet::open`].
pub fn data(manifest: &Manifest, experiment: &Experiment) -> Result<DataSet> {
    let data = open_data(experiment)?;
    if data_fingerprint(manifest).is_some_and(|known| known != data.fingerprint()) {
        let path = &experiment.data.dataset;
        return Err(Error::Refused(format!("the data set \"{path}\" has changed since this run was begun")));
    }
    let known = manifest.inputs.iter().find(|input| input.role == EXCLUSIONS);
    if known.map(|input| input.sha256.clone()) != exclusions_digest(experiment)? {
        let path = &experiment.data.exclusions;
        return Err(Error::Refused(format!("the list \"{path}\" has changed since this run was begun")));
    }
    Ok(data)
}

/// The data set that an experiment names, without the stimuli that the experiment leaves out.
///
/// # Errors
/// [`Error::Refused`] if it names none; as [`DataSet::open`].
pub fn open_data(experiment: &Experiment) -> Result<DataSet> {
    if experiment.data.dataset.is_empty() {
        let reason = "the experiment names no data set: set data.dataset to one made by `afterimage import`";
        return Err(Error::Refused(reason.into()));
    }
    let mut data = DataSet::open(Path::new(&experiment.data.dataset))?;
    data.leave_out(&exclusions(experiment)?.stimuli);
    Ok(data)
}

/// What the experiment's own list leaves out.
///
/// # Errors
/// As [`Exclusions::read`].
pub fn exclusions(experiment: &Experiment) -> Result<Exclusions> {
    match experiment.data.exclusions.as_str() {
        "" => Ok(Exclusions::default()),
        path => Ok(Exclusions::read(Path::new(path))?),
    }
}

/// SHA-256 of the experiment's list; `None` if it has no list.
///
/// # Errors
/// [`Error::Formats`] if the list cannot be read.
pub fn exclusions_digest(experiment: &Experiment) -> Result<Option<String>> {
    match experiment.data.exclusions.as_str() {
        "" => Ok(None),
        path => Ok(Some(digest::sha256(Path::new(path))?)),
    }
}
