//! Lines over a shared axis: learning curves, and accuracy against the number of candidates.

use maud::Markup;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::chart::{A, Area, Axes, B, Drawn, axes, canvas, dashed, stroke, units};
use super::range;
use super::scale::{round, widened};

/// One line.
pub(crate) struct Line<'a> {
    /// How it looks: `a`, `b` or `chance`.
    pub(crate) class: &'a str,
    pub(crate) points: Vec<(f64, f64)>,
    /// Intervals of the points, low and high.
    pub(crate) band: Vec<(f64, f64, f64)>,
    /// True if the points themselves are marked.
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

/// Draws the lines, what lies beyond the axes at their ends; none without a finite point.
pub(crate) fn lines(plot: &Lines) -> Option<Markup> {
    let points = || plot.lines.iter().flat_map(|l| l.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let (left, right) = widened(range(points().map(|p| p.0))?);
    let up = plot.y_range.or_else(|| range(points().map(|p| p.1)))?;
    // A logarithm needs values above 0.
    let (x_log, y_log) = (plot.x_log && left > 0.0, plot.y_log && up.0 > 0.0);
    let (low, high) = if y_log || plot.y_range.is_some() { widened(up) } else { round(up) };
    let log = |low: f64, high: f64| (low..high).log_scale().with_key_points(decades(low, high));
    let at = |v: f64| v.clamp(low, high);
    let logs = [x_log, y_log];
    canvas(plot.size, plot.label, |area| match (x_log, y_log) {
        (false, false) => draw(area, plot, logs, at, left..right, low..high),
        (true, false) => draw(area, plot, logs, at, log(left, right), low..high),
        (false, true) => draw(area, plot, logs, at, left..right, log(low, high)),
        (true, true) => draw(area, plot, logs, at, log(left, right), log(low, high)),
    })
}

/// Ticks of a logarithmic axis: 1, 2, 5 of each decade where that is not too many, else the decades alone. The
/// library's own are two at most on an axis of less than two decades.
fn decades(low: f64, high: f64) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let of = |mantissas: &'static [f64]| -> Vec<f64> {
        let all = (first..=last).flat_map(|e| mantissas.iter().map(move |m| m * 10f64.powi(e)));
        all.filter(|v| (low * 0.999..=high * 1.001).contains(v)).collect()
    };
    let fine = of(&[1.0, 2.0, 5.0]);
    if fine.len() <= 6 { fine } else { of(&[1.0]) }
}

fn draw<X, Y>(area: &Area, plot: &Lines, log: [bool; 2], at: impl Fn(f64) -> f64, x: X, y: Y) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let margins = [46.0, 12.0, 10.0, 36.0];
    let frame = Axes { margins, x_title: plot.x_title, y_title: plot.y_title, y_ticks: 6, upright: false, log };
    let mut chart = axes(area, &frame, x, y)?;
    for line in &plot.lines {
        let finite: Vec<(f64, f64)> =
            line.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).map(|p| (p.0, at(p.1))).collect();
        if line.class == "chance" {
            for ends in finite.windows(2) {
                chart.draw_series(dashed(ends[0], ends[1]))?;
            }
            continue;
        }
        let colour = if line.class == "b" { B } else { A };
        let whiskers = line.band.iter().filter(|(_, low, high)| low.is_finite() && high.is_finite());
        chart
            .draw_series(whiskers.map(|&(x, low, high)| {
                PathElement::new(vec![(x, at(low)), (x, at(high))], stroke(colour, 0.55, 2.0))
            }))?;
        if line.class == "b" {
            // Told from the other line without its colour.
            let (dash, gap) = (units(6.0) as u32, units(3.0) as u32);
            chart.draw_series(DashedLineSeries::new(finite.clone(), dash, gap, stroke(colour, 1.0, 2.0)))?;
        } else if finite.len() > 1 {
            chart.draw_series([PathElement::new(finite.clone(), stroke(colour, 1.0, 2.0))])?;
        }
        if line.dots || finite.len() == 1 {
            chart.draw_series(finite.iter().map(|&point| Circle::new(point, units(3.2), colour.filled())))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_axes_have_ticks_enough_and_not_too_many() {
        assert_eq!(decades(2.0, 50.0), [2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(decades(1.0, 1000.0).len(), 4);
        assert_eq!(decades(0.03, 0.4), [0.05, 0.1, 0.2]);
    }

    #[test]
    fn every_line_is_drawn_on_any_axes_and_nothing_without_a_point() {
        let line = |class, points: Vec<(f64, f64)>| Line { class, points, band: vec![(1.0, 0.2, 0.6)], dots: true };
        for (x_log, y_log) in [(false, false), (true, false), (false, true), (true, true)] {
            let drawn = lines(&Lines {
                size: (300.0, 200.0),
                x_title: "x",
                y_title: "y",
                label: "l",
                x_log,
                y_log,
                y_range: None,
                lines: vec![line("a", vec![(1.0, 0.5), (10.0, 0.1), (100.0, f64::NAN)]), line("b", vec![(2.0, 0.4)])],
            });
            let drawn = drawn.unwrap().into_string();
            assert_eq!(drawn.matches("<circle").count(), 3, "{drawn}");
            assert!(drawn.contains("#0072B2") && drawn.contains("#C25700"));
            let named = [x_log, y_log].iter().filter(|log| **log).count();
            assert_eq!(drawn.matches("log scale").count(), named, "{drawn}");
        }
        let none = Lines {
            size: (9.0, 9.0),
            x_title: "",
            y_title: "",
            label: "",
            x_log: false,
            y_log: false,
            y_range: None,
            lines: vec![line("a", vec![(f64::NAN, 1.0)])],
        };
        assert!(lines(&none).is_none());
    }
}
