//! `afterimage synthesize`: images that drive voxels and regions.

use std::fs;

use anyhow::Result;

use afterimage_experiment::{preflight, synthesize as stage};
use afterimage_run::synthesis::{FOLDER, Objective, Prior, Settings, Synthesis, Target};
use afterimage_run::{atomic, layout::Phase};

use super::{refuse_used, run};
use crate::args::regions::{self as args, Synthesize};
use crate::say;

/// Synthesises the images, writes their page and prints the responses.
pub(super) fn synthesize(args: &Synthesize) -> Result<()> {
    refuse_used(&args.out, &FOLDER, args.overwrite)?;
    preflight::refuse_unwritable(&args.out)?;
    let run = run::open_trained(&args.run, None)?;
    run::start(run.experiment())?;
    let settings = Settings {
        prior: match args.prior {
            Some(args::Prior::Pixels) => Prior::Pixels,
            Some(args::Prior::Decoder) => Prior::Decoder,
            None if run.folder().weights_file(Phase::Decoder).is_file() => Prior::Decoder,
            None => Prior::Pixels,
        },
        minimise: args.minimize,
        steps: args.steps as usize,
        learning_rate: args.learning_rate,
        variation_weight: args.variation,
        jitter_px: usize::from(args.jitter),
        starts: usize::from(args.starts),
        seed: args.seed.unwrap_or(run.experiment().seed),
    };
    let wanted = stage::Wanted {
        voxels: args.voxel.clone(),
        regions: args.region.clone(),
        objective: match args.objective {
            args::Objective::Voxel => Objective::Voxel,
            args::Objective::Region => Objective::Region,
            args::Objective::Contrast => Objective::Contrast,
        },
        natural: args.natural,
        overwrite: args.overwrite,
    };
    let found = stage::synthesize(&run, &wanted, &settings, &args.out)?;
    let page = args.out.join("synthesis.html");
    let read = |file: &str| fs::read(args.out.join(file)).unwrap_or_default();
    atomic::write(&page, afterimage_report::render_synthesis(&found, &read).as_bytes())?;
    if args.json {
        return say::json(&found);
    }
    lines(&found).into_iter().try_for_each(say::line)?;
    say::line(format!("page: {}", page.display()))
}

fn lines(found: &Synthesis) -> Vec<String> {
    let natural: usize = found.natural.iter().map(|n| n.images).sum();
    let mut lines = vec![format!("predicted responses in normalised units, compared with {natural} natural images:")];
    lines.extend(found.targets.iter().map(line));
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines
}

fn line(target: &Target) -> String {
    let spread = target.reached.1.map(|sd| format!(" (sd {sd:.2} over {} starts)", target.images.len()));
    let percentile = target.images.iter().map(|image| image.percentile).fold(f64::INFINITY, f64::min);
    format!(
        "  {:<24} reached {:.2}{}, best natural {:.2} ({}), natural mean {:.2} sd {:.2}, percentile at least {percentile:.1}",
        target.name,
        target.reached.0,
        spread.unwrap_or_default(),
        target.best_natural.response,
        target.best_natural.name,
        target.natural.0,
        target.natural.1,
    )
}
