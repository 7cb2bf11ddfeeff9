//! Several small charts as one figure, with the name of each above it and one legend for all below.

use maud::{Markup, html};

use crate::number::px;

/// Height of the name above a chart, and of the legend.
const HEAD: f64 = 15.0;
const LEGEND: f64 = 20.0;
/// Room between charts.
const GAP: f64 = 8.0;
/// Width of a letter of the legend, of a sign with the room behind it, and room behind the words.
const LETTER: f64 = 5.6;
const SIGN: f64 = 24.0;
const APART: f64 = 14.0;

/// A chart of a figure.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) svg: Markup,
    pub(super) size: (f64, f64),
}

impl Panel {
    /// Its height in a column: the chart, its name, and the room below.
    pub(super) fn height(&self) -> f64 {
        HEAD + self.size.1 + GAP
    }
}

/// Width of a chart where so many stand side by side.
pub(super) fn chart_width(width: f64, columns: usize) -> f64 {
    width / columns as f64 - GAP
}

/// A sign of the legend.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    /// The solid line of a chart, with or without dots.
    Solid { dots: bool },
    /// The dashed line of a chart.
    Dashed,
    /// The dashed grey line of chance.
    Chance,
    /// The upright stroke of chance.
    Stroke,
    /// The open circle of the mean training image.
    Open,
}

/// The charts in columns of equal width, each column filled from the top in turn, with its size.
pub(super) fn compose(
    columns: Vec<Vec<Panel>>,
    width: f64,
    legend: &[(Sign, &str)],
    label: &str,
) -> (Markup, (f64, f64)) {
    let step = width / columns.len().max(1) as f64;
    let mut placed = Vec::new();
    let mut bottom: f64 = 0.0;
    for (column, panels) in columns.iter().enumerate() {
        let mut top = 0.0;
        for panel in panels {
            placed.push((column as f64 * step, top, panel));
            top += panel.height();
        }
        bottom = bottom.max(top);
    }
    let size = (width, bottom + if legend.is_empty() { 0.0 } else { LEGEND });
    let svg = html! {
        svg.chart viewBox={ "0 0 " (px(size.0)) " " (px(size.1)) } role="img" aria-label=(label) {
            @for (x, y, panel) in &placed {
                text x=(px(x + 4.0)) y=(px(y + 11.0)) font-size="11" fill="#1B2226" { (panel.title) }
                svg x=(px(*x)) y=(px(y + HEAD)) width=(px(panel.size.0)) height=(px(panel.size.1)) { (panel.svg) }
            }
            (signs(legend, bottom + LEGEND / 2.0))
        }
    };
    (svg, size)
}

/// Charts row by row in so many columns.
pub(super) fn in_columns(panels: Vec<Panel>, count: usize) -> Vec<Vec<Panel>> {
    let mut columns: Vec<Vec<Panel>> = (0..count.min(panels.len()).max(1)).map(|_| Vec::new()).collect();
    let count = columns.len();
    for (index, panel) in panels.into_iter().enumerate() {
        columns[index % count].push(panel);
    }
    columns
}

fn signs(legend: &[(Sign, &str)], y: f64) -> Markup {
    let places = legend.iter().scan(4.0, |next, (sign, words)| {
        let left = *next;
        *next += SIGN + APART + LETTER * words.chars().count() as f64;
        Some((*sign, *words, left))
    });
    html! { @for (sign, words, left) in places {
        (drawn(sign, left, y))
        text x=(px(left + SIGN)) y=(px(y + 4.0)) font-size="11" fill="#1B2226" { (words) }
    } }
}

fn drawn(sign: Sign, x: f64, y: f64) -> Markup {
    let line = |colour: &str, dash: &str| {
        html! { line x1=(px(x)) x2=(px(x + 20.0)) y1=(px(y)) y2=(px(y)) stroke=(colour) stroke-width="2" stroke-dasharray=(dash) {} }
    };
    match sign {
        Sign::Solid { dots } => html! {
            (line("#0072B2", "none"))
            @if dots { circle cx=(px(x + 10.0)) cy=(px(y)) r="3.2" fill="#0072B2" {} }
        },
        Sign::Dashed => line("#C25700", "6 3"),
        Sign::Chance => line("#6B7780", "3 3"),
        Sign::Open => html! { circle cx=(px(x + 10.0)) cy=(px(y)) r="2.6" fill="none" stroke="#1B2226" {} },
        Sign::Stroke => html! {
            line x1=(px(x + 10.0)) x2=(px(x + 10.0)) y1=(px(y - 6.0)) y2=(px(y + 6.0)) stroke="#1B2226" stroke-width="1.2" {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(height: f64) -> Panel {
        Panel { title: "a < b".into(), svg: html! { svg.chart viewBox="0 0 1 1" {} }, size: (50.0, height) }
    }

    #[test]
    fn a_figure_is_as_high_as_its_highest_column_and_its_legend() {
        let columns = in_columns(vec![panel(10.0), panel(40.0), panel(10.0)], 2);
        assert_eq!(columns.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let (svg, size) = compose(columns, 100.0, &[(Sign::Dashed, "validation")], "all");
        assert_eq!(size, (100.0, 2.0 * (HEAD + 10.0 + GAP) + LEGEND), "two low charts are higher than a high one");
        let svg = svg.into_string();
        assert_eq!((svg.matches("a &lt; b").count(), svg.matches("validation").count()), (3, 1));
        assert_eq!(in_columns(Vec::new(), 3).len(), 1);
    }
}
