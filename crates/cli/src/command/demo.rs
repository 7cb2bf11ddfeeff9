//! `afterimage demo`: everything on the built-in simulated subject.

use std::path::Path;

use anyhow::Result;

use afterimage_run::{Experiment, RunFolder};
use afterimage_sim::{SimConfig, Simulation, Written};

use super::run;
use crate::args::Demo;
use crate::progress::Bar;
use crate::stage::preflight::{self, Work};

/// Simulates the subject where that is not done, then runs all stages.
pub(super) fn demo(args: &Demo) -> Result<()> {
    let options = &args.options;
    let out = &options.out;
    let mut experiment = run::configured(Experiment::preset("demo")?, options)?;
    run::start(&experiment)?;
    let folder = out.join("simulation");
    let written = match options.resume && RunFolder::new(out).manifest_file().exists() {
        true => Written::in_folder(&folder),
        false => simulate(out, &folder, &experiment, args.classes)?,
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    experiment.data.dataset = text(&written.data_set);
    experiment.data.unpaired = vec![text(&written.unpaired)];
    experiment.data.external = vec![text(&written.external)];
    if written.classes.is_file() {
        experiment.evaluation.classification.classes = vec![text(&written.classes)];
        experiment.evaluation.classification.superclasses = text(&written.classes.with_file_name("superclasses.csv"));
    }
    let mut session = run::begun(out, experiment, options.resume)?;
    let scores = run::all_stages(&mut session, options.resume)?;
    run::conclude(&session, &scores, options.json)
}

fn simulate(out: &Path, folder: &Path, experiment: &Experiment, classes: usize) -> Result<Written> {
    if RunFolder::new(out).manifest_file().exists() {
        anyhow::bail!("\"{}\" already holds a run: go on with --resume, or choose another --out", out.display());
    }
    preflight::check_without_data(out, experiment, &Work::RUN)?;
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
