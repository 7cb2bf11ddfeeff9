//! The recipe of a run once more: on permuted pairings, on shuffled training pairings, and with clusters of images held out.

use std::fs;
use std::path::Path;

use afterimage_config::{Experiment, Pairings};
use afterimage_data::{DataSet, PrepareOptions, Progress, Split, SplitRule, WriteOptions, clusters, prepare_with};
use afterimage_eval::validity::{calibration, named, sample_difference};
use afterimage_run::validity::{Check, Condition, Kind, NULL_VERSION, Null, Validity};
use afterimage_run::{Artefact as _, RunFolder, scores::ScoreFile};

use super::sentence;
use crate::baseline;
use crate::embedder::Embedder;
use crate::error::{Context as _, Error, Result};
use crate::evaluate::Material;
use crate::{Existing, Session, Stage};

/// Names of the runs of the recipe.
const SHUFFLED: &str = "shuffled";
const CLUSTERS: &str = "clusters";
/// Name of the data set with clusters held out.
const CLUSTERS_DATA: &str = "clusters.afterimage";

/// Runs the recipe `runs` times on permuted pairings, with a seed each, and writes `null.json`. Runs that are finished are not repeated.
pub(crate) fn null(session: &mut Session, runs: usize) -> Result<Null> {
    let mut scores = Vec::new();
    for index in 0..runs {
        let seed = session.experiment.seed + 1 + index as u64;
        let mut experiment = Experiment { seed, ..session.experiment.clone() };
        experiment.data.pairings = Pairings::Shuffled;
        session.note(&format!("permuted pairings: run {} of {runs}", index + 1));
        scores.push(recipe(session, &session.run.null_dir(index), experiment)?.scores);
    }
    let found = Null {
        version: NULL_VERSION,
        runs,
        definition: "The recipe of the run, trained and scored with responses that are paired with the images of other stimuli of the same \
             part, in every part; each run has a seed of its own. A calibrated recipe has p of at most 0.05 in 5 % of such runs, and 95 % \
             of its intervals contain chance."
            .into(),
        rows: calibration(&scores),
    };
    found.write(&session.run)?;
    Ok(found)
}

/// True if both runs of [`check`] are finished, so that it trains nothing.
pub(super) fn is_finished(session: &Session) -> bool {
    [SHUFFLED, CLUSTERS].iter().all(|name| has_scores(&RunFolder::new(session.run.retrained_dir(name))))
}

/// Trains the recipe on shuffled training pairings and with clusters of images held out, and sets the scores side by side.
pub(super) fn check(session: &Session, of: &Material, found: &mut Validity) -> Result<()> {
    let mut shuffled = session.experiment.clone();
    shuffled.data.pairings = Pairings::ShuffledTraining;
    session.note("training again on shuffled pairings");
    let shuffled = recipe(session, &session.run.retrained_dir(SHUFFLED), shuffled)?;
    let mut held_out = session.experiment.clone();
    held_out.data.dataset = Some(clusters_held_out(session, &of.data)?);
    session.note("training again with clusters of images held out");
    let held_out = recipe(session, &session.run.retrained_dir(CLUSTERS), held_out)?;
    let reference = &found.reference;
    let same =
        |file: &ScoreFile| reference.iter().filter_map(|score| file.get(&score.name)).cloned().collect::<Vec<_>>();
    let difference = |file: &ScoreFile| {
        let pairs = reference.iter().filter_map(|score| Some((score, file.get(&score.name)?)));
        pairs.filter_map(|(ours, theirs)| sample_difference(ours, theirs, &of.context)).collect::<Vec<_>>()
    };
    let condition = |name: &str, title: &str, scores| Condition {
        name: name.into(),
        title: title.into(),
        components: None,
        scores: named(scores, Kind::Retrained, name, title),
    };
    let conditions = vec![
        condition(SHUFFLED, "trained on shuffled pairings", same(&shuffled)),
        condition(CLUSTERS, "clusters of images held out", same(&held_out)),
        condition("difference", "given split minus clusters held out", difference(&held_out)),
    ];
    let sentence = sentence::of_retrained(reference, &conditions);
    let definition = "The recipe is trained again, with the same seed. On shuffled pairings the training responses belong to other training \
         images, and the test is the run's: what is scored then is the share of images, generator and data set. With clusters held out, \
         whole k-means clusters of images are the test, as many images as in the given split or a cluster more; the test images \
         differ, so that differences are between two samples.";
    found.checks.push(Check { kind: Kind::Retrained, definition: definition.into(), conditions, sentence });
    Ok(())
}

fn has_scores(run: &RunFolder) -> bool {
    ScoreFile::path(run).is_file()
}

/// The scores of the recipe of a run with another experiment, in a folder of its own; a finished run there is not repeated.
fn recipe(session: &Session, out: &Path, experiment: Experiment) -> Result<ScoreFile> {
    let folder = out.parent().unwrap_or(out);
    fs::create_dir_all(folder).with_context(|| format!("cannot create \"{}\"", folder.display()))?;
    let run = RunFolder::new(out);
    if let Some(record) = &session.manifest.baseline {
        if has_scores(&run) {
            return Ok(ScoreFile::read(&run)?);
        }
        let plan = baseline::plan(record)?;
        let (_, scores) = baseline::run(out, experiment, &plan, false, &session.caller, |_| Ok::<(), Error>(()))?;
        return Ok(scores);
    }
    let mut session = Session::begin(out, experiment, Existing::Resumed, Stage::Evaluate, &session.caller)?;
    if !session.is_finished(Stage::Evaluate.name()) {
        session.run_until(Stage::Evaluate)?;
    }
    Ok(ScoreFile::read(&session.run)?)
}

/// The data set with whole clusters of images as its test and validation parts, of at least as many images as the given parts have.
fn clusters_held_out(session: &Session, data: &DataSet) -> Result<std::path::PathBuf> {
    let out = session.run.retrained_dir(CLUSTERS_DATA);
    if DataSet::is_at(&out) {
        return Ok(out);
    }
    session.note("features of all images, for clusters");
    let folder = out.parent().unwrap_or(&out);
    fs::create_dir_all(folder).with_context(|| format!("cannot create \"{}\"", folder.display()))?;
    let stimuli = &data.header().stimuli;
    let count = |split: Split| stimuli.iter().filter(|stimulus| stimulus.split == split).count();
    let (test, validation) = (count(Split::Test), count(Split::Validation));
    // Of a tenth of the test on average, so that its size can be met, and of several images, so that they are clusters.
    let wanted = (stimuli.len() / (test / 10).max(5)).max(2);
    let features = Embedder::new(data.header().size)?.stimuli(data, |_| ())?;
    let seed = session.experiment.seed;
    let what = format!("images, {wanted} by k-means on {}", Embedder::NAME);
    let of = clusters(features.view(), wanted, seed);
    let split = Some(SplitRule::Clusters { of, what, test, validation, seed });
    let source = prepare_with(data, &PrepareOptions { split, ..PrepareOptions::default() }, &|_, _, _| ())?;
    source.write(&out, WriteOptions { image_side: data.header().size, overwrite: false }, |_: Progress| ())?;
    Ok(out)
}
