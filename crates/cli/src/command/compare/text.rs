//! A comparison as text.

use afterimage_run::comparison::{Cell, Comparison, Difference, Row, Variant};
use afterimage_run::scores::Interval;

/// The lines of the table, then what must be known of it.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let baseline = comparison.variants.first().map_or("", |v| v.label.as_str());
    let mut lines = Vec::new();
    if comparison.paired {
        lines.push(format!("differences: variant minus \"{baseline}\", image by image on the same held-out images"));
        lines
            .push("brackets: 95 % intervals, percentile then BCa bootstrap; p: two-sided sign-flip permutation".into());
    }
    let width = comparison.variants.iter().map(|v| name(v).chars().count()).max().unwrap_or(0);
    for row in &comparison.rows {
        lines.push(String::new());
        lines.push(heading(row));
        for (index, (variant, cell)) in comparison.variants.iter().zip(&row.cells).enumerate() {
            let text = match cell {
                None => "no such score".into(),
                Some(cell) => of_cell(row, cell, comparison.paired && index > 0, comparison.tests),
            };
            lines.push(format!("  {:width$}  {text}", name(variant)));
        }
    }
    lines.push(String::new());
    lines.extend(comparison.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(comparison.not_compared.iter().map(|m| format!("not shown: {}: {}", m.name, m.reason)));
    lines
}

fn name(variant: &Variant) -> String {
    match variant.runs.len() {
        1 => variant.label.clone(),
        n => format!("{}, {n} runs", variant.label),
    }
}

fn heading(row: &Row) -> String {
    let mut text = row.title.clone();
    if let Some(chance) = row.chance {
        text += &format!(", chance {}", value(chance, &row.unit));
    }
    if !row.higher_is_better {
        text += ", smaller is better";
    }
    format!("{text}  ({})", row.name)
}

fn of_cell(row: &Row, cell: &Cell, compared: bool, tests: usize) -> String {
    let mut text = value(cell.value, &row.unit);
    if let Some(spread) = cell.spread {
        text += &format!(" ± {}", value(spread, &row.unit));
    }
    if let Some(i) = &cell.interval {
        text += &format!(" [{}, {}]", value(i.low, &row.unit), value(i.high, &row.unit));
    }
    text += &format!(", n = {}", cell.n);
    match &cell.difference {
        Some(d) => text += &format!("; {}", difference(d, &row.unit, tests)),
        None if compared => text += &format!("; {}", cell.note.as_deref().unwrap_or("no difference")),
        None => {}
    }
    if let (Some(note), true) = (&cell.note, cell.difference.is_some()) {
        text += &format!("; {note}");
    }
    text
}

fn difference(d: &Difference, unit: &str, tests: usize) -> String {
    let (scale, points) = if unit == "fraction" { (100.0, " points") } else { (1.0, "") };
    let digits = if unit == "fraction" { 1 } else { 3 };
    let ends = |i: &Interval| format!(" [{:.digits$}, {:.digits$}]", i.low * scale, i.high * scale);
    let mut text = format!("difference {:+.digits$}{points}", d.value * scale);
    text += &d.interval.as_ref().map(ends).unwrap_or_default();
    text += &d.bca.as_ref().map(ends).unwrap_or_default();
    text += &format!(", p = {:.2e}", d.p.value);
    if tests > 1 {
        text += &format!(", Holm over {tests} tests {:.2e}", d.p_holm);
    }
    match d.power.as_ref().map(|p| p.images) {
        Some(Some(images)) => text + &format!("; 80 % power needs {images} images"),
        Some(None) => text + "; 80 % power needs over a million images",
        None => text,
    }
}

fn value(v: f64, unit: &str) -> String {
    match unit {
        _ if !v.is_finite() => "undefined".into(),
        "fraction" => format!("{:.1} %", 100.0 * v),
        _ => format!("{v:.3}"),
    }
}
