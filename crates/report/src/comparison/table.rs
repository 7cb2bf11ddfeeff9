//! The table: one block of rows per score, one row per variant.

use afterimage_run::comparison::{Cell, Comparison, Row};
use maud::{Markup, html};

use super::difference_interval;
use crate::number::{interval, many, p, signed, value};

/// All scores of all variants.
pub(super) fn table(comparison: &Comparison) -> Markup {
    html! {
        table.scores {
            thead { tr {
                th scope="col" { "Variant" } th scope="col" { "Value" } th scope="col" { "Interval" } th scope="col" { "n" }
                @if comparison.paired {
                    th scope="col" { "Difference" } th scope="col" { "Interval" } th scope="col" { "BCa" }
                    th scope="col" { "p" } th scope="col" { "p, Holm" } th scope="col" { "Images needed" }
                }
            } }
            @for row in &comparison.rows {
                tbody {
                    tr { th scope="rowgroup" colspan=(if comparison.paired { "10" } else { "4" }) { b { (row.title) }
                        @if let Some(c) = row.chance { span.hint { ", chance " (value(c, &row.unit)) } }
                        @if !row.higher_is_better { span.hint { " (smaller is better)" } }
                    } }
                    @for (index, (variant, cell)) in comparison.variants.iter().zip(&row.cells).enumerate() {
                        tr {
                            th scope="row" { (variant.label) @if variant.runs.len() > 1 { span.hint { ", " (many(variant.runs.len())) " runs" } } }
                            (cells(comparison, row, index, cell.as_ref()))
                        }
                    }
                }
            }
        }
    }
}

fn cells(comparison: &Comparison, row: &Row, index: usize, cell: Option<&Cell>) -> Markup {
    let Some(cell) = cell else {
        return html! { td colspan=(if comparison.paired { "9" } else { "3" }) { span.hint { "score missing" } } };
    };
    html! {
        td.number data-label="value" { (value(cell.value, &row.unit)) @if let Some(s) = cell.spread { span.hint { " ± " (value(s, &row.unit)) } } }
        td data-label="interval" { (cell.interval.as_ref().map_or("–".into(), |i| interval(i, &row.unit))) }
        td data-label="n" { (many(cell.n)) @if let (None, Some(c)) = (row.chance, cell.chance) { br; span.hint { "chance " (value(c, &row.unit)) } } }
        @if comparison.paired { (difference(row, index, cell)) }
    }
}

fn difference(row: &Row, index: usize, cell: &Cell) -> Markup {
    html! {
        @match &cell.difference {
            Some(d) => {
                td.number data-label="difference" { (signed(d.value, &row.unit)) @if let Some(note) = &cell.note { br; span.hint { (note) } } }
                td data-label="interval" { (d.interval.as_ref().map_or("–".into(), |i| difference_interval(i, &row.unit))) }
                td data-label="BCa" { (d.bca.as_ref().map_or("–".into(), |i| difference_interval(i, &row.unit))) }
                td data-label="p" { (p(&d.p)) }
                td data-label="p, Holm" { (d.p.corrected_text(d.p_holm)) }
                td data-label="images needed" { (d.power.as_ref().map_or("–".into(), |w| w.images.map_or("over a million".into(), many))) }
            }
            None if index == 0 => td colspan="6" { span.hint { "baseline" } },
            None => td colspan="6" { span.hint { (cell.note.as_deref().unwrap_or("no difference")) } },
        }
    }
}
