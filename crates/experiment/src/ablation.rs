//! An experiment with parts left out, each over several seeds. Every variant and seed is an ordinary run folder, so that what
//! was stopped goes on where it was.

mod reuse;
mod rois;
mod variants;

use std::path::Path;

use crate::error::{Context as _, Result};
use crate::{Caller, REPORT, Session, Stage, preflight::Work, session::has_work};
pub use variants::{Variant, variants, without_perceptual};

/// Stages of a variant. Receptive fields and regions are not what variants are compared by: [`Session::biology`] and
/// [`Session::regions`] look for them in any run.
const STAGES: [&str; 5] = ["encoder", "decoder", "reconstruct", "evaluate", REPORT];

/// Checks every variant before the first is trained, each with the first seed: other seeds only choose other images.
///
/// # Errors
/// Those of [`Session::create`], with the label of the variant.
pub fn check(variants: &[Variant], seeds: &[u64], out: &Path, caller: &Caller) -> Result<()> {
    let mut runs = (variants.len() * seeds.len()) as u64;
    for variant in variants {
        let folder = out.join(variant.folder(seeds[0]));
        if has_work(&folder) && is_finished(&Session::open(&folder, caller)?) {
            runs = runs.saturating_sub(1);
            continue;
        }
        caller.observer.note(&format!("{}:", variant.label));
        let work = Work { runs, ..Work::RUN };
        Session::check_new(&folder, variant.experiment.clone(), &work, caller)
            .with_context(|| variant.label.clone())?;
    }
    Ok(())
}

fn is_finished(session: &Session) -> bool {
    STAGES.iter().all(|stage| session.is_finished(stage))
}

/// Runs a variant with a seed in the folder `out` up to its scores; `full` is the folder of the whole method with the same seed.
/// Returns the session, whose report is to be written, or `None` for a run that was finished before with its report.
///
/// # Errors
/// Those of [`Session::begin`] and [`Session::run_until`].
pub fn run(variant: &Variant, seed: u64, out: &Path, full: &Path, caller: &Caller) -> Result<Option<Session>> {
    let experiment = variant.experiment.with_settings(&[format!("seed={seed}")])?;
    let mut session = if has_work(out) {
        let mut session = Session::resume(out, experiment, caller)?;
        if is_finished(&session) {
            session.note("finished before");
            return Ok(None);
        }
        session.check(Stage::Regions)?;
        session
    } else {
        Session::create(out, experiment, Stage::Regions, caller)?
    };
    if out != full && !session.is_finished(Stage::Encoder.name()) {
        reuse::encoder(&mut session, full)?;
    }
    session.run_until(Stage::Evaluate)?;
    Ok(Some(session))
}
