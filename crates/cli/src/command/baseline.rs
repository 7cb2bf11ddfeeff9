//! `afterimage baseline`: fit, reconstruct, evaluate, report, in a folder that appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use afterimage_run::{Experiment, RunFolder, scores::ScoreFile};

use super::run;
use crate::args::RunOptions;
use crate::args::baseline::{Common, Fit, Kind};
use crate::stage::baseline::{self, Decoder, Encoder, Plan};
use crate::stage::{Session, evaluate, preflight::Work};

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
    let (mut session, scores) = whole(&common.out, |folder| all_stages(folder, experiment, &plan))?;
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

fn all_stages(folder: &Path, experiment: Experiment, plan: &Plan) -> Result<(Session, ScoreFile)> {
    let mut session = Session::create(folder, experiment, &Work::baseline(plan))?;
    let fitted = session.stage("fit", |s| baseline::fit(s, plan))?;
    eprintln!("reconstructing and scoring the held-out images");
    session.stage("reconstruct", |s| baseline::apply(s, &fitted))?;
    let scores = session.stage("evaluate", evaluate::evaluate)?;
    session.stage("report", |s| Ok(afterimage_report::write(&s.run)?))?;
    Ok((session, scores))
}

/// Does `work` in a folder beside `out`, which takes that name when all is done and vanishes where it fails.
fn whole<T>(out: &Path, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    if out.exists() {
        bail!("\"{}\" is already there: choose another --out, or remove it", out.display());
    }
    let partial = beside(out)?;
    if RunFolder::new(&partial).manifest_file().is_file() {
        remove(&partial)?; // what a killed command left
    } else if partial.exists() {
        bail!("\"{}\" is in the way and is not a run folder: rename it, or choose another --out", partial.display());
    }
    let outcome = work(&partial)
        .and_then(|done| fs::rename(&partial, out).map(|()| done).with_context(|| format!("\"{}\"", out.display())));
    if outcome.is_err() && partial.exists() {
        remove(&partial)?;
    }
    outcome
}

fn remove(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))
}

fn beside(out: &Path) -> Result<PathBuf> {
    let Some(name) = out.file_name() else {
        bail!("\"{}\" has no name of its own: choose another --out", out.display())
    };
    let mut name = name.to_os_string();
    name.push(".partial");
    Ok(out.with_file_name(name))
}
