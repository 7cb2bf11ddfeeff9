//! The arguments of `afterimage import`, one kind of source each.

use std::path::PathBuf;

/// Kinds of source.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Kind {
    /// A table of responses and a folder, archive or array of images, joined by a manifest
    #[command(after_help = "Example: afterimage import generic v4.toml --out v4.afterimage")]
    Generic(Generic),
    /// The figures and letters of Miyawaki et al. 2008, from one MAT file
    #[command(
        after_help = "Example: afterimage import miyawaki miyawaki_structured_28x28.mat --out figures.afterimage"
    )]
    Miyawaki(Miyawaki),
}

/// Where the data set goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Out {
    /// The data set to make.
    #[arg(long, value_name = "DATASET")]
    pub(crate) out: PathBuf,
    /// Replace a data set that is there.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Height and width of the stored images.
#[derive(Debug, clap::Args)]
pub(crate) struct Side {
    /// Height and width of the stored images, pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 112, value_parser = clap::value_parser!(u16).range(8..=2048))]
    pub(crate) image_side: u16,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Generic {
    /// The manifest, TOML: which responses, which images, in which order.
    pub(crate) manifest: PathBuf,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Miyawaki {
    /// The MAT file with fmriTrn, stimTrn, labelTrn and their Test counterparts.
    pub(crate) file: PathBuf,
    /// Figures held out for the test, drawn by the seed.
    #[arg(long, default_value_t = 5)]
    pub(crate) test: usize,
    /// The figures to hold out by number, such as 0,5,10,15, instead of drawn ones.
    #[arg(long, value_delimiter = ',', conflicts_with = "test")]
    pub(crate) test_figures: Option<Vec<usize>>,
    /// Figures held out for early stopping.
    #[arg(long, default_value_t = 2)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}
