//! Trials that share a statistic, and which of them it is fitted on.

use std::collections::{HashMap, HashSet};

use crate::header::{FittedOn, Header, Split, Step};
use crate::{Error, Result};

/// Over which trials a voxel is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

#[derive(Debug)]
pub(super) struct Groups {
    /// `[trials kept]`
    pub(super) of: Vec<usize>,
    /// `[trials kept]` whether the statistic is fitted on it.
    pub(super) fits: Vec<bool>,
    /// `[trials kept]` place within its group, from -1 to 1.
    pub(super) place: Vec<f64>,
    pub(super) count: usize,
    /// Groups without a training trial, fitted on themselves.
    own: usize,
    /// Groups whose trials are not consecutive in the data set, so that its order may not be that in time.
    interrupted: usize,
}

impl Groups {
    /// # Errors
    /// [`Error::Prepare`] when a group has some training trials but fewer than `least`.
    pub(super) fn of(header: &Header, kept: &[usize], scope: Scope, least: usize) -> Result<Self> {
        let mut known = HashMap::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut of = Vec::with_capacity(kept.len());
        for (at, &trial) in kept.iter().enumerate() {
            let info = &header.trials[trial];
            let key = match scope {
                Scope::Run => (info.session, info.run),
                Scope::Session => (info.session, 0),
                Scope::All => (0, 0),
            };
            let group = *known.entry(key).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[group].push(at);
            of.push(group);
        }
        let is_training = |&at: &usize| {
            let stimulus = header.trials[kept[at]].stimulus as usize;
            header.stimuli[stimulus].split == Split::Train
        };
        let (mut fits, mut place, mut own) = (vec![false; kept.len()], vec![0.0; kept.len()], 0);
        for members in &members {
            let training = members.iter().filter(|at| is_training(at)).count();
            if training == 0 {
                own += 1;
            }
            let fitted = if training == 0 { members.len() } else { training };
            if fitted < least {
                let info = &header.trials[kept[members[0]]];
                let reason = format!(
                    "session {}, run {} has {training} training trials of {}, at least {least} are needed: \
                     standardise by session, or over all runs",
                    info.session,
                    info.run,
                    members.len()
                );
                return Err(Error::Prepare { data_set: header.provenance.title.clone(), reason });
            }
            let last = (members.len() - 1).max(1) as f64;
            for (position, at) in members.iter().enumerate() {
                fits[*at] = training == 0 || is_training(at);
                place[*at] = 2.0 * position as f64 / last - 1.0;
            }
        }
        let interrupted =
            members.iter().filter(|members| members.windows(2).any(|pair| pair[0] + 1 != pair[1])).count();
        Ok(Self { of, fits, place, count: members.len(), own, interrupted })
    }

    /// Refuses to standardise by runs or sessions of which there is only one: most often they are unknown.
    ///
    /// # Errors
    /// [`Error::Prepare`] with what to do.
    pub(super) fn refuse_single(&self, header: &Header, scope: Scope) -> Result<()> {
        let what = match scope {
            Scope::Run => "run",
            Scope::Session => "session",
            Scope::All => return Ok(()),
        };
        if self.count != 1 {
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
        self.count == kept.iter().map(run).collect::<HashSet<_>>().len()
    }

    /// What to know of a drift over the trials of each group, in words.
    pub(super) fn about_order(&self) -> String {
        match (self.count, self.interrupted) {
            (1, _) => " (the data set has one run)".to_owned(),
            (_, 0) => String::new(),
            (count, some) => format!(
                " (the trials of {some} of {count} runs are not consecutive: their order is taken for that in time)"
            ),
        }
    }

    /// The step, with what it was fitted on.
    pub(super) fn step(&self, what: String) -> Step {
        match self.own {
            0 => Step::new(what, FittedOn::Training),
            own => {
                let what = format!("{what}; {own} of {} without training trials by themselves", self.count);
                Step::new(what, FittedOn::OwnRun)
            }
        }
    }
}
