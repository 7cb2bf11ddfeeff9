//! Recordings and the images that were shown: the data set, its splits, preprocessing, import and audit.
//!
//! A **data set** is a folder, `NAME.afterimage`, with two chunked arrays (Zarr v3) and a description: the
//! responses `[trials, voxels]`, the stimuli `[n, height, width, 3]`, and who was shown what, when, and from which file.
//! It opens in milliseconds, may be larger than memory, and other languages read it (see [`DataSet`]).
//!
//! The parts, in the order in which they are used:
//!
//! 1. [`import_generic`] joins a table of responses with images as a [`Manifest`] says; [`IMPORTERS`] lists all kinds of source;
//!    a program may fill a [`DataSetWriter`] itself. [`prepare()`] makes one data set from another: split again, standardised,
//!    averaged, its voxels selected.
//! 2. [`audit()`] looks for the traps that make published scores spurious: the same photo in test and training, classes in
//!    common, averaged repeats.
//! 3. [`DataSet::training`] gives the part that is fitted on, [`DataSet::validation`] the part that selects, and
//!    [`DataSet::held_out`] the part that is scored. Each has a type of its own, as have its pairs of responses and images
//!    ([`TrainingPairs`], [`ValidationPairs`], [`HeldOutPairs`]): leaks do not compile.
//! 4. [`UnpairedPool`] streams unpaired images, decoding them in parallel.
//!
//! # Example
//!
//! ```
//! use afterimage_data::{Averaging, DataSetWriter, Header, Provenance, Split, StimulusInfo, TrialInfo, Voxels, ZScore};
//! use ndarray::{Array2, Array4};
//!
//! # fn main() -> Result<(), afterimage_data::Error> {
//! # let folder = std::env::temp_dir().join(format!("afterimage-data-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! let stimuli = (0..4).map(|i| StimulusInfo {
//!     name: format!("image{i}.png"),
//!     class: None,
//!     origin: None,
//!     split: if i == 3 { Split::Test } else { Split::Train },
//! });
//! let header = Header::new(stimuli.collect(), Voxels::new(2), 8, Provenance::default());
//! let mut writer = DataSetWriter::create(&folder.join("small.afterimage"), header)?;
//! writer.append_stimuli(Array4::zeros((4, 8, 8, 3)).view())?;
//! let trials: Vec<_> =
//!     (0..4).map(|stimulus| TrialInfo { stimulus, repeat: 0, session: 0, run: 0, averaged: 1 }).collect();
//! writer.append_responses(Array2::from_shape_fn((4, 2), |(i, v)| (i * v) as f32).view(), &trials)?;
//! let data = writer.finish()?;
//!
//! let score = ZScore::fit(&data.training(), Averaging::Stimulus)?;
//! let mut test = data.held_out().items(Averaging::Stimulus)?.responses; // [items, voxels]
//! score.apply(&mut test)?;
//! assert_eq!(score.undefined(), [0]); // voxel 0 never changes
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok(()) }
//! ```

mod assign;
pub mod audit;
mod classes;
mod clusters;
mod error;
mod exclusions;
mod export;
mod header;
mod images;
pub(crate) mod import;
mod inspect;
mod items;
pub mod manifest;
mod moments;
mod nouns;
mod oddities;
pub mod overview;
mod pairs;
mod part;
mod pool;
mod prepare;
mod region;
mod reliability;
mod responses;
mod store;
mod test_statistics;
mod zscore;

pub use assign::random_split;
pub use audit::{Audit, AuditOptions, Check, Verdict, audit, audit_with};
pub use clusters::clusters;
pub use error::{Error, Result};
pub use exclusions::Exclusions;
pub use export::export;
pub use header::{
    FittedOn, Header, LAYOUT_VERSION, LeftOut, Provenance, SourceFile, Split, Step, StepKind, StimulusInfo,
    SurfaceGeometry, TrialInfo, VolumeGeometry, VoxelColumn, Voxels,
};
pub use images::at_side;
pub use import::*;
pub use inspect::{PartSummary, Summary};
pub use items::{Averaging, Items};
pub use manifest::Manifest;
pub use nouns::Meaning;
pub use overview::{Overview, OverviewOptions};
pub use pairs::{HeldOutPairs, Pairs, TrainingPairs, ValidationPairs};
pub use part::{HeldOut, HeldOutSplit, Part, Training, TrainingSplit, Validation, ValidationSplit};
pub use pool::UnpairedPool;
pub use prepare::{Measure, PrepareOptions, Rule, Scope, Selection, SplitRule, prepare, prepare_with};
pub use reliability::{NoiseCeiling, Reliability, SPLIT_HALF_DRAWS, SplitHalf};
pub use responses::{
    ResponseTable, SOURCE_VOXEL, TableOptions, VOXEL_COLUMN, VOXEL_NUMBER, VoxelIds, is_label, is_text, names_fall,
    rows_out_of_order, voxel_number, voxels_of_rows,
};
pub use store::{DataSet, DataSetWriter};
pub use test_statistics::TestStatistics;
pub use zscore::ZScore;

pub use afterimage_statistics::RecordedUnit;
