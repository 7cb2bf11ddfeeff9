//! The error of this crate.

use std::path::PathBuf;

/// What can go wrong with a study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// A file of a run or of the study cannot be read or written, or is damaged.
    #[error("{source}")]
    Run {
        /// What the reader or writer answered; it names the file.
        #[from]
        source: afterimage_run::RunError,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {action} \"{}\": {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
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
    /// The database answered with an error.
    #[error("the database of the study: {source}")]
    Database {
        /// What SQLite answered.
        #[from]
        source: rusqlite::Error,
    },
    /// More waits to be stored than the server takes on.
    #[error("the study is busy: more answers wait to be stored than it takes on")]
    Busy,
    /// The database stopped before it acknowledged.
    #[error("the answer could not be stored")]
    NotStored,
    /// Deleted, but another program reads the log in which the content still stands.
    #[error(
        "the participant is deleted, but another program kept the log of the database from being emptied: stop it, then open the study once more"
    )]
    Unflushed,
    /// No participant has this code.
    #[error(
        "no participant has the code \"{code}\": it stands on the last page of the participant, as in \"7F3KQ-2M8XW\""
    )]
    NoParticipant {
        /// What was asked for.
        code: String,
    },
    /// There is nothing to analyse.
    #[error("no participant is left to analyse: {message}")]
    NothingToAnalyse {
        /// How many there were and why they were left out.
        message: String,
    },
    /// The system gave no random numbers.
    #[error("the system gave no random numbers: {message}")]
    Random {
        /// What it answered.
        message: String,
    },
}
