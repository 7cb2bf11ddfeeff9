//! The error of this crate.

/// What can keep a report from being made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file of the run cannot be read or written, or is damaged.
    #[error("{source}")]
    Run {
        /// What the experiment folder answered; it names the file.
        #[from]
        source: afterimage_run::RunError,
    },
}
