//! The error of this crate.

use std::path::PathBuf;

/// What can go wrong before or while runs are shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// A file of a run can't be read or is damaged.
    #[error("{source}")]
    Run {
        /// What the reader answered; it names the file.
        #[from]
        source: afterimage_run::RunError,
    },
    /// The networks of a run can't be loaded or applied.
    #[error("{source}")]
    Experiment {
        /// What the loader answered.
        #[from]
        source: afterimage_experiment::Error,
    },
    /// A file is not as expected.
    #[error("\"{}\" {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The address can't be listened on, or a thread not started.
    #[error("cannot {action} {what}: {source}")]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A request asks for what can't be done.
    #[error("{message}")]
    Request {
        /// What is wrong and what to do.
        message: String,
    },
    /// A request asks for more than is taken at once.
    #[error("{message}")]
    TooLarge {
        /// What is too much and what to do.
        message: String,
    },
    /// A response gives an image with values that are not finite.
    #[error(
        "response {row} gives an image that is not finite: its largest value is {largest:e}, far beyond the responses of training; check its unit"
    )]
    NotFinite {
        /// Its number in the request, from 0.
        row: usize,
        /// Its largest value, without the sign.
        largest: f32,
    },
    /// The networks of a run can't be loaded or applied.
    #[error("{message}")]
    Networks {
        /// What they answered.
        message: String,
    },
    /// More waits than the server takes on.
    #[error("busy: more images and responses wait than are taken on; try again in a moment")]
    Busy,
    /// The networks' thread gave no answer.
    #[error("the networks gave no answer")]
    Unanswered,
}
