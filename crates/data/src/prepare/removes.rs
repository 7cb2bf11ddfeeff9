//! Which warnings of the source are still true of what is made of it.

use crate::header::{RunLevel, Runs};

/// What the preparation takes out of the responses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Removes {
    /// Drifts over each run.
    pub(super) drifts: bool,
    /// The level of each run: each is standardised by itself.
    pub(super) levels: bool,
    /// The unit of the source.
    pub(super) unit: bool,
    /// Drifts and levels also of runs without training trials.
    pub(super) all_runs: bool,
}

impl Removes {
    /// What is still true of a warning of the source, if anything is.
    pub(super) fn left_of(self, warning: &str) -> Option<String> {
        let Some(level) = RunLevel::said_by(warning) else { return Some(warning.to_owned()) };
        let left = RunLevel { drifts: level.drifts && !self.drifts, raw: level.raw && !self.unit, ..level };
        match (self.levels, self.all_runs) {
            (false, _) => Some(left.warning()),
            (true, true) => None,
            (true, false) => Some(RunLevel { runs: Runs::WithoutTraining, drifts: level.drifts, raw: false }.warning()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_removed_is_no_longer_warned_of() {
        let raw = RunLevel { drifts: true, raw: true, runs: Runs::All };
        let left = |removes: Removes| removes.left_of(&raw.warning());
        let nothing = Removes { all_runs: true, ..Removes::default() };
        assert_eq!(left(nothing), Some(raw.warning()));
        assert_eq!(left(Removes { drifts: true, ..nothing }), Some(RunLevel { drifts: false, ..raw }.warning()));
        assert_eq!(left(Removes { unit: true, ..nothing }), Some(RunLevel { raw: false, ..raw }.warning()));
        assert_eq!(left(Removes { unit: true, levels: true, ..nothing }), None);
        let of_test = RunLevel { raw: false, runs: Runs::WithoutTraining, ..raw };
        assert_eq!(left(Removes { unit: true, levels: true, drifts: true, all_runs: false }), Some(of_test.warning()));
        assert_eq!(Removes { levels: true, ..nothing }.left_of("another"), Some("another".into()));
    }
}
