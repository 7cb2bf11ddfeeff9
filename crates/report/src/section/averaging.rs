//! Scores against the number of test repeats averaged, with the noise ceiling of the encoder.

use std::collections::{BTreeMap, BTreeSet};

use afterimage_run::scores::{AVERAGING, Score, ScoreFile};
use maud::{Markup, html};

use super::{
    Part,
    scores::{Definition, definitions, legend},
    value_over_interval, wide,
};
use crate::{
    number::{count, score as shown_value, value},
    plot::{self, Line, Lines},
    source::Source,
    verdict::null,
};

/// The line of the ceiling belongs into the plot of r.
const CEILING: &str = "averaging.encoder.ceiling.median";
const R: &str = "averaging.encoder.r.median";

/// Curves and their table; empty if the run has neither the scores nor a reason for their absence.
pub(crate) fn averaging(source: &Source) -> Part {
    let Some(file) = &source.scores else { return Part::default() };
    let families = families(file);
    let reason = file.not_computed.iter().find(|m| m.name == AVERAGING).map(|m| m.reason.as_str());
    match (families.is_empty(), reason) {
        (true, None) => Part::default(),
        (true, Some(reason)) => Part::without("Scores against the number of repeats averaged:", reason),
        (false, _) => Part::shown(html! {
            p { "Of the repeats of each test image, some are drawn at random, averaged and decoded. A curve that still \
                 rises at its right end "
                "is limited by measurement noise; one that is flat, by the decoder." }
            div.plots.small { @for (name, family) in &families { @if *name != CEILING { @if let Some(plot) = curve(&families, name, family) {
                figure { figcaption { (title(family)) } (plot) }
            } } } }
            (legend(&[("a", "score and its interval"), ("chance", "chance"), ("b", "noise ceiling of the encoder")]))
            (table(source, &families))
        }),
    }
}

type Families<'a> = BTreeMap<&'a str, Vec<&'a Score>>;

/// Scores by their name without the number of repeats, ascending in that.
fn families(file: &ScoreFile) -> Families<'_> {
    let mut families = Families::new();
    for score in file.scores.iter().filter(|s| s.protocol == AVERAGING && s.repeats_averaged.is_some()) {
        if let Some((family, _)) = score.name.rsplit_once(".k") {
            families.entry(family).or_default().push(score);
        }
    }
    families.values_mut().for_each(|f| f.sort_by_key(|s| s.repeats_averaged));
    families
}

fn title(family: &[&Score]) -> String {
    family.first().map_or_else(String::new, |s| s.title.rsplit_once(", ").map_or(&*s.title, |(t, _)| t).to_owned())
}

fn repeats(score: &Score) -> f64 {
    score.repeats_averaged.map_or(f64::NAN, |(k, _)| f64::from(k))
}

fn curve(families: &Families, name: &str, family: &[&Score]) -> Option<Markup> {
    let line = |class: &'static str, scores: &[&Score]| Line {
        class,
        points: scores.iter().map(|s| (repeats(s), s.value)).collect(),
        band: scores.iter().filter_map(|s| s.interval.as_ref().map(|i| (repeats(s), i.low, i.high))).collect(),
        dots: true,
    };
    let guess = Line {
        class: "chance",
        points: family.iter().filter_map(|s| null(s).map(|c| (repeats(s), c))).collect(),
        band: Vec::new(),
        dots: false,
    };
    let mut lines = match (name, families.get(CEILING)) {
        (R, Some(ceiling)) => vec![line("b", ceiling)],
        _ => vec![guess],
    };
    lines.push(line("a", family));
    // The plot's own range is that of the points; intervals must fit in too.
    let ends = lines.iter().flat_map(|l| l.points.iter().map(|p| p.1).chain(l.band.iter().flat_map(|b| [b.1, b.2])));
    let unit_range = family.iter().any(|s| s.unit == "fraction") || name == R;
    let y_range = plot::range(ends.chain(if unit_range { vec![0.0, 1.0] } else { vec![0.0] }));
    let unit = family.first().map_or("", |s| s.unit.as_str());
    let label =
        family.iter().map(|s| format!("{} repeats {}", repeats(s), shown_value(s))).collect::<Vec<_>>().join(", ");
    plot::lines(&Lines {
        size: (240.0, 170.0),
        x_title: "repeats averaged",
        y_title: unit,
        label: &format!("{} against repeats averaged: {label}", title(family)),
        x_log: true,
        y_log: false,
        y_range,
        lines,
    })
}

/// One row per score, one column per number of repeats.
fn table(source: &Source, families: &Families) -> Markup {
    let counts: BTreeSet<u32> =
        families.values().flatten().filter_map(|s| s.repeats_averaged.map(|(k, _)| k)).collect();
    let at = |family: &[&Score], k: u32| {
        family.iter().find(|s| s.repeats_averaged.is_some_and(|r| r.0 == k)).map(|s| value_over_interval(s))
    };
    let all: Vec<Definition> = families.values().map(|family| define(family, source)).collect();
    html! {
        (wide("Scores by number of repeats averaged", &html! { table.matrix {
            thead { tr { th scope="col" { "Repeats averaged" } @for k in &counts { th scope="col" { (count(*k)) } } } }
            tbody { @for family in families.values() { tr {
                th scope="row" { (title(family)) }
                @for k in &counts { td { @if let Some(cell) = at(family, *k) { (cell) } @else { "–" } } }
            } } }
        } }))
        (definitions(&all))
    }
}

/// The definition of a curve: that of its scores, which differ in the number of repeats only.
fn define(family: &[&Score], source: &Source) -> Definition {
    let first = family[0];
    let mut notes = vec![format!("n = {}", source.items(first))];
    notes.extend(null(first).map(|c| format!("chance {}", value(c, &first.unit))));
    Definition {
        title: title(family),
        notes,
        levels: [None, None],
        name: first.name.rsplit_once(".k").map_or_else(|| first.name.clone(), |(name, _)| format!("{name}.k*")),
        ..Definition::of(first, source.unit())
    }
}
