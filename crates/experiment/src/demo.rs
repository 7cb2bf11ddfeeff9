//! The experiment on the built-in simulated subject.

use std::path::Path;

use afterimage_run::{Experiment, RunFolder};
use afterimage_sim::{SimConfig, Simulation, Written};
use afterimage_train::Observer;

use crate::error::{Context as _, Result, bail};
use crate::preflight::{self, Work};
use crate::session::{self, refuse_run, text};
use crate::{Caller, Session, Stage};

/// Simulates a subject in `out/simulation` and creates the run in `out`, or with `resume` opens the one to go on with.
/// `classes` generated classes are what the classification chooses among.
///
/// # Errors
/// Those of [`Session::begin`], and of writing the simulation.
pub fn begin(out: &Path, experiment: Experiment, classes: usize, resume: bool, caller: &Caller) -> Result<Session> {
    let folder = out.join("simulation");
    if resume && RunFolder::new(out).manifest_file().exists() {
        let experiment = of_simulation(experiment, &Written::in_folder(&folder))?;
        return Session::begin(out, experiment, true, Stage::Regions, caller);
    }
    refuse_run(out)?;
    text(std::path::absolute(out)?)?;
    preflight::check_without_data(out, &experiment, &Work::RUN, &*caller.observer)?;
    let run = RunFolder::new(out);
    let killed_before = run.lock_file().is_file();
    let lock = session::lock(&run, caller)?;
    if killed_before && folder.exists() {
        // A demonstration that was killed before its run began.
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))?;
    }
    let written = simulate(&folder, &experiment, classes, &*caller.observer)?;
    let experiment = of_simulation(experiment, &written)?;
    Ok(Session::create_locked(out, experiment, &Work::RUN, caller, &lock)?.holding(lock))
}

/// The experiment on the files of a simulation.
fn of_simulation(mut experiment: Experiment, written: &Written) -> Result<Experiment> {
    let owned = |path: &Path| text(path.to_path_buf());
    experiment.data.dataset = owned(&written.data_set)?;
    experiment.data.unpaired = vec![owned(&written.unpaired)?];
    experiment.data.external = vec![owned(&written.external)?];
    if written.classes.is_file() {
        experiment.evaluation.classification.classes = vec![owned(&written.classes)?];
        experiment.evaluation.classification.superclasses = owned(&written.classes.with_file_name("superclasses.csv"))?;
    }
    Ok(experiment)
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
