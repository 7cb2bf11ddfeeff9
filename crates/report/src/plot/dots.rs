//! Rows with a name, a dot with its interval, and the chance level of each row; for figures.

use maud::Markup;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::chart::{A, Axes, Drawn, INK, axes, canvas, stroke, text, units};
use super::{range, scale::round};

const ROW: f64 = 18.0;
const TOP: f64 = 4.0;
const BOTTOM: f64 = 34.0;
/// Width of a letter, for the room of names and notes.
const LETTER: f64 = 5.6;

/// One row.
pub(crate) struct Dot {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) chance: Option<f64>,
    /// What the mean training image scores.
    pub(crate) mean: Option<f64>,
    /// What stands at the end of the row.
    pub(crate) note: String,
}

/// A plot of rows.
pub(crate) struct Dots<'a> {
    /// Units of the page.
    pub(crate) width: f64,
    /// Title of the axis.
    pub(crate) title: &'a str,
    /// What a screen reader says.
    pub(crate) label: &'a str,
    /// What the axis spans at least.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) rows: &'a [Dot],
}

/// Draws the rows, chance as an upright stroke and the mean image as an open circle, and gives the size; none without a finite value.
pub(crate) fn dots(plot: &Dots) -> Option<(Markup, (f64, f64))> {
    let rows = plot.rows;
    let values = |r: &Dot| {
        let ends = r.interval.into_iter().flat_map(|i| [i.0, i.1]);
        [r.value].into_iter().chain(r.chance).chain(r.mean).chain(ends).collect::<Vec<f64>>()
    };
    range(rows.iter().map(|r| r.value))?;
    let asked = plot.range.into_iter().flat_map(|r| [r.0, r.1]);
    let (low, high) = round(range(rows.iter().flat_map(values).chain(asked))?);
    let room = |of: fn(&Dot) -> &String| rows.iter().map(|r| of(r).chars().count()).max().unwrap_or(0) as f64 * LETTER;
    let (left, right) =
        ((room(|r| &r.name) + 12.0).min(plot.width * 0.5), (room(|r| &r.note) + 12.0).min(plot.width * 0.3));
    let (count, size) = (rows.len() as f64, (plot.width, TOP + ROW * rows.len() as f64 + BOTTOM));
    let drawn = canvas(size, plot.label, |area| -> Drawn {
        let margins = [left, right, TOP, BOTTOM];
        let frame = Axes { margins, x_title: plot.title, y_title: "", y_ticks: 0, upright: true, log: [false; 2] };
        // Row 0 is the uppermost.
        let mut chart = axes(area, &frame, low..high, count..0.0)?;
        for (i, row) in rows.iter().enumerate() {
            let middle = i as f64 + 0.5;
            if let Some(chance) = row.chance.filter(|c| c.is_finite()) {
                let line = vec![(chance, middle - 0.36), (chance, middle + 0.36)];
                chart.draw_series([PathElement::new(line, stroke(INK, 1.0, 1.2))])?;
            }
            if let Some(mean) = row.mean.filter(|m| m.is_finite()) {
                chart.draw_series([Circle::new((mean, middle), units(2.6), stroke(INK, 1.0, 1.0))])?;
            }
            if let Some((low, high)) = row.interval.filter(|i| i.0.is_finite() && i.1.is_finite()) {
                chart.draw_series([PathElement::new(vec![(low, middle), (high, middle)], stroke(A, 1.0, 1.6))])?;
            }
            if row.value.is_finite() {
                chart.draw_series([Circle::new((row.value, middle), units(3.2), A.filled())])?;
            }
            let at = |x: f64| (units(x), units(TOP + ROW * middle));
            area.draw(&Text::new(row.name.clone(), at(left - 8.0), text(11.0, INK, HPos::Right)))?;
            area.draw(&Text::new(row.note.clone(), at(plot.width - right + 10.0), text(11.0, INK, HPos::Left)))?;
        }
        Ok(())
    });
    Some((drawn?, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_dot_an_interval_and_its_chance_level() {
        let row = |value: f64| Dot {
            name: "5-way".into(),
            value,
            interval: Some((value - 0.1, value + 0.1)),
            chance: Some(0.2),
            mean: None,
            note: "n".into(),
        };
        let rows = [row(0.5), row(f64::NAN)];
        let plot = Dots { width: 300.0, title: "t", label: "l", range: Some((0.0, 1.0)), rows: &rows };
        let (drawn, size) = dots(&plot).unwrap();
        let drawn = drawn.into_string();
        assert_eq!((drawn.matches("<circle").count(), drawn.matches("5-way").count()), (1, 2), "{drawn}");
        assert_eq!(drawn.matches("stroke=\"#0072B2\"").count(), 1, "{drawn}");
        assert!(size.0 == 300.0 && dots(&Dots { rows: &rows[1..], ..plot }).is_none());
    }
}
