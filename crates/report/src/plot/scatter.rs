//! Points of several groups over two axes, with one line per group and a legend next to the plot.

use maud::Markup;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::chart::{Axes, Drawn, SOFT, axes, canvas, dashed, stroke, text, units};
use super::{range, scale::round};
use crate::number::many;

/// Colours after Okabe and Ito, distinguishable with any colour vision; the faint yellow comes last.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x76, 0x76, 0x76),
    RGBColor(0xc8, 0xb4, 0x00),
];

/// Maximum number of points; from more, evenly spaced ones are drawn.
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
    /// Range of both axes, if they share one: the plot is then square.
    pub(crate) square: Option<(f64, f64)>,
    /// A dashed line of equal values.
    pub(crate) diagonal: bool,
    /// Dashed lines through 0 on both axes.
    pub(crate) cross: bool,
    pub(crate) clouds: Vec<Cloud>,
}

/// Draws the points, those beyond the axes at their ends; none without a finite one.
pub(crate) fn scatter(plot: &Scatter) -> Option<Markup> {
    let points = || plot.clouds.iter().flat_map(|c| c.points.iter()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let total = points().count();
    let (across, up) = (range(points().map(|p| p.0))?, range(points().map(|p| p.1).chain([0.0]))?);
    let size = if plot.square.is_some() { (410.0, 330.0) } else { (430.0, 280.0) };
    let ((left, right), (low, high)) = plot.square.map_or_else(|| (round(across), round(up)), |ends| (ends, ends));
    // A square has the same length both ways, the rest of the width is the legend's.
    let beside = if plot.square.is_some() { size.0 - 46.0 - (size.1 - 46.0) } else { 90.0 };
    let skip = total.div_ceil(MOST).max(1);
    canvas(size, plot.label, |area| -> Drawn {
        let margins = [46.0, beside, 10.0, 36.0];
        let frame =
            Axes { margins, x_title: plot.x_title, y_title: plot.y_title, y_ticks: 6, upright: false, log: [false; 2] };
        let mut chart = axes(area, &frame, left..right, low..high)?;
        if plot.diagonal {
            let (from, to) = (left.max(low), right.min(high));
            chart.draw_series(dashed((from, from), (to, to)))?;
        }
        if plot.cross {
            chart.draw_series(dashed((0.0, low), (0.0, high)))?;
            chart.draw_series(dashed((left, 0.0), (right, 0.0)))?;
        }
        let coloured = || plot.clouds.iter().zip(COLOURS.iter().cycle());
        for (cloud, colour) in coloured() {
            let finite = cloud.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).step_by(skip);
            let at = |p: &(f64, f64)| (p.0.clamp(left, right), p.1.clamp(low, high));
            chart.draw_series(finite.map(|p| Circle::new(at(p), units(2.2), colour.mix(0.55).filled())))?;
        }
        for (cloud, colour) in coloured() {
            if let Some(ends) = ends(cloud) {
                chart.draw_series([PathElement::new(ends.to_vec(), stroke(*colour, 1.0, 2.4))])?;
            }
        }
        if plot.clouds.len() > 1 {
            for (i, (cloud, colour)) in coloured().enumerate() {
                let (x, y) = (size.0 - beside + 12.0, 18.0 + 16.0 * i as f64);
                area.draw(&Circle::new((units(x), units(y)), units(4.0), colour.filled()))?;
                area.draw(&Text::new(cloud.name.clone(), (units(x + 9.0), units(y)), text(11.0, SOFT, HPos::Left)))?;
            }
        }
        if skip > 1 {
            let told = format!("every {}th of {}", many(skip), many(total));
            area.draw(&Text::new(told, (units(50.0), units(18.0)), text(11.0, SOFT, HPos::Left)))?;
        }
        Ok(())
    })
}

/// The line over the range of the points.
fn ends(cloud: &Cloud) -> Option<[(f64, f64); 2]> {
    let ((intercept, slope), (low, high)) = (cloud.line?, range(cloud.points.iter().map(|p| p.0))?);
    let at = |x: f64| (x, intercept + slope * x);
    (intercept.is_finite() && slope.is_finite()).then(|| [at(low), at(high)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_beyond_the_axes_lie_at_their_ends_and_many_are_thinned() {
        let cloud = |n: usize| Cloud {
            name: "V1".into(),
            points: (0..n).map(|i| (i as f64, 900.0)).collect(),
            line: Some((0.0, 1.0)),
        };
        let plot = |clouds| Scatter {
            x_title: "",
            y_title: "",
            label: "",
            square: Some((0.0, 10.0)),
            diagonal: true,
            cross: true,
            clouds,
        };
        let drawn = scatter(&plot(vec![cloud(3)])).unwrap().into_string();
        assert_eq!(drawn.matches("<circle").count(), 3);
        assert_eq!(drawn.matches("cy=\"80\"").count(), 3, "{drawn}");
        let drawn = scatter(&plot(vec![cloud(7000), cloud(0)])).unwrap().into_string();
        assert!(drawn.contains("every 3th of 7") && drawn.matches("<circle").count() < 3010);
        assert!(scatter(&plot(vec![cloud(0)])).is_none());
    }
}
