//! Paths of the files of a study. Only this module contains their names.

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_run::replace::FolderKind;

use crate::{Result, StudyError, private};

/// Name of the design, which makes a folder a study.
pub(crate) const DESIGN: &str = "study.toml";

/// Names of what else a study contains before it is served.
pub(crate) const STIMULI: &str = "pictures.json";
pub(crate) const PICTURES: &str = "pictures";
pub(crate) const SCORES: &str = "scores";
pub(crate) const KEYS: &str = "keys.toml";
pub(crate) const CONSENT: &str = "consent.md";

/// A study that may be replaced.
pub(crate) const UNSERVED: FolderKind = FolderKind {
    name: "a study that was never served",
    mark: DESIGN,
    entries: &[STIMULI, PICTURES, SCORES, KEYS, CONSENT, "*.toml"],
};

/// The text of a file of a study.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|source| StudyError::Io { action: "read", path: path.into(), source })
}

/// A study folder.
#[derive(Debug, Clone)]
pub struct StudyFolder {
    root: PathBuf,
}

impl StudyFolder {
    /// The study at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Opens an existing study and makes it readable only by its owner.
    ///
    /// # Errors
    /// [`StudyError::File`] if the folder has no `study.toml`.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let study = Self::new(root);
        if study.design_file().is_file() {
            study.keep_private();
            return Ok(study);
        }
        let message = "is not a study: it has no study.toml; create one with `afterimage study create RUN --out STUDY`";
        Err(StudyError::File { path: study.root, message: message.into() })
    }

    /// Removes the permissions of everyone but the owner.
    pub(crate) fn keep_private(&self) {
        private::tighten_all(&self.root);
    }

    /// True if users other than its owner can enter the folder: it belongs to another user, or its disk has no owners.
    pub fn is_exposed(&self) -> bool {
        #[cfg(unix)]
        return fs::metadata(&self.root)
            .is_ok_and(|facts| std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o077 != 0);
        #[cfg(not(unix))]
        false
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// `study.toml`, see [`Design`](crate::Design).
    pub fn design_file(&self) -> PathBuf {
        self.root.join(DESIGN)
    }
    /// `pictures.json`, see [`Stimuli`](crate::Stimuli).
    pub fn stimuli_file(&self) -> PathBuf {
        self.root.join(STIMULI)
    }
    /// Folder of the copied images.
    pub fn pictures_dir(&self) -> PathBuf {
        self.root.join(PICTURES)
    }
    /// Folder of the machine scores.
    pub fn scores_dir(&self) -> PathBuf {
        self.root.join(SCORES)
    }
    /// The machine scores of run `run`, as of the creation of the study.
    pub fn scores_file(&self, run: usize) -> PathBuf {
        self.scores_dir().join(format!("{run}.json"))
    }
    /// Text of the page in a language.
    pub fn strings_file(&self, language: &str) -> PathBuf {
        self.root.join(format!("strings.{language}.toml"))
    }
    /// The information and consent page, Markdown.
    pub fn consent_file(&self) -> PathBuf {
        self.root.join(CONSENT)
    }
    /// The keys, readable only by the owner.
    pub fn keys_file(&self) -> PathBuf {
        self.root.join(KEYS)
    }
    /// The database.
    pub fn database_file(&self) -> PathBuf {
        self.root.join("answers.sqlite")
    }
    /// Folder that the analysis is written into, if none other is named.
    pub fn analysis_dir(&self) -> PathBuf {
        self.root.join("analysis")
    }
}
