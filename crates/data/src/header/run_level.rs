//! The warning that responses have the level, and perhaps the drifts, of their run.

/// What of their run is in the responses, beside what the stimuli evoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunLevel {
    /// Whether drifts over the run are in them too.
    pub(crate) drifts: bool,
    /// Whether they are still in the unit of the series.
    pub(crate) raw: bool,
    /// In which runs.
    pub(crate) runs: Runs,
}

/// Runs that a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    /// All of them.
    All,
    /// Those without training trials.
    WithoutTraining,
}

impl RunLevel {
    /// The warning about it.
    pub(crate) fn warning(self) -> String {
        let drifts = if self.drifts { " and the drifts" } else { "" };
        if self.runs == Runs::WithoutTraining {
            return format!(
                "responses of runs without training trials contain the level{drifts} of their run: --test-statistics own takes \
                 them out, but lets the statistics see test trials"
            );
        }
        if !self.raw {
            return format!(
                "responses contain the level{drifts} of each run: use `afterimage prepare DATASET --detrend 1 --zscore run` \
                 before training"
            );
        }
        let detrend = if self.drifts { "--detrend and " } else { "" };
        format!(
            "responses are in the unit of the series, with the level{drifts} of each run: give {detrend}--zscore, or use \
             `afterimage prepare DATASET --detrend 1 --zscore run`, before training"
        )
    }

    /// What a warning says, if it is one of these.
    pub(crate) fn said_by(warning: &str) -> Option<Self> {
        Self::all().find(|level| level.warning() == warning)
    }

    fn all() -> impl Iterator<Item = Self> {
        let of_all = [(true, true), (true, false), (false, true), (false, false)];
        let of_all = of_all.map(|(drifts, raw)| Self { drifts, raw, runs: Runs::All });
        let of_some = [true, false].map(|drifts| Self { drifts, raw: false, runs: Runs::WithoutTraining });
        of_all.into_iter().chain(of_some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_is_read_as_what_it_says() {
        for level in RunLevel::all() {
            assert_eq!(RunLevel::said_by(&level.warning()), Some(level));
        }
        assert_eq!(RunLevel::said_by("another"), None);
    }
}
