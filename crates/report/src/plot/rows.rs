//! Rows with a name, a value with its interval, and a note: bars from zero, and differences about zero.

use maud::Markup;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::chart::{A, Axes, Drawn, INK, SOFT, axes, canvas, stroke, text, units};
use super::{range, scale::round};

/// One row.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// What stands at the end of the row.
    pub(crate) note: String,
}

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 25.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 36.0;
/// Room for the notes.
const RIGHT: f64 = 78.0;
/// Letters of a name.
const LONGEST: usize = 24;

/// Draws bars from zero; none without a finite value.
pub(crate) fn bars(rows: &[Entry], title: &str, label: &str) -> Option<Markup> {
    draw(rows, title, label, true)
}

/// Draws values as dots about zero; none without a finite value.
pub(crate) fn forest(rows: &[Entry], title: &str, label: &str) -> Option<Markup> {
    draw(rows, title, label, false)
}

fn draw(rows: &[Entry], title: &str, label: &str, is_bars: bool) -> Option<Markup> {
    let ends = rows.iter().flat_map(|r| [r.value].into_iter().chain(r.interval.into_iter().flat_map(|i| [i.0, i.1])));
    range(ends.clone())?;
    let (low, high) = round(range(ends.chain([0.0]))?);
    let names = rows.iter().map(|r| r.name.chars().count()).max()?.min(LONGEST);
    let left = 18.0 + 6.4 * names as f64;
    let count = rows.len() as f64;
    canvas((WIDTH, TOP + HEIGHT * count + BOTTOM), label, |area| -> Drawn {
        let frame = Axes {
            margins: [left, RIGHT, TOP, BOTTOM],
            x_title: title,
            y_title: "",
            y_ticks: 0,
            upright: true,
            log: [false; 2],
        };
        // Entry 0 is the uppermost.
        let mut chart = axes(area, &frame, low..high, count..0.0)?;
        chart.draw_series([PathElement::new(vec![(0.0, 0.0), (0.0, count)], stroke(SOFT, 1.0, 1.0))])?;
        for (i, row) in rows.iter().enumerate() {
            let middle = i as f64 + 0.5;
            if is_bars && row.value.is_finite() {
                let corners = [(row.value.min(0.0), middle - 0.31), (row.value.max(0.0), middle + 0.31)];
                chart.draw_series([Rectangle::new(corners, A.mix(0.55).filled())])?;
            }
            if let Some((low, high)) = row.interval.filter(|i| i.0.is_finite() && i.1.is_finite()) {
                let style = if is_bars { stroke(INK, 1.0, 1.5) } else { stroke(A, 0.55, 2.0) };
                chart.draw_series([PathElement::new(vec![(low, middle), (high, middle)], style)])?;
            }
            if !is_bars && row.value.is_finite() {
                chart.draw_series([Circle::new((row.value, middle), units(4.0), A.filled())])?;
            }
            let at = |x: f64| (units(x), units(TOP + HEIGHT * middle));
            area.draw(&Text::new(short(&row.name), at(left - 8.0), text(12.0, INK, HPos::Right)))?;
            area.draw(&Text::new(row.note.clone(), at(WIDTH - RIGHT + 8.0), text(11.0, SOFT, HPos::Left)))?;
        }
        Ok(())
    })
}

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST { name.into() } else { name.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64) -> Entry {
        Entry { name: "a".into(), value, interval: Some((value - 1.0, value + 1.0)), note: "n".into() }
    }

    #[test]
    fn every_row_has_its_name_and_nothing_is_drawn_without_a_value() {
        let drawn = forest(&[row(0.5), row(f64::NAN)], "t", "l").unwrap().into_string();
        assert_eq!((drawn.matches("<circle").count(), drawn.matches("\na\n").count()), (1, 2), "{drawn}");
        let drawn = bars(&[row(0.5), row(-0.5)], "t", "l").unwrap().into_string();
        assert_eq!(drawn.matches("<rect").count(), 2, "{drawn}");
        assert!(forest(&[row(f64::NAN)], "t", "l").is_none() && bars(&[], "t", "l").is_none());
    }
}
