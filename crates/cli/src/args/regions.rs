//! Arguments of `regions` and `synthesize`.

use std::path::PathBuf;

use super::{not_negative, positive};

#[derive(Debug, clap::Args)]
pub(crate) struct Regions {
    /// The run folder.
    pub(crate) run: PathBuf,
    /// Random subsets of each size, where regions are compared at equal numbers of voxels.
    #[arg(long, value_name = "N", default_value_t = afterimage_eval::regions::DRAWS as u16,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) subsets: u16,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Synthesize {
    /// The run folder, with a trained encoder.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Drive this voxel, by its column in the data set, from 0; may be given several times.
    #[arg(long, value_name = "ID", required_unless_present = "region")]
    pub(crate) voxel: Vec<usize>,
    /// Drive a region, or an expression of regions such as "V1 + V2"; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Vec<String>,
    /// What of a region is driven.
    #[arg(long, value_enum, default_value = "region")]
    pub(crate) objective: Objective,
    /// Folder of the pictures, synthesis.json and synthesis.html; it must not be there yet, or be empty.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Make the response small instead of large.
    #[arg(long)]
    pub(crate) minimize: bool,
    /// What is optimised: pixels, or responses that the run's decoder turns into an image.
    #[arg(long, value_enum, default_value = "pixels")]
    pub(crate) prior: Prior,
    /// Images of each target, from different random starts.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) starts: u16,
    /// Steps of gradient ascent.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) steps: u32,
    /// Learning rate of Adam.
    #[arg(long, default_value_t = 0.05, value_parser = positive)]
    pub(crate) learning_rate: f64,
    /// Weight of the total variation of the decoder's image loss, against the response in standard deviations
    /// over natural images.
    #[arg(long, value_name = "WEIGHT", default_value_t = 100.0, value_parser = not_negative)]
    pub(crate) variation: f64,
    /// Largest random shift of the image at each step, pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub(crate) jitter: u16,
    /// Unpaired images to compare with, besides all training images; the seed chooses them.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) natural: usize,
    /// Seed, instead of the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What of a region is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Objective {
    /// Each of its voxels by itself.
    Voxel,
    /// The mean response of its voxels.
    Region,
    /// That less the mean response of all other voxels.
    Contrast,
}

/// What an image is a function of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Prior {
    /// Its pixels.
    Pixels,
    /// Responses, through the run's decoder: what it learnt images to be like.
    Decoder,
}
