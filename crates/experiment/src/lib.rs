//! The method as a library: an experiment, its session in a folder, and the stages that train, reconstruct and score.

mod error;

pub use error::{Error, Result};
