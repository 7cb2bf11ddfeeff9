//! Small inline SVG plots, one file per kind. Plots with axes use the library `plotters` through `chart`; marks in
//! tables and voxel maps have no axes and are drawn directly.

mod chart;
mod colours;
mod dots;
mod histogram;
mod lines;
mod mark;
mod marker;
mod rows;
mod scale;
mod scatter;
mod slices;
mod ticks;

pub(crate) use dots::{Dot, Dots, dots};
pub(crate) use histogram::histogram;
pub(crate) use lines::{Line, Lines, lines};
pub(crate) use mark::mark;
pub(crate) use rows::{Entry, bars, forest};
pub(crate) use scale::Scale;
pub(crate) use scatter::{Cloud, Scatter, scatter};
pub(crate) use slices::slices;

/// Least and greatest of the finite values.
pub(crate) fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |found, v| {
        let (low, high) = found.unwrap_or((v, v));
        Some((low.min(v), high.max(v)))
    })
}
