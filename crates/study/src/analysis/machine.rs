//! Rank correlation of machine scores with people's accuracy per item.

use std::collections::BTreeMap;

use afterimage_run::atomic;
use afterimage_run::scores::{OLDEST_SCORES, SCORES_VERSION, Score, ScoreFile};
use afterimage_run::study::{ItemResult, MachineAgreement};
use afterimage_statistics::{bootstrap_spearman, spearman};

use super::{Answered, Draws};
use crate::Result;

/// Minimum number of items for a rank correlation.
const FEWEST: usize = 5;

/// Rank correlations with every score that has one value per image, in the order of the scores, whatever their size; and
/// what is missing.
///
/// Scores of fewer repeats (`averaging`) belong to other reconstructions than those that people saw, and are left out.
pub(super) fn machine(
    study: &Answered,
    items: &[ItemResult],
    draws: Draws,
) -> Result<(Vec<MachineAgreement>, Vec<String>)> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (index, run) in study.stimuli.runs.iter().enumerate() {
        let path = study.folder.scores_file(index);
        if !path.is_file() {
            missing.push(format!(
                "\"{}\" had no scores.json when the study was created: it is not compared with machine scores.",
                run.label
            ));
            continue;
        }
        let people: BTreeMap<&str, f64> = items
            .iter()
            .filter(|item| item.run == run.label && item.answers > 0)
            .map(|item| (item.item.as_str(), item.accuracy))
            .collect();
        let file: ScoreFile = atomic::read_versioned(
            &path,
            OLDEST_SCORES..=SCORES_VERSION,
            "create the study again from runs scored by this version",
        )?;
        found.extend(file.of_images().filter_map(|score| agreement(&run.label, score, &people, draws)));
    }
    Ok((found, missing))
}

fn agreement(run: &str, score: &Score, people: &BTreeMap<&str, f64>, draws: Draws) -> Option<MachineAgreement> {
    let turn = if score.higher_is_better { 1.0 } else { -1.0 };
    let pairs = score.items.iter().zip(&score.per_item).filter_map(|(item, value)| {
        let value = value.filter(|value| value.is_finite())?;
        Some((*people.get(item.as_str())?, turn * value))
    });
    let (accuracy, values): (Vec<f64>, Vec<f64>) = pairs.unzip();
    (accuracy.len() >= FEWEST).then(|| MachineAgreement {
        run: run.to_owned(),
        score: score.name.clone(),
        title: score.title.clone(),
        metric: score.metric.clone(),
        rho: spearman(&accuracy, &values),
        interval: bootstrap_spearman(&accuracy, &values, draws.resamples, draws.seed),
        n: accuracy.len(),
    })
}
