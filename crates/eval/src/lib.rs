//! Scores.
#![allow(missing_docs)]
pub mod context;
pub mod correlation;
pub mod distance;
mod draws;
mod error;
pub mod encoder;
pub mod identification;
mod image_scores;
pub mod images;
pub mod perceptual;
pub mod pixcorr;
pub mod protocols;
pub mod resize;
mod score;
pub mod ssim;
pub mod statistics;

pub use context::{Context, HeldOut};
pub use distance::{Candidates, Distance, DistanceMatrix, InMemory, Rival, Streamed, no_candidates};
pub use encoder::{Ceilings, VoxelFit, encoder_scores, voxel_fit};
pub use error::{BoxError, EvalError};
pub use image_scores::image_scores;
pub use perceptual::{FeatureCorrelation, Features, PerceptualDistance, PixelCorrelation};
pub use protocols::{encoding_matrix, encoding_scores, external_scores, pairwise_scores, possible_ways};

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, EvalError>;
