//! The arguments of every command.

pub(crate) mod baseline;
pub(crate) mod biology;
pub(crate) mod classes;
pub(crate) mod compare;
pub(crate) mod import;
pub(crate) mod product;
pub(crate) mod regions;
pub(crate) mod study;
pub(crate) mod view;

use std::path::PathBuf;

use afterimage_data::Selection;
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
        source: import::Import,
    },
    /// Make a data set from another: standardise, select voxels, average, split anew
    #[command(
        after_help = "Examples:\n  afterimage prepare s1.afterimage --zscore run --select \"snr >= 0.5\" --out s1_z.afterimage\n  afterimage prepare s1.afterimage --split cluster --clusters 40 --test 100 --out s1_clusters.afterimage"
    )]
    Prepare(Prepare),
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
    /// Fit a linear baseline that a trained run must beat, reconstruct, evaluate and report
    #[command(after_help = "Example: afterimage baseline ridge-pixels experiment.toml --out runs/ridge")]
    Baseline {
        #[command(subcommand)]
        kind: baseline::Kind,
    },
    /// Decode the held-out responses of a run into images
    #[command(after_help = "Example: afterimage reconstruct runs/mine")]
    Reconstruct(OfRun),
    /// Score the reconstructions and the encoder of a run
    #[command(after_help = "Example: afterimage evaluate runs/mine --json")]
    Evaluate(OfRun),
    /// Receptive fields and hierarchy of a run's encoder, with figures
    #[command(
        after_help = "Examples:\n  afterimage biology runs/mine\n  afterimage biology runs/mine --split-half --fov 8.4"
    )]
    Biology(biology::Biology),
    /// Write report.html from a run folder
    #[command(after_help = "Example: afterimage report runs/mine")]
    Report(OfRun),
    /// Predict the responses to images with the encoder of a run
    #[command(
        after_help = "Examples:\n  afterimage encode photos/ --run runs/mine --out predicted.npy\n  afterimage encode photos/ --run runs/mine --units recorded --samples 50 --out predicted.nii.gz"
    )]
    Encode(product::Encode),
    /// Turn responses into images with the decoder of a run
    #[command(
        after_help = "Examples:\n  afterimage decode betas.npy --run runs/mine --out decoded\n  afterimage decode trials.csv --average-by stimulus --run runs/mine --out decoded"
    )]
    Decode(product::Decode),
    /// Write what a run knows of each voxel for other tools
    #[command(after_help = "Example: afterimage export maps runs/mine --out maps")]
    Export {
        #[command(subcommand)]
        what: product::Export,
    },
    /// Which regions and voxels tell of the shown image, and which the decoder uses
    #[command(after_help = "Example: afterimage regions runs/mine")]
    Regions(regions::Regions),
    /// Make images that a voxel or region of a trained encoder responds to most
    #[command(
        after_help = "Examples:\n  afterimage synthesize --run runs/mine --voxel 12 --region V1 --out v1\n  afterimage synthesize --run runs/mine --region LOC --objective contrast --prior decoder --out loc"
    )]
    Synthesize(regions::Synthesize),
    /// Make classes for large-scale classification
    #[command(after_help = "Example: afterimage classes build photos/ --preset v4 --out bank.safetensors")]
    Classes {
        #[command(subcommand)]
        command: classes::Classes,
    },
    /// Set runs side by side: paired differences with intervals, p-values and power
    #[command(
        after_help = "Examples:\n  afterimage compare runs/full runs/supervised --out runs/comparison\n  afterimage compare runs/full-seed* runs/ridge --scores \"image.*\""
    )]
    Compare(compare::Compare),
    /// Run an experiment with parts left out, over several seeds, and compare
    #[command(
        after_help = "Examples:\n  afterimage ablate experiment.toml --over unpaired,perceptual --out runs/ablation\n  afterimage ablate experiment.toml --over \"unpaired=0|100|1000,roi=V1|V4\" --seeds 5 --out runs/ablation"
    )]
    Ablate(compare::Ablate),
    /// Ask people which picture a reconstruction shows: make, serve and analyse a study
    #[command(
        after_help = "Example: afterimage study create runs/mine --ways 5 --out studies/mine\n         afterimage study serve studies/mine"
    )]
    Study {
        #[command(subcommand)]
        command: study::Study,
    },
    /// Look at runs in a browser, and ask their networks over HTTP
    #[command(
        after_help = "Example: afterimage view runs/full runs/supervised\n\nCtrl-C stops it. Nothing of a run is changed."
    )]
    View(view::View),
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
    /// Generated classes that the classification chooses among, those of the test images included; at most 1320.
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub(crate) classes: usize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Prepare {
    /// The data set to start from; it stays as it is.
    pub(crate) dataset: PathBuf,
    /// How to hold stimuli out: at random, whole sessions, whole classes, or whole clusters of images.
    #[arg(long, value_enum)]
    pub(crate) split: Option<SplitKind>,
    /// Stimuli of the test; whole classes or clusters are drawn until there are so many.
    #[arg(long, default_value_t = 0, requires = "split")]
    pub(crate) test: usize,
    /// Sessions of the test, by the numbers that the source gives them, or counted from 0.
    #[arg(long, value_delimiter = ',', required_if_eq("split", "session"))]
    pub(crate) test_sessions: Vec<u16>,
    /// Stimuli of validation.
    #[arg(long, default_value_t = 0, requires = "split")]
    pub(crate) validation: usize,
    /// Clusters to find, by k-means on the features of the built-in network.
    #[arg(long, default_value_t = 40, requires = "split")]
    pub(crate) clusters: usize,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
    #[arg(long, value_name = "REGIONS")]
    pub(crate) roi: Option<String>,
    /// Take drift out of each voxel, run by run: a polynomial of this order over the trials, 1 to 5.
    #[arg(long, value_name = "ORDER")]
    pub(crate) detrend: Option<usize>,
    /// Standardise each voxel over the training trials of each run, of each session, or of all.
    #[arg(long, value_enum)]
    pub(crate) zscore: Option<ZScope>,
    /// Keep voxels by a measure of training trials (snr, split_half) or a column of the data set: "snr >= 0.5",
    /// "best 2000 split_half"; may be given several times.
    #[arg(long, value_name = "RULE")]
    pub(crate) select: Vec<Selection>,
    /// Keep the mean over the trials of each stimulus.
    #[arg(long)]
    pub(crate) average: bool,
    #[command(flatten)]
    pub(crate) out: import::Out,
}

