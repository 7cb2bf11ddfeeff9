//! The report of a run: one HTML file that needs nothing beside it.
//!
//! [`write()`] reads an experiment folder, and nothing else, and leaves `report.html` in it. The file asks for no
//! other file and no network: images are `data:` URIs, plots are inline SVG, fonts are the reader's own. It reads
//! without JavaScript; only sorting and the slider over the images need it.
//!
//! # What it shows, in this order
//! What was asked and the few numbers that matter; the images; every score with interval, chance level and n; the
//! encoder, and the receptive fields and hierarchy that it found; the course of training; the data and its audit; how
//! to repeat the run; how to read the numbers. A part whose file is not there yet is named as missing together with the
//! command that makes it, so a half-finished run has a report too.
//!
//! # Rules
//! - The same experiment folder gives the same bytes: no clock, no random draw, no hash order.
//! - Everything that comes from a file is escaped by the template ([`maud`]); the script puts text
//!   on the page as text only.
//! - At most [`MAX_ITEMS`] items, and at most [`MAX_PICTURE_BYTES`] of images, are embedded. Of a larger set
//!   a sample spread evenly over the ranks of a score is taken, and the report says so.
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
mod error;
mod figure;
mod number;
mod page;
mod pictures;
mod plot;
mod section;
mod source;
mod study;
mod synthesis;

use std::path::PathBuf;

use afterimage_run::{RunFolder, atomic};

pub use comparison::render_comparison;
pub use error::ReportError;
pub use figure::write_figures;
pub use pictures::{MAX_ITEMS, MAX_PICTURE_BYTES};
pub use study::render_study;
pub use synthesis::render_synthesis;

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, ReportError>;

/// Writes `report.html` of `run` and gives its path; an earlier one is replaced whole.
///
/// # Errors
/// [`ReportError::Run`] if `run.json` is missing, a file of the run is damaged, or the report cannot be
/// written. Parts that are not there yet are not error.
pub fn write(run: &RunFolder) -> Result<PathBuf> {
    let html = render(run)?;
    let path = run.report_file();
    atomic::write(&path, html.as_bytes())?;
    Ok(path)
}

/// The report of `run` as HTML text.
///
/// # Errors
/// See [`write()`], save those of writing.
pub fn render(run: &RunFolder) -> Result<String> {
    let source = source::Source::read(run)?;
    Ok(page::page(&source).into_string())
}
