//! Is it biology? Receptive fields, preferred depth and their hierarchy, from the weights and the responses of an
//! encoder.
//!
//! Everything here is arithmetic on arrays; no network, no file.
//!
//! # From an encoder to numbers
//! 1. [`Grid`] says where the positions of a branch's grid lie on the image, through any chain of layers.
//! 2. [`weight_maps`] lays the power of a voxel's weights over the image; [`Probes`] shows patches of noise to the
//!    encoder and maps where they change its prediction. [`fields`] fits a Gaussian to either map.
//! 3. [`depths`] tells how deep in the backbone a voxel reads, from what each branch contributes to its prediction.
//! 4. [`measures`] compares the two kinds of field, summarises regions, scores a simulated subject against its truth
//!    and two halves of the training images against each other.
//!
//! Definitions and what they cannot say: `docs/biology.md`.
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