/// How stimuli are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SplitKind {
    /// Stimuli at random.
    Random,
    /// The stimuli of whole sessions.
    Session,
    /// Whole classes.
    Class,
    /// Whole clusters of images.
    Cluster,
}

/// Over what a voxel is standardised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ZScope {
    /// Each run by itself.
    Run,
    /// Each session by itself.
    Session,
    /// All trials alike.
    All,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The data set.
    pub(crate) dataset: PathBuf,
    /// Read all of it and compare it with the SHA-256 that was written.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Estimate noise ceiling and split-half reliability from the repeats of the test part.
    #[arg(long)]
    pub(crate) reliability: bool,
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
    /// Look for look-alikes by the features of a network too: finds crops and other shots of a scene, takes longer.
    #[arg(long)]
    pub(crate) features: bool,
    /// Write what should be left out to this file; training leaves it out with data.exclusions = "LIST.toml".
    #[arg(long, value_name = "LIST.toml")]
    pub(crate) fix: Option<PathBuf>,
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
        /// A network that `weights list` names; squeezenet1_1 is built in.
        name: String,
        /// A .safetensors or .pth file, or, for the networks of metrics, the .onnx file of scripts/export_onnx.py.
        #[arg(long)]
        from: Option<PathBuf>,
        /// Keep a file whose SHA-256 is not a published one, such as the same weights saved again.
        #[arg(long, requires = "from")]
        unverified: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show which weights are there, where the others come from, and which metrics need them
    List {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.0).ok_or_else(|| "expected a number above 0".into())
}

/// A name that a server answers to, as it stands in an address.
fn host(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("expected a name as in study.example.org, without https:// and port".into())
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0).ok_or_else(|| "expected 0 or more".into())
}
