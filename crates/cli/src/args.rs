//! The arguments of every command.

pub(crate) mod import;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Learns the two directions between pictures and the brain activity they evoke.
///
/// An encoder (image to responses) and a decoder (responses to image) are trained together on recorded pairs and on
/// images nobody was scanned with; held-out images are reconstructed, scored and reported.
///
/// Start with `afterimage demo --out runs/demo`.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 stopped by Ctrl-C with everything saved."
)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything on a built-in simulated subject, nothing downloaded
    #[command(after_help = "Example: afterimage demo --out runs/demo")]
    Demo(Demo),
    /// Join recordings and images into a data set
    #[command(after_help = "Example: afterimage import generic v4.toml --out v4.afterimage")]
    Import {
        #[command(subcommand)]
        kind: import::Kind,
    },
    /// Show what a data set holds
    #[command(after_help = "Example: afterimage inspect v4.afterimage")]
    Inspect(Inspect),
    /// Look for leaks between the test images and everything else
    #[command(after_help = "Example: afterimage audit v4.afterimage --unpaired photos/")]
    Audit(Audit),
    /// Print a preset, or an experiment with every default filled in
    #[command(after_help = "Example: afterimage config --preset gaziv2022 > experiment.toml")]
    Config(Config),
    /// Train, reconstruct, evaluate and report, all in one
    #[command(after_help = "Example: afterimage run experiment.toml --out runs/mine")]
    Run(Train),
    /// Train one of the two networks
    #[command(after_help = "Example: afterimage train encoder experiment.toml --out runs/mine")]
    Train {
        /// Which network.
        #[arg(value_enum)]
        network: Network,
        #[command(flatten)]
        train: Train,
    },
    /// Decode the held-out responses of a run into images
    #[command(after_help = "Example: afterimage reconstruct runs/mine")]
    Reconstruct(OfRun),
    /// Score the reconstructions and the encoder of a run
    #[command(after_help = "Example: afterimage evaluate runs/mine --json")]
    Evaluate(OfRun),
    /// Write report.html from a run folder
    #[command(after_help = "Example: afterimage report runs/mine")]
    Report(OfRun),
    /// Fetch or install backbone weights
    #[command(after_help = "Example: afterimage weights get vgg19 --from vgg19-dcbb9e9d.pth")]
    Weights {
        #[command(subcommand)]
        command: Weights,
    },
}

/// The two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Network {
    /// Image to responses.
    Encoder,
    /// Responses to image; trains the encoder first where that is not done.
    Decoder,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    /// The experiment file.
    pub(crate) experiment: PathBuf,
    #[command(flatten)]
    pub(crate) options: RunOptions,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunOptions {
    /// The run folder to make.
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Go on where an earlier, killed or stopped run left off.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Leave a part out: `unpaired` (no cycle), `perceptual` (no perceptual term).
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) ablate: Vec<Ablation>,
    /// Change a key of the experiment, such as decoder.epochs=40; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Seed, instead of the experiment's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Device, instead of the experiment's: cpu, cuda, cuda:1, tch, wgpu.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print the scores as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parts that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ablation {
    /// Supervised only: no cycle on unpaired images.
    Unpaired,
    /// No perceptual term in the image loss.
    Perceptual,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) options: RunOptions,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The data set.
    pub(crate) dataset: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    /// The data set.
    pub(crate) dataset: PathBuf,
    /// Images without responses: a folder, zip archive or .npy; may be given several times.
    #[arg(long)]
    pub(crate) unpaired: Vec<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Config {
    /// Preset to print.
    #[arg(long, default_value = "gaziv2022", conflicts_with = "experiment")]
    pub(crate) preset: String,
    /// Experiment file to print with every default filled in.
    pub(crate) experiment: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OfRun {
    /// The run folder.
    pub(crate) run: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Weights {
    /// Fetch weights, or install them from a file
    Get {
        /// vgg16, vgg19 or alexnet; squeezenet1_1 is built in.
        name: String,
        /// A .safetensors or .pth file, for machines without internet.
        #[arg(long)]
        from: Option<PathBuf>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show which weights are there and where the others come from
    List {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}
