//! Where each file of a run lies. Nothing else in the workspace spells these names.

use std::path::{Component, Path, PathBuf};

use crate::{Result, RunError, manifest::Manifest, outputs::Outputs};

/// Version of the layout; raised when a file moves or changes its meaning.
pub const LAYOUT_VERSION: u32 = 1;

/// A run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
    pub(crate) outputs: Outputs,
}

/// Names for runs that are shown together: each its own, numbered where several are the same.
pub fn labels(runs: &[RunFolder]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for run in runs {
        let name = run.name();
        let mut candidates = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}")));
        labels.extend(candidates.find(|label| !labels.contains(label)));
    }
    labels
}

/// The two phases of training, each with a folder of checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Image to responses.
    Encoder,
    /// Responses to image.
    Decoder,
}

impl Phase {
    /// The folder name, also used in the training log.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Encoder => "encoder",
            Phase::Decoder => "decoder",
        }
    }
}

impl RunFolder {
    /// The run at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), outputs: Outputs::default() }
    }

    /// Opens an existing run.
    ///
    /// # Errors
    /// [`RunError::NotARun`] where the folder has no manifest, or one of another layout.
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

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// `run.json`, see [`crate::manifest`].
    pub fn manifest_file(&self) -> PathBuf {
        self.root.join("run.json")
    }
    /// Hashes of what was written since `run.json` was, see [`crate::outputs`].
    pub(crate) fn journal_file(&self) -> PathBuf {
        self.root.join("run.outputs.jsonl")
    }
    /// The file whose lock says that a process writes into the run, see [`crate::lock`].
    pub fn lock_file(&self) -> PathBuf {
        self.root.join("run.lock")
    }
    /// `experiment.toml`, the full resolved configuration.
    pub fn experiment_file(&self) -> PathBuf {
        self.root.join("experiment.toml")
    }
    /// `metrics.jsonl`, see [`crate::log`].
    pub fn log_file(&self) -> PathBuf {
        self.root.join("metrics.jsonl")
    }
    /// Folder of TensorBoard event files.
    pub fn tensorboard_dir(&self) -> PathBuf {
        self.root.join("tensorboard")
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
        self.phase_dir(phase).join("model.safetensors")
    }
    /// Statistics the networks need to be applied to new data (z-score, SNR), JSON.
    pub fn statistics_file(&self) -> PathBuf {
        self.root.join("statistics.json")
    }
    /// `voxels.json`, see [`crate::voxels`].
    pub fn voxels_file(&self) -> PathBuf {
        self.root.join("voxels.json")
    }
    /// Folder of scores of single voxels as table, volume or surface, see [`crate::maps`].
    pub fn maps_dir(&self) -> PathBuf {
        self.root.join("maps")
    }
    /// `pictures.json`, see [`crate::pictures`].
    pub fn pictures_file(&self) -> PathBuf {
        self.root.join("pictures.json")
    }
    /// All reconstructions as one array, float32 `[items, 3, height, width]` in 0..1.
    pub fn reconstructions_array(&self) -> PathBuf {
        self.root.join("reconstructions.npy")
    }
    /// Folder of reconstructions as PNG.
    pub fn reconstructions_dir(&self) -> PathBuf {
        self.root.join("reconstructions")
    }
    /// Folder of the shown images as PNG.
    pub fn shown_dir(&self) -> PathBuf {
        self.root.join("shown")
    }
    /// Folder of the best-ranked wrong candidates as PNG.
    pub fn rivals_dir(&self) -> PathBuf {
        self.root.join("rivals")
    }
    /// Encoder predictions for the held-out items, float32 `[items, voxels]`.
    pub fn predictions_array(&self) -> PathBuf {
        self.root.join("encoder").join("predicted.npy")
    }
    /// `scores.json`, see [`crate::scores`].
    pub fn scores_file(&self) -> PathBuf {
        self.root.join("scores.json")
    }
    /// `classification.json`, see [`crate::classification`].
    pub fn classification_file(&self) -> PathBuf {
        self.root.join("classification.json")
    }
    /// `biology.json`, see [`crate::biology`].
    pub fn biology_file(&self) -> PathBuf {
        self.root.join("biology.json")
    }
    /// Tables of `biology.json` as CSV: `voxels`, `measures`, or `channels`.
    pub fn biology_table(&self, name: &str) -> PathBuf {
        self.root.join("biology").join(format!("{name}.csv"))
    }
    /// A run folder of its own for the encoder of one half of the training images, 1 or 2; there after a split-half test only.
    pub fn half_dir(&self, half: usize) -> PathBuf {
        self.root.join("biology").join(format!("half{half}"))
    }
    /// Folder of figures, each as `NAME.svg` with its numbers in `NAME.csv`.
    pub fn figures_dir(&self) -> PathBuf {
        self.root.join("figures")
    }
    /// `regions.json`, see [`crate::regions`].
    pub fn regions_file(&self) -> PathBuf {
        self.root.join("regions.json")
    }
    /// `regions.csv`: what `regions.json` says of regions, a row for each condition and score.
    pub fn regions_table(&self) -> PathBuf {
        self.root.join("regions.csv")
    }
    /// `regions-voxels.csv`: what `regions.json` says of single voxels, a row each.
    pub fn region_voxels_table(&self) -> PathBuf {
        self.root.join("regions-voxels.csv")
    }
    /// `people.json`, see [`crate::study::People`]; there after people were asked.
    pub fn people_file(&self) -> PathBuf {
        self.root.join("people.json")
    }
    /// `images.json`: the unpaired and external images of the run, as the experiment crate writes it.
    pub fn images_file(&self) -> PathBuf {
        self.root.join("images.json")
    }
    /// `audit.json`, as the data crate writes it.
    pub fn audit_file(&self) -> PathBuf {
        self.root.join("audit.json")
    }
    /// `report.html`.
    pub fn report_file(&self) -> PathBuf {
        self.root.join("report.html")
    }
    /// The single files that later stages and readers use, whose hashes `run.json` keeps.
    pub(crate) fn read_again(&self) -> Vec<PathBuf> {
        vec![
            self.statistics_file(),
            self.voxels_file(),
            self.audit_file(),
            self.images_file(),
            self.weights_file(Phase::Encoder),
            self.weights_file(Phase::Decoder),
            self.predictions_array(),
            self.reconstructions_array(),
            self.pictures_file(),
            self.scores_file(),
            self.classification_file(),
            self.biology_file(),
            self.regions_file(),
            self.people_file(),
        ]
    }
    /// The folders that stages write into, those of the halves included.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![
            self.root.clone(),
            self.phase_dir(Phase::Encoder),
            self.phase_dir(Phase::Decoder),
            self.reconstructions_dir(),
            self.shown_dir(),
            self.rivals_dir(),
            self.maps_dir(),
            self.figures_dir(),
            self.root.join("biology"),
        ];
        folders.extend([1, 2].map(|half| self.half_dir(half)));
        folders.extend([1, 2].map(|half| Self::new(self.half_dir(half)).phase_dir(Phase::Encoder)));
        folders
    }
    /// What makes the file at a relative path again, as an instruction.
    pub(crate) fn remedy(&self, relative: &str) -> String {
        let run = self.root.display();
        let train = |network: &str| {
            format!("make it again with `afterimage train {network} {run}/experiment.toml --out {run} --resume`")
        };
        let path = self.root.join(relative);
        let starts = |folder: PathBuf| path.starts_with(folder);
        if [Phase::Encoder, Phase::Decoder].iter().any(|&phase| path == self.weights_file(phase)) {
            format!(
                "restore it, or delete it and make it again with `afterimage run {run}/experiment.toml --out {run} --resume`"
            )
        } else if path == self.statistics_file() || path == self.voxels_file() {
            train("encoder")
        } else if path == self.audit_file() {
            train("decoder")
        } else if path == self.images_file() {
            "restore it, or delete it, and the images are chosen again".into()
        } else if starts(self.rivals_dir()) {
            format!("make it again with `afterimage reconstruct {run}` and `afterimage evaluate {run}`")
        } else if path == self.scores_file() || path == self.classification_file() {
            format!("make it again with `afterimage evaluate {run}`")
        } else if path == self.biology_file() {
            format!("make it again with `afterimage biology {run}`")
        } else if path == self.regions_file() {
            format!("make it again with `afterimage regions {run}`")
        } else if path == self.people_file() {
            format!("make it again with `afterimage study analyze STUDY --into {run}`")
        } else {
            format!("make it again with `afterimage reconstruct {run}`")
        }
    }
    /// What the run is called: the last part of its path.
    pub fn name(&self) -> String {
        let path = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        path.file_name().map_or_else(|| self.root.to_string_lossy(), |name| name.to_string_lossy()).into_owned()
    }
    /// The file that a JSON file of the run names by a relative path, which must not lead out of the run.
    ///
    /// # Errors
    /// [`RunError::Outside`] where it does.
    pub fn inside(&self, relative: &str) -> Result<PathBuf> {
        let path = self.root.join(relative);
        if Path::new(relative).components().all(|part| matches!(part, Component::Normal(_))) {
            Ok(path)
        } else {
            Err(RunError::Outside { path })
        }
    }
    /// A path inside the run as it is written into its JSON files: relative, with forward slashes.
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}
