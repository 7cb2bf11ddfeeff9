//! Runs to look at in a browser, and their networks to ask over HTTP: `afterimage view`.
//!
//! A [`Catalog`] is what run folders hold, read once at the start: items, pictures, scores of each item, receptive fields. The page
//! ([`view`] serves it) shows that and changes nothing. The networks stand behind one thread (`networks`) that works off a
//! bounded queue in batches; `/api/v1` (`api`) asks them, for the page and for experiments in closed loop.

mod answer;
mod api;
mod catalog;
mod effort;
mod error;
mod metrics;
mod networks;
mod page;
mod pictures;
mod server;

pub use catalog::{Catalog, Item, ItemScores, Run, Voxel};
pub use error::ViewError;
pub use server::{ViewOptions, view};

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, ViewError>;
