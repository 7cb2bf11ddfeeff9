//! Arguments of commands that work with data sets.

use std::path::PathBuf;

use afterimage_data::Selection;

use super::import;

#[derive(Debug, clap::Args)]
pub(crate) struct Prepare {
    /// Data set to start from. It is not changed.
    pub(crate) dataset: PathBuf,
    /// How to hold out stimuli: at random, by whole sessions, classes or clusters of images, or those of validation, so that settings
    /// can be chosen without the test part.
    #[arg(long, value_enum)]
    pub(crate) split: Option<SplitKind>,
    /// Number of test stimuli. Whole classes or clusters are drawn until this number is reached.
    #[arg(long, default_value_t = 0, requires = "split")]
    pub(crate) test: usize,
    /// Test sessions, by the numbers of the source, or counted from 0 if it has none.
    #[arg(long, value_delimiter = ',', required_if_eq("split", "session"))]
    pub(crate) test_sessions: Vec<u16>,
    /// Number of validation stimuli.
    #[arg(long, default_value_t = 0, requires = "split")]
    pub(crate) validation: usize,
    /// Number of clusters, found by k-means on features of the built-in network.
    #[arg(long, default_value_t = 40, requires = "split")]
    pub(crate) clusters: usize,
    /// Seed of the random draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Keep only the voxels of a region expression, such as "V1 + V2 - FFA".
    #[arg(long, value_name = "REGIONS")]
    pub(crate) roi: Option<String>,
    /// Remove drift from each voxel and scanner run: a polynomial over the trials of this order, 1 to 5.
    #[arg(long, value_name = "ORDER")]
    pub(crate) detrend: Option<usize>,
    /// Standardise each voxel over the training trials of each scanner run, each session, or all.
    #[arg(long, value_enum)]
    pub(crate) zscore: Option<ZScope>,
    /// What --zscore takes for runs and sessions without training trials.
    #[arg(long, value_enum, default_value_t = WithoutTraining::Training)]
    pub(crate) test_statistics: WithoutTraining,
    /// Select voxels by a measure of the training trials (snr, split_half, sd) or a column of the data set: "snr >= 0.5",
    /// "best 2000 split_half", "sd > 0" for those that are not constant. Repeatable.
    #[arg(long, value_name = "RULE")]
    pub(crate) select: Vec<Selection>,
    /// Average the trials of each stimulus.
    #[arg(long)]
    pub(crate) average: bool,
    #[command(flatten)]
    pub(crate) out: import::Out,
}

/// Rule by which stimuli are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SplitKind {
    /// Stimuli at random.
    Random,
    /// The stimuli of whole sessions.
    Session,
    /// Whole classes.
    Class,
    /// Whole clusters of images.
    Cluster,
    /// What is validation now becomes the test part, and the test part of now is left out.
    Validation,
}

/// Group of trials over which a voxel is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ZScope {
    /// Each scanner run separately.
    Run,
    /// Each session separately.
    Session,
    /// All trials together.
    All,
}

/// Statistics of runs and sessions without training trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum WithoutTraining {
    /// Those of the training trials of their session, or else of all; --detrend leaves them as they are.
    Training,
    /// Their own, which see test trials: `audit` warns of it. --detrend applies to them too.
    Own,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// Data set.
    pub(crate) dataset: PathBuf,
    /// Read the whole data set and verify its SHA-256.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Add the noise ceiling and split-half reliability, estimated from repeats in the test part.
    #[arg(long)]
    pub(crate) reliability: bool,
    /// Also write a page with trials and their images, responses, repeats and reliability.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    /// Data set.
    pub(crate) dataset: PathBuf,
    /// Unpaired images: a folder, .zip archive or .npy. Repeatable.
    #[arg(long)]
    pub(crate) unpaired: Vec<PathBuf>,
    /// Also search for look-alikes by network features: finds crops and other shots of a scene, but takes longer.
    #[arg(long)]
    pub(crate) features: bool,
    /// Fail on warnings too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// A list that --fix wrote: leave out what it names before looking, as data.exclusions does.
    #[arg(long, value_name = "LIST.toml")]
    pub(crate) exclusions: Option<PathBuf>,
    /// Write a list of what to leave out of training, for data.exclusions = "LIST.toml".
    #[arg(long, value_name = "LIST.toml")]
    pub(crate) fix: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
