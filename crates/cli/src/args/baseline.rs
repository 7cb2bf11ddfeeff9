//! The arguments of `afterimage baseline`.

use std::path::PathBuf;

/// Kinds of baseline.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Kind {
    /// Predict pixels from responses by ridge regression
    #[command(after_help = "Example: afterimage baseline ridge-pixels experiment.toml --out runs/ridge")]
    RidgePixels(RidgePixels),
    /// Retrieve the unpaired image nearest to predicted features
    #[command(after_help = "Example: afterimage baseline retrieval experiment.toml --layer fire8 --out runs/retrieval")]
    Retrieval(Retrieval),
    /// Predict features from responses and find images that have them by gradient descent
    #[command(after_help = "Example: afterimage baseline features experiment.toml --out runs/features")]
    Features(Features),
    /// Reconstruct every item as the mean training image
    #[command(after_help = "Example: afterimage baseline mean experiment.toml --out runs/mean")]
    Mean(Mean),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RidgePixels {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Side of the predicted images, in pixels. They are enlarged to the experiment's image side.
    #[arg(long, value_name = "PIXELS", default_value_t = 32)]
    pub(crate) pixels: usize,
    #[command(flatten)]
    pub(crate) fit: Fit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Retrieval {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Layer of the backbone whose features are predicted and compared.
    #[arg(long, default_value = "fire5")]
    pub(crate) layer: String,
    /// Maximum number of grid cells per side over which features are averaged.
    #[arg(long, value_name = "CELLS", default_value_t = 8, value_parser = cells)]
    pub(crate) grid: usize,
    #[command(flatten)]
    pub(crate) fit: Fit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Features {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Layers of the backbone whose features are predicted and inverted.
    #[arg(long, value_delimiter = ',', default_value = "relu1,fire3,fire5,fire8")]
    pub(crate) layers: Vec<String>,
    /// Maximum number of grid cells per side over which features are averaged.
    #[arg(long, value_name = "CELLS", default_value_t = 8, value_parser = cells)]
    pub(crate) grid: usize,
    /// What images are parameterised by.
    #[arg(long, value_enum, default_value_t = ImagePrior::Pixels)]
    pub(crate) prior: ImagePrior,
    /// Spread of the features that images are to have: as predicted, or scaled to that of natural images.
    #[arg(long, value_enum, default_value_t = Spread::Predicted)]
    pub(crate) spread: Spread,
    /// Steps of the descent.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) steps: u32,
    /// Weight of the total variation, mean of (dx^2 + dy^2)^1.25.
    #[arg(long, default_value_t = 10.0, value_parser = weight)]
    pub(crate) variation: f64,
    #[command(flatten)]
    pub(crate) fit: Fit,
}

/// What images are parameterised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ImagePrior {
    /// Their pixels.
    Pixels,
    /// The weights of an untrained network, as a deep image prior; slow.
    Deep,
}

/// Spread of the features that images are to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Spread {
    /// As ridge regression predicts them, shrunk.
    Predicted,
    /// Scaled, item by item and layer by layer, to that of natural images.
    Natural,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Mean {
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Arguments of every baseline; they are those of `afterimage run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Experiment file.
    pub(crate) experiment: PathBuf,
    /// Experiment folder to create.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Replace the baseline in the folder, once the new one is finished.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Set a key of the experiment, such as data.roi=V1. Repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Seed. Default: the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Device of the backbone: cpu, cuda, cuda:1, tch, wgpu. Default: the experiment's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print the scores as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Settings of the fit.
#[derive(Debug, clap::Args)]
pub(crate) struct Fit {
    /// Number of cross-validation folds. Repeats of a stimulus stay in one fold.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub(crate) folds: u16,
    /// Backbone of the features: squeezenet1_1, vgg16, vgg19, alexnet.
    #[arg(long, default_value = "squeezenet1_1")]
    pub(crate) backbone: String,
    /// Layers whose features the encoder uses.
    #[arg(long, value_name = "LAYERS", value_delimiter = ',', default_value = "relu1,fire3,fire5,fire8")]
    pub(crate) encoder_layers: Vec<String>,
    /// Levels of the encoder's receptive fields, 1 to 5: 1, 5, 21, 85 or 341 fields.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub(crate) field_levels: u32,
    /// Fit no encoder: reconstruct only.
    #[arg(long)]
    pub(crate) no_encoder: bool,
}

fn weight(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=1e6).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1000000".into()),
    }
}

fn cells(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=64) => Ok(count),
        _ => Err("expected a number from 1 to 64".into()),
    }
}
