//! The parts of an experiment folder that a comparison reads: manifest, scores, and the shown images, but no networks.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use afterimage_config::Experiment;
use afterimage_formats::{digest, picture};
use afterimage_run::{
    Artefact, RunFolder, manifest::Manifest, pictures::Pictures, scores::ScoreFile, validity::Validity,
};

use crate::{EvalError, Result};

/// A run with its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredRun {
    /// Its folder as the user gave it.
    pub path: String,
    /// Name of the variant, without its seed; initially the folder's name.
    pub label: String,
    /// `run.json`.
    pub manifest: Manifest,
    /// `pictures.json`.
    pub pictures: Vec<Pictures>,
    /// `scores.json`, and after it the scores of `validity.json`, where the run has one.
    pub scores: ScoreFile,
    /// `experiment.toml`, where the run has one.
    pub experiment: Option<Experiment>,
    folder: PathBuf,
    /// The shown image of each item, read when runs are paired.
    shown: OnceLock<Vec<Shown>>,
}

/// A shown image: its size and a digest of its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) size: (usize, usize),
    pub(super) sha256: String,
}

impl ScoredRun {
    /// Reads a run that has been evaluated.
    ///
    /// # Errors
    /// [`EvalError::Run`] if it is not a run or a file is damaged; [`EvalError::Runs`] if it is not evaluated.
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(&RunFolder::open(path)?)
    }

    /// As [`ScoredRun::read`], of an opened folder.
    ///
    /// # Errors
    /// As [`ScoredRun::read`].
    pub fn of(run: &RunFolder) -> Result<Self> {
        let path = run.root();
        for (file, command) in [(Vec::<Pictures>::path(run), "reconstruct"), (ScoreFile::path(run), "evaluate")] {
            if !file.is_file() {
                let reason =
                    format!("\"{}\" is missing: run `afterimage {command} {}` first", file.display(), path.display());
                return Err(EvalError::Runs { reason });
            }
        }
        let mut scores = ScoreFile::read(run)?;
        // The checks of validity are scores of the same items.
        if let Some(validity) = Validity::read_if_present(run)? {
            scores.scores.extend(validity.scores().cloned());
        }
        let experiment = if run.experiment_file().is_file() { Some(run.experiment()?) } else { None };
        Ok(Self {
            path: path.to_string_lossy().into_owned(),
            label: run.name(),
            manifest: Manifest::read(run)?,
            pictures: Vec::<Pictures>::read(run)?,
            scores,
            experiment,
            folder: path.to_path_buf(),
            shown: OnceLock::new(),
        })
    }

    /// The shown image of each item, read once.
    pub(super) fn shown(&self) -> Result<&[Shown]> {
        if let Some(shown) = self.shown.get() {
            return Ok(shown);
        }
        let run = RunFolder::new(&self.folder);
        let read = self.pictures.iter().map(|item| read_shown(&run, &item.shown)).collect::<Result<_>>()?;
        Ok(self.shown.get_or_init(|| read))
    }

    /// The seed of the experiment; 0 where the run names none.
    pub fn seed(&self) -> u64 {
        self.manifest.seeds.get("experiment").copied().unwrap_or(0)
    }

    /// SHA-256 of the data set that the run was made with.
    pub fn data_set(&self) -> &str {
        self.input("data set")
    }

    /// SHA-256 of the input of a role; empty if there is none.
    pub(super) fn input(&self, role: &str) -> &str {
        self.manifest.inputs.iter().find(|i| i.role == role).map_or("", |i| &i.sha256)
    }
}

fn read_shown(run: &RunFolder, relative: &str) -> Result<Shown> {
    let path = run.inside(relative)?;
    let refuse = |reason: String| EvalError::Runs { reason: format!("\"{}\" {reason}", path.display()) };
    let bytes = std::fs::read(&path).map_err(|e| refuse(format!("cannot be read: {e}")))?;
    let pixels = picture::decode(&bytes, &path).map_err(|e| refuse(format!("cannot be read: {e}")))?;
    let size = (pixels.dim().0, pixels.dim().1);
    let bytes: Vec<u8> = pixels.iter().copied().collect();
    Ok(Shown { size, sha256: digest::sha256_bytes(&bytes) })
}
