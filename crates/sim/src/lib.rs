//! A simulated subject with known truth: an unlimited supply of images, and a brain that responds to them.
//!
//! Real recordings do not show whether a receptive field was recovered, or whether a reconstruction is as good as
//! possible. Here the truth is known, nothing is downloaded, and everything is a pure function of a seed.
//!
//! * [`SceneGenerator`] paints naturalistic scenes: landscapes, rooms, litter and foliage with 1/f texture, and one or
//!   two objects of [`categories()`], 120 combinations of shape, texture and colour such as `striped-red-star`.
//! * [`Brain`] has voxels in V1, V2, V3, V4 and LOC. Each pools a few features through a Gaussian receptive field whose
//!   size grows with eccentricity and along the hierarchy: local luminance and colour and Gabor energy early, a fixed
//!   random network late, which shares nothing with the backbone of any encoder. [`Brain::truth`] states all of it.
//! * [`Simulation`] plans an experiment, with test categories that occur in neither training nor the unpaired images,
//!   and writes it as a data set, a `truth.json`, and two folders of images; a third, of classes for classification, on
//!   request.
//! * [`artificial`] lists discs, gratings, crosses, letters and other patterns that no scene looks like; a [`Subject`], made
//!   again from a truth that was written, looks at them with the voxels of its data set.
//!
//! Limitations: noise is independent between voxels and trials, there is no drift, no adaptation, no eye
//! movement, and the haemodynamic response is taken as perfectly estimated.
//!
//! # Example
//!
//! ```
//! use afterimage_sim::{Part, SimConfig, Simulation};
//!
//! let simulation = Simulation::new(SimConfig { voxels: 50, train: 10, ..SimConfig::default() })?;
//! let images = simulation.images(Part::Train); // [10, 64, 64, 3]
//! let responses = simulation.responses(Part::Train, &images, 0)?; // [10, 50]
//! assert_eq!(responses.dim(), (10, 50));
//! let truth = simulation.brain().truth();
//! assert!(truth.voxels[0].sigma_px < truth.voxels[49].sigma_px); // V1 before LOC
//! # Ok::<(), afterimage_sim::SimError>(())
//! ```

mod artificial;
mod background;
mod brain;
mod canvas;
mod category;
mod colour;
mod draws;
mod error;
mod fractal;
mod object;
mod scene;
mod shape;
mod simulation;
mod subject;
mod surface;

pub use artificial::{Artificial, ArtificialConfig, Kind, MOST_EACH, artificial, artificial_images};
pub use background::Place;
pub use brain::{Brain, BrainConfig, Hemisphere, Region, RegionName, TRUTH_VERSION, Truth, VoxelTruth};
pub use category::{Category, Colour, Texture, categories};
pub use error::SimError;
pub use object::Pose;
pub use scene::{Scene, SceneGenerator};
pub use shape::Shape;
pub use simulation::{Part, Progress, SimConfig, Simulation, Written, generate_classes};
pub use subject::Subject;
