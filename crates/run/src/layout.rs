//! Where each file of a run lies. No other module of the workspace spells these names.

mod files;

use std::path::{Component, Path, PathBuf};

use afterimage_config::Experiment;

use crate::{Result, RunError, atomic, manifest::Manifest, outputs::Outputs};

pub use afterimage_config::Phase;
pub use files::*;

/// Version of the layout; raised when a file moves or changes its meaning.
pub const LAYOUT_VERSION: u32 = 1;

/// A run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
    pub(crate) outputs: Outputs,
}

/// Returns names for runs that are shown together, numbered if several are equal.
pub fn labels(runs: &[RunFolder]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for run in runs {
        let name = run.name();
        let mut candidates = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}")));
        labels.extend(candidates.find(|label| !labels.contains(label)));
    }
    labels
}

impl RunFolder {
    /// Returns the run folder at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), outputs: Outputs::default() }
    }

    /// Opens an existing run folder.
    ///
    /// # Errors
    /// [`RunError::NotARun`] if the folder has no manifest, or one of another layout.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let run = Self::new(root);
        if !run.manifest_file().is_file() {
            return Err(RunError::NotARun {
                path: run.root,
                message:
                    "is not a run folder: it has no run.json; make one with `afterimage run EXPERIMENT.toml --out RUN`"
                        .into(),
            });
        }
        let layout = Manifest::read(&run)?.layout;
        if layout != LAYOUT_VERSION {
            return Err(RunError::NotARun {
                path: run.root,
                message: format!(
                    "has run layout {layout}, this version reads {LAYOUT_VERSION}: use the afterimage version named in its run.json"
                ),
            });
        }
        Ok(run)
    }

    /// Returns the path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// Returns the path of a recorded file.
    pub fn path(&self, file: RunFile) -> PathBuf {
        self.root.join(file.path)
    }
    /// `run.json`, see [`crate::manifest`].
    pub fn manifest_file(&self) -> PathBuf {
        self.root.join(MANIFEST)
    }
    /// Hashes of the files written after `run.json`, see [`crate::outputs`].
    pub(crate) fn journal_file(&self) -> PathBuf {
        self.root.join(JOURNAL)
    }
    /// Locked by the process that writes into the run, see [`crate::lock`].
    pub fn lock_file(&self) -> PathBuf {
        self.root.join(LOCK)
    }
    /// `experiment.toml`, the full resolved configuration.
    pub fn experiment_file(&self) -> PathBuf {
        self.root.join(EXPERIMENT)
    }
    /// Reads `experiment.toml`.
    ///
    /// # Errors
    /// [`RunError::Config`].
    pub fn experiment(&self) -> Result<Experiment> {
        Ok(Experiment::read(&self.experiment_file())?)
    }
    /// Writes `experiment.toml`.
    ///
    /// # Errors
    /// [`RunError::Config`] for a value that TOML cannot hold; [`RunError::Io`].
    pub fn write_experiment(&self, experiment: &Experiment) -> Result<()> {
        atomic::write(&self.experiment_file(), experiment.to_toml()?.as_bytes())
    }
    /// `metrics.jsonl`, see [`crate::log`].
    pub fn log_file(&self) -> PathBuf {
        self.root.join(LOG)
    }
    /// Folder of TensorBoard event files.
    pub fn tensorboard_dir(&self) -> PathBuf {
        self.root.join(TENSORBOARD)
    }
    /// Folder of a phase's checkpoints.
    pub fn phase_dir(&self, phase: Phase) -> PathBuf {
        self.root.join(phase.name())
    }
    /// Latest checkpoint of a phase, to resume from.
    pub fn checkpoint_file(&self, phase: Phase) -> PathBuf {
        self.phase_dir(phase).join("checkpoint.safetensors")
    }
    /// Final weights of a finished phase, `.safetensors`.
    pub fn weights_file(&self, phase: Phase) -> PathBuf {
        self.path(match phase {
            Phase::Encoder => ENCODER_WEIGHTS,
            Phase::Decoder => DECODER_WEIGHTS,
        })
    }
    /// True if a phase has weights: those of its checkpoint, or the final ones.
    pub fn has_weights(&self, phase: Phase) -> bool {
        self.checkpoint_file(phase).is_file() || self.weights_file(phase).is_file()
    }
    /// Folder of scores of single voxels as table, volume or surface, see [`crate::maps`].
    pub fn maps_dir(&self) -> PathBuf {
        self.root.join(MAPS)
    }
    /// Folder of reconstructions as RECONSTRUCTIONS_DIR.
    pub fn reconstructions_dir(&self) -> PathBuf {
        self.root.join(RECONSTRUCTIONS_DIR)
    }
    /// Folder of the shown images as RECONSTRUCTIONS_DIR.
    pub fn shown_dir(&self) -> PathBuf {
        self.root.join(SHOWN)
    }
    /// Folder of the best-ranked wrong candidates as RECONSTRUCTIONS_DIR.
    pub fn rivals_dir(&self) -> PathBuf {
        self.root.join(RIVALS_DIR)
    }
    /// Folder of the training image nearest to each reconstruction, as RECONSTRUCTIONS_DIR.
    pub fn nearest_dir(&self) -> PathBuf {
        self.root.join(NEAREST_DIR)
    }
    /// Folder of a run of the recipe on permuted pairings, from 0.
    pub fn null_dir(&self, index: usize) -> PathBuf {
        self.root.join(NULL_DIR).join(format!("{index:03}"))
    }
    /// Folder of what the recipe was trained on again, and of its runs: `NAME`.
    pub fn retrained_dir(&self, name: &str) -> PathBuf {
        self.root.join(RETRAINED_DIR).join(name)
    }
    /// Tables of `biology.json` as CSV: `voxels`, `measures`, or `channels`.
    pub fn biology_table(&self, name: &str) -> PathBuf {
        self.root.join(BIOLOGY_DIR).join(format!("{name}.csv"))
    }
    /// Run folder of the encoder of one half of the training images, 1 or 2; it exists only after a split-half test.
    pub fn half_dir(&self, half: usize) -> PathBuf {
        self.root.join(BIOLOGY_DIR).join(format!("half{half}"))
    }
    /// Folder of figures, each as `NAME.svg` with its numbers in `NAME.csv`.
    pub fn figures_dir(&self) -> PathBuf {
        self.root.join(FIGURES)
    }
    /// Folder of a run of its own that has the scores on another data set, see [`crate::manifest::ScoredRun`].
    pub fn on_dir(&self, name: &str) -> PathBuf {
        self.root.join(ON).join(name)
    }
    /// Returns the runs that have the scores on other data sets, by their names.
    ///
    /// # Errors
    /// [`RunError::Io`] if their folder cannot be read, and those of [`RunFolder::open`].
    pub fn on_others(&self) -> Result<Vec<Self>> {
        let folder = self.root.join(ON);
        let io = |source| RunError::Io { action: "read", path: folder.clone(), source };
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io)?,
        };
        let mut folders: Vec<PathBuf> = entries.map(|entry| Ok(entry.map_err(io)?.path())).collect::<Result<_>>()?;
        folders.retain(|path| path.join(MANIFEST).is_file());
        folders.sort_unstable();
        folders.into_iter().map(Self::open).collect()
    }
    /// `regions.csv`: the regions of `regions.json`, one row per condition and score.
    pub fn regions_table(&self) -> PathBuf {
        self.root.join(REGION_TABLE)
    }
    /// `regions-voxels.csv`: the single voxels of `regions.json`, one row per voxel.
    pub fn region_voxels_table(&self) -> PathBuf {
        self.root.join(VOXEL_TABLE)
    }
    /// `report.html`.
    pub fn report_file(&self) -> PathBuf {
        self.root.join(REPORT)
    }
    /// Returns the folders that stages write into, including those of the halves.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![
            self.root.clone(),
            self.phase_dir(Phase::Encoder),
            self.phase_dir(Phase::Decoder),
            self.reconstructions_dir(),
            self.shown_dir(),
            self.rivals_dir(),
            self.nearest_dir(),
            self.maps_dir(),
            self.figures_dir(),
            self.root.join(BIOLOGY_DIR),
        ];
        folders.extend([1, 2].map(|half| self.half_dir(half)));
        folders.extend([1, 2].map(|half| Self::new(self.half_dir(half)).phase_dir(Phase::Encoder)));
        folders
    }
    /// Returns the instruction that makes the file at a relative path again.
    pub(crate) fn remedy(&self, relative: &str) -> String {
        let remedy = match FILES.iter().find(|file| file.path == relative) {
            Some(file) => file.remedy,
            None if self.root.join(relative).starts_with(self.rivals_dir()) => files::RIVALS,
            None if self.root.join(relative).starts_with(self.nearest_dir()) => files::VALIDATE,
            None => files::RECONSTRUCT,
        };
        remedy.replace("RUN", &self.root.display().to_string())
    }
    /// Returns the name of the run: the last part of its path; of scores on another data set `RUN on NAME`.
    pub fn name(&self) -> String {
        let path = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = last(&path).unwrap_or_else(|| self.root.to_string_lossy().into_owned());
        let folder = path.parent().filter(|folder| last(folder).as_deref() == Some(ON));
        let of = folder.and_then(Path::parent).filter(|of| of.join(MANIFEST).is_file()).and_then(last);
        of.map_or_else(|| name.clone(), |of| format!("{of} on {name}"))
    }
    /// Resolves a relative path from a JSON file of the run.
    ///
    /// # Errors
    /// [`RunError::Outside`] if it leads out of the folder.
    pub fn inside(&self, relative: &str) -> Result<PathBuf> {
        let path = self.root.join(relative);
        if Path::new(relative).components().all(|part| matches!(part, Component::Normal(_))) {
            Ok(path)
        } else {
            Err(RunError::Outside { path })
        }
    }
    /// Returns a path of the run as its JSON files state it: relative, with forward slashes.
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}
