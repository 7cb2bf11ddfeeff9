//! Trials that share a statistic, and which of them it is fitted on.

use std::collections::{HashMap, HashSet};

use super::again::STANDARDISED;
use crate::header::{Header, Split, Step};
use crate::test_statistics::{Fit, Sources};
use crate::{Error, Result, TestStatistics};

/// Over which trials a voxel is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Each run by itself.
    Run,
    /// Each session by itself.
    Session,
    /// All trials alike.
    All,
}

impl Scope {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Run => "in each run",
            Self::Session => "in each session",
            Self::All => "over all runs together",
        }
    }

    /// The scope of these words.
    pub(super) fn said_by(words: &str) -> Option<Self> {
        [Self::Run, Self::Session, Self::All].into_iter().find(|scope| scope.words() == words)
    }
}

#[derive(Debug)]
pub(super) struct Groups {
    scope: Scope,
    /// `[trials kept]`
    pub(super) of: Vec<usize>,
    /// `[trials kept]` whether the statistic of its group is fitted on it.
    pub(super) fits: Vec<bool>,
    /// `[trials kept]` place within its group, from -1 to 1.
    pub(super) place: Vec<f64>,
    pub(super) sources: Sources,
}

/// What is asked of the groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    /// Fewest trials that a statistic can be fitted on.
    pub(super) least: usize,
    /// What to do if a group has fewer.
    pub(super) advice: &'static str,
    pub(super) without_training: TestStatistics,
}

impl Groups {
    /// # Errors
    /// [`Error::Prepare`] when a group has some training trials but fewer than `least`, or no group has any.
    pub(super) fn of(header: &Header, kept: &[usize], asked: Asked) -> Result<Self> {
        let mut known = HashMap::new();
        let (mut members, mut keys): (Vec<Vec<usize>>, Vec<(u16, u16)>) = (Vec::new(), Vec::new());
        let mut of = Vec::with_capacity(kept.len());
        for (at, &trial) in kept.iter().enumerate() {
            let info = &header.trials[trial];
            let key = match asked.scope {
                Scope::Run => (info.session, info.run),
                Scope::Session => (info.session, 0),
                Scope::All => (0, 0),
            };
            let group = *known.entry(key).or_insert_with(|| {
                members.push(Vec::new());
                keys.push(key);
                members.len() - 1
            });
            members[group].push(at);
            of.push(group);
        }
        let is_training = |&at: &usize| {
            let stimulus = header.trials[kept[at]].stimulus as usize;
            header.stimuli[stimulus].split == Split::Train
        };
        let training: Vec<usize> =
            members.iter().map(|members| members.iter().filter(|at| is_training(at)).count()).collect();
        let has_training: Vec<bool> = training.iter().map(|&count| count > 0).collect();
        let noun = if asked.scope == Scope::Session { "session" } else { "run" };
        let sources = Sources::of(noun, keys.clone(), &has_training, asked.without_training);
        let wrong = |reason| Error::Prepare { data_set: header.provenance.title.clone(), reason };
        let (mut fits, mut place) = (vec![false; kept.len()], vec![0.0; kept.len()]);
        for (group, members) in members.iter().enumerate() {
            let fitted = match sources.fit(group) {
                Fit::Training => training[group],
                Fit::Own => members.len(),
                Fit::Session(_) => asked.least,
                Fit::All(lenders) if lenders.is_empty() => return Err(wrong("it has no training trials".into())),
                Fit::All(_) => asked.least,
            };
            if fitted < asked.least {
                let (session, run) = keys[group];
                let what = match asked.scope {
                    Scope::Run => format!("session {session}, run {run} has"),
                    Scope::Session => format!("session {session} has"),
                    Scope::All => "the data set has".into(),
                };
                let reason = format!(
                    "{what} {} training trials of {}, at least {} are needed: {}",
                    training[group],
                    members.len(),
                    asked.least,
                    asked.advice
                );
                return Err(wrong(reason));
            }
            let last = (members.len() - 1).max(1) as f64;
            for (position, at) in members.iter().enumerate() {
                fits[*at] = is_training(at) || *sources.fit(group) == Fit::Own;
                place[*at] = 2.0 * position as f64 / last - 1.0;
            }
        }
        Ok(Self { scope: asked.scope, of, fits, place, sources })
    }

    pub(super) fn count(&self) -> usize {
        self.sources.count()
    }

    /// Refuses to standardise by runs or sessions of which there is only one: most often they are unknown.
    ///
    /// # Errors
    /// [`Error::Prepare`] with what to do.
    pub(super) fn refuse_single(&self, header: &Header) -> Result<()> {
        let what = match self.scope {
            Scope::Run => "run",
            Scope::Session => "session",
            Scope::All => return Ok(()),
        };
        if self.count() != 1 {
            return Ok(());
        }
        let reason = format!(
            "all {} trials are of one {what}: the data set has no {what}s to standardise by; use --zscore all, or state \
             {what}s when it is imported (trials.{what} in a manifest)",
            self.of.len()
        );
        Err(Error::Prepare { data_set: header.provenance.title.clone(), reason })
    }

    /// True if the trials of each group are all those of one run.
    pub(super) fn are_single_runs(&self, header: &Header, kept: &[usize]) -> bool {
        let run = |&trial: &usize| (header.trials[trial].session, header.trials[trial].run);
        self.count() == kept.iter().map(run).collect::<HashSet<_>>().len()
    }

    /// The step of a standardisation, with how the responses were standardised `before`.
    pub(super) fn standardised(&self, before: Option<&str>) -> Step {
        let before = before.map(|how| format!(", after they were standardised {how}")).unwrap_or_default();
        let (scope, others) = (self.scope.words(), self.sources.standardised());
        Step::new(format!("{STANDARDISED}{scope}{before}{others}"), self.sources.fitted_on())
    }

    /// The step of a drift of some order.
    pub(super) fn without_drift(&self, order: usize) -> Step {
        let single = if self.count() == 1 { " (the data set has one run)" } else { "" };
        let others = self.sources.without_drift();
        let what = format!("a polynomial of order {order} over the trials taken out of each voxel in each run");
        Step::new(format!("{what}{single}{others}"), self.sources.fitted_on())
    }
}
