//! The arguments of `afterimage baseline`.

use std::path::PathBuf;

/// Kinds of baseline.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Kind {
    /// Ridge regression from responses to pixels
    #[command(after_help = "Example: afterimage baseline ridge-pixels experiment.toml --out runs/ridge")]
    RidgePixels(RidgePixels),
    /// The unpaired image whose features are nearest to those that ridge regression predicts from the responses
    #[command(after_help = "Example: afterimage baseline retrieval experiment.toml --layer fire8 --out runs/retrieval")]
    Retrieval(Retrieval),
    /// The mean training image for every item: what a score is worth without any response
    #[command(after_help = "Example: afterimage baseline mean experiment.toml --out runs/mean")]
    Mean(Mean),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RidgePixels {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Side of the predicted images, which are enlarged to the experiment's, pixels.
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
    /// Features are averaged on a grid of at most so many cells a side.
    #[arg(long, value_name = "CELLS", default_value_t = 8, value_parser = cells)]
    pub(crate) grid: usize,
    #[command(flatten)]
    pub(crate) fit: Fit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Mean {
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every baseline takes, as `afterimage run` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// The experiment file.
    pub(crate) experiment: PathBuf,
    /// The run folder to make.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Change a key of the experiment, such as data.roi=V1; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Seed, instead of the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Device of the backbone, instead of the experiment's: cpu, cuda, cuda:1, tch, wgpu.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print the scores as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is fitted, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Fit {
    /// Folds of the cross-validation; repeats of a stimulus are never in two.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub(crate) folds: u16,
    /// Backbone of the features: squeezenet1_1, vgg16, vgg19, alexnet.
    #[arg(long, default_value = "squeezenet1_1")]
    pub(crate) backbone: String,
    /// Layers of the encoder's features.
    #[arg(long, value_name = "LAYERS", value_delimiter = ',', default_value = "relu1,fire3,fire5,fire8")]
    pub(crate) encoder_layers: Vec<String>,
    /// Levels of the encoder's receptive fields: 1, 5, 21, 85 or 341 of them.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub(crate) field_levels: u32,
    /// Reconstruct only; predict no responses.
    #[arg(long)]
    pub(crate) no_encoder: bool,
}

fn cells(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=64) => Ok(count),
        _ => Err("expected a number from 1 to 64".into()),
    }
}
