//! The run folder, the only interface between training and everything after it.
//!
//! The run folder, or experiment folder, holds all that is needed to understand and repeat one experiment: the resolved
//! configuration, seeds, software versions, hashes of the inputs, checkpoints, the training log, reconstructions, scores
//! and the report. This crate owns
//!
//! - [`layout`][]: where each file lies (versioned, one place),
//! - [`artefact`][]: how a file is read and written, by one trait,
//! - [`manifest`][]: `run.json`,
//! - [`scores`][]: `scores.json`,
//! - [`log`][]: `metrics.jsonl`,
//! - [`comparison`][]: runs compared score by score,
//! - [`pictures`][]: `pictures.json`, which image files belong to which test item,
//! - [`classification`][]: `classification.json`, the classes that reconstructions are nearest to,
//! - [`provenance`][]: `provenance.json`, where every input of a reconstruction came from,
//! - [`study`][]: what people saw in the reconstructions,
//! - [`voxels`][]: `voxels.json`, which voxels a run uses and where they lie,
//! - [`maps`][]: one number per voxel as volume, surface or table,
//! - [`biology`][]: `biology.json`, receptive fields and preferred depth of the encoder's voxels,
//! - [`regions`][]: `regions.json`, what information regions and single voxels carry,
//! - [`front`][]: `front.json`, scores as the strengths of the parts of reconstructions change,
//! - [`validity`][]: `validity.json`, whether reconstructions come from the responses,
//! - [`synthesis`][]: `synthesis.json`, images that drive voxels most,
//! - [`baseline`][]: what `run.json` states about a run without trained networks,
//! - [`table`][]: tables as text for other programs,
//! - [`outputs`][]: hashes of what a run wrote, compared when it is read,
//! - [`replace`][]: folders that a command may replace,
//! - [`lock`][]: one writing process for each run,
//! - [`atomic`][]: files that appear whole or not at all.
//!
//! It knows neither networks nor data sets, so that a report needs only a run folder.

pub mod artefact;
pub mod atomic;
pub mod baseline;
pub mod biology;
pub mod classification;
pub mod comparison;
mod error;
pub mod front;
pub mod layout;
pub mod lock;
pub mod log;
pub mod manifest;
pub mod maps;
pub mod outputs;
pub mod pictures;
pub mod provenance;
pub mod regions;
pub mod replace;
pub mod scores;
pub mod study;
pub mod synthesis;
pub mod table;
pub mod validity;
pub mod voxels;

pub use artefact::Artefact;
pub use error::RunError;
pub use layout::RunFolder;

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, RunError>;
