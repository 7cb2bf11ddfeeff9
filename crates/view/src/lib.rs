//! Shows runs in a browser and applies their networks over HTTP: `afterimage view`.
//!
//! A [`Catalog`] holds the contents of run folders, read once at the start: items, images, scores per item, receptive fields.
//! `compared` has the differences between runs on the same images.
//! The page, which [`view`] serves, shows it and changes nothing. One thread (`networks`) applies the networks, in batches from
//! a bounded queue; `/api/v1` (`api`) uses it, for the page and for closed-loop experiments.

mod answer;
mod api;
mod catalog;
mod compared;
mod effort;
mod error;
mod metrics;
mod networks;
mod page;
mod pages;
mod pictures;
mod server;
mod table;

pub use catalog::{Catalog, Item, ItemScores, Run, Voxel};
pub use error::ViewError;
pub use server::{ViewOptions, view};

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, ViewError>;
