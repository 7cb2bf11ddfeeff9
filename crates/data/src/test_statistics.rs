//! What is applied to runs and sessions without training trials.

mod sources;

pub(crate) use sources::{Fit, Sources};

/// By which trials a run or session without training trials is standardised and cleaned of drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TestStatistics {
    /// Standardised by the training trials of its session, or of all sessions if it has none; its drift stays. No statistic
    /// sees test trials.
    #[default]
    Training,
    /// By its own trials, test trials too, as many published pipelines do. The audit warns of it.
    Own,
}

impl TestStatistics {
    /// The words that [`TestStatistics::named`] reads.
    pub const NAMES: [&str; 2] = ["training", "own"];

    /// Reads the word for one.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "training" => Some(Self::Training),
            "own" => Some(Self::Own),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read() {
        let named = TestStatistics::NAMES.map(TestStatistics::named);
        assert_eq!(named, [Some(TestStatistics::Training), Some(TestStatistics::Own)]);
        assert_eq!(TestStatistics::named("test"), None);
    }
}
