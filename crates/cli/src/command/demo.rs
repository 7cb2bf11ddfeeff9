//! `afterimage demo`: everything on the built-in simulated subject.

use std::path::Path;

use anyhow::{Context as _, Result};

use afterimage_config::Experiment;
use afterimage_run::RunFolder;
use afterimage_sim::{SimConfig, Simulation, Written};

use super::run;
use crate::args::Demo;
use crate::progress::Bar;
use crate::stage::preflight::{self, Work};
use crate::stage::session::{self, Session, refuse_run, text};

/// Simulates the subject where that is not done, then runs all stages.
pub(super) fn demo(args: &Demo) -> Result<()> {
    let options = &args.options;
    let out = &options.out;
    let experiment = run::configured(Experiment::preset("demo")?, options)?;
    run::start(&experiment)?;
    let folder = out.join("simulation");
    if options.resume && RunFolder::new(out).manifest_file().exists() {
        let experiment = of_simulation(experiment, &Written::in_folder(&folder));
        let mut session = run::begun(out, experiment, true)?;
        let scores = run::all_stages(&mut session, true)?;
        return run::conclude(&session, &scores, options.json);
    }
    refuse_run(out)?;
    text(std::path::absolute(out)?)?;
    preflight::check_without_data(out, &experiment, &Work::RUN)?;
    let run = RunFolder::new(out);
    let killed_before = run.lock_file().is_file();
    let lock = session::lock(&run)?;
    if killed_before && folder.exists() {
        // A demonstration that was killed before its run began.
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))?;
    }
    let written = simulate(&folder, &experiment, args.classes)?;
    let mut session = Session::create_locked(out, of_simulation(experiment, &written), &Work::RUN, &lock)?;
    let scores = run::all_stages(&mut session, options.resume)?;
    run::conclude(&session, &scores, options.json)
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

fn simulate(folder: &Path, experiment: &Experiment, classes: usize) -> Result<Written> {
    std::fs::create_dir_all(folder).map_err(|e| anyhow::anyhow!("cannot create \"{}\": {e}", folder.display()))?;
    let config = SimConfig { seed: experiment.seed + 1, side: experiment.image.side, classes, ..SimConfig::default() };
    let of_classes = config.classes * config.class_images;
    let parts = [config.train, config.validation, config.test, config.unpaired, config.external, of_classes];
    let bar = Bar::new("simulation", 0, parts.iter().sum::<usize>() as u64);
    let mut done_parts = 0;
    let mut last = None;
    let written = Simulation::generate(config, folder, |progress| {
        if last.is_some_and(|(part, _)| part != progress.part) {
            done_parts += last.map_or(0, |(_, total)| total);
        }
        last = Some((progress.part, progress.total));
        bar.set((done_parts + progress.done) as u64);
    })?;
    bar.finish();
    Ok(written)
}
