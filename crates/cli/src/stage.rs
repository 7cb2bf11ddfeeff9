//! The stages of an experiment. Each reads what it needs from the run folder and writes its part back, so that any of
//! them can be run again alone.

mod arrays;
mod averaging;
pub(crate) mod baseline;
pub(crate) mod biology;
pub(crate) mod classify;
mod clusters;
pub(crate) mod evaluate;
mod external;
pub(crate) mod pool;
pub(crate) mod preflight;
pub(crate) mod reconstruct;
pub(crate) mod regions;
pub(crate) mod session;
pub(crate) mod synthesize;
pub(crate) mod train;
pub(crate) mod voxels;
mod weights;

pub(crate) use session::Session;
