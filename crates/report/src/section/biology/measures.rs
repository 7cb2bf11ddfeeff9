//! The measures over voxels, in groups: one row per quantity, one column per way of measuring it.

use std::collections::BTreeMap;

use afterimage_run::biology::{Biology, Measure};
use afterimage_statistics::RecordedUnit;
use maud::{Markup, html};

use crate::{
    number::{capital, interval, many, p, value},
    section::{
        scores::{Definition, definitions},
        wide,
    },
};

/// Heading and prefixes of names.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Prediction", &["accuracy."]),
    ("Agreement of the two estimates", &["agreement.", "halves.", "split_half"]),
    ("Size of the fields", &["size.", "contralateral."]),
    ("Depth", &["depth."]),
    ("Recovery of the known truth", &["truth."]),
    ("Other measures", &[""]),
];

/// All groups that have a measure, folded.
pub(super) fn groups(found: &Biology, unit: RecordedUnit) -> Markup {
    let mut left: Vec<&Measure> = found.measures.iter().filter(|m| m.region.is_none() && is_main(&m.name)).collect();
    let mut groups = Vec::new();
    for (title, prefixes) in GROUPS {
        let (inside, rest) = left.into_iter().partition(|m: &&Measure| prefixes.iter().any(|p| m.name.starts_with(p)));
        left = rest;
        groups.push((title, inside));
    }
    html! { @for (title, inside) in groups.iter().filter(|(_, inside)| !inside.is_empty()) { (group(title, inside, unit)) } }
}

/// Quartiles, intercepts and single coordinates are in the table of measures only.
fn is_main(name: &str) -> bool {
    !(name.ends_with(".intercept") || name.contains(".q") || name.ends_with(".x.r") || name.ends_with(".y.r"))
}

fn group(title: &str, of: &[&Measure], unit: RecordedUnit) -> Markup {
    let all: Vec<Definition> = of.iter().map(|m| define(m)).collect();
    let columns = columns(of);
    html! {
        details.group {
            summary { h3 { (title) } span.hint { (many(of.len())) " " (if of.len() == 1 { "measure" } else { "measures" }) } }
            (wide(title, &if columns.len() > 1 { matrix(of, &columns, unit) } else { list(of, unit) }))
            (definitions(&all))
        }
    }
}

/// How a measure was taken: what stands after the comma of its title, or before it.
fn split(m: &Measure) -> (String, String) {
    match m.title.split_once(", ") {
        Some((quantity, way)) => (quantity.to_owned(), way.to_owned()),
        None => (m.title.clone(), String::new()),
    }
}

/// Ways that several quantities share, in the order of the file.
fn columns(of: &[&Measure]) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for (_, way) in of.iter().map(|m| split(m)).filter(|(_, way)| !way.is_empty()) {
        match counted.iter_mut().find(|(known, _)| *known == way) {
            Some((_, n)) => *n += 1,
            None => counted.push((way, 1)),
        }
    }
    counted.into_iter().filter(|(_, n)| *n > 1).map(|(way, _)| way).collect()
}

/// One row per quantity, one column per way; what fits no column follows as a list.
fn matrix(of: &[&Measure], columns: &[String], unit: RecordedUnit) -> Markup {
    let mut rows: Vec<String> = Vec::new();
    let mut cells: BTreeMap<(String, String), &Measure> = BTreeMap::new();
    let mut rest: Vec<&Measure> = Vec::new();
    for m in of {
        let (quantity, way) = split(m);
        if !columns.contains(&way) {
            rest.push(m);
            continue;
        }
        if !rows.contains(&quantity) {
            rows.push(quantity.clone());
        }
        cells.insert((quantity, way), m);
    }
    let cell = |row: &String, column: &String| cells.get(&(row.clone(), column.clone())).copied();
    html! {
        table.matrix {
            thead { tr { th scope="col" { "Quantity" } @for column in columns { th scope="col" { (column) } } } }
            tbody { @for row in &rows { tr {
                th scope="row" { (capital(row)) }
                @for column in columns { td { @match cell(row, column) {
                    Some(m) => { b { (shown(m)) } @if let Some(i) = &m.interval { br; span.hint { (interval(i, &m.unit)) } } },
                    None => { "–" },
                } } }
            } } }
        }
        @if !rest.is_empty() { (list(&rest, unit)) }
    }
}

/// One row per measure.
fn list(of: &[&Measure], unit: RecordedUnit) -> Markup {
    html! {
        table.scores.compact {
            thead { tr { th scope="col" { "Measure" } th scope="col" { "Value" } th scope="col" { "95\u{202f}% interval" } th scope="col" { "Chance" } th scope="col" { "p" } th scope="col" { "n" } } }
            tbody { @for m in of { tr {
                th scope="row" { (capital(&m.title)) }
                td.number { (shown(m)) }
                td data-label="interval" { (m.interval.as_ref().map_or("–".into(), |i| interval(i, &m.unit))) }
                td data-label="chance" { (m.chance.map_or("–".into(), |c| value(c, &m.unit))) }
                td data-label="p" { (m.p.as_ref().map_or("–".into(), p)) }
                td data-label="n" { (m.sample_text(unit, many)) }
            } } }
        }
    }
}

fn shown(m: &Measure) -> String {
    let unit = if matches!(m.unit.as_str(), "px" | "px per px") { format!("\u{a0}{}", m.unit) } else { String::new() };
    format!("{}{unit}", value(m.value, &m.unit))
}

fn define(m: &Measure) -> Definition {
    Definition {
        title: capital(&m.title),
        text: m.definition.clone(),
        measure: String::new(),
        methods: [m.interval.as_ref().map(|i| i.method.clone()), m.p.as_ref().map(|p| p.method.clone())],
        notes: m.notes.clone(),
        levels: [None, None],
        name: m.name.clone(),
    }
}
