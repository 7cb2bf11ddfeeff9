//! The arguments of `afterimage biology`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Biology {
    /// Experiment folder with a trained encoder.
    pub(crate) run: PathBuf,
    /// Train two more encoders, on disjoint halves of the training images, and compare their maps voxel by voxel.
    #[arg(long)]
    pub(crate) split_half: bool,
    /// Width of the images in degrees of visual angle. Default: the data set's.
    #[arg(long, value_name = "DEGREES")]
    pub(crate) fov: Option<f64>,
    /// Print the main measures of all voxels and of each region, not only the summary.
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print the measures as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
