//! Trains the encoder and the decoder, and applies what was trained.
//!
//! - [`prepare`]: from a data set to normalised pairs; every statistic is fitted on the training part,
//! - [`encoder`]: phase 1, supervised,
//! - [`decoder`]: phase 2, supervised on pairs and self-supervised on unpaired images,
//! - [`apply`]: trained networks from a run folder, on `ndarray` arrays,
//! - [`synthesize`]: images that drive an encoder's voxels most,
//! - [`checkpoint`], [`optimiser`]: what makes a killed run end where it would have ended.
//!
//! Every draw is a function of the seed, the phase and the step, never of what was drawn before: an epoch that is
//! trained again after a kill is the same epoch.

pub mod apply;
mod cache;
pub mod checkpoint;
pub mod decoder;
pub mod draws;
pub mod encoder;
mod error;
mod events;
mod journal;
mod loader;
pub mod observer;
pub mod optimiser;
pub mod prepare;
pub mod synthesize;

pub use error::{Result, TrainError};
pub use observer::Observer;

use afterimage_config::Experiment;
use afterimage_run::RunFolder;
use burn::tensor::Device;

/// What both phases work with.
pub struct Context<'a> {
    /// The run folder, where everything is written.
    pub run: &'a RunFolder,
    /// The whole configuration.
    pub experiment: &'a Experiment,
    /// Where the arithmetic runs.
    pub device: Device,
    /// Who is told of progress, and says when to stop.
    pub observer: &'a dyn Observer,
}
