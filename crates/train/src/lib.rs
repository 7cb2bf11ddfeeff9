//! Trains the encoder and the decoder, and applies them.
//!
//! - [`prepare`]: turns a data set into normalised pairs; every statistic is fitted on the training part,
//! - [`encoder`]: phase 1, supervised,
//! - [`decoder`]: phase 2, supervised on pairs and self-supervised on unpaired images; one loop trains both phases,
//! - [`fields`]: the receptive-field part of an encoder,
//! - [`apply`]: the trained networks of a run folder, on `ndarray` arrays,
//! - [`synthesize`]: images with the largest predicted response of a voxel or region,
//! - [`checkpoint`], [`optimiser`]: the state from which a killed run continues to the same end.
//!
//! Every draw is a function of the seed, the phase and the step, never of earlier draws: an epoch that is trained again
//! after a kill is the same epoch.

pub mod apply;
mod cache;
pub mod checkpoint;
pub mod decoder;
pub mod draws;
pub mod encoder;
mod error;
mod events;
pub mod fields;
mod journal;
mod loader;
pub mod observer;
pub mod optimiser;
mod phase;
pub mod prepare;
pub mod synthesize;

pub use error::{Result, TrainError};
pub use observer::Observer;

use afterimage_config::Experiment;
use afterimage_run::RunFolder;
use burn::tensor::Device;

/// The surroundings of a phase.
pub struct Context<'a> {
    /// The run folder, to which everything is written.
    pub run: &'a RunFolder,
    /// The whole configuration.
    pub experiment: &'a Experiment,
    /// The device of the networks.
    pub device: Device,
    /// Receives progress and may request a stop.
    pub observer: &'a dyn Observer,
}
