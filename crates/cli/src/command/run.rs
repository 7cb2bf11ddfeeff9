//! `run`, `train`, `reconstruct`, `evaluate`, `report`.

mod advice;
mod baselines;
pub(super) mod line;

use std::path::Path;

use anyhow::{Result, bail};

use afterimage_config::Experiment;
use afterimage_experiment::ablation::without_perceptual;
use afterimage_experiment::{Existing, OnOptions, REPORT, Session, Stage, TrainedRun, session, voxels};
use afterimage_model::device::device;
use afterimage_run::{Artefact, RunFolder, layout::Phase, manifest::Manifest, scores::ScoreFile};

use super::inputs;
use crate::args::{Ablation, Evaluate, Network, OfRun, Report, RunOptions, Train};
use crate::build::caller;
use crate::log;
use crate::progress::{self, Terminal};
use crate::say;

/// `afterimage run`.
pub(super) fn everything(args: &Train) -> Result<()> {
    let experiment = configure(inputs::experiment(&args.experiment)?, &args.options)?;
    start(&experiment)?;
    let options = &args.options;
    let session = Session::begin(&options.out, experiment, options.existing(), Stage::Validity, &caller())?;
    all_stages(session, options.json)
}

/// Runs all unfinished stages, writes the report and prints the scores.
pub(super) fn all_stages(mut session: Session, json: bool) -> Result<()> {
    session.run_until(Stage::Validity)?;
    write_report(&mut session)?;
    conclude(&session, &ScoreFile::read(&session.run)?, json)
}

/// Writes the figures and the report.
pub(super) fn write_report(session: &mut Session) -> Result<()> {
    session.stage(REPORT, |session| {
        afterimage_report::write_figures(&session.run)?;
        afterimage_report::write(&session.run)?;
        Ok(())
    })
}

/// Prints the main scores, the warnings and the path of the report.
pub(super) fn conclude(session: &Session, scores: &ScoreFile, json: bool) -> Result<()> {
    if json {
        return say::json(scores);
    }
    let unit = voxels::unit(session);
    line::summary(scores, unit).iter().try_for_each(say::line)?;
    for warning in &scores.warnings {
        say::line(format!("warning: {warning}"))?;
    }
    advice::single_trials(session).map_or(Ok(()), say::line)?;
    say::line(format!("report: {}", session.run.report_file().display()))
}

/// `afterimage train encoder|decoder`.
pub(super) fn train(network: Network, args: &Train) -> Result<()> {
    let options = &args.options;
    let experiment = configure(inputs::experiment(&args.experiment)?, options)?;
    start(&experiment)?;
    let (phase, last) = match network {
        Network::Encoder => (Phase::Encoder, Stage::Encoder),
        Network::Decoder => (Phase::Decoder, Stage::Decoder),
    };
    let is_new = options.overwrite || !session::has_work(&options.out);
    let mut session = if is_new {
        let existing = if options.overwrite { Existing::Replaced } else { Existing::Refused };
        Session::begin(&options.out, experiment, existing, last, &caller())?
    } else {
        Session::resume(&options.out, experiment, &caller())?
    };
    if !options.resume && session.has_begun(phase) {
        bail!(
            "\"{}\" already has its {} in training: continue with --resume, choose another --out, or begin again with --overwrite",
            options.out.display(),
            phase.name()
        );
    }
    if !is_new {
        session.check(last)?;
    }
    if phase == Phase::Decoder {
        if !session.is_trained(Phase::Encoder) {
            log::note("the decoder learns from an encoder, which is trained first");
        }
        session.run_until(Stage::Encoder)?;
    }
    session.train(phase)?;
    let file = session.run.weights_file(phase);
    if options.json {
        let (run, weights) = (options.out.display().to_string(), file.display().to_string());
        return say::json(&serde_json::json!({ "run": run, "network": phase.name(), "weights": weights }));
    }
    say::line(format!("trained {}: {}", phase.name(), file.display()))
}

/// `afterimage reconstruct`.
pub(super) fn reconstruct(args: &OfRun) -> Result<()> {
    let mut session = open_to_write(&args.run)?;
    let pictures = session.reconstruct()?;
    if args.json {
        return say::json(&pictures);
    }
    say::line(format!(
        "{} reconstructions: {}",
        session.manifest.data.test_items,
        session.run.reconstructions_dir().display()
    ))
}

