//! Pages and figures of what was computed: the report of a run, the comparison of several, a data set, a study, a synthesis.
//!
//! [`write()`] reads only an experiment folder and writes `report.html` into it. Like the other pages
//! ([`render_comparison`], [`render_dataset`], [`render_study`], [`render_synthesis`]) the file needs no other file and no
//! network: images are `data:` URIs, plots are inline SVG, fonts are those of the system. It works without JavaScript,
//! which only sorting and the image slider need. [`export_figures`] writes the figures of a run as SVG, PDF and PNG.
//!
//! # Contents of a report, in order
//! The question, a verdict in plain words and the main scores; the images; every score in groups, with interval, chance
//! level and n; whether reconstructions come from the responses; classes; strengths of their parts; repeats averaged; single images; the
//! encoder and where its voxels lie; receptive fields and hierarchy; regions; other data sets; people; the training log; the data and its
//! audit; the provenance of every input; how to repeat the run; how to read the numbers. A
//! part whose file is missing is named at the end, with the command that creates it, so an unfinished run has a report too;
//! parts that only some runs have are left out.
//!
//! # Rules
//! - The same input gives the same bytes: no clock, no random draw, no hash order.
//! - Everything that comes from a file is escaped by the template ([`maud`]); the script inserts text only as text.
//! - At most [`MAX_ITEMS`] items, and at most [`MAX_PICTURE_BYTES`] of images, are embedded in a report. From a larger set it
//!   shows a sample spread evenly over the ranks of a score, and says so.
//! - An image is embedded only if its path stays inside the experiment folder and its content is PNG.
//!
//! # Example
//! ```no_run
//! let run = afterimage_run::RunFolder::open("runs/demo")?;
//! let report = afterimage_report::write(&run)?;
//! println!("{}", report.display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comparison;
mod course;
mod dataset;
mod error;
mod figure;
pub mod number;
mod page;
mod pictures;
mod plot;
mod section;
mod source;
mod study;
mod synthesis;
mod verdict;
mod ways;

use std::path::PathBuf;

use afterimage_run::{RunFolder, atomic};

pub use comparison::render_comparison;
pub use dataset::render_dataset;
pub use error::ReportError;
pub use figure::{
    FigureFile, FigureFormat, FigureOptions, Grid, ONE_COLUMN_MM, TWO_COLUMNS_MM, export_figures, write_figures,
};
pub use pictures::{MAX_ITEMS, MAX_PICTURE_BYTES};
pub use study::render_study;
pub use synthesis::render_synthesis;

/// Names of the scores in which the verdict compares a run with baselines; those that a run lacks are left out.
pub const COMPARED: [&str; 4] = [
    "identification.pairwise.perceptual",
    "identification.external.perceptual.50way",
    "image.pixcorr",
    "image.ssim.native",
];

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, ReportError>;

/// Writes `report.html` of `run` and returns its path; an earlier report is replaced.
///
/// # Errors
/// [`ReportError::Run`] if `run.json` is missing, a file of the run is damaged, or the report cannot be
/// written. Missing parts are not an error.
pub fn write(run: &RunFolder) -> Result<PathBuf> {
    let html = render(run)?;
    let path = run.report_file();
    atomic::write(&path, html.as_bytes())?;
    Ok(path)
}

/// The report of `run` as HTML text.
///
/// # Errors
/// See [`write()`], except errors of writing.
pub fn render(run: &RunFolder) -> Result<String> {
    let source = source::Source::read(run)?;
    Ok(page::page(&source).into_string())
}
