//! The arguments of `afterimage classes`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Classes {
    /// Embed images once and save the class representatives
    #[command(
        after_help = "Examples:\n  afterimage classes build photos/ --preset v4 --out bank.safetensors\n  afterimage classes build imagenet/train --experiment mine.toml --out bank.safetensors"
    )]
    Build {
        /// Image sources: folders with one subfolder per class, or folders, archives and arrays with an `images.csv`.
        #[arg(required = true)]
        sources: Vec<PathBuf>,
        /// Bank file to write. Name it in evaluation.classification.classes.
        #[arg(long, value_name = "BANK.safetensors")]
        out: PathBuf,
        /// Experiment file that gives the image side and [evaluation.classification].
        #[arg(long, value_name = "EXPERIMENT.toml", conflicts_with = "preset")]
        experiment: Option<PathBuf>,
        /// Preset to use without --experiment.
        #[arg(long, default_value = "gaziv2022")]
        preset: String,
        /// Set a key, such as evaluation.classification.tap=fire5. Repeatable.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        settings: Vec<String>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write images of generated classes, such as striped-red-star
    #[command(after_help = "Example: afterimage classes generate --classes 469 --side 112 --out generated/")]
    Generate {
        /// Folder for `classes.npy`, `images.csv` and `superclasses.csv`.
        #[arg(long)]
        out: PathBuf,
        /// Number of classes, at most 1320.
        #[arg(long, default_value_t = 120)]
        classes: usize,
        /// Images per class.
        #[arg(long, default_value_t = 20)]
        images: usize,
        /// Side of the images, in pixels.
        #[arg(long, default_value_t = 64)]
        side: usize,
        /// Seed of the images.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}
