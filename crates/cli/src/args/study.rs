//! The arguments of `afterimage study`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;
use tracing::level_filters::LevelFilter;

use super::{host, positive};
use crate::log;

#[derive(Debug, Subcommand)]
pub(crate) enum Study {
    /// Make a study of one or more runs on the same test images
    #[command(
        after_help = "Examples:\n  afterimage study create runs/mine --ways 5 --out studies/mine\n  afterimage study create runs/full runs/supervised --ways 2 --trials 40 --language de --out studies/both"
    )]
    Create(Box<Create>),
    /// Run a study: prints the link that participants get
    #[command(
        after_help = "Examples:\n  afterimage study serve studies/mine\n  afterimage study serve studies/mine --behind-proxy --host study.example.org\n\nCtrl-C stops it; no stored answer is lost, and participants go on where they were."
    )]
    Serve(Serve),
    /// Compute what the answers say: accuracy, agreement, runs compared, which score predicts people
    #[command(
        after_help = "Examples:\n  afterimage study analyze studies/mine --out results/\n  afterimage study analyze studies/both --into runs/full runs/supervised"
    )]
    Analyze(Analyze),
    /// Delete a participant with all answers
    #[command(after_help = "Example: afterimage study forget studies/mine 7F3KQ-2M8XW")]
    Forget {
        /// The study folder.
        study: PathBuf,
        /// The participant code that stands on the participant's last page.
        participant: String,
    },
    /// Print every answer as CSV, without anything that leads back to a person
    #[command(after_help = "Example: afterimage study export studies/mine --out answers.csv")]
    Export {
        /// The study folder.
        study: PathBuf,
        /// Write to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Add age band and eyesight, which can single out a participant of a small study.
        #[arg(long)]
        profiles: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Run folders with reconstructions of the same test images.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// The study folder to make.
    #[arg(long, value_name = "STUDY")]
    pub(crate) out: PathBuf,
    /// Pictures to choose among, 2 to 10; chance is one in so many.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=10))]
    pub(crate) ways: u32,
    /// Test items whose reconstructions are judged, drawn by the seed; all where not given.
    #[arg(long)]
    pub(crate) items: Option<usize>,
    /// Reconstructions that each participant judges, each item at most once; all judged items where not given.
    #[arg(long)]
    pub(crate) trials: Option<usize>,
    /// Practice trials, with blurred pictures and the answer shown.
    #[arg(long, default_value_t = 3)]
    pub(crate) practice: usize,
    /// Attention checks: undistorted pictures among the reconstructions; one for ten trials, two at least, where not given.
    #[arg(long)]
    pub(crate) attention: Option<usize>,
    /// Leave out who answers a smaller share of attention checks right; 0 for no rule.
    #[arg(long, default_value_t = 0.8, value_name = "SHARE")]
    pub(crate) min_attention: f64,
    /// Leave out whose median response time is shorter, milliseconds; 0 for no rule.
    #[arg(long, default_value_t = 300.0, value_name = "MS")]
    pub(crate) min_median_ms: f64,
    /// Keep participants who do not come to the end in the analysis.
    #[arg(long)]
    pub(crate) keep_unfinished: bool,
    /// Ask for age band and eyesight, both optional.
    #[arg(long)]
    pub(crate) questions: bool,
    /// Title that participants see.
    #[arg(long, default_value = "What does this picture show?")]
    pub(crate) title: String,
    /// Language of the page: en, de, or any other, which starts from the English words in strings.LANGUAGE.toml.
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
    /// Code shown at the end, for recruitment platforms; a random one where not given, "" for none.
    #[arg(long, value_name = "CODE")]
    pub(crate) completion_code: Option<String>,
    /// Seed of items, candidates, positions and order.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The study folder.
    pub(crate) study: PathBuf,
    /// Address and port; anything but the loopback address should stand behind a proxy with TLS.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// A reverse proxy with TLS stands before it: take addresses from X-Forwarded-For, send cookies over HTTPS alone.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// A name that the server answers to besides localhost and addresses; may be repeated. Behind a proxy: the proxy's name.
    #[arg(long = "host", value_name = "NAME", value_parser = host)]
    pub(crate) hosts: Vec<String>,
    /// Participants that may begin from one address in a minute.
    #[arg(long, default_value_t = 60.0, value_name = "N", value_parser = positive)]
    pub(crate) starts_a_minute: f64,
    /// Requests of one address in a second, twenty times as many at once.
    #[arg(long, default_value_t = 100.0, value_name = "N", value_parser = positive)]
    pub(crate) requests_a_second: f64,
    /// What the server says about its work on stderr: its errors, or more; no address, token or participant is named.
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = log::level())]
    pub(crate) log: LevelFilter,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Analyze {
    /// The study folder.
    pub(crate) study: PathBuf,
    /// Folder for analysis.html, analysis.json and the CSV tables, instead of STUDY/analysis.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Runs of the study whose reports get a section on what people saw.
    #[arg(long, value_name = "RUN", num_args = 1..)]
    pub(crate) into: Vec<PathBuf>,
    /// Bootstrap resamples, sign flips and halves.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub(crate) draws: u32,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
