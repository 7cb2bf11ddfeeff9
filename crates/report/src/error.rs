//! The error type of this crate.

/// Errors of writing a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file of the run cannot be read or written, or is damaged.
    #[error("{source}")]
    Run {
        /// The error of the experiment folder, which names the file.
        #[from]
        source: afterimage_run::RunError,
    },
    /// A figure cannot be converted to PDF or PNG.
    #[error("figure \"{name}\" cannot be converted: {reason}")]
    Figure {
        /// Base name of its files.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// No item has a value of the score by which images are chosen.
    #[error("no image has a value of the score \"{score}\"; scores that have one:{known}")]
    NoSuchScore {
        /// The name that was asked for.
        score: String,
        /// Names of scores that can be used, on lines of their own.
        known: String,
    },
}
