//! Which trials the statistic of each run or session comes from.

use std::collections::BTreeMap;

use afterimage_statistics::counted;

use super::TestStatistics;
use crate::header::FittedOn;

/// What the statistic of a group comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Its own training trials.
    Training,
    /// Its own trials, of which none is a training trial.
    Own,
    /// The training trials of these groups, those of its session: it has none.
    Session(Vec<usize>),
    /// The training trials of these groups, all there are: its session has none.
    All(Vec<usize>),
}

/// The groups that share a statistic, and where it comes from.
#[derive(Debug)]
pub(crate) struct Sources {
    /// What a group is: `run` or `session`.
    noun: &'static str,
    /// `[groups]` session and run; the run is 0 if a group is a session.
    keys: Vec<(u16, u16)>,
    /// `[groups]`
    fit: Vec<Fit>,
}

impl Sources {
    /// Of groups by whether each has training trials.
    pub(crate) fn of(
        noun: &'static str,
        keys: Vec<(u16, u16)>,
        has_training: &[bool],
        without_training: TestStatistics,
    ) -> Self {
        let lenders: Vec<usize> = (0..keys.len()).filter(|&group| has_training[group]).collect();
        let of = |group: usize| {
            if has_training[group] {
                return Fit::Training;
            }
            if without_training == TestStatistics::Own {
                return Fit::Own;
            }
            let is_near = |&other: &usize| keys[other].0 == keys[group].0;
            let near: Vec<usize> = lenders.iter().copied().filter(is_near).collect();
            if near.is_empty() { Fit::All(lenders.clone()) } else { Fit::Session(near) }
        };
        let fit = (0..keys.len()).map(of).collect();
        Self { noun, keys, fit }
    }

    pub(crate) fn count(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn fit(&self, group: usize) -> &Fit {
        &self.fit[group]
    }

    pub(crate) fn fits(&self) -> &[Fit] {
        &self.fit
    }

    /// Whether the statistic of a group comes from its own trials.
    pub(crate) fn is_own(&self, group: usize) -> bool {
        matches!(self.fit[group], Fit::Training | Fit::Own)
    }

    /// Whether the statistics of some groups come from the trials of others.
    pub(crate) fn borrow(&self) -> bool {
        (0..self.count()).any(|group| !self.is_own(group))
    }

    /// What all the statistics saw.
    pub(crate) fn fitted_on(&self) -> FittedOn {
        if self.fit.contains(&Fit::Own) { FittedOn::OwnRun } else { FittedOn::Training }
    }

    /// How groups without training trials are standardised, to follow what is done; empty if all have some.
    pub(crate) fn standardised(&self) -> String {
        let of_session = self.note(|fit| matches!(fit, Fit::Session(_)), "by the training trials of their session");
        let of_all = self.note(|fit| matches!(fit, Fit::All(_)), "by all training trials");
        format!("{of_session}{of_all}{}", self.own())
    }

    /// What happens to the drift of groups without training trials, to follow what is done; empty if all have some.
    pub(crate) fn without_drift(&self) -> String {
        let left = self.note(|fit| matches!(fit, Fit::Session(_) | Fit::All(_)), "left with their drift");
        format!("{left}{}", self.own())
    }

    fn own(&self) -> String {
        self.note(|fit| *fit == Fit::Own, "by their own trials, which are held out")
    }

    /// What happens to some groups, with their numbers; empty if it happens to none.
    fn note(&self, is_such: impl Fn(&Fit) -> bool, what: &str) -> String {
        let such: Vec<(u16, u16)> =
            self.keys.iter().zip(&self.fit).filter(|(_, fit)| is_such(fit)).map(|(key, _)| *key).collect();
        if such.is_empty() {
            return String::new();
        }
        let numbers = if self.noun == "session" {
            format!("session {}", list(such.iter().map(|key| key.0).collect()))
        } else {
            let mut runs = BTreeMap::<u16, Vec<u16>>::new();
            such.iter().for_each(|&(session, run)| runs.entry(session).or_default().push(run));
            let of_session = |(session, runs)| format!("session {session}: run {}", list(runs));
            runs.into_iter().map(of_session).collect::<Vec<_>>().join("; ")
        };
        format!("; {} of {} without training trials {what} ({numbers})", such.len(), counted(self.count(), self.noun))
    }
}

fn list(mut numbers: Vec<u16>) -> String {
    numbers.sort_unstable();
    numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_without_training_trials_are_named_with_what_they_take() {
        let keys = || vec![(1, 1), (1, 2), (2, 1), (2, 2)];
        let has_training = [true, false, false, false];
        let sources = Sources::of("run", keys(), &has_training, TestStatistics::Training);
        assert_eq!(sources.fits(), [Fit::Training, Fit::Session(vec![0]), Fit::All(vec![0]), Fit::All(vec![0])]);
        assert_eq!(
            sources.standardised(),
            "; 1 of 4 runs without training trials by the training trials of their session (session 1: run 2); 2 of 4 runs \
             without training trials by all training trials (session 2: run 1, 2)"
        );
        assert_eq!((sources.fitted_on(), sources.borrow()), (FittedOn::Training, true));
        let own = Sources::of("run", keys(), &has_training, TestStatistics::Own);
        assert!(own.without_drift().contains("3 of 4 runs without training trials by their own trials"));
        assert_eq!((own.fitted_on(), own.borrow()), (FittedOn::OwnRun, false));
        let sessions = Sources::of("session", vec![(4, 0), (3, 0)], &[true, false], TestStatistics::Training);
        assert!(sessions.standardised().ends_with("(session 3)"), "{}", sessions.standardised());
    }
}
