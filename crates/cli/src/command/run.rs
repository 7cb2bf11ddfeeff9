//! `run`, `train`, `reconstruct`, `evaluate`, `report`.

use std::path::Path;

use anyhow::{Result, bail};

use afterimage_eval::regions::DRAWS;
use afterimage_experiment::TrainedRun;
use afterimage_model::device::device;
use afterimage_run::{Experiment, RunFolder, layout::Phase, manifest::Manifest, scores::ScoreFile};

use super::ablate::without_perceptual;
use crate::args::{Ablation, Network, OfRun, RunOptions, Train};
use crate::stage::preflight::Work;
use crate::stage::{Session, biology, evaluate, reconstruct, regions, session, train};
use crate::{progress, say};

/// `afterimage run`.
pub(super) fn everything(args: &Train) -> Result<()> {
    let experiment = configured(Experiment::read(&args.experiment)?, &args.options)?;
    start(&experiment)?;
    let mut session = begun(&args.options.out, experiment, args.options.resume)?;
    let scores = all_stages(&mut session, args.options.resume)?;
    conclude(&session, &scores, args.options.json)
}

/// A new run, or the one to go on with, after the check that all its stages can be carried through.
pub(super) fn begun(out: &Path, experiment: Experiment, resume: bool) -> Result<Session> {
    if resume && RunFolder::new(out).manifest_file().exists() {
        let session = Session::resume(out, experiment)?;
        session.check(&Work::RUN)?;
        return Ok(session);
    }
    Session::create(out, experiment, &Work::RUN)
}

/// All stages that are not finished, in order.
pub(super) fn all_stages(session: &mut Session, resume: bool) -> Result<ScoreFile> {
    let scores = scored_stages(session, resume)?;
    session.stage("biology", |s| biology::biology(s, &biology::Options::default()))?;
    session.stage("regions", |s| regions::regions(s, DRAWS))?;
    session.stage("report", |s| Ok(afterimage_report::write(&s.run)?))?;
    Ok(scores)
}

/// The stages up to the scores.
pub(super) fn scored_stages(session: &mut Session, resume: bool) -> Result<ScoreFile> {
    if !session.is_trained(Phase::Encoder) {
        session.stage("encoder", |s| train::encoder(s, resume))?;
    }
    if !session.is_trained(Phase::Decoder) {
        session.stage("decoder", |s| train::decoder(s, resume))?;
    }
    eprintln!("reconstructing and scoring the held-out images");
    session.stage("reconstruct", reconstruct::reconstruct)?;
    session.stage("evaluate", evaluate::evaluate)
}

/// Says where the report is and the numbers that matter.
pub(super) fn conclude(session: &Session, scores: &ScoreFile, json: bool) -> Result<()> {
    if json {
        return say::json(scores);
    }
    for line in evaluate::summary(scores) {
        say::line(line)?;
    }
    for warning in &scores.warnings {
        say::line(format!("warning: {warning}"))?;
    }
    say::line(format!("report: {}", session.run.report_file().display()))
}

/// `afterimage train encoder|decoder`.
pub(super) fn train(network: Network, args: &Train) -> Result<()> {
    let options = &args.options;
    let experiment = configured(Experiment::read(&args.experiment)?, options)?;
    start(&experiment)?;
    let (phase, work) = match network {
        Network::Encoder => (Phase::Encoder, Work::ENCODER),
        Network::Decoder => (Phase::Decoder, Work::DECODER),
    };
    let is_new = !RunFolder::new(&options.out).manifest_file().exists();
    let mut session = if is_new {
        Session::create(&options.out, experiment, &work)?
    } else {
        Session::resume(&options.out, experiment)?
    };
    if !options.resume && train::has_begun(&session, phase) {
        bail!(
            "\"{}\" already has a {} in training: go on with --resume, or choose another --out",
            options.out.display(),
            phase.name()
        );
    }
    if !is_new {
        session.check(&work)?;
    }
    if network == Network::Encoder || !session.is_trained(Phase::Encoder) {
        session.stage("encoder", |s| train::encoder(s, true))?;
    }
    if network == Network::Decoder {
        session.stage("decoder", |s| train::decoder(s, true))?;
    }
    let file = session.run.weights_file(phase);
    if options.json {
        let (run, weights) = (options.out.display().to_string(), file.display().to_string());
        return say::json(&serde_json::json!({ "run": run, "network": phase.name(), "weights": weights }));
    }
    say::line(format!("trained {}: {}", phase.name(), file.display()))
}

/// `afterimage reconstruct`.
pub(super) fn reconstruct(args: &OfRun) -> Result<()> {
    let mut session = opened(&args.run)?;
    session.stage("reconstruct", reconstruct::reconstruct)?;
    if args.json {
        return say::json(&afterimage_run::pictures::read(&session.run)?);
    }
    say::line(format!(
        "{} reconstructions: {}",
        session.manifest.data.test_items,
        session.run.reconstructions_dir().display()
    ))
}

/// `afterimage evaluate`.
pub(super) fn evaluate(args: &OfRun) -> Result<()> {
    let mut session = opened(&args.run)?;
    evaluate::refuse_missing_inputs(&session)?;
    let scores = session.stage("evaluate", evaluate::evaluate)?;
    if args.json {
        return say::json(&scores);
    }
    scores.scores.iter().try_for_each(|score| say::line(evaluate::line(score)))?;
    scores.not_computed.iter().try_for_each(|m| say::line(format!("not computed: {}: {}", m.name, m.reason)))?;
    scores.warnings.iter().try_for_each(|warning| say::line(format!("warning: {warning}")))
}

/// `afterimage report`.
pub(super) fn report(args: &OfRun) -> Result<()> {
    let run = RunFolder::open(&args.run)?;
    let _lock = session::lock(&run)?;
    // A report needs no experiment.toml, and shows one of another version as text.
    if let Ok(experiment) = Experiment::read(&run.experiment_file()) {
        session::refuse_edited(&run, &Manifest::read(&run)?, &experiment)?;
    }
    session::note_unchecked(&run)?;
    let path = afterimage_report::write(&run)?;
    if args.json {
        return say::json(&serde_json::json!({ "report": path.display().to_string() }));
    }
    say::line(format!("report: {}", path.display()))
}

/// The experiment with what the command line changes.
pub(super) fn configured(experiment: Experiment, options: &RunOptions) -> Result<Experiment> {
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

/// Refuses a device that is not there, sets the threads and listens for Ctrl-C.
pub(super) fn start(experiment: &Experiment) -> Result<()> {
    progress::listen();
    threads(experiment)
}

/// Refuses a device that is not there, before any work, and sets the threads.
pub(super) fn threads(experiment: &Experiment) -> Result<()> {
    device(&experiment.device.name)?;
    let threads = experiment.device.threads;
    if threads > 0 {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    Ok(())
}

/// Opens a run to apply its networks, on `device` if one is named.
pub(super) fn of_run(path: &Path, device: Option<&str>) -> Result<TrainedRun> {
    let run = TrainedRun::open(path)?;
    session::note_unchecked(run.folder())?;
    Ok(if let Some(device) = device { run.on(device) } else { run })
}

/// Opens a run to write into it, with its threads.
pub(super) fn opened(path: &Path) -> Result<Session> {
    let session = Session::open_to_write(path)?;
    start(&session.experiment)?;
    Ok(session)
}
