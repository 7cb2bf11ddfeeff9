//! What a person has to see of a data set before training on it: trials with their images, the spread of the responses,
//! repeats and reliability.

mod reliable;
mod sample;
mod spread;

use std::collections::BTreeMap;

pub use reliable::{FEW_STIMULI, Measured, Reliable};
pub use sample::ShownTrial;
pub use spread::PartSpread;

use crate::header::Split;
use crate::inspect::Summary;
use crate::store::DataSet;
use crate::{Result, SPLIT_HALF_DRAWS};
use sample::Sample;

/// Parts in the order in which they are named.
pub(crate) const PARTS: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

/// How much of a data set is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverviewOptions {
    /// Trials that are shown with their images, at most.
    pub trials: usize,
    /// Height and width of their images, pixels.
    pub side: usize,
    /// Random halves of a split-half reliability.
    pub halves: usize,
}

impl Default for OverviewOptions {
    fn default() -> Self {
        Self { trials: 60, side: 96, halves: SPLIT_HALF_DRAWS }
    }
}

/// A data set as a page shows it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Counts and origin.
    pub summary: Summary,
    /// Trials of all parts: the first and last of sessions or runs and an even sample, ascending by their number.
    pub trials: Vec<ShownTrial>,
    /// For each trial, in order, the name of its stimulus.
    pub order: Vec<String>,
    /// The responses of each part that has trials.
    pub spread: Vec<(Split, PartSpread)>,
    /// Stimuli by the number of their repeats, for each part that has stimuli.
    pub repeats: Vec<(Split, BTreeMap<u32, usize>)>,
    /// Reliability of the responses of the test part, if it has repeats.
    pub reliability: Option<Reliable>,
    /// What to know before training.
    pub warnings: Vec<String>,
}

impl Overview {
    /// Looks at an open data set: reads its responses (of many an even sample of
    /// each part) once for their spread and once for the reliability of the test part, and the images of some trials.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] and [`crate::Error::Store`] for damaged content.
    pub fn of(data: &DataSet, options: OverviewOptions) -> Result<Self> {
        let header = data.header();
        let summary = Summary::of(data);
        let stimulus = |trial: &crate::TrialInfo| header.stimuli[trial.stimulus as usize].name.clone();
        let spread = spread::of_parts(data)?;
        let reliability = Reliable::of_test(data, options.halves)?;
        let mut warnings = header.provenance.warnings.clone();
        warnings.extend(reliability.is_none().then(|| no_repeats(&summary)));
        warnings.extend(reliability.as_ref().and_then(|reliable| reliable.warning(header.provenance.unit())));
        warnings.extend(spread.iter().filter_map(|(split, spread)| spread.warning(split.name())));
        if !header.has_images() {
            warnings.push(
                "the data set holds responses only: it can be inspected, audited, prepared and decoded, but no network is \
                 trained on it without the images that were shown"
                    .into(),
            );
        }
        Ok(Self {
            trials: Sample::of(header, options.trials).read(data, options.side)?,
            order: header.trials.iter().map(stimulus).collect(),
            repeats: PARTS.iter().filter_map(|&split| Some((split, repeats(data, split)?))).collect(),
            spread,
            reliability,
            warnings,
            summary,
        })
    }
}

/// Says why the reliability of the test part cannot be estimated, where repeats are, and what to do.
pub fn no_repeats(summary: &Summary) -> String {
    let averaged = match summary.averaged {
        Some(averaged) if averaged > 1 => {
            format!(": each row is already the mean of {averaged}, and single trials are needed: import them instead")
        }
        _ => match (&summary.train, &summary.validation) {
            (train, _) if train.most_repeats > 1 => format!(
                ": its stimuli were shown once, those of training up to {} times; `afterimage prepare DATASET --split random \
                 --test N` draws a test part from all of them",
                train.most_repeats
            ),
            _ => ": every stimulus was shown once, so no noise ceiling can be known from these data".to_owned(),
        },
    };
    format!("the test part has no repeats, so its reliability cannot be estimated{averaged}")
}

/// Stimuli of a part by the number of their repeats; `None` without stimuli.
fn repeats(data: &DataSet, split: Split) -> Option<BTreeMap<u32, usize>> {
    let header = data.header();
    let mut of_stimulus: BTreeMap<u32, u32> = (0..header.stimuli.len() as u32)
        .filter(|&row| header.stimuli[row as usize].split == split)
        .map(|row| (row, 0))
        .collect();
    for trial in &header.trials {
        if let Some(count) = of_stimulus.get_mut(&trial.stimulus) {
            *count += u32::from(trial.averaged);
        }
    }
    let mut counts = BTreeMap::new();
    of_stimulus.into_values().for_each(|repeats| *counts.entry(repeats).or_default() += 1);
    (!counts.is_empty()).then_some(counts)
}

#[cfg(test)]
mod tests;
