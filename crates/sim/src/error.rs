//! Errors of creating or writing a simulation.

use std::path::PathBuf;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// The image side is too small to distinguish the objects.
    #[error("image side is {side} px, expected at least {least}")]
    SmallImage {
        /// The requested side.
        side: usize,
        /// The smallest possible side.
        least: usize,
    },
    /// A number in the configuration is out of range.
    #[error("{key} is {value}, expected {expected}")]
    Config {
        /// The key.
        key: &'static str,
        /// The value given.
        value: String,
        /// The accepted values.
        expected: &'static str,
    },
    /// Images of the wrong shape were shown to the brain.
    #[error("images have shape {got:?}, expected [n, side, side, 3] with n of at least 1")]
    ImageShape {
        /// The shape given.
        got: Vec<usize>,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not the truth about a simulated subject that this version can make again.
    #[error("{} {message}", path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The data set could not be written.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
}
