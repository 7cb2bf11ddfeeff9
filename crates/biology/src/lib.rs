//! Receptive fields, preferred depth and hierarchy, from the weights and responses of an encoder.
//!
//! This crate is arithmetic on arrays, without networks or files.
//!
//! # From an encoder to numbers
//! 1. [`Grid`] gives the positions of a branch's grid on the image, through any chain of layers.
//! 2. [`weight_maps`] maps the power of a voxel's weights onto the image; [`Probes`] shows patches of noise to the
//!    encoder and maps the change of its prediction. [`fields`] fits a Gaussian to either map.
//! 3. [`depths`] computes the preferred depth of a voxel in the backbone from the contribution of each branch to its
//!    prediction.
//! 4. [`measures`] compares the two kinds of field, summarises regions, scores a simulated subject against its truth
//!    and two halves of the training images against each other.
//!
//! Definitions and limitations: `docs/biology.md`.
//!
//! ```
//! use afterimage_biology::{Gaussian, Grid};
//!
//! let grid = Grid::cells(64, 16);
//! let bell = |p: usize| (-((grid.at(p % 16) - 20.0).powi(2) + (grid.at(p / 16) - 40.0).powi(2)) / 50.0).exp();
//! let map: Vec<f64> = (0..256).map(bell).collect();
//! let found = Gaussian::fit(&map, &grid)?.unwrap();
//! assert!((found.x_px - 20.0).abs() < 1e-3 && (found.sigma_px - 5.0).abs() < 1e-3);
//! # Ok::<(), afterimage_biology::BiologyError>(())
//! ```

pub mod bootstrap;
pub mod depth;
mod draws;
mod error;
pub mod field;
pub mod gaussian;
pub mod grid;
pub mod measures;
pub mod probe;
pub mod weights;

pub use bootstrap::Resampling;
pub use depth::{Depth, depths};
pub use error::BiologyError;
pub use field::{Kind, fields};
pub use gaussian::Gaussian;
pub use grid::{Grid, Window};
pub use probe::Probes;
pub use weights::{BranchWeights, WeightMaps, weight_maps};

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, BiologyError>;
