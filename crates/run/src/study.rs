//! `analysis.json` of a study: what people saw in the reconstructions.

use afterimage_statistics::undefined::number;
use afterimage_statistics::{Difference, Interval, PValue};
use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder};

/// Version of the schema below.
pub const ANALYSIS_VERSION: u32 = 1;

/// The analysis of a study. Participants have labels that say nothing about them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Schema version, [`ANALYSIS_VERSION`].
    pub version: u32,
    /// Title of the study.
    pub title: String,
    /// SHA-256 of the design and pictures that the participants met.
    pub design: String,
    /// Number of pictures to choose among.
    pub ways: usize,
    /// Chance level, one in `ways`.
    pub chance: f64,
    /// The runs.
    pub runs: Vec<JudgedRun>,
    /// Rules of exclusion, as the design had them before the first answer.
    pub rules: Vec<Rule>,
    /// Accuracy: of all runs together where there are several, then of each run.
    pub accuracy: Vec<Accuracy>,
    /// Runs compared, item by item.
    pub comparisons: Vec<RunComparison>,
    /// Whether participants agree, of each run.
    pub agreement: Vec<Agreement>,
    /// Which scores of the machine predict people, the best first within each run.
    pub machine: Vec<MachineAgreement>,
    /// Every participant, those left out too.
    pub participants: Vec<ParticipantResult>,
    /// Every item under every run, of the participants that are not left out.
    pub items: Vec<ItemResult>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of sign flips, and of halves of the participants.
    pub permutations: usize,
    /// Seed of every draw.
    pub seed: u64,
}

/// `people.json` of a run: the analysis of a study that its reconstructions were part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// What the study calls this run.
    pub label: String,
    /// The whole analysis.
    pub analysis: Analysis,
}

impl People {
    /// Reads `people.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::read_json`], and [`RunError::Version`] where the analysis has another version.
    pub fn read(run: &RunFolder) -> Result<Self> {
        let path = run.people_file();
        let people: Self = run.read_json(&path)?;
        let (got, expected) = (people.analysis.version, ANALYSIS_VERSION);
        if got != expected {
            let remedy = run.remedy(&run.relative(&path));
            return Err(RunError::Version { path, got, expected, remedy });
        }
        Ok(people)
    }

    /// Writes `people.json` of `run`.
    ///
    /// # Errors
    /// As [`RunFolder::write`].
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        run.write_json(&run.people_file(), self)
    }

    /// The analysis as far as it is about this run.
    pub fn about_this_run(&self) -> Analysis {
        let mut about = self.analysis.clone();
        let is_this = |label: &str| label == self.label;
        about.runs.retain(|run| is_this(&run.label));
        about.accuracy.retain(|row| row.run.as_deref().is_some_and(is_this));
        about.comparisons.retain(|pair| is_this(&pair.run) || is_this(&pair.baseline));
        about.agreement.retain(|row| is_this(&row.run));
        about.machine.retain(|row| is_this(&row.run));
        about.items.retain(|item| is_this(&item.run));
        about
    }
}

/// A run that was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgedRun {
    /// Short name.
    pub label: String,
    /// Name of its experiment.
    pub experiment: String,
    /// Title of its data set.
    pub data: String,
    /// When it was made.
    pub created: String,
}

/// A rule of exclusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule in words.
    pub rule: String,
    /// Participants that it leaves out; one may be left out by several.
    pub excluded: usize,
}

/// Accuracy of the participants that are not left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Label of the run; none for all runs together.
    pub run: Option<String>,
    /// Share of right answers among all answers.
    #[serde(deserialize_with = "number")]
    pub value: f64,
    /// Interval over participants and items, crossed.
    pub interval: Option<Interval>,
    /// Test of the participants' accuracies against chance.
    pub p: Option<PValue>,
    /// p after Holm's correction over the runs.
    pub p_holm: Option<f64>,
    /// Participants.
    pub participants: usize,
    /// Items.
    pub items: usize,
    /// Answers.
    pub answers: usize,
    /// Median response time, milliseconds, of answers whose time was measured without interruption.
    pub median_ms: Option<f64>,
    /// Share of right answers with nobody left out.
    #[serde(deserialize_with = "number")]
    pub of_everybody: f64,
}

/// One run against another on the same items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunComparison {
    /// The run that the difference is taken from.
    pub baseline: String,
    /// The run.
    pub run: String,
    /// Mean over items of accuracy under the run minus under the baseline; interval and test over items.
    pub difference: Difference,
    /// Interval of the difference of all answers, over participants and items, crossed.
    pub crossed: Option<Interval>,
}

/// Whether participants are right about the same items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Label of the run.
    pub run: String,
    /// Krippendorff's alpha of right and wrong.
    #[serde(deserialize_with = "number")]
    pub alpha: f64,
    /// Its interval over items.
    pub alpha_interval: Option<Interval>,
    /// Mean correlation of the items' accuracies between halves of the participants.
    #[serde(deserialize_with = "number")]
    pub split_half: f64,
    /// Reliability of the items' accuracies, by Spearman and Brown.
    #[serde(deserialize_with = "number")]
    pub reliability: f64,
    /// Participants.
    pub participants: usize,
    /// Items that two participants or more judged.
    pub items: usize,
}

/// How well a machine score ranks the items as people do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineAgreement {
    /// Label of the run.
    pub run: String,
    /// Name of the score.
    pub score: String,
    /// What a reader sees.
    pub title: String,
    /// The measure with its settings.
    pub metric: String,
    /// Spearman correlation with people's accuracy, turned so that positive is agreement.
    #[serde(deserialize_with = "number")]
    pub rho: f64,
    /// Interval over items.
    pub interval: Option<Interval>,
    /// Items.
    pub n: usize,
}

/// A participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantResult {
    /// Label, given at random.
    pub label: String,
    /// Reconstructions judged.
    pub answers: usize,
    /// Right answers among them.
    pub right: usize,
    /// Share of right answers.
    #[serde(deserialize_with = "number")]
    pub accuracy: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Attention checks answered, and right.
    pub attention: (usize, usize),
    /// Median response time, milliseconds.
    pub median_ms: Option<f64>,
    /// True where the last trial was answered.
    pub finished: bool,
    /// Why the participant is left out; empty for who is not.
    pub left_out: Vec<String>,
}

/// An item under a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemResult {
    /// Name of the stimulus.
    pub item: String,
    /// Label of the run.
    pub run: String,
    /// Answers.
    pub answers: usize,
    /// Right answers.
    pub right: usize,
    /// Share of right answers.
    #[serde(deserialize_with = "number")]
    pub accuracy: f64,
    /// Its interval over answers.
    pub interval: Option<Interval>,
    /// Median response time, milliseconds.
    pub median_ms: Option<f64>,
}
