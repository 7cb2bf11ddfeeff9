//! Whether participants are right about the same items.

use std::collections::{BTreeMap, BTreeSet};

use afterimage_run::study::Agreement;
use afterimage_statistics::{Rating, krippendorff_alpha, krippendorff_interval, split_half};

use super::{Answered, Draws};
use crate::store::Recorded;

/// Agreement about the reconstructions of each run.
pub(super) fn agreement(study: &Answered, judged: &[&Recorded], draws: Draws) -> Vec<Agreement> {
    let runs = study.stimuli.runs.iter().enumerate();
    runs.map(|(run, source)| {
        let ratings: Vec<Rating> = judged
            .iter()
            .filter(|a| a.run == Some(run))
            .map(|a| Rating { rater: a.place, unit: a.item, right: a.is_right() })
            .collect();
        let raters: BTreeSet<usize> = ratings.iter().map(|rating| rating.rater).collect();
        let mut units: BTreeMap<usize, usize> = BTreeMap::new();
        for rating in &ratings {
            *units.entry(rating.unit).or_default() += 1;
        }
        let halves = split_half(&ratings, draws.permutations, draws.seed);
        Agreement {
            run: source.label.clone(),
            alpha: krippendorff_alpha(&ratings),
            alpha_interval: krippendorff_interval(&ratings, draws.resamples, draws.seed),
            split_half: halves.map_or(f64::NAN, |h| h.half),
            reliability: halves.map_or(f64::NAN, |h| h.reliability),
            participants: raters.len(),
            items: units.values().filter(|n| **n >= 2).count(),
        }
    })
    .collect()
}
