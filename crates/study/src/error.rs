//! The error type of this crate.

use std::path::PathBuf;

/// Errors of a study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// A file of a run or of the study cannot be read or written, or is damaged.
    #[error("{source}")]
    Run {
        /// The error of the reader or writer, which names the file.
        #[from]
        source: afterimage_run::RunError,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {action} \"{}\": {source}", path.display())]
    Io {
        /// The failed action.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A file is not as expected.
    #[error("\"{}\" {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The runs or options cannot make a study.
    #[error("{message}")]
    Design {
        /// What is wrong and what to do.
        message: String,
    },
    /// The database returned an error.
    #[error("the database of the study: {source}")]
    Database {
        /// The error of SQLite.
        #[from]
        source: rusqlite::Error,
    },
    /// Too many answers wait to be stored.
    #[error("the study is busy: too many answers wait to be stored")]
    Busy,
    /// The database stopped before it acknowledged.
    #[error("the answer could not be stored")]
    NotStored,
    /// The participant is deleted, but another program has the log open, which still contains the data.
    #[error(
        "the participant is deleted, but another program prevented emptying the log of the database: stop it, then \
         open the study again"
    )]
    Unflushed,
    /// No participant has this code.
    #[error(
        "no participant has the code \"{code}\": it is shown on the participant's last page, as in \"7F3KQ-2M8XW\""
    )]
    NoParticipant {
        /// The requested code.
        code: String,
    },
    /// There is nothing to analyse.
    #[error("no participant is left to analyse: {message}")]
    NothingToAnalyse {
        /// Number of participants and why they were excluded.
        message: String,
    },
    /// The system provided no random numbers.
    #[error("the system provided no random numbers: {message}")]
    Random {
        /// The error of the system.
        message: String,
    },
}
