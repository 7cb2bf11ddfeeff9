//! Arguments of `compare` and `ablate`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// Evaluated experiment folders. Runs that differ only in the seed are averaged.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Run to subtract from the others. Default: the first.
    #[arg(long, value_name = "RUN")]
    pub(crate) baseline: Option<PathBuf>,
    /// Compare their scores on another data set, made by `evaluate --on` in RUN/on/NAME.
    #[arg(long, value_name = "NAME")]
    pub(crate) on: Option<String>,
    /// Scores to show; `*` matches any characters, as in "image.*". Repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) scores: Vec<String>,
    /// Treat each data set as a subject with its own images. Subjects have equal weight.
    #[arg(long, conflicts_with = "unpaired")]
    pub(crate) subjects: bool,
    /// Show runs with different test images side by side, without differences.
    #[arg(long)]
    pub(crate) unpaired: bool,
    /// Number of bootstrap resamples and sign-flip draws.
    #[arg(long, default_value_t = afterimage_eval::comparison::DRAWS as u32, value_parser = clap::value_parser!(u32).range(100..))]
    pub(crate) draws: u32,
    /// Seed of the random draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Write the table to this file, one row per score and variant.
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write compare.html, compare.json and compare.csv into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Also print every number: intervals, BCa, p before and after correction, images needed.
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ablate {
    /// Experiment file. The unchanged experiment is the baseline.
    pub(crate) experiment: PathBuf,
    /// What to leave out, comma-separated:
    /// unpaired (no cycle), or numbers of unpaired images as unpaired=0|100|1000;
    /// perceptual (no perceptual term);
    /// blocks (perceptual blocks 1 to k, for every k);
    /// roi (only V1, only lower, only higher visual cortex), or regions as roi=V1|V1+V2|LOC;
    /// without-roi (without each region in turn), or regions as without-roi=V1|V1+V2.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', required = true, verbatim_doc_comment)]
    pub(crate) over: Vec<String>,
    /// Runs per variant, with consecutive seeds from the experiment's.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seeds: u32,
    /// Folder for the runs, ablation.html, ablation.csv and ablation.json. If it exists, finished runs are kept and
    /// interrupted ones continue.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Scores to show; `*` matches any characters. Repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) scores: Vec<String>,
    /// Set a key of the experiment in all variants, such as decoder.epochs=40. Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Device. Default: the experiment's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Also print every number: intervals, BCa, p before and after correction, images needed.
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
