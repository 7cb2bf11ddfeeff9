//! Arguments of `regions` and `synthesize`.

use std::path::PathBuf;

use super::{not_negative, positive};

#[derive(Debug, clap::Args)]
pub(crate) struct Regions {
    /// Experiment folder.
    pub(crate) run: PathBuf,
    /// Random subsets of each size for comparing regions at equal numbers of voxels.
    #[arg(long, value_name = "N", default_value_t = afterimage_eval::regions::DRAWS as u16,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) subsets: u16,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Synthesize {
    /// Experiment folder with a trained encoder.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Voxel to drive: its column in the data set, from 0. Repeatable.
    #[arg(long, value_name = "ID", required_unless_present = "region")]
    pub(crate) voxel: Vec<usize>,
    /// Region to drive, or a region expression such as "V1 + V2". Repeatable.
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Vec<String>,
    /// Which response of a region is driven.
    #[arg(long, value_enum, default_value = "region")]
    pub(crate) objective: Objective,
    /// Folder for the images, synthesis.json and synthesis.html. It must be new or empty.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Replace the synthesis in the folder.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Minimise the response instead of maximising it.
    #[arg(long)]
    pub(crate) minimize: bool,
    /// What is optimised: responses that the run's decoder turns into an image, or pixels. Default: decoder, or pixels if
    /// the run has none.
    #[arg(long, value_enum)]
    pub(crate) prior: Option<Prior>,
    /// Images per target, each from a different random start.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) starts: u16,
    /// Number of gradient ascent steps.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) steps: u32,
    /// Learning rate of Adam.
    #[arg(long, default_value_t = 0.05, value_parser = positive)]
    pub(crate) learning_rate: f64,
    /// Weight of total variation, relative to the response in standard deviations over natural images.
    #[arg(long, value_name = "WEIGHT", default_value_t = 100.0, value_parser = not_negative)]
    pub(crate) variation: f64,
    /// Maximum random shift of the image at each step, in pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub(crate) jitter: u16,
    /// Number of unpaired images to compare with, besides all training images. The seed chooses them.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) natural: usize,
    /// Seed. Default: the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which response of a region is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Objective {
    /// Each voxel separately.
    Voxel,
    /// The mean response of the region's voxels.
    Region,
    /// The mean response of the region's voxels minus that of all other voxels.
    Contrast,
}

/// Parameters of the synthesised image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Prior {
    /// Responses, which the run's decoder turns into an image: stays close to what the decoder has learned.
    Decoder,
    /// The pixels: reaches larger responses, by textures that no image has.
    Pixels,
}
