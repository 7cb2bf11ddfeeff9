//! The arguments of every command.

pub(crate) mod baseline;
pub(crate) mod biology;
pub(crate) mod classes;
pub(crate) mod compare;
mod data;
pub(crate) mod figures;
pub(crate) mod front;
pub(crate) mod import;
pub(crate) mod product;
pub(crate) mod regions;
mod run;
mod shapes;
pub(crate) mod study;
pub(crate) mod validity;
pub(crate) mod view;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{build, log};

pub(crate) use data::{Audit, Inspect, Prepare, SplitKind, WithoutTraining, ZScope};
pub(crate) use run::{Ablation, Demo, Evaluate, Network, OfRun, Report, RunOptions, Train};
pub(crate) use shapes::Shapes;

/// Reconstructs images from brain activity, and predicts activity from images.
///
/// An encoder (image to responses) and a decoder (responses to image) are trained on recorded pairs and on unpaired
/// images. Held-out images are then reconstructed, scored and reported. The folder of one training is an experiment
/// folder, RUN in the commands below.
///
/// Start with `afterimage demo --out runs/demo`.
#[derive(Debug, Parser)]
#[command(
    name = "afterimage",
    version = build::version(),
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 `audit` found a leak, 130 stopped by Ctrl-C with\neverything saved."
)]
pub(crate) struct Args {
    /// The command to run.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What goes to stderr: json (one object per line), or the least level. Servers log errors only by default.
    /// Repeatable.
    #[arg(long, global = true, value_name = "json|LEVEL", value_parser = log::word())]
    pub(crate) log: Vec<log::Word>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run every step on a built-in simulated subject
    #[command(after_help = "Example: afterimage demo --out runs/demo")]
    Demo(Demo),
    /// Combine recorded responses and images into a data set
    #[command(after_help = "Example: afterimage import generic v4.toml --out v4.afterimage")]
    Import {
        #[command(subcommand)]
        source: import::Import,
    },
    /// Derive a data set: standardise, select voxels, average, split
    #[command(
        after_help = "Examples:\n  afterimage prepare s1.afterimage --zscore run --select \"snr >= 0.5\" --out s1_z.afterimage\n  afterimage prepare s1.afterimage --split cluster --clusters 40 --test 100 --out s1_clusters.afterimage"
    )]
    Prepare(Prepare),
    /// Show the contents of a data set
    #[command(
        after_help = "Examples:\n  afterimage inspect v4.afterimage\n  afterimage inspect v4.afterimage --reliability --html v4.html"
    )]
    Inspect(Inspect),
    /// Search a data set for leaks of test images
    #[command(
        after_help = "Example: afterimage audit v4.afterimage --unpaired photos/\n\nThe exit code is 3 if a check fails, and with --strict also if one warns."
    )]
    Audit(Audit),
    /// Print a preset or a complete experiment file
    #[command(after_help = "Example: afterimage config --preset gaziv2022 > experiment.toml")]
    Config(Config),
    /// Train, reconstruct, evaluate and report in one command
    #[command(after_help = "Example: afterimage run experiment.toml --out runs/mine")]
    Run(Train),
    /// Train the encoder or the decoder
    #[command(after_help = "Example: afterimage train encoder experiment.toml --out runs/mine")]
    Train {
        /// Network to train.
        #[arg(value_enum)]
        network: Network,
        #[command(flatten)]
        train: Train,
    },
    /// Fit a baseline, then reconstruct, evaluate and report
    #[command(after_help = "Example: afterimage baseline ridge-pixels experiment.toml --out runs/ridge")]
    Baseline {
        #[command(subcommand)]
        kind: baseline::Kind,
    },
    /// Reconstruct the held-out images of a run
    #[command(after_help = "Example: afterimage reconstruct runs/mine")]
    Reconstruct(OfRun),
    /// Score the reconstructions and the encoder of a run
    #[command(
        after_help = "Examples:\n  afterimage evaluate runs/mine --json\n  afterimage evaluate runs/mine --set evaluation.classification.classes='[\"photos\"]'\n  afterimage evaluate runs/mine --on other-session.afterimage"
    )]
    Evaluate(Evaluate),
    /// Estimate receptive fields and the hierarchy from a trained encoder
    #[command(
        after_help = "Examples:\n  afterimage biology runs/mine\n  afterimage biology runs/mine --split-half --fov 8.4"
    )]
    Biology(biology::Biology),
    /// Write report.html from an experiment folder
    #[command(
        after_help = "Examples:\n  afterimage report runs/mine\n  afterimage report runs/mine --baselines runs/mean runs/ridge"
    )]
    Report(Report),
    /// Write the figures of a run for a paper: SVG, PDF, PNG, CSV
    #[command(
        after_help = "Examples:\n  afterimage figures runs/mine\n  afterimage figures runs/mine --out paper --width one --format pdf\n  afterimage figures runs/mine --out paper --images 24 --columns 12 --by image.ssim"
    )]
    Figures(figures::Figures),
    /// Predict responses to images with a trained encoder
    #[command(
        after_help = "Examples:\n  afterimage encode photos/ --run runs/mine --out predicted.npy\n  afterimage encode photos/ --run runs/mine --units recorded --samples 50 --out predicted.nii.gz"
    )]
    Encode(product::Encode),
    /// Reconstruct images from responses with a trained decoder
    #[command(
        after_help = "Examples:\n  afterimage decode betas.npy --run runs/mine --out decoded\n  afterimage decode trials.csv --average-by stimulus --run runs/mine --out decoded"
    )]
    Decode(product::Decode),
    /// Export voxel maps of a run, or a data set, as files
    #[command(
        after_help = "Examples:\n  afterimage export maps runs/mine --out maps\n  afterimage export data NAME.afterimage --out raw"
    )]
    Export {
        #[command(subcommand)]
        what: product::Export,
    },
    /// Score regions and voxels, and test which the decoder uses
    #[command(after_help = "Example: afterimage regions runs/mine")]
    Regions(regions::Regions),
    /// Score validation images as the strengths of the parts of reconstructions change
    #[command(after_help = "Example: afterimage front runs/mine")]
    Front(front::Front),
    /// Check whether reconstructions come from the responses
    #[command(
        after_help = "Examples:\n  afterimage validity runs/mine\n  afterimage validity runs/mine runs/ridge runs/retrieval runs/mean --verbose"
    )]
    Validity(validity::Validity),
    /// Synthesise images that drive a voxel or region most
    #[command(
        after_help = "Examples:\n  afterimage synthesize --run runs/mine --voxel 12 --region V1 --out v1\n  afterimage synthesize --run runs/mine --region LOC --objective contrast --prior decoder --out loc"
    )]
    Synthesize(regions::Synthesize),
    /// Prepare classes for large-scale classification
    #[command(after_help = "Example: afterimage classes build photos/ --preset v4 --out bank.safetensors")]
    Classes {
        #[command(subcommand)]
        command: classes::Classes,
    },
    /// Make artificial images: discs, gratings, crosses, letters, noise
    #[command(
        after_help = "Examples:\n  afterimage shapes --out shapes\n  afterimage shapes --subject runs/demo --out shapes\n\nThe first writes images for a scanner, the second also a data set of the simulated subject for\n`afterimage evaluate runs/demo --on shapes/shapes.afterimage`."
    )]
    Shapes(Shapes),
    /// Compare runs: paired differences with intervals, p-values and power
    #[command(
        after_help = "Examples:\n  afterimage compare runs/full runs/supervised --out runs/comparison\n  afterimage compare runs/full-seed* runs/ridge --scores \"image.*\""
    )]
    Compare(compare::Compare),
    /// Run ablations of an experiment over several seeds and compare
    #[command(
        after_help = "Examples:\n  afterimage ablate experiment.toml --over unpaired,perceptual --out runs/ablation\n  afterimage ablate experiment.toml --over \"unpaired=0|100|1000,roi=V1|V4\" --seeds 5 --out runs/ablation"
    )]
    Ablate(compare::Ablate),
    /// Ask people which image a reconstruction shows
    #[command(
        after_help = "Example: afterimage study create runs/mine --ways 5 --out studies/mine\n         afterimage study serve studies/mine"
    )]
    Study {
        #[command(subcommand)]
        command: study::Study,
    },
    /// Show runs in a browser and serve their networks
    #[command(
        after_help = "Example: afterimage view runs/full runs/supervised\n\nCtrl-C stops the server. No run is changed."
    )]
    View(view::View),
    /// Download, install or list network weights
    #[command(after_help = "Example: afterimage weights get vgg19 --from vgg19-dcbb9e9d.pth")]
    Weights {
        #[command(subcommand)]
        command: Weights,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Config {
    /// Preset to print.
    #[arg(long, default_value = "gaziv2022", conflicts_with = "experiment")]
    pub(crate) preset: String,
    /// Experiment file to print with all defaults filled in.
    pub(crate) experiment: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Weights {
    /// Download weights, or install them from a file
    Get {
        /// A network from `weights list`; squeezenet1_1 is built in.
        name: String,
        /// File to install: .safetensors or .pth, or, for a network of a metric, the .onnx file from
        /// scripts/export_onnx.py.
        #[arg(long)]
        from: Option<PathBuf>,
        /// Accept a file whose SHA-256 is not a published one, such as the same weights saved again.
        #[arg(long, requires = "from")]
        unverified: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List installed and available weights
    List {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.0).ok_or_else(|| "expected a number above 0".into())
}

/// Parses the host name of a server, without scheme and port.
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
