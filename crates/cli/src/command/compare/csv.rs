//! A comparison as a table for other programs: one row per score and variant, numbers in full precision.

use afterimage_run::comparison::{Cell, Comparison};
use afterimage_run::table::{self, ends, number};

const COLUMNS: [&str; 22] = [
    "score",
    "variant",
    "baseline",
    "unit",
    "higher_is_better",
    "chance",
    "runs",
    "n",
    "value",
    "low",
    "high",
    "spread_over_seeds",
    "difference",
    "difference_low",
    "difference_high",
    "bca_low",
    "bca_high",
    "p",
    "p_holm",
    "effect_size",
    "images_for_80_percent_power",
    "note",
];

/// The table as CSV; an empty field means undefined or not computed.
pub(super) fn csv(comparison: &Comparison) -> String {
    let mut rows = vec![COLUMNS.map(String::from).to_vec()];
    let baseline = comparison.variants.first().map_or("", |v| v.label.as_str());
    for row in &comparison.rows {
        for (variant, cell) in comparison.variants.iter().zip(&row.cells) {
            let mut fields = vec![
                row.name.clone(),
                variant.label.clone(),
                baseline.to_owned(),
                row.unit.clone(),
                row.higher_is_better.to_string(),
                number(cell.as_ref().and_then(|c| c.chance)),
                variant.runs.len().to_string(),
            ];
            match cell {
                Some(cell) => fields.extend(cell_fields(cell)),
                None => fields.extend(vec![String::new(); COLUMNS.len() - fields.len()]),
            }
            rows.push(fields);
        }
    }
    table::csv(&rows)
}

fn cell_fields(cell: &Cell) -> Vec<String> {
    let [low, high] = ends(cell.interval.as_ref());
    let mut fields = vec![cell.n.to_string(), number(Some(cell.value)), low, high, number(cell.spread)];
    let d = cell.difference.as_ref();
    fields.push(number(d.map(|d| d.value)));
    fields.extend(ends(d.and_then(|d| d.interval.as_ref())));
    fields.extend(ends(d.and_then(|d| d.bca.as_ref())));
    fields.push(number(d.map(|d| d.p.value)));
    fields.push(number(d.map(|d| d.p_holm)));
    let power = d.and_then(|d| d.power.as_ref());
    fields.push(number(power.map(|p| p.effect_size)));
    fields.push(power.and_then(|p| p.images).map_or_else(String::new, |n| n.to_string()));
    fields.push(cell.note.clone().unwrap_or_default());
    fields
}
