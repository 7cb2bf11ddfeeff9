//! `afterimage ablate`: an experiment with parts left out, each over several seeds, and their comparison.
//!
//! Every variant and seed is an ordinary run folder. Killed or stopped, the command goes on where it was when given again.

mod reuse;
mod rois;
mod variants;

use std::path::Path;

use anyhow::{Context as _, Result};

use afterimage_config::Experiment;
use afterimage_data::{DataSet, Voxels};
use afterimage_eval::comparison::{Options, ScoredRun, compare};
use afterimage_run::RunFolder;

use super::{compare as page, run};
use crate::args::compare::Ablate;
use crate::say;
use crate::stage::{Session, preflight::Work};
use variants::Variant;
pub(super) use variants::without_perceptual;

/// Stages of a whole run.
const STAGES: [&str; 5] = ["encoder", "decoder", "reconstruct", "evaluate", "report"];

/// Runs what is not finished, then compares all.
pub(super) fn ablate(args: &Ablate) -> Result<()> {
    let mut settings = args.settings.clone();
    settings.extend(args.device.as_ref().map(|device| format!("device.name={device}")));
    let experiment = Experiment::read(&args.experiment)?.with_settings(&settings)?;
    run::start(&experiment)?;
    let voxels = match &experiment.data.dataset {
        None => Voxels::default(), // `Session` says what is missing.
        Some(path) => DataSet::open(path)?.header().voxels.clone(),
    };
    let variants = variants::variants(&experiment, &args.over, &voxels)?;
    let seeds: Vec<u64> = (0..u64::from(args.seeds)).map(|i| experiment.seed + i).collect();
    let total = variants.len() * seeds.len();
    check(&variants, &seeds, &args.out)?;
    let mut runs = Vec::new();
    for &seed in &seeds {
        let full = args.out.join(variants[0].folder(seed));
        for variant in &variants {
            eprintln!("[{}/{total}] {}, seed {seed}", runs.len() + 1, variant.label);
            let out = args.out.join(variant.folder(seed));
            one(variant, seed, &out, &full).with_context(|| format!("\"{}\"", out.display()))?;
            let mut run = ScoredRun::read(&out)?;
            run.label.clone_from(&variant.label);
            runs.push(run);
        }
    }
    let comparison = compare(
        &runs,
        &Options {
            title: format!("{}: ablations", experiment.name),
            baseline: 0,
            paired: true,
            subjects: false,
            scores: args.scores.clone(),
            resamples: experiment.evaluation.resamples,
            permutations: experiment.evaluation.permutations,
            seed: experiment.seed,
        },
    )?;
    page::write(&comparison, &args.out, "ablation")?;
    page::print(&comparison, args.json)?;
    match args.json {
        true => Ok(()),
        false => say::line(format!("page: {}", args.out.join("ablation.html").display())),
    }
}

/// Checks every variant before the first is trained, each with the first seed: other seeds only choose other images.
fn check(variants: &[Variant], seeds: &[u64], out: &Path) -> Result<()> {
    let mut runs = (variants.len() * seeds.len()) as u64;
    for variant in variants {
        let folder = out.join(variant.folder(seeds[0]));
        let is_there = RunFolder::new(&folder).manifest_file().exists();
        if is_there && is_finished(&Session::open(&folder)?) {
            runs = runs.saturating_sub(1);
            continue;
        }
        eprintln!("{}:", variant.label);
        let work = Work { runs, ..Work::RUN };
        Session::check_new(&folder, variant.experiment.clone(), &work).with_context(|| variant.label.clone())?;
    }
    Ok(())
}

fn is_finished(session: &Session) -> bool {
    STAGES.iter().all(|stage| session.is_finished(stage))
}

/// One run, unless it is finished; `full` is the run of the whole method with the same seed.
fn one(variant: &Variant, seed: u64, out: &Path, full: &Path) -> Result<()> {
    let experiment = variant.experiment.with_settings(&[format!("seed={seed}")])?;
    let mut session = if RunFolder::new(out).manifest_file().exists() {
        let session = Session::resume(out, experiment)?;
        if is_finished(&session) {
            eprintln!("finished before");
            return Ok(());
        }
        session.check(&Work::RUN)?;
        session
    } else {
        Session::create(out, experiment, &Work::RUN)?
    };
    if out != full && !session.is_finished("encoder") {
        reuse::encoder(&mut session, full)?;
    }
    // Receptive fields and regions are not what variants are compared by: `biology` and `regions` look for them in any run.
    run::scored_stages(&mut session, true)?;
    session.stage("report", |s| Ok(afterimage_report::write(&s.run)?))?;
    Ok(())
}
