//! Scores of encoders and reconstructions on held-out items, each with its uncertainty.
//!
//! Every function returns [`afterimage_run::scores::Score`]: value, n, chance level, 95 % interval, p-value, the
//! value of each item, and one sentence that defines the number.
//!
//! # From arrays to scores
//! 1. A [`Context`] holds the held-out items ([`HeldOut`], made from [`HeldOutPairs`](afterimage_data::HeldOutPairs) or
//!    a run's images), the seed, and the numbers of resamples and permutations. What predictions and reconstructions
//!    are compared with comes from the same pairs ([`HeldOutArray`]); those of the training or the validation part do
//!    not compile.
//! 2. [`image_scores`] compares reconstructions with shown images: PixCorr and SSIM, both as in the field's common
//!    suite (425x425) and at the images' own size. [`ms_ssim_scores`], [`lpips_score`] and the [`FEATURE_METRICS`] are
//!    further measures of the same pairs; see `docs/metrics.md`.
//! 3. A [`DistanceMatrix`] holds the distances of every reconstruction to every shown image and every external
//!    candidate, by a [`Distance`]: [`PerceptualDistance`] over the [`Features`] of a backbone, [`FeatureCorrelation`],
//!    [`PixelCorrelation`], or your own.
//! 4. From one matrix come [`external_scores`] for every number of ways, [`pairwise_scores`], and the best-ranked
//!    wrong candidates ([`DistanceMatrix::rivals`]), and top-1 of 300 in both directions ([`retrieval_scores`]).
//! 5. [`encoder_scores`] and [`encoding_scores`] compare predicted with measured responses, without a decoder.
//! 6. [`class_protocol_scores`] and [`representative_scores`] score which of many [`classes`] a reconstruction shows.
//! 7. [`regions`] scores parts of the brain: regions, single voxels, and a decoder without some of its input.
//! 8. [`diversity`] tests whether the decoder collapsed; [`comparison`] compares runs by paired differences.
//! 9. [`validity`] asks whether reconstructions come from the responses.
//!
//! ```
//! use afterimage_eval::{Context, DistanceMatrix, HeldOut, external_scores};
//! # use afterimage_run::pictures::Pictures;
//! # let picture = |name: &str| Pictures { name: name.into(), class: None, stimulus: 0, repeats: 1,
//! #     shown: String::new(), reconstruction: String::new(), rival: None, rival_name: None,
//! #     photograph: None };
//! # let pictures = [picture("cat"), picture("house")];
//! let ctx = Context::new(HeldOut::from_pictures(&pictures), 1);
//! let shown = ndarray::array![[0.2, 0.9], [0.8, 0.5]];
//! let candidates = ndarray::array![[0.3, 0.1, 0.7], [0.6, 0.9, 0.8]];
//! let names = ["a", "b", "c"].map(String::from).to_vec();
//! let matrix = DistanceMatrix::new("mine", "my distance", shown, candidates, names, &ctx)?;
//! let scores = external_scores(&matrix, &[2], &ctx)?;
//! assert_eq!(scores[0].name, "identification.external.mine.2way");
//! assert!((scores[0].value - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
//! # Ok::<(), afterimage_eval::EvalError>(())
//! ```
//!
//! # Properties of the scores
//! - **Identification is exact.** No wrong candidates are drawn: [`identification`] averages over all draws in closed form,
//!   with ties in random order, so that an uninformative decoder scores exactly chance.
//! - **Intervals** are over held-out images: Wilson's, with an effective number of images, for fractions such as
//!   identification, with an exact bound where all are 0 or all are 1; percentile bootstraps for all else, also for medians
//!   over voxels.
//! - **p-values** come from shuffled pairings and are never zero. Chance is the level of shuffled pairings. If it is
//!   above the level of a guess, the shown images differ from the candidates as a set, which explains part of the score.
//! - **Undefined stays undefined**: a constant voxel or image has no correlation; it is null in the items, left out of
//!   the mean, and counted in a note. Features that are not finite, or the same for all images, are an error with the
//!   reason ([`EvalError::is_undefined`]), never a number.
//! - **The same seed gives the same bytes** on any number of threads.

pub mod averaging;
pub mod cache;
pub mod candidates;
pub mod classes;
pub mod comparison;
pub mod context;
pub mod distance;
pub mod diversity;
pub mod encoder;
mod error;
pub mod feature_scores;
mod held_out;
pub mod identification;
mod image_scores;
pub mod images;
pub mod lpips;
pub mod metric;
mod mismatch;
pub mod ms_ssim;
pub mod perceptual;
pub mod pixcorr;
pub mod protocols;
pub mod regions;
pub mod resize;
mod score;
pub mod ssim;
pub mod validity;

pub use candidates::{Candidates, InMemory, Streamed, no_candidates};
pub use context::{Context, HeldOut};
pub use distance::{Distance, DistanceMatrix, Rival};
pub use diversity::diversity_scores;
pub use encoder::{Ceilings, VoxelFit, encoder_scores, voxel_fit};
pub use error::{BoxError, EvalError};
pub use feature_scores::{FEATURE_METRICS, FeatureMetric};
pub use held_out::{HeldOutArray, Shown};
pub use image_scores::{image_scores, pixcorr_scores, ssim_scores};
pub use lpips::{Lpips, LpipsNet, lpips_score};
pub use metric::Metric;
pub use ms_ssim::ms_ssim_scores;
pub use perceptual::{FeatureCorrelation, Features, PerceptualDistance, PixelCorrelation};
pub use protocols::{
    ClassRanks, RETRIEVAL_WAYS, Representatives, Retrieval, class_protocol_scores, classification_curve,
    classified_items, encoding_matrix, encoding_scores, external_scores, pairwise_by_cluster, pairwise_scores,
    possible_ways, representative_scores, retrieval_scores, superclass_score,
};

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, EvalError>;
