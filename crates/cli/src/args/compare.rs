//! Arguments of `compare` and `ablate`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// Run folders that have been evaluated; runs that differ in nothing but the seed are taken together.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// The run that differences are taken from, instead of the first.
    #[arg(long, value_name = "RUN")]
    pub(crate) baseline: Option<PathBuf>,
    /// Scores to show, `*` for any characters, such as "image.*"; may be given several times.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) scores: Vec<String>,
    /// Take data sets for subjects: each with images of its own, averaged with equal weight.
    #[arg(long, conflicts_with = "unpaired")]
    pub(crate) subjects: bool,
    /// Show runs with different test images side by side, without differences.
    #[arg(long)]
    pub(crate) unpaired: bool,
    /// Bootstrap resamples, and draws of the sign-flip test.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub(crate) draws: u32,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Write the table to this file, a row for each score and variant.
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write compare.html, compare.json and compare.csv into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ablate {
    /// The experiment file; the experiment as it stands is the baseline.
    pub(crate) experiment: PathBuf,
    /// What to leave out, comma-separated:
    /// unpaired (no cycle), or numbers of unpaired images as unpaired=0|100|1000;
    /// perceptual (no perceptual term);
    /// blocks (perceptual blocks 1 to k, for every k);
    /// roi (V1 alone, lower and higher visual cortex alone), or regions as roi=V1|V1+V2|LOC;
    /// without-roi (all regions but one, for every one), or some as without-roi=V1|V1+V2.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', required = true, verbatim_doc_comment)]
    pub(crate) over: Vec<String>,
    /// Runs of each variant, with the experiment's seed and those that follow it.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seeds: u32,
    /// Folder of the runs and of ablation.html, ablation.csv and ablation.json; given again, what is finished is kept and what
    /// was interrupted goes on.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Scores to show, `*` for any characters; may be given several times.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) scores: Vec<String>,
    /// Change a key of the experiment in all variants, such as decoder.epochs=40; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Device, instead of the experiment's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
