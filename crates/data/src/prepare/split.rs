//! Draws the parts again.

use std::collections::{BTreeMap, BTreeSet};

use crate::assign::{grouped_split, random_split};
use crate::header::{Header, Split, Step, StepKind};
use crate::{Error, Result};

/// How the step of a new split begins.
pub(super) const AGAIN: &str = "split again";

/// How stimuli are held out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SplitRule {
    /// Stimuli at random.
    Random {
        /// Stimuli of the test.
        test: usize,
        /// Stimuli of validation.
        validation: usize,
        /// Seed of the draw.
        seed: u64,
    },
    /// Stimuli shown in some sessions are the test; their trials of other sessions are left out.
    Sessions {
        /// Sessions of the test, by their numbers in the data set.
        test: Vec<u16>,
        /// Stimuli of validation, drawn among the others.
        validation: usize,
        /// Seed of the draw.
        seed: u64,
    },
    /// What was validation is the test, and the test of before is left out: whatever is chosen on the result, the test part of the
    /// data set was not looked at.
    Validation {
        /// Stimuli of the new validation, drawn among those of training.
        validation: usize,
        /// Seed of the draw.
        seed: u64,
    },
    /// Whole classes, drawn until enough stimuli are held out.
    Classes {
        /// Least number of stimuli of the test.
        test: usize,
        /// Least number of stimuli of validation.
        validation: usize,
        /// Seed of the draw.
        seed: u64,
    },
    /// Whole clusters of images, as [`crate::clusters`] finds them.
    Clusters {
        /// Cluster of each stimulus.
        of: Vec<usize>,
        /// What was clustered, in words.
        what: String,
        /// Least number of stimuli of the test.
        test: usize,
        /// Least number of stimuli of validation.
        validation: usize,
        /// Seed of the draw.
        seed: u64,
    },
}

pub(super) fn apply(rule: &SplitRule, header: &mut Header, kept: &mut Vec<usize>) -> Result<Vec<Step>> {
    let count = header.stimuli.len();
    let mut steps = Vec::new();
    let splits = match rule {
        &SplitRule::Random { test, validation, seed } => random_split(count, test, validation, seed, None),
        SplitRule::Sessions { test, validation, seed } => {
            let shown = shown_in(header, test)?;
            let before = kept.len();
            kept.retain(|&trial| {
                let info = &header.trials[trial];
                test.contains(&info.session) || !shown.contains(&(info.stimulus as usize))
            });
            if kept.len() < before {
                let n = before - kept.len();
                steps.push(Step::plain(format!("{n} trials of test stimuli in other sessions left out")));
            }
            let shown: Vec<usize> = shown.into_iter().collect();
            random_split(count, 0, *validation, *seed, Some(&shown))
        }
        &SplitRule::Validation { validation, seed } => {
            let before = kept.len();
            kept.retain(|&trial| part_of(header, trial) != Split::Test);
            steps.push(Step::plain(format!("{} trials of the earlier test part left out", before - kept.len())));
            without_test(header, validation, seed)?
        }
        &SplitRule::Classes { test, validation, seed } => grouped_split(&classes(header)?, test, validation, seed),
        SplitRule::Clusters { of, test, validation, seed, .. } => grouped_split(of, *test, *validation, *seed),
    };
    let splits = splits.ok_or_else(|| wrong(header, "nothing is left for training: hold out less".into()))?;
    header.stimuli.iter_mut().zip(splits).for_each(|(stimulus, split)| stimulus.split = split);
    let part = |split: Split| header.stimuli.iter().filter(|stimulus| stimulus.split == split).count();
    let asked = match rule {
        SplitRule::Classes { test, validation, .. } | SplitRule::Clusters { test, validation, .. } => {
            format!(": whole groups with at least the {test} and {validation} that were asked for")
        }
        _ => String::new(),
    };
    let (test, validation) = (part(Split::Test), part(Split::Validation));
    // What an earlier step says of the split no longer holds.
    header.provenance.steps.retain(|step| step.kind != StepKind::Split);
    let numbers = format!("{test} stimuli of the test, {validation} of validation{asked}");
    steps.insert(0, Step::split(format!("{AGAIN}: {}; {numbers}", words(rule))));
    Ok(steps)
}

fn part_of(header: &Header, trial: usize) -> Split {
    header.stimuli[header.trials[trial].stimulus as usize].split
}

/// The parts after [`SplitRule::Validation`]; `None` if nothing is left for training.
fn without_test(header: &Header, validation: usize, seed: u64) -> Result<Option<Vec<Split>>> {
    let of = |wanted: Split| (0..header.stimuli.len()).filter(move |&at| header.stimuli[at].split == wanted);
    let test: Vec<usize> = of(Split::Validation).collect();
    if test.is_empty() {
        return Err(wrong(
            header,
            "it has no validation part that could become the test: draw one with --split random".into(),
        ));
    }
    let training: Vec<usize> = of(Split::Train).collect();
    let Some(drawn) = random_split(training.len(), 0, validation, seed, None) else { return Ok(None) };
    let mut splits = vec![Split::Excluded; header.stimuli.len()];
    test.into_iter().for_each(|at| splits[at] = Split::Test);
    training.into_iter().zip(drawn).for_each(|(at, split)| splits[at] = split);
    Ok(Some(splits))
}

fn wrong(header: &Header, reason: String) -> Error {
    Error::Prepare { data_set: header.provenance.title.clone(), reason }
}

fn words(rule: &SplitRule) -> String {
    match rule {
        SplitRule::Random { seed, .. } => format!("stimuli drawn at random, seed {seed}"),
        SplitRule::Sessions { test, seed, .. } => format!("the stimuli of sessions {test:?}, seed {seed}"),
        SplitRule::Validation { seed, .. } => {
            format!("the test is what was validation, the earlier test is left out, seed {seed}")
        }
        SplitRule::Classes { seed, .. } => format!("whole classes drawn at random, seed {seed}"),
        SplitRule::Clusters { what, seed, .. } => format!("whole clusters of {what}, seed {seed}"),
    }
}

fn shown_in(header: &Header, sessions: &[u16]) -> Result<BTreeSet<usize>> {
    let known: BTreeSet<u16> = header.trials.iter().map(|trial| trial.session).collect();
    if let Some(stray) = sessions.iter().find(|session| !known.contains(session)) {
        return Err(wrong(header, format!("there is no session {stray}; there are {known:?}")));
    }
    let inside = header.trials.iter().filter(|trial| sessions.contains(&trial.session));
    Ok(inside.map(|trial| trial.stimulus as usize).collect())
}

fn classes(header: &Header) -> Result<Vec<usize>> {
    let mut numbers = BTreeMap::new();
    let number = |stimulus: &crate::header::StimulusInfo| {
        let class = stimulus.class.clone().ok_or_else(|| {
            wrong(header, format!("the class of \"{}\" is not known: split by cluster instead", stimulus.name))
        })?;
        let next = numbers.len();
        Ok(*numbers.entry(class).or_insert(next))
    };
    header.stimuli.iter().map(number).collect()
}
