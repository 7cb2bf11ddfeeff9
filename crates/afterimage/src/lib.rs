//! Afterimage as a library: one name for each of its crates.
//!
//! Data flow in one direction: [`formats`] reads files, [`statistics`] has intervals, tests and draws, [`data`] holds recordings and stimuli, [`sim`] makes a subject
//! with known truth, [`model`] and [`train`] learn the two directions, [`baseline`] is what they must beat, [`run`] is the folder everything is written to,
//! [`eval`] scores it, [`biology`] asks what it says of the brain, [`report`] shows it, [`study`] asks people, and [`view`] shows
//! runs in a browser and answers questions to their networks.
//!
//! ```
//! use afterimage::run::Experiment;
//!
//! let experiment = Experiment::preset("gaziv2022").unwrap();
//! assert_eq!(experiment.encoder.backbone, "vgg19");
//! ```

pub use afterimage_baseline as baseline;
pub use afterimage_biology as biology;
pub use afterimage_data as data;
pub use afterimage_eval as eval;
pub use afterimage_formats as formats;
pub use afterimage_model as model;
pub use afterimage_report as report;
pub use afterimage_run as run;
pub use afterimage_sim as sim;
pub use afterimage_statistics as statistics;
pub use afterimage_study as study;
pub use afterimage_train as train;
pub use afterimage_view as view;
