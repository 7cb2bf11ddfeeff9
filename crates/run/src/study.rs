//! `analysis.json` of a study: how well people recognise the shown images in the reconstructions.

use afterimage_statistics::undefined::number;
use afterimage_statistics::{Difference, Interval, PValue};
use serde::{Deserialize, Serialize};

use crate::{Artefact, Result, RunError, RunFolder, layout};

/// Version of the schema below.
pub const ANALYSIS_VERSION: u32 = 1;

/// The analysis of a study. Participants have random labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Schema version, [`ANALYSIS_VERSION`].
    pub version: u32,
    /// True if these are the data of a pilot only.
    #[serde(default)]
    pub pilot: bool,
    /// Answers to reconstructions that were faster than this, in milliseconds, are left out; 0 for no rule.
    #[serde(default)]
    pub min_trial_ms: f64,
    /// How many answers of the analysed participants that leaves out.
    #[serde(default)]
    pub too_fast: usize,
    /// Title of the study.
    pub title: String,
    /// SHA-256 of the design and images that the participants were given.
    pub design: String,
    /// Number of images to choose among.
    pub ways: usize,
    /// Chance level, 1 / `ways`.
    pub chance: f64,
    /// The runs.
    pub runs: Vec<JudgedRun>,
    /// Exclusion rules, as the design stated them before the first answer.
    pub rules: Vec<Rule>,
    /// Accuracy: of all runs together if there are several, then of each run.
    pub accuracy: Vec<Accuracy>,
    /// Runs compared, item by item.
    pub comparisons: Vec<RunComparison>,
    /// Whether participants agree, of each run.
    pub agreement: Vec<Agreement>,
    /// Which computed scores predict people's answers, in the order of `scores.json` within each run.
    pub machine: Vec<MachineAgreement>,
    /// Every participant, including excluded ones.
    pub participants: Vec<ParticipantResult>,
    /// Every item of every run, for the participants that are not excluded.
    pub items: Vec<ItemResult>,
    /// Remarks for the reader.
    pub notes: Vec<String>,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of sign flips and of halves of the participants.
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

impl Artefact for People {
    const FILE: layout::RunFile = layout::PEOPLE;

    /// Refuses an analysis of another version.
    fn verify(&self, run: &RunFolder) -> Result<()> {
        let (got, expected) = (self.analysis.version, ANALYSIS_VERSION);
        if got != expected {
            return Err(RunError::Version {
                path: Self::path(run),
                got,
                expected,
                remedy: run.remedy(Self::FILE.path),
            });
        }
        Ok(())
    }
}

impl People {
    /// Returns the part of the analysis about this run.
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

/// A run whose reconstructions were judged.
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

/// An exclusion rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule in words.
    pub rule: String,
    /// Participants that it excludes; several rules may exclude the same one.
    pub excluded: usize,
}

/// Accuracy of the participants that are not excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Label of the run; null for all runs together.
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
    /// Share of right answers without exclusions.
    #[serde(deserialize_with = "number")]
    pub of_everybody: f64,
}

/// One run against another on the same items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunComparison {
    /// The run that is subtracted.
    pub baseline: String,
    /// The run.
    pub run: String,
    /// Mean over items of the accuracy of the run minus that of the baseline; interval and test over items.
    pub difference: Difference,
    /// Interval of the difference over all answers, crossed over participants and items.
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
    /// Reliability of the items' accuracies by the Spearman-Brown formula.
    #[serde(deserialize_with = "number")]
    pub reliability: f64,
    /// Participants.
    pub participants: usize,
    /// Items that two participants or more judged.
    pub items: usize,
}

/// How well a computed score ranks the items as people do.
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
    /// Spearman correlation with people's accuracy, with the sign that makes agreement positive.
    #[serde(deserialize_with = "number")]
    pub rho: f64,
    /// Interval over items.
    pub interval: Option<Interval>,
    /// Items.
    pub n: usize,
}

impl ParticipantResult {
    /// Returns true if the answers are analysed: there are some, and nothing excludes the participant.
    pub fn is_analysed(&self) -> bool {
        self.left_out.is_empty() && self.answers > 0
    }
}

/// A participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantResult {
    /// Label, given at random.
    pub label: String,
    /// Reconstructions judged, without those answered too fast.
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
    /// Median response time, milliseconds, of all answers to reconstructions.
    pub median_ms: Option<f64>,
    /// Answers to reconstructions that are left out since they were too fast.
    #[serde(default)]
    pub too_fast: usize,
    /// True if the participant took part in a pilot.
    #[serde(default)]
    pub pilot: bool,
    /// True if the last trial was answered.
    pub finished: bool,
    /// Why the participant is excluded; empty if not.
    pub left_out: Vec<String>,
}

/// An item of a run.
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
