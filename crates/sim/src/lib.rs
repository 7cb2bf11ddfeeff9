//! A simulated subject with known truth.
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
mod surface;

pub use background::Place;
pub use brain::{Brain, BrainConfig, Hemisphere, Region, RegionName, Truth, VoxelTruth};
pub use category::{Category, Colour, Texture, categories};
pub use error::SimError;
pub use object::Pose;
pub use scene::{Scene, SceneGenerator};
pub use shape::Shape;