/// `afterimage evaluate`.
pub(super) fn evaluate(args: &Evaluate) -> Result<()> {
    let mut session = open_to_write(&args.run)?;
    if let Some(data_set) = &args.on {
        return evaluate_on(&mut session, data_set, args);
    }
    let scores = match args.settings.as_slice() {
        [] => session.evaluate()?,
        settings => session.evaluate_with(session.experiment.with_settings(settings)?)?,
    };
    if args.json {
        return say::json(&scores);
    }
    list(&session, &scores)?;
    say::line(format!("add to the report: afterimage report {}", args.run.display()))
}

/// `afterimage evaluate --on`.
fn evaluate_on(session: &mut Session, data_set: &Path, args: &Evaluate) -> Result<()> {
    let options = OnOptions { name: args.name.clone(), in_order: args.in_order, force_units: args.force_units };
    let (folder, scores) = session.evaluate_on(data_set, &options)?;
    afterimage_report::write_figures(&folder)?;
    afterimage_report::write(&folder)?;
    if args.json {
        return say::json(&scores);
    }
    list(session, &scores)?;
    if let Some(of) = Manifest::read(&folder)?.scored_run {
        say::line(format!("{}: {}", voxels::unit(session).plural(), of.voxels))?;
        of.overlap.iter().try_for_each(|sentence| say::line(format!("overlap: {sentence}")))?;
    }
    say::line(format!("report: {}", folder.report_file().display()))?;
    say::line(format!("add to the report of the run: afterimage report {}", args.run.display()))
}

/// Prints every score, what was not computed, and the warnings.
fn list(session: &Session, scores: &ScoreFile) -> Result<()> {
    let unit = voxels::unit(session);
    scores.scores.iter().try_for_each(|score| say::line(line::line(score, unit)))?;
    scores.not_computed.iter().try_for_each(|m| say::line(format!("not computed: {}: {}", m.name, m.reason)))?;
    scores.warnings.iter().try_for_each(|warning| say::line(format!("warning: {warning}")))
}

/// `afterimage report`.
pub(super) fn report(args: &Report) -> Result<()> {
    let (baselines, args) = (&args.baselines, &args.of);
    inputs::refuse_no_run(&args.run)?;
    let run = RunFolder::open(&args.run)?;
    let _lock = session::lock(&run, &caller())?;
    // A report needs no experiment.toml, and shows one of another version as text.
    if let Ok(experiment) = run.experiment() {
        session::refuse_edited(&run, &Manifest::read(&run)?, &experiment)?;
    }
    session::note_unchecked(&run, &Terminal::default())?;
    if !baselines.is_empty() {
        baselines::against(&run, baselines)?.write(&run)?;
    }
    let path = afterimage_report::write(&run)?;
    if args.json {
        return say::json(&serde_json::json!({ "report": path.display().to_string() }));
    }
    say::line(format!("report: {}", path.display()))
}

/// Applies the options of the command line to an experiment.
pub(super) fn configure(experiment: Experiment, options: &RunOptions) -> Result<Experiment> {
    let mut settings = options.settings.clone();
    for part in &options.ablate {
        settings.extend(match part {
            Ablation::Unpaired => vec!["decoder.cycle_weight=0.0".to_owned()],
            Ablation::Perceptual => without_perceptual(&experiment).1,
        });
    }
    settings.extend(options.seed.map(|seed| format!("seed={seed}")));
    settings.extend(options.device.as_ref().map(|device| format!("device.name={device}")));
    Ok(experiment.with_settings(&settings)?)
}

/// Checks that the device exists, sets the number of threads and listens for Ctrl-C.
pub(super) fn start(experiment: &Experiment) -> Result<()> {
    progress::listen();
    threads(experiment)
}

/// Checks that the device exists and sets the number of threads.
pub(super) fn threads(experiment: &Experiment) -> Result<()> {
    device(&experiment.device.name)?;
    let threads = experiment.device.threads;
    if threads > 0 {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    Ok(())
}

/// Opens a run to apply its networks, on `device` if given.
pub(super) fn open_trained(path: &Path, device: Option<&str>) -> Result<TrainedRun> {
    inputs::refuse_no_run(path)?;
    let run = TrainedRun::of(Session::open(path, &caller())?)?;
    Ok(if let Some(device) = device { run.on(device) } else { run })
}

/// Opens a run to write into it, and sets its number of threads.
pub(super) fn open_to_write(path: &Path) -> Result<Session> {
    inputs::refuse_no_run(path)?;
    let session = Session::open_to_write(path, &caller())?;
    start(&session.experiment)?;
    Ok(session)
}
