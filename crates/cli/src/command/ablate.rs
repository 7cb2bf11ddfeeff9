//! `afterimage ablate`: runs an experiment with parts left out, each over several seeds, and compares them.
//!
//! Every variant and seed is an ordinary experiment folder. After a stop or a kill, the same command continues.

use anyhow::{Context as _, Result};

use afterimage_data::{DataSet, Voxels};
use afterimage_eval::comparison::{Options, ScoredRun, compare};
use afterimage_experiment::ablation;

use super::{compare as page, inputs, run};
use crate::args::compare::Ablate;
use crate::build::caller;
use crate::say;

/// Runs what is not finished, then compares all runs.
pub(super) fn ablate(args: &Ablate) -> Result<()> {
    let mut settings = args.settings.clone();
    settings.extend(args.device.as_ref().map(|device| format!("device.name={device}")));
    let experiment = inputs::experiment(&args.experiment)?.with_settings(&settings)?;
    run::start(&experiment)?;
    let voxels = match &experiment.data.dataset {
        None => Voxels::default(), // `Session` says what is missing.
        Some(path) => DataSet::open(path)?.header().voxels.clone(),
    };
    let variants = ablation::variants(&experiment, &args.over, &voxels)?;
    let seeds: Vec<u64> = (0..u64::from(args.seeds)).map(|i| experiment.seed + i).collect();
    let total = variants.len() * seeds.len();
    let caller = caller();
    ablation::check(&variants, &seeds, &args.out, &caller)?;
    let mut runs = Vec::new();
    for &seed in &seeds {
        let full = args.out.join(variants[0].folder(seed));
        for variant in &variants {
            let number = runs.len() + 1;
            caller.observer.note(&format!("run {number} of {total}: {}, seed {seed}", variant.label));
            let out = args.out.join(variant.folder(seed));
            let context = || format!("\"{}\"", out.display());
            if let Some(mut session) = ablation::run(variant, seed, &out, &full, &caller).with_context(context)? {
                run::write_report(&mut session).with_context(context)?;
            }
            let mut scored = ScoredRun::read(&out)?;
            scored.label.clone_from(&variant.label);
            runs.push(scored);
        }
    }
    let comparison = compare(
        &runs,
        &Options {
            title: format!("{}: ablations", experiment.name),
            scores: args.scores.clone(),
            resamples: experiment.evaluation.resamples,
            permutations: experiment.evaluation.permutations,
            seed: experiment.seed,
            ..Options::default()
        },
    )?;
    page::write(&comparison, &args.out, "ablation")?;
    page::print(&comparison, args.json, args.verbose)?;
    if args.json { Ok(()) } else { say::line(format!("page: {}", args.out.join("ablation.html").display())) }
}
