//! The arguments of `afterimage classes`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Classes {
    /// Embed the images of classes once and keep the class representatives in a file
    #[command(
        after_help = "Examples:\n  afterimage classes build photos/ --preset v4 --out bank.safetensors\n  afterimage classes build imagenet/train --experiment mine.toml --out bank.safetensors"
    )]
    Build {
        /// Image sources: folders with a folder for each class, or folders, archives and arrays with an `images.csv`.
        #[arg(required = true)]
        sources: Vec<PathBuf>,
        /// The bank to write; name it in evaluation.classification.classes.
        #[arg(long, value_name = "BANK.safetensors")]
        out: PathBuf,
        /// Experiment whose image side and [evaluation.classification] are used.
        #[arg(long, value_name = "EXPERIMENT.toml", conflicts_with = "preset")]
        experiment: Option<PathBuf>,
        /// Preset, where no experiment is given.
        #[arg(long, default_value = "gaziv2022")]
        preset: String,
        /// Change a key, such as evaluation.classification.tap=fire5; may be given several times.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        settings: Vec<String>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write pictures of generated classes, such as striped-red-star
    #[command(after_help = "Example: afterimage classes generate --classes 469 --side 112 --out generated/")]
    Generate {
        /// The folder to write `classes.npy`, `images.csv` and `superclasses.csv` into.
        #[arg(long)]
        out: PathBuf,
        /// Number of classes, at most 1320.
        #[arg(long, default_value_t = 120)]
        classes: usize,
        /// Pictures of each class.
        #[arg(long, default_value_t = 20)]
        images: usize,
        /// Side of the pictures, pixels.
        #[arg(long, default_value_t = 64)]
        side: usize,
        /// Seed of the pictures.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}
