//! The error of this crate.

use std::path::PathBuf;

/// Errors of reading and serving runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// A file of a run can't be read or is damaged.
    #[error("{source}")]
    Run {
        /// The error of the reader; it names the file.
        #[from]
        source: afterimage_run::RunError,
    },
    /// The networks of a run can't be loaded or applied.
    #[error("{source}")]
    Experiment {
        /// The error of the loader.
        #[from]
        source: afterimage_experiment::Error,
    },
    /// The scores of a run can't be read to be compared.
    #[error("{source}")]
    Scores {
        /// The error of the reader; it names the file.
        #[from]
        source: afterimage_eval::EvalError,
    },
    /// A file is not as expected.
    #[error("\"{}\" {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The server can't listen on the address, or start a thread.
    #[error("cannot {action} {what}: {source}")]
    Io {
        /// The attempted action.
        action: &'static str,
        /// Its object.
        what: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A request is invalid.
    #[error("{message}")]
    Request {
        /// What is wrong and what to do.
        message: String,
    },
    /// A request is too large.
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
    /// Responses can't be in the unit that is stated for them.
    #[error("{said}; force_units=true takes them as they are")]
    Units {
        /// What is wrong, the numbers that say so, and what to do.
        said: String,
    },
    /// The networks of a run can't be loaded or applied.
    #[error("{message}")]
    Networks {
        /// The error.
        message: String,
    },
    /// Too many requests wait.
    #[error("busy: more images and responses wait than are taken on; try again in a moment")]
    Busy,
    /// The networks' thread gave no answer.
    #[error("the networks gave no answer")]
    Unanswered,
}
