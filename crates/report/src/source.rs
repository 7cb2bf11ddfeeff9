//! What the experiment folder holds, read once; and what it does not hold yet.

use std::path::Path;

use afterimage_run::{
    Artefact, RunError, RunFolder,
    artefact::AuditFile,
    biology::Biology,
    classification::Classification,
    comparison::Comparison,
    front::Front,
    log,
    manifest::Manifest,
    pictures::Pictures,
    provenance::Provenance,
    regions::Regions,
    scores::{Score, ScoreFile},
    study::People,
    validity::Validity,
    voxels::Voxels,
};
use afterimage_statistics::RecordedUnit;
use serde::{Deserialize, Serialize};

use crate::{Result, number::many};

/// Everything the report is made of.
pub(crate) struct Source {
    pub(crate) run: RunFolder,
    pub(crate) manifest: Manifest,
    pub(crate) experiment: Option<String>,
    /// What reconstructions are made of, if not of the decoder network alone.
    pub(crate) reconstruction_parts: Option<String>,
    /// What reconstructions take from photographs, if they take anything.
    pub(crate) photograph_part: Option<String>,
    /// What predicted responses are made of, if not of the encoder network alone.
    pub(crate) prediction_parts: Option<String>,
    pub(crate) scores: Option<ScoreFile>,
    pub(crate) pictures: Vec<Pictures>,
    pub(crate) log: Vec<log::Record>,
    pub(crate) audit: Option<Audit>,
    pub(crate) classification: Option<Classification>,
    pub(crate) voxels: Option<Voxels>,
    pub(crate) biology: Option<Biology>,
    pub(crate) regions: Option<Regions>,
    /// Scores as the strengths of the parts of reconstructions change.
    pub(crate) front: Option<Front>,
    pub(crate) validity: Option<Validity>,
    pub(crate) people: Option<People>,
    /// This run, first, against baselines.
    pub(crate) baselines: Option<Comparison>,
    pub(crate) provenance: Option<Provenance>,
    /// Its scores on other data sets.
    pub(crate) others: Vec<Other>,
}

/// Scores of the run on another data set.
pub(crate) struct Other {
    pub(crate) run: RunFolder,
    pub(crate) manifest: Manifest,
    pub(crate) scores: Option<ScoreFile>,
    pub(crate) pictures: Vec<Pictures>,
}

impl Other {
    fn read(run: RunFolder) -> Result<Self> {
        Ok(Self {
            manifest: Manifest::read(&run)?,
            scores: ScoreFile::read_if_present(&run)?,
            pictures: Vec::<Pictures>::read_if_present(&run)?.unwrap_or_default(),
            run,
        })
    }

    /// The name of its folder.
    pub(crate) fn folder(&self) -> String {
        self.run.root().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// `audit.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Audit {
    pub(crate) checks: Vec<Check>,
}

/// One check of the audit.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    #[serde(default)]
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) items: Vec<String>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Pass,
    Warn,
    Fail,
    NotApplicable,
}

impl Source {
    /// Reads all parts; only `run.json` has to be there.
    pub(crate) fn read(run: &RunFolder) -> Result<Self> {
        let manifest = Manifest::read(run)?;
        // That it is missing is said where the page shows it; a baseline has no networks whose part could be told.
        let settings = run.experiment().ok().filter(|_| manifest.baseline.is_none());
        Ok(Self {
            manifest,
            reconstruction_parts: settings.as_ref().and_then(|settings| settings.reconstruction_parts()),
            photograph_part: settings.as_ref().and_then(|settings| settings.photograph_part()),
            prediction_parts: settings.as_ref().and_then(|settings| settings.prediction_parts()),
            experiment: text_if_present(&run.experiment_file())?,
            scores: ScoreFile::read_if_present(run)?,
            pictures: Vec::<Pictures>::read_if_present(run)?.unwrap_or_default(),
            log: if_present(&run.log_file(), || log::read(run))?.unwrap_or_default(),
            classification: Classification::read_if_present(run)?,
            voxels: Voxels::read_if_present(run)?,
            biology: Biology::read_if_present(run)?,
            regions: Regions::read_if_present(run)?,
            front: Front::read_if_present(run)?,
            validity: Validity::read_if_present(run)?,
            people: People::read_if_present(run)?,
            baselines: Comparison::read_if_present(run)?,
            provenance: Provenance::read_if_present(run)?,
            others: run.on_others()?.into_iter().map(Other::read).collect::<Result<_>>()?,
            audit: AuditFile::read_if_present(run)?.map(|file| file.0),
            run: run.clone(),
        })
    }

    /// True if a stage of the run is recorded as finished.
    pub(crate) fn finished(&self, stage: &str) -> bool {
        self.manifest.finished.iter().any(|s| s == stage)
    }

    /// The number of items of a score with their noun, and what its interval is over.
    pub(crate) fn items(&self, score: &Score) -> String {
        score.sample_text(self.unit(), many)
    }

    /// What the items of a score are called, singular and plural.
    pub(crate) fn item_words(&self, score: &Score) -> (String, String) {
        let kind = self.unit().in_text(&score.item_kind);
        let more = format!("{kind}s");
        (kind, more)
    }

    /// What was recorded: voxels where the run does not say.
    pub(crate) fn unit(&self) -> RecordedUnit {
        self.voxels.as_ref().map(Voxels::unit).unwrap_or_default()
    }
}

fn if_present<T>(path: &Path, read: impl FnOnce() -> afterimage_run::Result<T>) -> Result<Option<T>> {
    if path.is_file() { Ok(Some(read()?)) } else { Ok(None) }
}

fn text_if_present(path: &Path) -> Result<Option<String>> {
    if_present(path, || {
        std::fs::read_to_string(path).map_err(|source| RunError::Io {
            action: "read",
            path: path.to_path_buf(),
            source,
        })
    })
}
