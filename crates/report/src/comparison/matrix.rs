//! All scores of all variants at a glance: values with intervals, the best marked, and what differs from the reference.

use afterimage_run::comparison::{Cell, Comparison, Row, Verdict};
use maud::{Markup, html};

use super::reference;
use crate::number::{interval, of, value};

/// One row per score, one column per variant, and the legend of its marks.
pub(super) fn matrix(comparison: &Comparison) -> Markup {
    html! {
        table.matrix.runs {
            thead { tr {
                th scope="col" { "Score" }
                @for (index, variant) in comparison.variants.iter().enumerate() {
                    th scope="col" { (variant.label)
                        @if index == 0 && comparison.paired { span.hint { " (reference)" } }
                        @if variant.runs.len() > 1 { span.hint { ", " (of(variant.runs.len(), "run", "runs")) } }
                    }
                }
            } }
            tbody { @for row in &comparison.rows { (line(comparison, row)) } }
        }
        (key(comparison))
    }
}

fn line(comparison: &Comparison, row: &Row) -> Markup {
    let best = row.best();
    html! { tr {
        th scope="row" { (row.title) @if !row.higher_is_better { span.hint { " (smaller is better)" } } }
        @for (index, (variant, cell)) in comparison.variants.iter().zip(&row.cells).enumerate() {
            td.best[best.contains(&index)] data-label=(variant.label) {
                @match cell {
                    Some(cell) => (content(row, cell, best.contains(&index))),
                    None => span.hint { "score missing" },
                }
            }
        }
    } }
}

fn content(row: &Row, cell: &Cell, is_best: bool) -> Markup {
    html! {
        span { b { (value(cell.value, &row.unit)) }
            @if let Some(s) = cell.spread { " ±\u{202f}" (value(s, &row.unit)) }
            @if is_best { span.unseen { " (best)" } }
            (mark(row, cell))
        }
        @if let Some(i) = &cell.interval { span.hint { (interval(i, &row.unit)) } }
    }
}

/// The verdict of a cell as a sign, with its words for who cannot see it.
fn mark(row: &Row, cell: &Cell) -> Markup {
    match row.verdict(cell) {
        Verdict::Better(level) => {
            html! { " " span.better { span aria-hidden="true" { ("▲".repeat(level)) } span.unseen { ("better than the reference") } } }
        }
        Verdict::Worse(level) => {
            html! { " " span.worse { span aria-hidden="true" { ("▼".repeat(level)) } span.unseen { ("worse than the reference") } } }
        }
        Verdict::Undecided => html! {},
    }
}

fn key(comparison: &Comparison) -> Markup {
    html! {
        ul.key {
            li { span.swatch aria-hidden="true" {} " best value of the row" }
            @if comparison.paired {
                li { span.better { "▲" } " better, " span.worse { "▼" } " worse than " (reference(comparison))
                    ": one sign for p\u{202f}<\u{202f}0.05, two for 0.01, three for 0.001, each p corrected by Holm for the " (of(comparison.tests, "test", "tests")) " of its score" }
                li { "no sign: no difference was found, which is not evidence of none" }
            }
            li { "below a value its 95\u{202f}% interval, over images unless its definition says otherwise" }
            @if comparison.rows.iter().flat_map(|r| r.cells.iter().flatten()).any(|c| c.spread.is_some()) {
                li { "± standard deviation over seeds" }
            }
        }
    }
}
