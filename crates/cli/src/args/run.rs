//! Arguments of commands that train, score and report a run.

use std::path::PathBuf;

use afterimage_experiment::Existing;

/// The two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Network {
    /// Image to responses.
    Encoder,
    /// Responses to image. The encoder is trained first if it is not trained yet.
    Decoder,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    /// Experiment file.
    pub(crate) experiment: PathBuf,
    #[command(flatten)]
    pub(crate) options: RunOptions,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunOptions {
    /// Experiment folder to create.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Continue a run that was stopped or killed. Keys that nothing trained in it has read may change.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Delete the run in the folder and begin again, once all inputs are checked.
    #[arg(long, conflicts_with = "resume")]
    pub(crate) overwrite: bool,
    /// Leave out a part: `unpaired` (no cycle), `perceptual` (no perceptual term).
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) ablate: Vec<Ablation>,
    /// Set a key of the experiment, such as decoder.epochs=40. Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Seed. Default: the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Device: cpu, cuda, cuda:1, tch, wgpu. Default: the experiment's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print the scores as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl RunOptions {
    /// What happens to a run that lies in the folder.
    pub(crate) fn existing(&self) -> Existing {
        match (self.resume, self.overwrite) {
            (true, _) => Existing::Resumed,
            (_, true) => Existing::Replaced,
            _ => Existing::Refused,
        }
    }
}

/// Parts that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ablation {
    /// Supervised only: no cycle on unpaired images.
    Unpaired,
    /// No perceptual term in the image loss.
    Perceptual,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) options: RunOptions,
    /// Number of generated classes for the classification, including those of the test images. At most 1320.
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub(crate) classes: usize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OfRun {
    /// Experiment folder.
    pub(crate) run: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) of: OfRun,
    /// Baseline runs on the same images, which the verdict names; kept in RUN/baselines.json.
    #[arg(long, num_args = 1.., value_name = "OTHER")]
    pub(crate) baselines: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Evaluate {
    /// Experiment folder.
    pub(crate) run: PathBuf,
    /// Set a key of the run's experiment that only its scores read, such as evaluation.ways=[2,5]. The run keeps it.
    /// Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Score the run on the held-out trials of another data set of the same voxels, into RUN/on/NAME. The run's own scores
    /// stay as they are.
    #[arg(long, value_name = "DATASET", conflicts_with = "settings")]
    pub(crate) on: Option<PathBuf>,
    /// Name of the folder in RUN/on. Default: that of the data set.
    #[arg(long, requires = "on")]
    pub(crate) name: Option<String>,
    /// The voxels of the other data set are those of the run, in the same order, where nothing else says so.
    #[arg(long, requires = "on")]
    pub(crate) in_order: bool,
    /// Take responses that cannot be in the unit of the run's data set as they are.
    #[arg(long, requires = "on")]
    pub(crate) force_units: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
