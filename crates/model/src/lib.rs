//! The networks: frozen backbones, the encoder, the decoder, and what they are trained on.
//!
//! - [`backbone`] and [`weights`]: VGG16, VGG19, AlexNet and SqueezeNet 1.1 with named taps, and their files,
//! - [`foreign`]: networks that are not defined here, run from ONNX files,
//! - [`vision`]: a backbone and the size it sees images at,
//! - [`encoder`]: image to responses, space-feature separable,
//! - [`decoder`]: responses to image,
//! - [`loss`]: on responses and on images; [`term`]: the named terms of an objective,
//! - [`params`]: trainable values by name; [`convert`]: from and to `ndarray`; [`resample`]; [`device`].
//!
//! The fields of a network name its parameters; [`params::Params`] has their values. Nothing here draws batches, steps an
//! optimiser or writes a run.

pub mod backbone;
pub mod convert;
pub mod decoder;
pub mod device;
pub mod encoder;
mod error;
pub mod foreign;
pub mod loss;
mod module;
pub mod params;
mod processor;
pub mod resample;
pub mod term;
pub mod vision;
pub mod weights;

pub use error::{ModelError, Result};
