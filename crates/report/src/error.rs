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
}
