//! What can go wrong in an experiment.

use thiserror::Error;

/// Result of an experiment.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of an experiment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// From the data set or its images.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
    /// From a file.
    #[error(transparent)]
    Formats(#[from] afterimage_formats::Error),
    /// From a network or its weights.
    #[error(transparent)]
    Model(#[from] afterimage_model::ModelError),
    /// From the folder of a run.
    #[error(transparent)]
    Run(#[from] afterimage_run::RunError),
    /// From training, or from applying what was trained.
    #[error(transparent)]
    Train(#[from] afterimage_train::TrainError),
    /// What was asked for cannot be done, with the fix.
    #[error("{0}")]
    Refused(String),
}
