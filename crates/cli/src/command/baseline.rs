//! `afterimage baseline`: fit, reconstruct, evaluate, report, in a folder that appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use afterimage_config::Experiment;
use afterimage_run::{RunFolder, lock::RunLock, scores::ScoreFile};

use super::run;
use crate::args::RunOptions;
use crate::args::baseline::{Common, Fit, Kind};
use crate::stage::baseline::{self, Decoder, Encoder, Plan};
use crate::stage::session::{self, Session};
use crate::stage::{evaluate, preflight::Work};

/// Makes the run folder of a baseline.
pub(super) fn baseline(kind: &Kind) -> Result<()> {
    let (common, plan) = match kind {
        Kind::RidgePixels(args) => (&args.common, planned(Decoder::Pixels { side: args.pixels }, &args.fit)),
        Kind::Retrieval(args) => {
            (&args.common, planned(Decoder::Retrieval { layer: args.layer.clone(), grid: args.grid }, &args.fit))
        }
        Kind::Mean(args) => (&args.common, Plan { decoder: Decoder::Mean, ..Plan::default() }),
    };
    let experiment = run::configured(Experiment::read(&common.experiment)?, &options(common))?;
    run::threads(&experiment)?;
    let (mut session, scores) = whole(&common.out, |folder, lock| all_stages(folder, experiment, &plan, lock))?;
    session.run = RunFolder::new(&common.out);
    run::conclude(&session, &scores, common.json)
}

fn planned(decoder: Decoder, fit: &Fit) -> Plan {
    let encoder = Encoder { layers: fit.encoder_layers.clone(), levels: fit.field_levels };
    Plan {
        decoder,
        encoder: (!fit.no_encoder).then_some(encoder),
        backbone: fit.backbone.clone(),
        folds: usize::from(fit.folds),
    }
}

fn options(common: &Common) -> RunOptions {
    RunOptions {
        out: common.out.clone(),
        resume: false,
        ablate: Vec::new(),
        settings: common.settings.clone(),
        seed: common.seed,
        device: common.device.clone(),
        json: common.json,
    }
}

fn all_stages(folder: &Path, experiment: Experiment, plan: &Plan, lock: &RunLock) -> Result<(Session, ScoreFile)> {
    let mut session = Session::create_locked(folder, experiment, &Work::baseline(plan), lock)?;
    let fitted = session.stage("fit", |s| baseline::fit(s, plan))?;
    eprintln!("reconstructing and scoring the held-out images");
    session.stage("reconstruct", |s| baseline::apply(s, &fitted))?;
    let scores = session.stage("evaluate", evaluate::evaluate)?;
    session.stage("report", |s| Ok(afterimage_report::write(&s.run)?))?;
    Ok((session, scores))
}

/// Does `work` in a folder beside `out`, which takes that name when all is done and vanishes where it fails.
fn whole<T>(out: &Path, work: impl FnOnce(&Path, &RunLock) -> Result<T>) -> Result<T> {
    if out.exists() {
        bail!("\"{}\" is already there: choose another --out, or remove it", out.display());
    }
    let partial = beside(out)?;
    let lock = cleared(&partial)?;
    let outcome = work(&partial, &lock)
        .and_then(|done| fs::rename(&partial, out).map(|()| done).with_context(|| format!("\"{}\"", out.display())));
    if outcome.is_err() && partial.exists() {
        remove(&partial)?;
    }
    outcome
}

/// Takes the lock of a folder in the making and removes what a killed command left in it. Such a folder has a lock file
/// from its first moment to its last, or is empty; any other is not ours.
fn cleared(partial: &Path) -> Result<RunLock> {
    let run = RunFolder::new(partial);
    let known = || run.lock_file().is_file() || run.manifest_file().is_file();
    let empty = || fs::read_dir(partial).is_ok_and(|mut entries| entries.next().is_none());
    if partial.exists() && !known() && !empty() {
        bail!("\"{}\" is in the way and is not a run folder: rename it, or choose another --out", partial.display());
    }
    let lock = session::lock(&run)?;
    empty_but_lock(&run)?;
    Ok(lock)
}

/// Removes a folder, its lock file last: killed halfway, it is still known as ours.
fn remove(folder: &Path) -> Result<()> {
    empty_but_lock(&RunFolder::new(folder))?;
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))
}

fn empty_but_lock(run: &RunFolder) -> Result<()> {
    let context = || format!("cannot empty \"{}\"", run.root().display());
    for entry in fs::read_dir(run.root()).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(&path).with_context(context)?;
        } else if path != run.lock_file() {
            fs::remove_file(&path).with_context(context)?;
        }
    }
    Ok(())
}

fn beside(out: &Path) -> Result<PathBuf> {
    let Some(name) = out.file_name() else {
        bail!("\"{}\" has no name of its own: choose another --out", out.display())
    };
    let mut name = name.to_os_string();
    name.push(".partial");
    Ok(out.with_file_name(name))
}
