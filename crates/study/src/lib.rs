//! The human test of reconstructions: *which of these images does this reconstruction show?*
//!
//! A *study* is one folder ([`StudyFolder`]) created from one or more runs by [`create`]: the design, fixed by a seed;
//! copies of the images under random names; the text of the page; the keys; and `answers.sqlite`. [`server`] serves it,
//! [`analyze`] analyses the answers, [`forget`](store::forget) deletes a participant, [`export`] returns anonymous
//! rows.
//!
//! # From a run to a number
//! 1. [`create`] copies shown images and reconstructions, hashes them and writes `study.toml` with the rules of
//!    exclusion.
//! 2. [`plan`] lays out the trials of each participant as a function only of seed and position: items and runs by a
//!    Latin square, candidates, positions, order, attention checks, practice.
//! 3. [`server`] shows one trial after another. An answer is on disk before the next trial is sent.
//! 4. [`analyze`] refuses a design that changed after the first participant, applies the exclusion rules fixed before,
//!    and computes accuracy against chance with intervals over participants and items, agreement, comparisons of runs,
//!    and which machine score predicts people. Its result is [`afterimage_run::study::Analysis`].

pub mod analysis;
pub mod consent;
mod create;
mod design;
mod draws;
mod error;
pub mod export;
mod folder;
pub mod keys;
mod page;
pub mod plan;
pub mod private;
pub mod server;
mod stimuli;
pub mod store;
mod strings;

pub use analysis::analyze;
pub use create::{Created, Options, create};
pub use design::{Design, Exclusion, MAX_WAYS, MIN_TRIAL_MS};
pub use error::StudyError;
pub use folder::StudyFolder;
pub use stimuli::{Copied, Item, SourceRun, Stimuli};
pub use strings::Strings;

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, StudyError>;
