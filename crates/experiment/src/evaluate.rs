//! Scores of a run: reconstructions against images, predictions against responses.
//!
//! `Material` is read once from the session; every score is computed from it alone. A score that these items leave
//! undefined (too few of them, constant features) is listed with its reason, and the others are computed.

mod images;
pub(crate) mod material;
mod metrics;
pub(super) mod part;
mod remarks;
mod responses;

use crate::error::{Result, bail};
use ndarray::Axis;

use afterimage_config::join_paths;
use afterimage_eval::Rival;
use afterimage_run::layout::{PREDICTIONS, RECONSTRUCTIONS};
use afterimage_run::{
    Artefact,
    pictures::Pictures,
    scores::{AVERAGING, ScoreFile},
};
use afterimage_statistics::counted;
use afterimage_train::prepare::ImagePool;

pub use material::cache;
pub(super) use metrics::{by_networks, missing_weights};
pub(crate) use {material::Material, part::Part};

use super::{
    Session, mean_image, pool::Pool, preflight, provenance, reconstruct::write_picture, steps::Steps, voxels, weights,
};

/// Computes all scores and writes `scores.json`; the best-ranked wrong candidates become pictures.
pub(crate) fn evaluate(session: &mut Session) -> Result<ScoreFile> {
    let of = Material::of(session)?;
    score(session, of)
}

/// As [`evaluate`], of what is given.
pub(crate) fn score(session: &mut Session, mut of: Material) -> Result<ScoreFile> {
    of.context.mean_image = Some(mean_image::of_data(of.trained_on(), &of.experiment)?);
    let (decoded, external) = (of.reconstructions()?, of.external()?);
    let predicted = of.predicts.then(|| of.predictions()).transpose()?;
    let predicted = predicted.as_ref().map(|predicted| predicted.view());
    let steps = Steps::new(session.observer(), "scoring", images::steps(&of) + 1);
    let scored = images::score(&of, &decoded, predicted, external.as_ref(), &steps, session.observer())?;
    let mut found = scored.part;
    steps.next("predicted responses")?;
    found.add(responses::score(&of, predicted)?);
    drop(steps);
    session.observer().fact(&format!(
        "{}, {} not computed",
        counted(found.scores.len(), "score"),
        found.not_computed.len()
    ));
    record(session, &found, external.as_deref());
    if let Some(classification) = &scored.classification {
        classification.write(&session.run)?;
    }
    let items = match external.as_deref() {
        Some(pool) => with_rivals(session, of.items, scored.rivals, pool)?,
        None => with_wrong_shown(of.items, &scored.wrong),
    };
    items.write(&session.run)?;
    let mut file = ScoreFile::new(found.scores);
    file.not_computed = found.not_computed;
    file.warnings = session.manifest.warnings.clone();
    file.warnings.extend(of.experiment.pairings_note());
    file.warnings.extend(remarks::few_items(of.test.len()));
    file.warnings.extend(remarks::no_ceiling(&file.scores));
    if session.manifest.baseline.is_none() {
        file.warnings.extend(of.experiment.photograph_part());
    }
    file.scores.iter_mut().for_each(remarks::explain);
    // The curve last: what is read first stands first.
    file.scores.sort_by_key(|score| score.protocol == AVERAGING);
    file.write(&session.run)?;
    provenance::with(&session.run, session.manifest.clone())?.write(&session.run)?;
    voxels::write_maps(session, &file)?;
    Ok(file)
}

/// Refuses a run whose scores would end for lack of a file or of weights after minutes of computing.
pub(crate) fn refuse_missing_inputs(session: &Session) -> Result<()> {
    let run = &session.run;
    let predictions = session.manifest.predicts_responses().then_some(PREDICTIONS);
    let arrays = [RECONSTRUCTIONS].into_iter().chain(predictions).map(|array| run.path(array));
    if let Some(missing) = arrays.into_iter().find(|array| !array.is_file()) {
        let again = match &session.manifest.baseline {
            Some(baseline) => format!(
                "make the baseline again with `afterimage baseline {} {} --out {} --overwrite`",
                baseline.name,
                run.experiment_file().display(),
                run.root().display()
            ),
            None => format!("run `afterimage reconstruct {}` first", run.root().display()),
        };
        bail!("\"{}\" is missing: {again}", missing.display());
    }
    preflight::scoring(&session.experiment)
}

/// Records what the scores were computed with among the inputs of the run.
fn record(session: &mut Session, found: &Part, external: Option<&Pool>) {
    weights::forget_metrics(session);
    if let Some(pool) = external {
        let path = join_paths(&session.experiment.data.external);
        session.record("external images", &path, pool.fingerprint(), Some(pool.len()));
        session.manifest.data.external_images = pool.len();
    }
    for (network, origin) in &found.networks {
        weights::record(session, &weights::role_of_metric(network), network, origin);
    }
    for input in &found.inputs {
        session.record(&input.role, &input.path, input.sha256.clone(), input.count);
    }
}

/// The items with the pictures of their rivals, which are written.
fn with_rivals(
    session: &Session,
    mut items: Vec<Pictures>,
    rivals: Vec<Option<Rival>>,
    pool: &Pool,
) -> Result<Vec<Pictures>> {
    for (row, (item, rival)) in items.iter_mut().zip(rivals).enumerate() {
        let Some(rival) = rival else { continue };
        let path = session.run.rivals_dir().join(format!("{row:04}.png"));
        let image = pool.read(&[rival.index])?;
        write_picture(&session.run, &path, image.index_axis(Axis(0), 0))?;
        item.rival = Some(session.run.relative(&path));
        item.rival_name = Some(rival.name);
    }
    Ok(items)
}
/// Without external images the wrong candidate is another shown image, whose picture is there already.
fn with_wrong_shown(mut items: Vec<Pictures>, wrong: &[Option<usize>]) -> Vec<Pictures> {
    let shown: Vec<(String, String)> = items.iter().map(|item| (item.shown.clone(), item.name.clone())).collect();
    for (item, wrong) in items.iter_mut().zip(wrong) {
        let other = wrong.and_then(|index| shown.get(index));
        (item.rival, item.rival_name) = (other.map(|o| o.0.clone()), other.map(|o| o.1.clone()));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_external_images_the_wrong_candidate_is_another_shown_image() {
        let item = |i: usize| Pictures {
            name: format!("image {i}"),
            class: None,
            stimulus: i as u32,
            repeats: 1,
            shown: format!("shown/{i:04}.png"),
            reconstruction: String::new(),
            rival: Some("rivals/old.png".into()),
            rival_name: Some("old".into()),
            photograph: None,
        };
        let items = with_wrong_shown((0..3).map(item).collect(), &[Some(2), Some(0), None]);
        let names: Vec<_> = items.iter().map(|i| (i.rival.as_deref(), i.rival_name.as_deref())).collect();
        let expected =
            [(Some("shown/0002.png"), Some("image 2")), (Some("shown/0000.png"), Some("image 0")), (None, None)];
        assert_eq!(names, expected);
    }
}
