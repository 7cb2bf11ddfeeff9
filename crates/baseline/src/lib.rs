//! Linear baselines that a deep decoder and encoder must beat.
//!
//! - [`RidgeCv`]: ridge regression of many targets, a penalty for each target by cross-validation ([`ridge`]),
//! - [`Folds`]: parts of the training items that never split the repeats of a stimulus ([`folds`]),
//! - [`FieldModel`]: an encoder with one Gaussian receptive field a voxel ([`field`], [`fwrf`]),
//! - [`Nearest`]: which image's features correlate best with predicted ones ([`retrieve`]),
//! - [`Components`]: principal components of training responses, and noise with their covariance ([`components`]),
//! - [`Standard`]: standardisation of features ([`standard`]); [`pool`]: features averaged on a coarser grid.
//!
//! All is arithmetic on arrays: nothing here reads a data set. [`training`] fits it to the
//! [`TrainingPairs`](afterimage_data::TrainingPairs) of one.
//! Data are single precision `[items, ...]`; Gram matrices, factorisations and what is divided by small
//! eigenvalues are double precision. The same arrays give the same bytes on the same machine, whatever the number of
//! threads.
//!
//! ```
//! use afterimage_baseline::{Folds, RidgeCv, penalties};
//! use ndarray::Array2;
//!
//! let x = Array2::from_shape_fn((40, 6), |(i, j)| ((i * 7 + j * 13) as f32 * 0.7).sin());
//! let y = Array2::from_shape_fn((40, 2), |(i, k)| x[[i, k]] - 0.5 * x[[i, 5]] + 3.0);
//! let stimulus: Vec<u32> = (0..40).map(|i| i / 2).collect(); // two repeats of each
//! let folds = Folds::of_groups(&stimulus, 5, 0)?;
//! let ridge = RidgeCv::new(penalties::scaled(&[1e-6, 1e-3, 1.0], penalties::scale(x.view())))?.fit(x.view(), y.view(), &folds)?;
//! let predicted = ridge.predict(x.view())?;
//! assert!((predicted[[3, 1]] - y[[3, 1]]).abs() < 1e-3);
//! # Ok::<(), afterimage_baseline::BaselineError>(())
//! ```

pub mod components;
mod error;
mod factor;
pub mod field;
pub mod folds;
pub mod fwrf;
mod matrix;
pub mod penalties;
pub mod pool;
pub mod retrieve;
pub mod ridge;
mod select;
pub mod standard;
pub mod training;

pub use components::Components;
pub use error::{BaselineError, BoxError};
pub use field::Field;
pub use folds::Folds;
pub use fwrf::FieldModel;
pub use retrieve::Nearest;
pub use ridge::{Ridge, RidgeCv};
pub use standard::Standard;

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, BaselineError>;
