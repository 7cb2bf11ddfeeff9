//! The warning that responses have the level, and perhaps the drifts, of their run.

/// What of their run is in the responses, beside what the stimuli evoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunLevel {
    /// Whether drifts over the run are in them too.
    pub(crate) drifts: bool,
    /// Whether they are still in the unit of the series.
    pub(crate) raw: bool,
}

impl RunLevel {
    /// The warning about it.
    pub(crate) fn warning(self) -> String {
        let drifts = if self.drifts { " and the drifts" } else { "" };
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
        let all = [(true, true), (true, false), (false, true), (false, false)];
        all.map(|(drifts, raw)| Self { drifts, raw }).into_iter().find(|level| level.warning() == warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_is_read_as_what_it_says() {
        for (drifts, raw) in [(true, true), (true, false), (false, true), (false, false)] {
            let level = RunLevel { drifts, raw };
            assert_eq!(RunLevel::said_by(&level.warning()), Some(level));
        }
        assert_eq!(RunLevel::said_by("another"), None);
    }
}
