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
    /// Training trials, and in runs (or sessions) without any the trials of each itself, those of the test too.
    OwnRun,
    /// All trials, those of the test among them: a leak, unless it is harmless for another reason.
    Everything,
    /// The source does not say.
    #[default]
    Unknown,
}

/// Whether a later step can make a step untrue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// It stays true.
    #[default]
    Lasting,
    /// It says how the stimuli were assigned to the parts: a new split replaces it.
    Split,
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
    /// Whether a later step can make it untrue.
    pub kind: StepKind,
}

impl Step {
    /// A step that stays true.
    pub fn new(what: impl Into<String>, fitted_on: FittedOn) -> Self {
        Self { what: what.into(), fitted_on, kind: StepKind::Lasting }
    }

    /// A step that involves no statistic.
    pub fn plain(what: impl Into<String>) -> Self {
        Self::new(what, FittedOn::Nothing)
    }

    /// A step that says how the stimuli were assigned to the parts.
    pub fn split(what: impl Into<String>) -> Self {
        Self { kind: StepKind::Split, ..Self::plain(what) }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scope = match self.fitted_on {
            FittedOn::Nothing => return f.write_str(&self.what),
            FittedOn::Training => "fitted on training trials",
            FittedOn::OwnRun => "fitted on each run by itself, also on those of the test",
            FittedOn::Everything => "fitted on all trials, test trials too",
            FittedOn::Unknown => "what it was fitted on is not known",
        };
        write!(f, "{} ({scope})", self.what)
    }
}

/// Layout 1 had words only, and layout 2 at first no kind.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Words(String),
    Step { what: String, fitted_on: FittedOn, kind: Option<StepKind> },
}

impl From<Written> for Step {
    fn from(written: Written) -> Self {
        match written {
            Written::Words(what) => Self { kind: earlier_kind(&what), what, fitted_on: FittedOn::Unknown },
            Written::Step { what, fitted_on, kind } => {
                Self { kind: kind.unwrap_or_else(|| earlier_kind(&what)), what, fitted_on }
            }
        }
    }
}

/// The kind of a step in a file that states none: those of a split began with this word.
fn earlier_kind(what: &str) -> StepKind {
    if what.starts_with("split ") { StepKind::Split } else { StepKind::Lasting }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_is_read_as_written_and_in_earlier_files_from_the_first_word() {
        let read = |text: &str| serde_json::from_str::<Step>(text).unwrap().kind;
        let of_layout_2 = |what: &str| read(&format!(r#"{{"what": "{what}", "fitted_on": "nothing"}}"#));
        assert_eq!(read("\"split by stimulus\""), StepKind::Split);
        assert_eq!(read("\"voxels: V1\""), StepKind::Lasting);
        assert_eq!((of_layout_2("split again: 3"), of_layout_2("voxels: V1")), (StepKind::Split, StepKind::Lasting));
        for step in [Step::split("test: all of run 2"), Step::plain("split in the middle by the source")] {
            let again: Step = serde_json::from_str(&serde_json::to_string(&step).unwrap()).unwrap();
            assert_eq!(again, step);
        }
    }
}
