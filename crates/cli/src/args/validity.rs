//! The arguments of `afterimage validity`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Validity {
    /// Evaluated experiment folders: runs and baselines.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Also train the recipe again: on shuffled pairings, and with clusters of images held out. Takes as long as two runs.
    #[arg(long)]
    pub(crate) retrain: bool,
    /// Only train and score the recipe N times on permuted pairings, and count p-values and intervals.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["retrain", "verbose"])]
    pub(crate) null: Option<u32>,
    /// Print every value, not only the sentences.
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print as JSON, one object for each run.
    #[arg(long)]
    pub(crate) json: bool,
}
