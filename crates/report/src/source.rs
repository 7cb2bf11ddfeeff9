//! What the experiment folder holds, read once; and what it does not hold yet.

use std::path::Path;

use afterimage_run::{
    RunError, RunFolder,
    biology::Biology,
    classification::Classification,
    log,
    manifest::Manifest,
    pictures::{self, Pictures},
    regions::Regions,
    scores::{Score, ScoreFile},
    study::People,
    voxels::Voxels,
};
use serde::Deserialize;

use crate::{Result, number::of};

/// Everything the report is made of.
pub(crate) struct Source {
    pub(crate) run: RunFolder,
    pub(crate) manifest: Manifest,
    pub(crate) experiment: Option<String>,
    pub(crate) scores: Option<ScoreFile>,
    pub(crate) pictures: Vec<Pictures>,
    pub(crate) log: Vec<log::Record>,
    pub(crate) audit: Option<Audit>,
    pub(crate) classification: Option<Classification>,
    pub(crate) voxels: Option<Voxels>,
    pub(crate) biology: Option<Biology>,
    pub(crate) regions: Option<Regions>,
    pub(crate) people: Option<People>,
}

/// `audit.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Audit {
    pub(crate) checks: Vec<Check>,
}

/// One check of the audit.
#[derive(Debug, Deserialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    #[serde(default)]
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) items: Vec<String>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
        Ok(Self {
            manifest,
            experiment: text_if_present(&run.experiment_file())?,
            scores: if_present(&run.scores_file(), || ScoreFile::read(run))?,
            pictures: if_present(&run.pictures_file(), || pictures::read(run))?.unwrap_or_default(),
            log: if_present(&run.log_file(), || log::read(run))?.unwrap_or_default(),
            classification: if_present(&run.classification_file(), || Classification::read(run))?,
            voxels: if_present(&run.voxels_file(), || Voxels::read(run))?,
            biology: if_present(&run.biology_file(), || Biology::read(run))?,
            regions: if_present(&run.regions_file(), || Regions::read(run))?,
            people: if_present(&run.people_file(), || People::read(run))?,
            audit: if_present(&run.audit_file(), || run.read_json(&run.audit_file()))?,
            run: run.clone(),
        })
    }

    /// True if a stage of the run is recorded as finished.
    pub(crate) fn finished(&self, stage: &str) -> bool {
        self.manifest.finished.iter().any(|s| s == stage)
    }

    /// The number of items of a score with their noun.
    pub(crate) fn items(&self, score: &Score) -> String {
        let (one, more) = self.item_words(score);
        of(score.n, &one, &more)
    }

    /// What the items of a score are called, singular and plural.
    pub(crate) fn item_words(&self, score: &Score) -> (String, String) {
        let (one, more) = self.unit_words();
        match score.item_kind.as_str() {
            "voxel" => (one.into(), more.into()),
            kind => (kind.into(), format!("{kind}s")),
        }
    }

    /// What the recorded things are called, singular and plural.
    ///
    /// The run calls every recorded channel a voxel. A report on neurons should not, so the
    /// words of the data set's own description decide.
    pub(crate) fn unit_words(&self) -> (&'static str, &'static str) {
        let data = &self.manifest.data;
        let mut text = format!("{} {} ", data.title, data.citation.as_deref().unwrap_or_default());
        text += &data.preprocessing.join(" ");
        let text = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
        if says(&["neuron", "spik", "single-unit", "multi-unit", "electrophysiol"]) {
            ("neuron", "neurons")
        } else if says(&["electrode", "ecog", "meg", "eeg"]) && !says(&["voxel"]) {
            ("channel", "channels")
        } else {
            ("voxel", "voxels")
        }
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
