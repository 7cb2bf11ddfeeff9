//! Small inline SVG plots: a scale, a frame with ticks, and one file per kind of plot.
//!
//! Colours come from the style sheet by class, so that plots follow light, dark and print.

mod bars;
mod forest;
mod histogram;
mod lines;
mod mark;
mod scale;
mod scatter;
mod slices;

pub(crate) use bars::{Bar, bars};
pub(crate) use forest::{Effect, forest};
pub(crate) use histogram::histogram;
pub(crate) use lines::{Line, Lines, lines};
pub(crate) use mark::mark;
pub(crate) use scale::Scale;
pub(crate) use scatter::{Cloud, Scatter, scatter};
pub(crate) use slices::slices;

use maud::{Markup, html};

use crate::number::{plain, px};

/// Where the axes of a plot lie, in the units of its view box.
pub(crate) struct Frame {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    /// A frame with margins that hold tick labels and an axis title.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, left: 46.0, right: width - 10.0, top: 10.0, bottom: height - 36.0 }
    }

    /// The plot as a whole: `label` is what a screen reader says.
    pub(crate) fn svg(&self, label: &str, content: &Markup) -> Markup {
        html! {
            svg.plot viewBox={ "0 0 " (px(self.width)) " " (px(self.height)) } role="img" aria-label=(label) { (content) }
        }
    }

    /// Grid lines, tick labels and axis titles.
    pub(crate) fn axes(&self, x: &Scale, y: &Scale, x_title: &str, y_title: &str) -> Markup {
        html! {
            g.grid {
                @for t in y.ticks(5) { line x1=(px(self.left)) x2=(px(self.right)) y1=(px(y.at(t))) y2=(px(y.at(t))) {} }
            }
            g.ticks {
                @for t in y.ticks(5) { text x=(px(self.left - 6.0)) y=(px(y.at(t) + 3.5)) text-anchor="end" { (tick(t)) } }
                @for t in x.ticks(5) { text x=(px(x.at(t))) y=(px(self.bottom + 15.0)) text-anchor="middle" { (tick(t)) } }
                text x=(px((self.left + self.right) / 2.0)) y=(px(self.height - 5.0)) text-anchor="middle" { (x_title) }
                @if !y_title.is_empty() {
                    text transform={ "translate(11 " (px((self.top + self.bottom) / 2.0)) ") rotate(-90)" } text-anchor="middle" { (y_title) }
                }
            }
            line.axis x1=(px(self.left)) x2=(px(self.right)) y1=(px(self.bottom)) y2=(px(self.bottom)) {}
        }
    }

    /// A vertical line through the plot at `x`, of a class `chance` or `value`.
    pub(crate) fn upright(&self, x: f64, class: &str) -> Markup {
        html! { line class=(class) x1=(px(x)) x2=(px(x)) y1=(px(self.top)) y2=(px(self.bottom)) {} }
    }
}

/// A tick label: no trailing zeros, as ticks are round numbers.
pub(crate) fn tick(v: f64) -> String {
    let text = plain(v);
    if text.contains('×') {
        return text.replace(".0\u{202f}", "\u{202f}");
    }
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Least and greatest of the finite values.
pub(crate) fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |found, v| {
        let (low, high) = found.unwrap_or((v, v));
        Some((low.min(v), high.max(v)))
    })
}
