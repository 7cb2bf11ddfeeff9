//! Points of several groups as small multiples: one panel per group over shared axes, each with its own marker and colour.

use maud::Markup;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::chart::{Area, Axes, CHANCE, Drawn, INK, axes, canvas, dashed, stroke, text, units};
use super::colours::COLOURS;
use super::marker::marker;
use super::{range, scale::round};
use crate::number::many;

/// Maximum number of points; from more, evenly spaced ones are drawn.
const MOST: usize = 3000;
/// Least width of a panel.
const NARROWEST: f64 = 80.0;
/// Most width of the single panel.
const WIDEST: f64 = 300.0;
/// Room for the title and the labels of the axis upwards, that across, and the name of a panel.
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 34.0;
const HEAD: f64 = 20.0;
/// Room between panels across, and at the right end, for the halves of two labels.
const GAP: f64 = 20.0;
/// Labels of the axis across where a panel has no panel below it.
const LABELS: f64 = 18.0;

/// A group of points.
pub(crate) struct Cloud {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Intercept and slope of a line over the points' range.
    pub(crate) line: Option<(f64, f64)>,
}

/// A plot of points.
pub(crate) struct Scatter<'a> {
    /// Units of the page.
    pub(crate) width: f64,
    pub(crate) x_title: &'a str,
    pub(crate) y_title: &'a str,
    pub(crate) label: &'a str,
    /// Range of both axes, if they share one: panels are then square.
    pub(crate) square: Option<(f64, f64)>,
    /// A dashed line of equal values.
    pub(crate) diagonal: bool,
    /// Dashed lines through 0 on both axes.
    pub(crate) cross: bool,
    pub(crate) clouds: Vec<Cloud>,
}

/// Draws the points, those beyond the axes at their ends, and gives the size; none without a finite point.
pub(crate) fn scatter(plot: &Scatter) -> Option<(Markup, (f64, f64))> {
    let clouds: Vec<&Cloud> = plot.clouds.iter().filter(|c| finite(c).next().is_some()).collect();
    let points = || clouds.iter().flat_map(|c| finite(c));
    let (across, up) = (range(points().map(|p| p.0))?, range(points().map(|p| p.1).chain([0.0]))?);
    let ends = plot.square.map_or_else(|| (round(across), round(up)), |ends| (ends, ends));
    let skip = points().count().div_ceil(MOST).max(1);
    let layout = Layout::of(plot, clouds.len());
    let drawn = canvas(layout.size, plot.label, |area| -> Drawn {
        for index in 0..clouds.len() {
            panel(area, plot, &clouds, index, &layout, ends, skip)?;
        }
        let middle = |from: f64, length: f64| units(from + length / 2.0);
        let (width, height) = layout.size;
        let x = (middle(LEFT, width - LEFT - GAP), units(height - 7.0));
        area.draw(&Text::new(plot.x_title, x, text(11.0, INK, HPos::Center)))?;
        let upright = text(11.0, INK, HPos::Center).transform(FontTransform::Rotate270);
        area.draw(&Text::new(plot.y_title, (units(7.0), middle(HEAD, height - HEAD - BOTTOM)), upright))?;
        if skip > 1 {
            let told = format!("every {}th of {}", many(skip), many(points().count()));
            area.draw(&Text::new(told, (units(width - GAP), units(height - 7.0)), text(10.0, INK, HPos::Right)))?;
        }
        Ok(())
    });
    Some((drawn?, layout.size))
}

/// Places of the panels.
struct Layout {
    columns: usize,
    panels: usize,
    /// Width and height of the axes of a panel.
    inner: (f64, f64),
    size: (f64, f64),
}

impl Layout {
    fn of(plot: &Scatter, panels: usize) -> Self {
        let room = plot.width - LEFT;
        let most = ((room / (NARROWEST + GAP)) as usize).clamp(1, panels.max(1));
        let rows = panels.div_ceil(most).max(1);
        let columns = panels.div_ceil(rows).max(1);
        let width = (room / columns as f64 - GAP).min(WIDEST);
        let height = match plot.square {
            Some(_) => width,
            None => (width * 0.8).max(80.0),
        };
        let size =
            (LEFT + columns as f64 * (width + GAP), rows as f64 * (HEAD + height) + (rows - 1) as f64 * 6.0 + BOTTOM);
        Self { columns, panels, inner: (width, height), size }
    }

    /// Upper left corner of the axes of a panel.
    fn corner(&self, index: usize) -> (f64, f64) {
        let (row, column) = ((index / self.columns) as f64, (index % self.columns) as f64);
        (LEFT + column * (self.inner.0 + GAP), HEAD + row * (HEAD + self.inner.1 + 6.0))
    }

    fn is_lowest(&self, index: usize) -> bool {
        index + self.columns >= self.panels
    }
}

