//! Standalone figures of a run: vector and pixel files at the sizes of a journal's columns, each with its numbers as a
//! table.
//!
//! A figure is drawn in units of [`UNIT_MM`], so that its text has 6 to 8 points whatever the width of the figure: a wider
//! figure has more room, not larger letters. The report shows the biology figures at the width of its page.

mod biology;
mod convert;
mod file;
mod grid;
mod identification;
mod panels;
mod scores;
mod training;
mod write;

use afterimage_run::biology::Biology;
use afterimage_statistics::RecordedUnit;
use maud::Markup;

pub use file::{ONE_COLUMN_MM, TWO_COLUMNS_MM};
pub use grid::Grid;
pub use write::{FigureFile, FigureFormat, FigureOptions, export_figures, write_figures};

/// Millimetres of a unit of a drawing: with it, text of 11 units has 7.7 points (1 point is 1/72 inch). The plotting
/// library divides sizes of text by 1.24, so its text of 11 units has 6.2 points.
const UNIT_MM: f64 = 7.7 / 11.0 * 25.4 / 72.0;
/// Units of the width that figures have in the report.
const PAGE: f64 = 430.0;

/// A figure.
pub(crate) struct Figure {
    /// Base name of its files.
    pub(crate) name: String,
    /// Caption.
    pub(crate) caption: String,
    pub(crate) svg: Markup,
    /// Width and height, in units of [`UNIT_MM`].
    pub(crate) size: (f64, f64),
    /// Its numbers, header first.
    pub(crate) table: Vec<Vec<String>>,
}

/// The figures of `biology.json` at the width of the report's page, with the words of the recorded unit.
pub(crate) fn figures(found: &Biology, unit: RecordedUnit) -> Vec<Figure> {
    biology::figures(found, unit, &|_| PAGE)
}

/// Undefined numbers are empty.
fn cell(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { String::new() }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}
