//! The method as a library: an experiment, its session in a folder, and the stages that train, reconstruct and score.
//!
//! [`TrainedRun`] opens the folder of a trained experiment, predicts responses to images and reconstructs images from
//! responses; an [`Ensemble`] averages the predictions of several.

mod error;
pub mod folder;
pub mod trained;
pub mod voxels;

pub use error::{Error, Result};
pub use trained::{Ensemble, TrainedRun, Units};
