//! What baselines score on the same images, as part of the verdict.

use afterimage_run::comparison::{Cell, Comparison, Row};
use afterimage_run::scores::ScoreFile;
use maud::{Markup, html};

use crate::{number::value, source::Source, verdict::ALPHA};

/// How a baseline compares in one score.
struct Versus<'a> {
    row: &'a Row,
    ours: f64,
    theirs: f64,
    /// Greater: this run is better; less: the baseline is.
    outcome: std::cmp::Ordering,
}

/// One line per baseline of `baselines.json`; without it, how to make the comparison.
pub(super) fn line(source: &Source, file: &ScoreFile) -> Markup {
    match &source.baselines {
        None if source.manifest.baseline.is_some() => html! {},
        None => html! { li {
            b { "Against baselines: " } "not compared. " code { "afterimage baseline ridge-pixels RUN/experiment.toml --out RIDGE" }
            ", then " code { "afterimage report RUN --baselines RIDGE" } ", says what a linear decoder scores on the same images."
        } },
        Some(found) if is_outdated(found, file) => html! { li {
            b { "Against baselines: " } "the comparison in " code { "baselines.json" } " is with earlier scores of this run. Repeat it with "
            code { "afterimage report RUN --baselines OTHER..." } "."
        } },
        Some(found) => html! {
            @for (index, variant) in found.variants.iter().enumerate().skip(1) { li {
                b { "Against " (variant.label) ": " } (outcomes(&versus(found, index)))
            } }
            li.hint { "Differences from other runs are paired by image; better and worse mean p < " (ALPHA) " after Holm's correction." }
        },
    }
}

/// True if this run scores something else by now than when it was compared.
fn is_outdated(found: &Comparison, file: &ScoreFile) -> bool {
    let cells =
        found.rows.iter().filter_map(|row| Some((file.get(&row.name)?.value, row.cells.first()?.as_ref()?.value)));
    cells.into_iter().any(|(now, then)| (now - then).abs() > 1e-9)
}

fn versus(found: &Comparison, index: usize) -> Vec<Versus<'_>> {
    let of = |row: &'_ Row| -> Option<(f64, f64, std::cmp::Ordering)> {
        let ours: &Cell = row.cells.first()?.as_ref()?;
        let theirs: &Cell = row.cells.get(index)?.as_ref()?;
        let difference = theirs.difference.as_ref()?;
        // The difference is theirs minus ours.
        let sign = if row.higher_is_better { -difference.value } else { difference.value };
        let is_clear = difference.p_holm < ALPHA && sign != 0.0;
        let outcome = if is_clear { sign.total_cmp(&0.0) } else { std::cmp::Ordering::Equal };
        Some((ours.value, theirs.value, outcome))
    };
    let with = |row| of(row).map(|(ours, theirs, outcome)| Versus { row, ours, theirs, outcome });
    found.rows.iter().filter_map(with).collect()
}

fn outcomes(all: &[Versus]) -> Markup {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let group = |outcome| all.iter().filter(move |v| v.outcome == outcome).collect::<Vec<_>>();
    let words = [(Greater, "better in"), (Less, "worse in"), (Equal, "no clear difference in")];
    let groups: Vec<_> =
        words.into_iter().map(|(outcome, word)| (word, group(outcome))).filter(|g| !g.1.is_empty()).collect();
    html! {
        @if groups.is_empty() { "no score can be compared image by image." }
        @for (i, (word, group)) in groups.iter().enumerate() {
            @if i > 0 { "; " } b { (word) } " "
            @for (k, v) in group.iter().enumerate() {
                @if k > 0 { ", " } (lower(&v.row.title)) " (" (value(v.ours, &v.row.unit)) " against " (value(v.theirs, &v.row.unit)) ")"
            }
        }
        @if !groups.is_empty() { "." }
    }
}

/// A title inside a sentence; an acronym stays one.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => title.to_owned(),
    }
}
