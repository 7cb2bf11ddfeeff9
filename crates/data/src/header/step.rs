//! What was done to the responses, and what it saw.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which trials a statistic was computed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FittedOn {
    /// No statistic is involved.
    Nothing,
    /// Training trials only.
    Training,
    /// Each run (or session) on itself, and no run holds both training and test trials.
    OwnRun,
    /// All trials, those of the test among them: a leak, unless it is harmless for another reason.
    Everything,
    /// The source does not say.
    #[default]
    Unknown,
}

/// One step of the preparation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Written")]
#[schemars(!from)]
pub struct Step {
    /// What was done, in words.
    pub what: String,
    /// What it was fitted on.
    pub fitted_on: FittedOn,
}

impl Step {
    /// A step.
    pub fn new(what: impl Into<String>, fitted_on: FittedOn) -> Self {
        Self { what: what.into(), fitted_on }
    }

    /// A step that involves no statistic.
    pub fn plain(what: impl Into<String>) -> Self {
        Self::new(what, FittedOn::Nothing)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scope = match self.fitted_on {
            FittedOn::Nothing => return f.write_str(&self.what),
            FittedOn::Training => "fitted on training trials",
            FittedOn::OwnRun => "fitted on each run by itself",
            FittedOn::Everything => "fitted on all trials, test trials too",
            FittedOn::Unknown => "what it was fitted on is not known",
        };
        write!(f, "{} ({scope})", self.what)
    }
}

/// Layout 1 had words only.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Words(String),
    Step { what: String, fitted_on: FittedOn },
}

impl From<Written> for Step {
    fn from(written: Written) -> Self {
        match written {
            Written::Words(what) => Self { what, fitted_on: FittedOn::Unknown },
            Written::Step { what, fitted_on } => Self { what, fitted_on },
        }
    }
}
