//! A comparison at a glance, at most 100 columns wide: a matrix of scores and variants, then one line per difference that
//! holds after correction.

use afterimage_run::comparison::{Cell, Comparison, Row, Verdict};
use afterimage_statistics::counted;

use super::text::name;
use crate::number::{signed, signed_interval, value};

/// Widest line.
const WIDTH: usize = 100;
/// Most letters of the title of a score, and of the name of a variant.
const TITLE: usize = 44;
const NAME: usize = 20;
/// Room between columns.
const GAP: usize = 2;

/// The matrix with its legend, the notable differences, and the notes.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let names: Vec<String> = comparison.variants.iter().map(|variant| shortened(&name(variant), NAME)).collect();
    let titles: Vec<String> = comparison.rows.iter().map(|row| shortened(&title(row), TITLE)).collect();
    let cells: Vec<Vec<String>> = comparison.rows.iter().map(cells).collect();
    let mut lines = Vec::new();
    for columns in blocks(&names, &titles, &cells) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block(&names, &titles, &cells, &columns));
    }
    lines.push("best: the value with *".into());
    if comparison.paired {
        lines.push(format!(
            "▲ better, ▼ worse than {}: p < 0.05 by Holm for {} of each score (two signs 0.01, three 0.001)",
            comparison.variants.first().map_or("", |v| v.label.as_str()),
            counted(comparison.tests, "test")
        ));
        lines.push(String::new());
        lines.extend(notable(comparison));
    }
    lines.push(String::new());
    lines.extend(comparison.notes.iter().map(|note| format!("note: {note}")));
    lines
}

fn title(row: &Row) -> String {
    if row.higher_is_better { row.title.clone() } else { format!("{} (smaller is better)", row.title) }
}

fn cells(row: &Row) -> Vec<String> {
    let best = row.best();
    let cell = |(index, cell): (usize, &Option<Cell>)| match cell {
        None => "missing".to_owned(),
        Some(cell) => {
            let star = if best.contains(&index) { "*" } else { " " };
            let sign = match row.verdict(cell) {
                Verdict::Better(level) => "▲".repeat(level),
                Verdict::Worse(level) => "▼".repeat(level),
                Verdict::Undecided => String::new(),
            };
            format!("{}{star}{sign:<3}", value(cell.value, &row.unit))
        }
    };
    row.cells.iter().enumerate().map(cell).collect()
}

/// Columns that fit next to each other; the reference is in every block.
fn blocks(names: &[String], titles: &[String], cells: &[Vec<String>]) -> Vec<Vec<usize>> {
    let label = width(titles.iter());
    let wide = |column: usize| GAP + width(cells.iter().map(|row| &row[column]).chain([&names[column]]));
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for column in 0..names.len() {
        let used: usize = blocks.last().map_or(WIDTH, |block| block.iter().map(|&c| wide(c)).sum());
        let fits = label + used + wide(column) <= WIDTH;
        match blocks.last_mut().filter(|_| fits) {
            Some(block) => block.push(column),
            None if column > 0 => blocks.push(vec![0, column]),
            None => blocks.push(vec![column]),
        }
    }
    blocks
}

fn block(names: &[String], titles: &[String], cells: &[Vec<String>], columns: &[usize]) -> Vec<String> {
    let label = width(titles.iter());
    let widths: Vec<usize> =
        columns.iter().map(|&c| width(cells.iter().map(|row| &row[c]).chain([&names[c]]))).collect();
    let line = |head: &str, fields: &dyn Fn(usize) -> String| {
        let mut text = format!("{head:label$}");
        for (&column, width) in columns.iter().zip(&widths) {
            text += &format!("{:GAP$}{:>width$}", "", fields(column));
        }
        text.trim_end().to_owned()
    };
    let mut lines = vec![line("", &|column| names[column].clone())];
    lines.extend(titles.iter().zip(cells).map(|(title, row)| line(title, &|column| row[column].clone())));
    lines
}

/// One line per difference that holds after correction, with aligned columns.
fn notable(comparison: &Comparison) -> Vec<String> {
    let reference = comparison.variants.first().map_or("", |v| v.label.as_str());
    let found: Vec<[String; 3]> = comparison
        .rows
        .iter()
        .flat_map(|row| comparison.variants.iter().zip(&row.cells).map(move |(variant, cell)| (row, variant, cell)))
        .filter_map(|(row, variant, cell)| {
            Some([shortened(&name(variant), NAME), row.title.clone(), sentence(row, cell.as_ref()?)?])
        })
        .collect();
    if found.is_empty() {
        return vec![format!("no difference from {reference} holds after correction")];
    }
    let widest = |column: usize| width(found.iter().map(|line| &line[column]));
    let (label, tail) = (widest(0), widest(2));
    let title = widest(1).min(WIDTH.saturating_sub(label + tail + 2 * GAP).max(20));
    let line = |[name, score, what]: &[String; 3]| {
        format!("{name:label$}{:GAP$}{:title$}{:GAP$}{what}", "", shortened(score, title), "")
    };
    let head = format!("differences from {reference} that hold after correction, of percentages in points:");
    std::iter::once(head).chain(found.iter().map(line)).collect()
}

/// The difference of a cell in words; none if it does not hold.
fn sentence(row: &Row, cell: &Cell) -> Option<String> {
    let word = match row.verdict(cell) {
        Verdict::Better(_) => "better",
        Verdict::Worse(_) => "worse",
        Verdict::Undecided => return None,
    };
    let d = cell.difference.as_ref()?;
    let interval = d.interval.as_ref().map_or_else(String::new, |i| format!(" {}", signed_interval(i, &row.unit)));
    Some(format!("{word:6} {}{interval}, p {}", signed(d.value, &row.unit), d.p.corrected_text(d.p_holm)))
}

fn width<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

/// The text, or its beginning and an ellipsis.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_fit_the_width_and_begin_with_the_reference() {
        let names: Vec<String> = (0..9).map(|i| format!("variant number {i}")).collect();
        let titles = vec!["a score".to_owned(); 2];
        let cells = vec![vec!["82.6 %*▲▲▲".to_owned(); 9]; 2];
        let found = blocks(&names, &titles, &cells);
        assert!(found.len() > 1 && found.iter().all(|block| block[0] == 0), "{found:?}");
        let mut shown: Vec<usize> = found.concat();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown, (0..9).collect::<Vec<_>>());
        for columns in &found {
            let lines = block(&names, &titles, &cells, columns);
            assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        }
    }
}
