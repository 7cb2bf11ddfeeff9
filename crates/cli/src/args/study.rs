//! The arguments of `afterimage study`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;

use super::{host, positive};

#[derive(Debug, Subcommand)]
pub(crate) enum Study {
    /// Create a study of one or more runs
    #[command(
        after_help = "Examples:\n  afterimage study create runs/mine --ways 5 --out studies/mine\n  afterimage study create runs/full runs/supervised --ways 2 --trials 40 --language de --out studies/both"
    )]
    Create(Box<Create>),
    /// Serve a study and print the link for participants
    #[command(
        after_help = "Examples:\n  afterimage study serve studies/mine\n  afterimage study serve studies/mine --pilot\n  afterimage study serve studies/mine --behind-proxy --host study.example.org\n\nCtrl-C stops the server. Stored answers are kept, and participants can continue where they stopped."
    )]
    Serve(Serve),
    /// Analyse the answers: accuracy, agreement, run comparison, score prediction
    #[command(
        after_help = "Examples:\n  afterimage study analyze studies/mine --out results/\n  afterimage study analyze studies/both --into runs/full runs/supervised"
    )]
    Analyze(Analyze),
    /// Delete a participant and all of their answers
    #[command(after_help = "Example: afterimage study forget studies/mine 7F3KQ-2M8XW")]
    Forget {
        /// Study folder.
        study: PathBuf,
        /// Participant code, shown on the participant's last page.
        participant: String,
    },
    /// Export every answer as CSV without identifying data
    #[command(after_help = "Example: afterimage study export studies/mine --out answers.csv")]
    Export {
        /// Study folder.
        study: PathBuf,
        /// Write to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Include age band and eyesight, which can identify a participant of a small study.
        #[arg(long)]
        profiles: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Experiment folders with reconstructions of the same test images.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Study folder to create.
    #[arg(long, value_name = "STUDY")]
    pub(crate) out: PathBuf,
    /// Replace a study that was never served.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Number of images to choose from in each trial, 2 to 10. Chance is 1/WAYS.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=10))]
    pub(crate) ways: u32,
    /// Number of test items to judge, drawn by the seed. Default: all.
    #[arg(long)]
    pub(crate) items: Option<usize>,
    /// Reconstructions per participant, each item at most once. Default: all judged items.
    #[arg(long)]
    pub(crate) trials: Option<usize>,
    /// Number of practice trials, with blurred images and feedback.
    #[arg(long, default_value_t = 3)]
    pub(crate) practice: usize,
    /// Number of attention checks: undistorted images among the reconstructions. Default: one per ten trials, at least
    /// two.
    #[arg(long)]
    pub(crate) attention: Option<usize>,
    /// Exclude participants who pass a smaller share of attention checks. 0: no such rule.
    #[arg(long, default_value_t = 0.8, value_name = "SHARE")]
    pub(crate) min_attention: f64,
    /// Exclude participants with a shorter median response time, in milliseconds. 0: no such rule.
    #[arg(long, default_value_t = 300.0, value_name = "MS")]
    pub(crate) min_median_ms: f64,
    /// Leave out single answers that were faster, in milliseconds. 0: no such rule.
    #[arg(long, default_value_t = afterimage_study::MIN_TRIAL_MS, value_name = "MS")]
    pub(crate) min_trial_ms: f64,
    /// Include participants who did not finish.
    #[arg(long)]
    pub(crate) keep_unfinished: bool,
    /// Ask for age band and eyesight. Answers are optional.
    #[arg(long)]
    pub(crate) questions: bool,
    /// Title shown to participants.
    #[arg(long, default_value = "What does this picture show?")]
    pub(crate) title: String,
    /// Language of the pages: en, de, or another, for which strings.LANGUAGE.toml starts with the English text.
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
    /// Completion code for recruitment platforms. Default: random. "": none.
    #[arg(long, value_name = "CODE")]
    pub(crate) completion_code: Option<String>,
    /// Seed of items, candidates, positions and trial order.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Study folder.
    pub(crate) study: PathBuf,
    /// Address and port. Use a proxy with TLS for any address but loopback.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The server runs behind a reverse proxy with TLS: read client addresses from X-Forwarded-For, send cookies only
    /// over HTTPS.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Host name to accept besides localhost and IP addresses; behind a proxy, the proxy's name. Repeatable.
    #[arg(long = "host", value_name = "NAME", value_parser = host)]
    pub(crate) hosts: Vec<String>,
    /// New participants per minute from one address.
    #[arg(long, default_value_t = 60.0, value_name = "N", value_parser = positive)]
    pub(crate) starts_a_minute: f64,
    /// Requests per second from one address; bursts may be 20 times as large.
    #[arg(long, default_value_t = 100.0, value_name = "N", value_parser = positive)]
    pub(crate) requests_a_second: f64,
    /// Try the study before it begins: the consent page may still have the line to be replaced, and the answers are
    /// marked as those of a pilot.
    #[arg(long)]
    pub(crate) pilot: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Analyze {
    /// Study folder.
    pub(crate) study: PathBuf,
    /// Folder for analysis.html, analysis.json and the CSV tables. Default: STUDY/analysis.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Runs of the study to whose reports the result is added.
    #[arg(long, value_name = "RUN", num_args = 1..)]
    pub(crate) into: Vec<PathBuf>,
    /// Number of bootstrap resamples, sign flips and split halves.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub(crate) draws: u32,
    /// Seed of the random draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
