//! What baselines score on the same images, as part of the verdict.

use afterimage_run::comparison::{Cell, Comparison, Row, Verdict};
use afterimage_run::scores::ScoreFile;
use maud::{Markup, html};

use crate::{
    number::{lower, value},
    source::Source,
    verdict::ALPHA,
};

const BETTER: &str = "better in";
const WORSE: &str = "worse in";
const EQUAL: &str = "no clear difference in";

/// How a baseline compares in one score.
struct Versus<'a> {
    row: &'a Row,
    ours: f64,
    theirs: f64,
    /// What the test says of the baseline.
    verdict: Verdict,
}

impl<'a> Versus<'a> {
    /// That of the baseline at `index`; none without a difference.
    fn of(row: &'a Row, index: usize) -> Option<Self> {
        let ours: &Cell = row.cells.first()?.as_ref()?;
        let theirs: &Cell = row.cells.get(index)?.as_ref()?;
        theirs.difference.as_ref()?;
        Some(Self { row, ours: ours.value, theirs: theirs.value, verdict: row.verdict(theirs) })
    }

    /// What this run is, against the baseline.
    fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Worse(_) => BETTER,
            Verdict::Better(_) => WORSE,
            Verdict::Undecided => EQUAL,
        }
    }
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
    let mut cells =
        found.rows.iter().filter_map(|row| Some((file.get(&row.name)?.value, row.cells.first()?.as_ref()?.value)));
    cells.any(|(now, then)| (now - then).abs() > 1e-9)
}

fn versus(found: &Comparison, index: usize) -> Vec<Versus<'_>> {
    found.rows.iter().filter_map(|row| Versus::of(row, index)).collect()
}

fn outcomes(all: &[Versus]) -> Markup {
    let group = |word| (word, all.iter().filter(|versus| versus.word() == word).collect::<Vec<_>>());
    let groups: Vec<_> = [BETTER, WORSE, EQUAL].map(group).into_iter().filter(|(_, group)| !group.is_empty()).collect();
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
