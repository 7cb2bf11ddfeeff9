//! The method as a library: an experiment, its session in a folder, and the stages that train, reconstruct and score.
//!
//! An [`afterimage_config::Experiment`] says what is to be done, a [`Session`] is the folder that it is done in, and a [`Stage`] is a part
//! of it. [`Session::run_until`] runs the stages that are not finished; each can be run again by its own function, which
//! returns what it made. Progress, notes and the request to stop go through the observer of a [`Caller`].
//!
//! ```no_run
//! use std::path::Path;
//!
//! use afterimage_experiment::{Caller, Existing, Program, Session, Stage};
//! use afterimage_config::Experiment;
//! use afterimage_train::observer::Silent;
//!
//! let caller = Caller::new(Program::new("mine 1.0", None), Silent);
//! let experiment = Experiment::read(Path::new("experiment.toml"))?;
//! let mut session = Session::begin(Path::new("runs/mine"), experiment, Existing::Resumed, Stage::Evaluate, &caller)?;
//! session.run_until(Stage::Decoder)?;
//! session.reconstruct()?;
//! println!("{} scores", session.evaluate()?.scores.len());
//! # Ok::<(), afterimage_experiment::Error>(())
//! ```
//!
//! [`TrainedRun`] applies what was trained: it predicts responses to images, and reconstructs images from responses; an
//! [`Ensemble`] averages the predictions of several runs.
//!
//! [`ablation`] runs variants of an experiment, [`baseline`] what it must beat, [`demo`] the simulated subject; [`synthesize`] makes
//! images that drive voxels of a trained encoder.

pub mod ablation;
mod another;
mod arrays;
mod averaging;
pub mod baseline;
pub mod biology;
mod chance;
mod choice;
pub mod classify;
mod clusters;
pub mod demo;
mod embedder;
mod error;
pub mod evaluate;
mod external;
mod fields;
mod front;
mod linear;
mod mean_image;
mod photographs;
pub mod pool;
pub mod preflight;
mod program;
pub mod provenance;
pub mod reconstruct;
mod regions;
pub mod session;
mod stage;
mod steps;
pub mod synthesize;
mod train;
pub mod trained;
mod validity;
pub mod voxels;
mod weights;

pub use another::OnOptions;
pub use embedder::Embedder;
pub use error::{BoxError, Error, Result, in_words};
pub use program::{Caller, Program};
pub use session::{Existing, Session};
pub use stage::{REPORT, Stage};
pub use trained::{Ensemble, Remedy, TrainedRun, UnitCheck, UnitVerdict, Units};
