//! The arguments of `afterimage shapes`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Shapes {
    /// Folder to create, for `images/` and `stimuli.csv`.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// A simulated subject to show them to: the folder of a demonstration, or its `simulation/truth.json`. Adds
    /// `shapes.afterimage`.
    #[arg(long, value_name = "DEMO")]
    pub(crate) subject: Option<PathBuf>,
    /// Presentations of each image to the subject.
    #[arg(long, default_value_t = 10, requires = "subject")]
    pub(crate) repeats: u16,
    /// Images of each of the eight kinds, at most 60.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) each: usize,
    /// Side of the images, in pixels; with --subject that of its data set.
    #[arg(long, default_value_t = 512, conflicts_with = "subject")]
    pub(crate) side: usize,
    /// Seed of positions, sizes, colours and noise.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Replace a folder of `afterimage shapes`.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
