//! Points of several groups over two axes, with a line a group and a legend inside the drawing.

use maud::{Markup, html};

use super::{Frame, Scale, range};
use crate::number::{many, px};

/// Colours after Okabe and Ito, told apart with any colour vision; the faint yellow comes last.
pub(crate) const COLOURS: [&str; 8] =
    ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#767676", "#c8b400"];

/// Most points that are drawn; of more, evenly spaced ones are taken.
const MOST: usize = 3000;

/// A group of points.
pub(crate) struct Cloud {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Intercept and slope of a line over the points' range.
    pub(crate) line: Option<(f64, f64)>,
}

/// A plot of points.
pub(crate) struct Scatter<'a> {
    pub(crate) x_title: &'a str,
    pub(crate) y_title: &'a str,
    pub(crate) label: &'a str,
    /// Range of both axes, where they share one: then the plot is square.
    pub(crate) square: Option<(f64, f64)>,
    /// A dashed line of equal values.
    pub(crate) diagonal: bool,
    /// Dashed lines through 0 on both axes.
    pub(crate) cross: bool,
    pub(crate) clouds: Vec<Cloud>,
}

/// Draws the points; none without a finite one.
pub(crate) fn scatter(plot: &Scatter) -> Option<Markup> {
    let points = || plot.clouds.iter().flat_map(|c| c.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let total = points().count();
    let (across, up) = (range(points().map(|p| p.0))?, range(points().map(|p| p.1).chain([0.0]))?);
    let size = if plot.square.is_some() { (400.0, 330.0) } else { (420.0, 280.0) };
    let mut frame = Frame::new(size.0, size.1);
    frame.right = if plot.square.is_some() { frame.left + frame.bottom - frame.top } else { size.0 - 80.0 };
    let (xs, ys) = ((frame.left, frame.right), (frame.bottom, frame.top));
    let (x, y) = match plot.square {
        Some(ends) => (Scale::linear(ends, xs), Scale::linear(ends, ys)),
        None => (Scale::round(across, xs), Scale::round(up, ys)),
    };
    let skip = total.div_ceil(MOST).max(1);
    Some(frame.svg(
        plot.label,
        &html! {
            (frame.axes(&x, &y, plot.x_title, plot.y_title))
            @if plot.diagonal {
                @let (low, high) = (x.range().0.max(y.range().0), x.range().1.min(y.range().1));
                line.chance x1=(px(x.at(low))) y1=(px(y.at(low))) x2=(px(x.at(high))) y2=(px(y.at(high))) {}
            }
            @if plot.cross {
                line.chance x1=(px(x.at(0.0))) x2=(px(x.at(0.0))) y1=(px(frame.top)) y2=(px(frame.bottom)) {}
                line.chance x1=(px(frame.left)) x2=(px(frame.right)) y1=(px(y.at(0.0))) y2=(px(y.at(0.0))) {}
            }
            @for (i, cloud) in plot.clouds.iter().enumerate() {
                @let colour = COLOURS[i % COLOURS.len()];
                g fill=(colour) fill-opacity="0.55" {
                    @for p in cloud.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).step_by(skip) {
                        circle cx=(px(x.at(p.0))) cy=(px(y.at(p.1))) r="2.2" {}
                    }
                }
            }
            @for (i, cloud) in plot.clouds.iter().enumerate() {
                @if let Some(ends) = ends(cloud) {
                    line stroke=(COLOURS[i % COLOURS.len()]) stroke-width="2.4"
                        x1=(px(x.at(ends[0].0))) y1=(px(y.at(ends[0].1))) x2=(px(x.at(ends[1].0))) y2=(px(y.at(ends[1].1))) {}
                }
            }
            (legend(&plot.clouds, frame.right + 12.0, frame.top + 8.0))
            @if skip > 1 { text x=(px(frame.left + 4.0)) y=(px(frame.top + 10.0)) { "every " (many(skip)) "th of " (many(total)) } }
        },
    ))
}

/// The line over the range of the points.
fn ends(cloud: &Cloud) -> Option<[(f64, f64); 2]> {
    let ((intercept, slope), (low, high)) = (cloud.line?, range(cloud.points.iter().map(|p| p.0))?);
    let at = |x: f64| (x, intercept + slope * x);
    (intercept.is_finite() && slope.is_finite()).then(|| [at(low), at(high)])
}

/// Names beside their colours, where there is more than one group.
fn legend(clouds: &[Cloud], left: f64, top: f64) -> Markup {
    html! {
        @if clouds.len() > 1 { g.ticks { @for (i, cloud) in clouds.iter().enumerate() {
            @let middle = top + 16.0 * i as f64;
            circle cx=(px(left)) cy=(px(middle)) r="4" fill=(COLOURS[i % COLOURS.len()]) {}
            text x=(px(left + 9.0)) y=(px(middle + 3.5)) { (cloud.name) }
        } } }
    }
}
