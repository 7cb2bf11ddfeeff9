//! Afterimage reconstructs images from brain activity, and predicts brain activity from images.
//!
//! An **encoder** predicts the responses of voxels (or neurons, or channels) to an image; a **decoder** reconstructs the
//! image from responses. Phase 1 trains the encoder on recorded pairs of image and response. Phase 2 freezes it and trains
//! the decoder on the recorded pairs and, through the encoder, on unpaired images, for which no response was recorded.
//! Held-out images are then reconstructed, scored and reported. The program `afterimage` does this from the command line;
//! this crate does it from Rust.
//!
//! # A first program
//!
//! The example `demo` simulates a subject, trains on it, decodes its held-out responses and scores what was decoded:
//!
//! ```no_run
#![doc = include_str!("../examples/demo.rs")]
//! ```
//!
//! What was trained encodes and decodes:
//!
//! ```no_run
//! use afterimage::{TrainedRun, Units};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let run = TrainedRun::open("runs/mine")?;
//! let images = ndarray::Array4::<u8>::zeros((8, 112, 112, 3)); // [images, height, width, 3]
//! let responses = run.encode(images.view(), Units::Recorded)?; // [images, voxels]
//! let reconstructions = run.decode(responses.view(), Units::Recorded)?; // [images, 3, side, side] in 0..1
//! # Ok(()) }
//! ```
//!
//! `crates/afterimage/examples/` has whole programs, each started with `cargo run --release --example NAME -- ARGUMENTS`:
//!
//! | example | shows |
//! |---|---|
//! | `demo` | a simulated subject: train, decode, score |
//! | `own_data` | a data set of your own arrays, and an experiment on it |
//! | `trained_run` | encode and decode with a trained run, averages, uncertainty |
//! | `score_arrays` | score reconstructions that any program made |
//! | `custom_metric` | a distance of your own in every identification protocol |
//! | `custom_importer` | a new file format as a data set |
//!
//! # Where things are
//!
//! A **data set** (`NAME.afterimage`) holds responses, stimuli, splits and provenance. An **experiment folder** (*run
//! folder*, [`run::RunFolder`]) holds all that one training needed and gave: configuration, weights, reconstructions,
//! scores, report.
//!
//! | to | use |
//! |---|---|
//! | read `.npy`, HDF5, MATLAB, NIfTI, tables and images | [`formats`] |
//! | open, write, import, split and audit data sets | [`DataSet`], [`data`] |
//! | simulate a subject with known receptive fields | [`sim`] |
//! | configure an experiment; read an experiment folder | [`Experiment`], [`run`] |
//! | run an experiment stage by stage, with its checks, checkpoints and scores | [`Session`], [`Stage`], [`experiment`] |
//! | encode and decode with what was trained | [`TrainedRun`], [`Ensemble`] |
//! | train each phase, look into a trained encoder, drive voxels | [`train`] |
//! | networks, backbones and their weights, devices | [`model`] |
//! | score and compare | [`eval`] |
//! | compute intervals, tests, power and seeded draws | [`statistics`] |
//! | compute ridge regression and retrieval to compare with | [`baseline`] |
//! | measure receptive fields and compare them with known ones | [`biology`] |
//! | write `report.html` | `report`, with the feature `report` |
//! | run the human test | `study`, with the feature `study` |
//! | show runs in a browser, and answer to an experiment in closed loop | `view`, with the feature `view` |
//!
//! # Units and axes
//!
//! | array | axes | values |
//! |---|---|---|
//! | responses | `[trials, voxels]`, or `[items, voxels]` after averaging | f32, *recorded* or *standardised* |
//! | images as stored, and what is encoded | `[n, height, width, 3]` | u8, RGB |
//! | images in networks, reconstructions, and what is scored | `[n, 3, height, width]` | f32 in 0..1 |
//!
//! [`eval::images::from_bytes`] turns the second into the third. *Standardised* responses are z-scored: the mean of the
//! voxel's training responses is subtracted, and the result divided by their standard deviation. *Recorded* responses have
//! the unit of the recording. [`Units`] says which of the two an argument or a result has. Columns are the voxels that the
//! run was trained on, in the order of [`TrainedRun::voxels`].
//!
//! Statistics are fitted on the training part of a data set, and scores are computed on its held-out part: each takes a
//! type of its own, and neither turns into the other. Every random draw is a function of a seed, a purpose and a position.
//!
//! # Features
//!
//! None is on by default: the default has no server, opens no connection and computes on the processor.
//!
//! | feature | adds |
//! |---|---|
//! | `cuda`, `tch`, `wgpu` | networks on NVIDIA GPUs, through libtorch, through WebGPU |
//! | `download` | fetches published weights of backbones over HTTPS |
//! | `report`, `study`, `view` | the module of that name |
//! | `full` | all of these but the devices |

pub use afterimage_baseline as baseline;
pub use afterimage_biology as biology;
pub use afterimage_data as data;
pub use afterimage_eval as eval;
pub use afterimage_experiment as experiment;
pub use afterimage_formats as formats;
pub use afterimage_model as model;
#[cfg(feature = "report")]
pub use afterimage_report as report;
pub use afterimage_run as run;
pub use afterimage_sim as sim;
pub use afterimage_statistics as statistics;
#[cfg(feature = "study")]
pub use afterimage_study as study;
pub use afterimage_train as train;
#[cfg(feature = "view")]
pub use afterimage_view as view;

pub use afterimage_data::DataSet;
pub use afterimage_experiment::{Caller, Ensemble, Program, Session, Stage, TrainedRun, Units};
pub use afterimage_run::Experiment;
pub use afterimage_train::observer::Silent;