fn panel(
    whole: &Area,
    plot: &Scatter,
    clouds: &[&Cloud],
    index: usize,
    layout: &Layout,
    ((left, right), (low, high)): ((f64, f64), (f64, f64)),
    skip: usize,
) -> Drawn {
    let (cloud, colour) = (clouds[index], COLOURS[index % COLOURS.len()]);
    let (corner, inner) = (layout.corner(index), layout.inner);
    let beside = if index.is_multiple_of(layout.columns) { LEFT - 16.0 } else { 0.0 };
    let below = if layout.is_lowest(index) { LABELS } else { 0.0 };
    let place = (units(corner.0 - beside), units(corner.1));
    // The ends of an axis have labels that reach half their width beyond it.
    let area = whole.clone().shrink(place, (units(inner.0 + beside + GAP), units(inner.1 + below + 1.0)));
    let frame = Axes {
        margins: [beside, GAP, 0.0, below],
        x_title: "",
        y_title: "",
        y_ticks: 4,
        upright: false,
        log: [false; 2],
    };
    let mut chart = axes(&area, &frame, left..right, low..high)?;
    if plot.diagonal {
        let (from, to) = (left.max(low), right.min(high));
        chart.draw_series(dashed((from, from), (to, to)))?;
    }
    if plot.cross {
        chart.draw_series(dashed((0.0, low), (0.0, high)))?;
        chart.draw_series(dashed((left, 0.0), (right, 0.0)))?;
    }
    let inside = |p: (f64, f64)| (p.0.clamp(left, right), p.1.clamp(low, high));
    let others = clouds.iter().enumerate().filter(|(i, _)| *i != index).filter_map(|(_, c)| ends(c));
    chart.draw_series(others.map(|ends| PathElement::new(ends.map(inside).to_vec(), stroke(CHANCE, 0.6, 0.8))))?;
    for point in finite(cloud).step_by(skip).map(inside) {
        marker(whole, index, chart.backend_coord(&point), 1.7, colour.mix(0.5))?;
    }
    if let Some(ends) = ends(cloud) {
        chart.draw_series([PathElement::new(ends.map(inside).to_vec(), stroke(INK, 1.0, 1.8))])?;
    }
    if clouds.len() > 1 {
        let (x, y) = (corner.0 + 4.0, corner.1 - 9.0);
        marker(whole, index, (units(x), units(y)), 3.2, colour.mix(1.0))?;
        whole.draw(&Text::new(cloud.name.clone(), (units(x + 8.0), units(y)), text(11.0, INK, HPos::Left)))?;
    }
    Ok(())
}

fn finite(cloud: &Cloud) -> impl Iterator<Item = (f64, f64)> {
    cloud.points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite())
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

    fn cloud(n: usize) -> Cloud {
        let points = (0..n).map(|i| (i as f64, 900.0)).collect();
        Cloud { name: "V1".into(), points, line: Some((0.0, 1.0)) }
    }

    fn plot(clouds: Vec<Cloud>) -> Scatter<'static> {
        Scatter {
            width: 400.0,
            x_title: "across",
            y_title: "up",
            label: "",
            square: Some((0.0, 10.0)),
            diagonal: true,
            cross: true,
            clouds,
        }
    }

    #[test]
    fn points_beyond_the_axes_lie_at_their_ends_and_many_are_thinned() {
        let drawn = scatter(&plot(vec![cloud(3)])).unwrap().0.into_string();
        assert_eq!(drawn.matches("<circle").count(), 3);
        // The upper end of the panel, which begins below the room for a name.
        let top = format!("cy=\"{}\"", units(HEAD));
        assert_eq!(drawn.matches(&top).count(), 3, "{drawn}");
        let drawn = scatter(&plot(vec![cloud(7000), cloud(0)])).unwrap().0.into_string();
        assert!(drawn.contains("every 3th of 7") && drawn.matches("<circle").count() < 3010);
        assert!(scatter(&plot(vec![cloud(0)])).is_none());
    }

    #[test]
    fn every_group_has_a_panel_inside_the_width_with_a_marker_of_its_own() {
        for groups in 1..20 {
            let plot = plot((0..groups).map(|_| cloud(2)).collect());
            let layout = Layout::of(&plot, groups);
            assert!(layout.size.0 <= 400.0 + 1e-9 && layout.columns <= groups);
            let last = layout.corner(groups - 1);
            assert!(last.0 + layout.inner.0 <= layout.size.0 && last.1 + layout.inner.1 < layout.size.1);
            assert!(layout.inner.0 >= NARROWEST - 1e-9);
        }
        let drawn = scatter(&plot(vec![cloud(2), cloud(2), cloud(2)])).unwrap().0.into_string();
        // Two points and the sign in the name of each: circles, then squares, then triangles.
        assert_eq!((drawn.matches("<circle").count(), drawn.matches("<polygon").count()), (3, 6), "{drawn}");
    }
}
