//! Every number of the comparison: one block of rows per score, one row per variant.

use afterimage_run::comparison::{Cell, Comparison, Row};
use maud::{Markup, html};

use crate::number::{interval, many, p, signed, signed_interval, value};

/// Columns behind the name of a variant: of its value, and of its difference.
const OF_VALUE: usize = 4;
const OF_DIFFERENCE: usize = 5;

/// All scores of all variants.
pub(super) fn details(comparison: &Comparison) -> Markup {
    let columns = 1 + OF_VALUE + if comparison.paired { OF_DIFFERENCE } else { 0 };
    html! {
        table.scores.differences {
            thead { tr {
                th scope="col" { "Variant" } th scope="col" { "Value" } th scope="col" { "Interval" } th scope="col" { "Chance" } th scope="col" { "n" }
                @if comparison.paired {
                    th scope="col" { "Difference" } th scope="col" { "Interval, BCa below" }
                    th scope="col" { "p" } th scope="col" { "p, Holm" } th scope="col" { "Images needed" }
                }
            } }
            @for row in &comparison.rows {
                tbody {
                    tr { th scope="rowgroup" colspan=(columns) { b { (row.title) }
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
        let columns = OF_VALUE + if comparison.paired { OF_DIFFERENCE } else { 0 };
        return html! { td colspan=(columns) { span.hint { "score missing" } } };
    };
    html! {
        td.number data-label="value" { (value(cell.value, &row.unit)) @if let Some(s) = cell.spread { span.hint { " ± " (value(s, &row.unit)) } } }
        td data-label="interval" { (cell.interval.as_ref().map_or("–".into(), |i| interval(i, &row.unit))) }
        td data-label="chance" { (row.chance.or(cell.chance).map_or("–".into(), |c| value(c, &row.unit))) }
        td data-label="n" { (many(cell.n)) }
        @if comparison.paired { (difference(row, index, cell)) }
    }
}

fn difference(row: &Row, index: usize, cell: &Cell) -> Markup {
    html! {
        @match &cell.difference {
            Some(d) => {
                td.number data-label="difference" { (signed(d.value, &row.unit)) @if let Some(note) = &cell.note { br; span.hint { (note) } } }
                td data-label="interval" { span { (d.interval.as_ref().map_or("–".into(), |i| signed_interval(i, &row.unit)))
                    @if let Some(i) = &d.bca { br; span.hint { (signed_interval(i, &row.unit)) } } } }
                td data-label="p" { (p(&d.p)) }
                td data-label="p, Holm" { (d.p.corrected_text(d.p_holm)) }
                td data-label="images needed" { (cell.images_needed().map_or("–".into(), |n| n.map_or("over a million".into(), many))) }
            }
            None if index == 0 => td colspan=(OF_DIFFERENCE) { span.hint { "reference" } },
            None => td colspan=(OF_DIFFERENCE) { span.hint { (cell.note.as_deref().unwrap_or("no difference")) } },
        }
    }
}
