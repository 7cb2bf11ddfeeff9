//! A comparison as text: one block per score, one line per variant, columns aligned over all blocks.

use afterimage_run::comparison::{Cell, Comparison, Row, Variant};
use afterimage_statistics::{Difference, Interval, counted};

use crate::number::{signed, signed_interval, value};

/// Column heads; the last six only if differences are paired.
const HEADS: [&str; 10] =
    ["value", "± seeds", "95 % interval", "chance", "difference", "percentile", "BCa", "p", "p, Holm", "images needed"];
const OF_VALUE: usize = 4;

/// Lines of the table, followed by what is not shown.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let columns = if comparison.paired { HEADS.len() } else { OF_VALUE };
    let names: Vec<String> = comparison.variants.iter().map(name).collect();
    let label = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let blocks: Vec<Vec<Line>> = comparison.rows.iter().map(|row| block(comparison, row)).collect();
    let mut widths: Vec<usize> = HEADS[..columns].iter().map(|head| head.chars().count()).collect();
    for line in blocks.iter().flatten() {
        widths.iter_mut().zip(&line.fields).for_each(|(width, field)| *width = (*width).max(field.chars().count()));
    }
    let heads = Line { fields: HEADS[..columns].iter().map(|h| (*h).to_owned()).collect(), remark: None };
    let mut lines = vec![String::new()];
    if let (true, Some(baseline)) = (comparison.paired, comparison.variants.first()) {
        lines.push(format!(
            "differences: variant minus \"{}\", the reference, image by image on the same held-out images",
            baseline.label
        ));
        lines.push(format!(
            "p: two-sided sign-flip permutation; Holm: corrected over {} of each score; images needed: for 80 % power at \
             0.05, if the interval excludes 0",
            counted(comparison.tests, "variant")
        ));
        lines.push("differences of percentages are in percentage points".into());
    }
    for (row, block) in comparison.rows.iter().zip(&blocks) {
        lines.push(String::new());
        lines.push(heading(row));
        lines.push(heads.text("", label, &widths));
        lines.extend(names.iter().zip(block).map(|(name, line)| line.text(name, label, &widths)));
    }
    lines.push(String::new());
    lines.extend(comparison.not_compared.iter().map(|m| format!("not shown: {}: {}", m.name, m.reason)));
    lines
}

/// Fields of a variant, and a remark.
struct Line {
    fields: Vec<String>,
    remark: Option<String>,
}

impl Line {
    fn text(&self, name: &str, label: usize, widths: &[usize]) -> String {
        let mut text = format!("  {name:label$}");
        for (field, width) in self.fields.iter().zip(widths) {
            text += &format!("  {field:>width$}");
        }
        if let Some(remark) = &self.remark {
            text += &format!("  {remark}");
        }
        text.trim_end().to_owned()
    }
}

pub(super) fn name(variant: &Variant) -> String {
    match variant.runs.len() {
        1 => variant.label.clone(),
        n => format!("{}, {n} runs", variant.label),
    }
}

fn heading(row: &Row) -> String {
    let mut text = row.title.clone();
    let mut sizes: Vec<usize> = row.cells.iter().flatten().map(|c| c.n).collect();
    sizes.dedup();
    if let [n] = sizes.as_slice() {
        text += &format!(", n = {}", counted(*n, &row.item_kind));
    }
    if !row.higher_is_better {
        text += ", smaller is better";
    }
    format!("{text}  ({})", row.name)
}

fn block(comparison: &Comparison, row: &Row) -> Vec<Line> {
    let one_n = row.cells.iter().flatten().all(|c| Some(c.n) == row.cells.iter().flatten().next().map(|c| c.n));
    let line = |(index, cell): (usize, &Option<Cell>)| match cell {
        None => Line { fields: Vec::new(), remark: Some("score missing".into()) },
        Some(cell) => {
            let mut line = line_of(row, cell, comparison.paired && index > 0);
            let n = (!one_n).then(|| format!("n = {}", cell.n));
            let remarks: Vec<String> = [n, line.remark].into_iter().flatten().collect();
            line.remark = (!remarks.is_empty()).then(|| remarks.join("; "));
            line
        }
    };
    row.cells.iter().enumerate().map(line).collect()
}

fn line_of(row: &Row, cell: &Cell, compared: bool) -> Line {
    let spread = cell.spread.map_or_else(String::new, |s| value(s, &row.unit));
    let ends = |i: &Interval| format!("[{}, {}]", value(i.low, &row.unit), value(i.high, &row.unit));
    let interval = cell.interval.as_ref().map_or("none".into(), ends);
    let chance = cell.chance.map_or("none".into(), |c| value(c, &row.unit));
    let mut fields = vec![value(cell.value, &row.unit), spread, interval, chance];
    match &cell.difference {
        Some(d) => fields.extend(difference_fields(cell, d, &row.unit)),
        None if compared => {
            return Line { fields, remark: Some(cell.note.clone().unwrap_or_else(|| "no difference".into())) };
        }
        None => {}
    }
    Line { fields, remark: cell.note.clone() }
}

fn difference_fields(cell: &Cell, d: &Difference, unit: &str) -> [String; 6] {
    let ends = |i: &Interval| signed_interval(i, unit);
    let images = cell.images_needed().map_or_else(String::new, |images| match images {
        Some(images) => images.to_string(),
        None => "-".into(),
    });
    [
        signed(d.value, unit),
        d.interval.as_ref().map(ends).unwrap_or_default(),
        d.bca.as_ref().map(ends).unwrap_or_default(),
        d.p.text(),
        d.p.corrected_text(d.p_holm),
        images,
    ]
}
