//! Lines over a shared axis: learning curves, and accuracy against the number of candidates.

use maud::{Markup, html};

use super::{Frame, Scale, range};
use crate::number::px;

/// One line.
pub(crate) struct Line<'a> {
    /// Class of the style sheet: `a`, `b`, `chance` ...
    pub(crate) class: &'a str,
    pub(crate) points: Vec<(f64, f64)>,
    /// Intervals of the points, low and high.
    pub(crate) band: Vec<(f64, f64, f64)>,
    /// Whether the points themselves are marked.
    pub(crate) dots: bool,
}

/// A plot of lines.
pub(crate) struct Lines<'a> {
    pub(crate) size: (f64, f64),
    pub(crate) x_title: &'a str,
    pub(crate) y_title: &'a str,
    pub(crate) label: &'a str,
    pub(crate) x_log: bool,
    pub(crate) y_log: bool,
    pub(crate) y_range: Option<(f64, f64)>,
    pub(crate) lines: Vec<Line<'a>>,
}

/// Draws the lines; none without a finite point.
pub(crate) fn lines(plot: &Lines) -> Option<Markup> {
    let points = || plot.lines.iter().flat_map(|l| l.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let across = range(points().map(|p| p.0))?;
    let up = plot.y_range.or_else(|| range(points().map(|p| p.1)))?;
    let frame = Frame::new(plot.size.0, plot.size.1);
    let (xs, ys) = ((frame.left + 4.0, frame.right - 4.0), (frame.bottom, frame.top));
    let x = if plot.x_log { Scale::log(across, xs) } else { Scale::linear(across, xs) };
    let y = match (plot.y_log, plot.y_range) {
        (true, _) => Scale::log(up, ys),
        (false, Some(fixed)) => Scale::linear(fixed, ys),
        (false, None) => Scale::round(up, ys),
    };
    Some(frame.svg(
        plot.label,
        &html! {
            (frame.axes(&x, &y, plot.x_title, plot.y_title))
            @for line in &plot.lines { (draw(line, &x, &y)) }
        },
    ))
}

fn draw(line: &Line, x: &Scale, y: &Scale) -> Markup {
    let finite: Vec<(f64, f64)> = line.points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    let path: Vec<String> = finite.iter().map(|p| format!("{},{}", px(x.at(p.0)), px(y.at(p.1)))).collect();
    let dots = line.dots || finite.len() == 1;
    html! {
        g class={ "line " (line.class) } {
            @for (at, low, high) in &line.band { line.whisker x1=(px(x.at(*at))) x2=(px(x.at(*at))) y1=(px(y.at(*low))) y2=(px(y.at(*high))) {} }
            polyline points=(path.join(" ")) {}
            @if dots { @for p in &finite { circle cx=(px(x.at(p.0))) cy=(px(y.at(p.1))) r="3.2" {} } }
        }
    }
}
