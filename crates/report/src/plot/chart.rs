//! Shared parts of all charts: the canvas of the plotting library, text, colours, and the resulting SVG.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, BoldPoints, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::Labels;

/// The library uses whole units: this many per unit of the page.
pub(super) const FINE: i32 = 8;

/// Colours of the light theme. The style sheet replaces each by its dark counterpart.
pub(super) const INK: RGBColor = RGBColor(0x1b, 0x22, 0x26);
pub(super) const SOFT: RGBColor = RGBColor(0x55, 0x61, 0x6a);
pub(super) const HAIR: RGBColor = RGBColor(0xeb, 0xed, 0xea);
pub(super) const A: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub(super) const B: RGBColor = RGBColor(0xc2, 0x57, 0x00);
pub(super) const CHANCE: RGBColor = RGBColor(0x6b, 0x77, 0x80);

/// Height of a title of an axis, in units of the page.
const TITLE: f64 = 14.0;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A chart whose axes came of the ranges `X` and `Y`.
pub(super) type Chart<'b, 'a, X, Y> = ChartContext<
    'b,
    SVGBackend<'a>,
    Cartesian2d<<X as AsRangedCoord>::CoordDescType, <Y as AsRangedCoord>::CoordDescType>,
>;
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Units of the page in those of the canvas.
pub(super) fn units(v: f64) -> i32 {
    (v * f64::from(FINE)).round() as i32
}

/// A line of so many units of the page.
pub(super) fn stroke(colour: RGBColor, opacity: f64, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour.mix(opacity), filled: false, stroke_width: units(width) as u32 }
}

/// Text of a size; `at` is which end of it lies at its place, in its middle from top to bottom.
pub(super) fn text(size: f64, colour: RGBColor, at: HPos) -> TextStyle<'static> {
    ("sans-serif", size * f64::from(FINE)).into_font().color(&colour).pos(Pos::new(at, VPos::Center))
}

/// Draws on a canvas of so many units of the page; `label` is what a screen reader says. None where the library cannot.
pub(super) fn canvas(size: (f64, f64), label: &str, draw: impl FnOnce(&Area) -> Drawn) -> Option<Markup> {
    let mut svg = String::new();
    let (width, height) = (units(size.0), units(size.1));
    {
        let area = SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        draw(&area).and_then(|()| area.present()).ok()?;
    }
    let content = svg.split_once('>')?.1.trim().strip_suffix("</svg>")?;
    Some(html! {
        svg.chart viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) { (PreEscaped(content)) }
    })
}

/// Position and labels of the axes.
pub(super) struct Axes<'a> {
    /// Of the page, from the canvas' edges: left, right, top, bottom.
    pub(super) margins: [f64; 4],
    pub(super) x_title: &'a str,
    pub(super) y_title: &'a str,
    /// Tick labels of the axis upwards; none if rows have names.
    pub(super) y_ticks: usize,
    /// Grid lines upwards, for rows, instead of across.
    pub(super) upright: bool,
    /// True for a logarithmic axis: across, upwards. Its title says so.
    pub(super) log: [bool; 2],
}

/// Ticks on an axis per this length of the page.
const PER_TICK: f64 = 40.0;

/// A chart of two axes, with its grid, ticks and titles drawn.
pub(super) fn axes<'a, 'b, X, Y>(
    area: &'b Area<'a>,
    axes: &Axes,
    x: X,
    y: Y,
) -> Result<Chart<'b, 'a, X, Y>, DrawingAreaErrorKind<std::io::Error>>
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let [left, right, top, bottom] = axes.margins.map(units);
    // The library sets the middle of an upright title on the edge of the area, which would cut it in half.
    let room = if axes.y_title.is_empty() { 0 } else { units(TITLE / 2.0).min(left) };
    let mut chart = ChartBuilder::on(area)
        .margin_left(room)
        .margin_right(right)
        .margin_top(top)
        .x_label_area_size(bottom)
        .y_label_area_size(left - room)
        .build_cartesian_2d(x, y)?;
    let labels = text(11.0, SOFT, HPos::Center);
    let (width, height) = chart.plotting_area().dim_in_pixel();
    let room = |length: u32| (f64::from(length) / f64::from(FINE) / PER_TICK).round().max(3.0) as usize;
    let (x_ticks, y_ticks) = (room(width).min(6), axes.y_ticks.min(room(2 * height)));
    let format = |ticks: Vec<f64>, log: bool| if log { Labels::logarithmic() } else { Labels::linear(&ticks) };
    let spec = chart.as_coord_spec();
    let across = format(spec.x_spec().key_points(BoldPoints(x_ticks)), axes.log[0]);
    let up = format(spec.y_spec().key_points(BoldPoints(y_ticks)), axes.log[1]);
    let titles = [titled(axes.x_title, axes.log[0]), titled(axes.y_title, axes.log[1])];
    let (x_label, y_label) = (|v: &f64| across.label(*v), |v: &f64| up.label(*v));
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(stroke(HAIR, 1.0, 1.0))
        .axis_style(stroke(SOFT, 1.0, 1.0))
        .set_all_tick_mark_size(units(3.0))
        .x_labels(x_ticks)
        .y_labels(y_ticks)
        .x_label_formatter(&x_label)
        .y_label_formatter(&y_label)
        .label_style(labels.clone())
        .axis_desc_style(labels)
        .x_desc(titles[0].as_str())
        .y_desc(titles[1].as_str());
    if axes.upright {
        mesh.disable_y_mesh().disable_y_axis();
    } else {
        mesh.disable_x_mesh();
    }
    mesh.draw()?;
    Ok(chart)
}

/// The title of an axis, which names a logarithmic scale.
fn titled(title: &str, log: bool) -> String {
    match (title, log) {
        (title, false) => title.to_owned(),
        ("", true) => "log scale".to_owned(),
        (title, true) => format!("{title}, log scale"),
    }
}

/// A dashed line between two places of a chart's values.
pub(super) fn dashed(from: (f64, f64), to: (f64, f64)) -> DashedLineSeries<std::array::IntoIter<(f64, f64), 2>, u32> {
    DashedLineSeries::new([from, to], units(3.0) as u32, units(3.0) as u32, stroke(CHANCE, 1.0, 1.4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_is_one_drawing_with_its_label_escaped() {
        let drawn = canvas((10.0, 5.0), "a \"b\" <c>", |area| {
            area.draw(&Text::new("x < y & z", (units(1.0), units(2.0)), text(11.0, SOFT, HPos::Left)))
        });
        let drawn = drawn.unwrap().into_string();
        assert!(
            drawn.starts_with("<svg class=\"chart\" viewBox=\"0 0 80 40\"") && drawn.ends_with("</svg>"),
            "{drawn}"
        );
        assert!(drawn.contains("a &quot;b&quot; &lt;c&gt;") && drawn.contains("x &lt; y &amp; z"), "{drawn}");
        assert!(drawn.contains("fill=\"#55616A\""), "{drawn}");
    }
}
