//! Do the reconstructions come from the responses? The checks that need no training.
//!
//! Each check is written once, for whatever decodes responses ([`decoder::Decodes`]): a trained run, or a baseline that is fitted
//! again with the same bits. Items, candidates and measures are those of `scores.json`.

mod again;
mod collapse;
mod decoder;
mod map;
mod sentence;
mod sets;
mod training;

use afterimage_eval::validity::decoded_scores;
use afterimage_eval::{Candidates, Distance, FEATURE_METRICS, Shown, possible_ways};
use afterimage_run::Artefact as _;
use afterimage_run::scores::{NotComputed, Score, ScoreFile};
use afterimage_run::validity::{VALIDITY_VERSION, Validity};
use afterimage_train::prepare;
use ndarray::Axis;

pub(crate) use again::null;

use crate::error::{Result, bail};
use crate::evaluate::Material;
use crate::evaluate::material::candidates;
use crate::{Session, steps::Steps};

/// Refuses a run of which nothing can be checked, before anything is computed.
pub(crate) fn refuse_missing_inputs(session: &Session) -> Result<()> {
    if !ScoreFile::path(&session.run).is_file() {
        bail!("\"{0}\" is not scored: run `afterimage evaluate {0}` first", session.run.root().display());
    }
    crate::evaluate::refuse_missing_inputs(session)
}

/// Makes the checks, with `retrain` also those that train the recipe again, and writes `validity.json`, with a picture of the training image nearest to each reconstruction.
pub(crate) fn validity(session: &mut Session, retrain: bool) -> Result<Validity> {
    let of = Material::of(session)?;
    let steps = Steps::new(session.observer(), "validity", 5);
    steps.next("training part")?;
    let training = prepare::prepare(&of.data, &of.experiment)?.training;
    let (decoded, shown, features) = (of.reconstructions()?, Shown::of(&of.test), of.features()?);
    let perceptual = of.perceptual(&features)?;
    let mut outside = candidates(of.external()?.as_ref())?;
    let wrong = outside.names().len();
    let ways = possible_ways("", &of.experiment.evaluation.ways, wrong).0;
    let mut with = |sets: &[ndarray::ArrayView4<'_, f32>]| {
        let with: (&dyn Distance, &mut dyn Candidates, _) = (&perceptual, &mut *outside, of.cache.as_ref());
        decoded_scores(sets, &shown, ways.iter().copied().max(), with, &of.context)
    };
    let reference = with(&[decoded.view()])?.swap_remove(0);
    let mut found = Validity {
        version: VALIDITY_VERSION,
        method: decoder::method(session),
        training_images: training.images().len_of(Axis(0)),
        reproduced: None,
        reference: reference.scores.into_iter().chain(by_networks(session)?).collect(),
        checks: Vec::new(),
        items: Vec::new(),
        map: None,
        not_computed: reference.not_computed,
        notes: session.manifest.warnings.clone(),
    };
    steps.next("decoding other responses")?;
    match decoder::open(session, &training)? {
        Ok(decoder) => sets::check(&of, &training, &*decoder, (&decoded, &shown), &mut with, &steps, &mut found)?,
        Err(reason) => found.not_computed.extend(sets::CHECKS.map(|kind| without(kind.name(), &reason))),
    }
    steps.next("dimensions of the reconstructions")?;
    collapse::check(&of, &decoded, &mut found)?;
    steps.next("training images")?;
    training::check(session, &of, &training, (&decoded, &shown), (&perceptual, &mut *outside, &ways), &mut found)?;
    steps.next("map of the images")?;
    map::make(session, &of, &training, &mut found)?;
    drop(steps);
    if retrain || again::is_finished(session) {
        again::check(session, &of, &mut found)?;
    } else {
        let reason = "clusters held out and shuffled pairings need training again: `afterimage validity RUN --retrain`";
        found.not_computed.push(without("retrained", reason));
    }
    found.checks.sort_by_key(|check| check.kind as usize);
    session.observer().fact(&format!("{} checks, {} not computed", found.checks.len(), found.not_computed.len()));
    found.write(&session.run)?;
    Ok(found)
}

/// The run's pairwise identification by the networks of `evaluation.metrics`, as `scores.json` has it.
fn by_networks(session: &Session) -> Result<Vec<Score>> {
    let scores = ScoreFile::read(&session.run)?.scores;
    let is_own =
        |name: &str| FEATURE_METRICS.iter().any(|metric| name == format!("identification.pairwise.{}", metric.key));
    Ok(scores.into_iter().filter(|score| is_own(&score.name)).collect())
}

/// What was not computed, and why.
fn without(name: &str, reason: &str) -> NotComputed {
    NotComputed { name: name.into(), reason: reason.into() }
}
