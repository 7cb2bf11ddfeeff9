//! What can go wrong while a simulation is made or written.

use std::path::PathBuf;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// The image side is too small for the objects to be told apart.
    #[error("image side is {side} px, expected at least {least}")]
    SmallImage {
        /// What was asked for.
        side: usize,
        /// The smallest possible side.
        least: usize,
    },
    /// A number in the configuration makes no sense.
    #[error("{key} is {value}, expected {expected}")]
    Config {
        /// The key.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it may be.
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
    /// The data set could not be written.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
}
