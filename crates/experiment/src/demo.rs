//! The experiment on the built-in simulated subject.

use std::path::Path;

use afterimage_config::Experiment;
use afterimage_run::{RunFolder, layout::SIMULATION, replace::RunKind};
use afterimage_sim::{SimConfig, Simulation, Written};
use afterimage_train::Observer;

use crate::error::{Context as _, Result, bail};
use crate::preflight::{self, Work};
use crate::session::{self, has_work, refuse_used, text};
use crate::{Caller, Existing, Session, Stage};

/// Simulates a subject in `out/simulation` and creates the run in `out`, or opens or replaces the one that is there, as
/// `existing` says.
/// `classes` generated classes are what the classification chooses among.
///
/// # Errors
/// Those of [`Session::begin`], and of writing the simulation.
pub fn begin(
    out: &Path,
    experiment: Experiment,
    classes: usize,
    existing: Existing,
    caller: &Caller,
) -> Result<Session> {
    let folder = out.join(SIMULATION);
    match existing {
        Existing::Resumed if has_work(out) => {
            let experiment = of_simulation(experiment, &Written::in_folder(&folder));
            return Session::begin(out, experiment, existing, Stage::Validity, caller);
        }
        Existing::Resumed | Existing::Refused => refuse_used(out, RunKind::Demonstration)?,
        Existing::Replaced => RunKind::Demonstration.refuse_other(out)?,
    }
    text(std::path::absolute(out)?)?;
    preflight::check_without_data(out, &experiment, &Work::RUN, &*caller.observer)?;
    let run = RunFolder::new(out);
    let killed_before = run.lock_file().is_file();
    let lock = session::lock(&run, caller)?;
    if existing == Existing::Replaced {
        RunKind::Demonstration.remove_entries(out)?;
    }
    if killed_before && folder.exists() {
        // A demonstration that was killed before its training began.
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))?;
    }
    let written = simulate(&folder, &experiment, classes, &*caller.observer)?;
    let experiment = of_simulation(experiment, &written);
    Ok(Session::create_locked(out, experiment, &Work::RUN, caller, &lock)?.holding(lock))
}

/// The experiment on the files of a simulation.
fn of_simulation(mut experiment: Experiment, written: &Written) -> Experiment {
    experiment.data.dataset = Some(written.data_set.clone());
    experiment.data.unpaired = vec![written.unpaired.clone()];
    experiment.data.external = vec![written.external.clone()];
    if written.classes.is_file() {
        experiment.evaluation.classification.classes = vec![written.classes.clone()];
        experiment.evaluation.classification.superclasses = Some(written.classes.with_file_name("superclasses.csv"));
    }
    experiment
}

fn simulate(folder: &Path, experiment: &Experiment, classes: usize, observer: &dyn Observer) -> Result<Written> {
    if let Err(error) = std::fs::create_dir_all(folder) {
        bail!("cannot create \"{}\": {error}", folder.display());
    }
    let config = SimConfig { seed: experiment.seed + 1, side: experiment.image.side, classes, ..SimConfig::default() };
    let of_classes = config.classes * config.class_images;
    let parts = [config.train, config.validation, config.test, config.unpaired, config.external, of_classes];
    let total = parts.iter().sum::<usize>() as u64;
    observer.progress("simulation", 0, total);
    let mut done_parts = 0;
    let mut last = None;
    let written = Simulation::generate(config, folder, |progress| {
        if last.is_some_and(|(part, _)| part != progress.part) {
            done_parts += last.map_or(0, |(_, total)| total);
        }
        last = Some((progress.part, progress.total));
        observer.progress("simulation", (done_parts + progress.done) as u64, total);
    })?;
    Ok(written)
}
