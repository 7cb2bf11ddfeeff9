//! Scores against the number of test repeats averaged, with the noise ceiling of the encoder.

use std::collections::BTreeMap;

use afterimage_run::scores::{AVERAGING, Score, ScoreFile};
use maud::{Markup, html};

use super::{scores::legend, section};
use crate::{
    number::{chance, interval, many, p, score as shown_value},
    plot::{self, Line, Lines},
    source::Source,
};

/// The line of the ceiling belongs into the plot of r.
const CEILING: &str = "averaging.encoder.ceiling.median";
const R: &str = "averaging.encoder.r.median";

/// Curves and their table; empty if the run has neither the scores nor a reason for their absence.
pub(crate) fn averaging(source: &Source) -> Markup {
    let Some(file) = &source.scores else { return html! {} };
    let families = families(file);
    let reason = file.not_computed.iter().find(|m| m.name == AVERAGING).map(|m| m.reason.as_str());
    let content = match (families.is_empty(), reason) {
        (true, None) => return html! {},
        (true, Some(reason)) => html! { p.missing { span.badge.none { "not computed" } " " (reason) } },
        (false, _) => html! {
            p { "Of the repeats of each test image, some are drawn at random, averaged and decoded. A curve that still \
                 rises at its right end "
                "is limited by measurement noise; one that is flat, by the decoder." }
            div.plots { @for (name, family) in &families { @if *name != CEILING { @if let Some(plot) = curve(&families, name, family) {
                figure { figcaption { (title(family)) } (plot)
                    (legend(if *name == R { &[("a", "r and its interval"), ("b", "noise ceiling")] } else { &[("a", "score and its interval"), ("chance", "chance")] }))
                }
            } } } }
            (table(source, &families))
        },
    };
    section("averaging", "Repeats averaged", &content)
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
        points: family.iter().filter_map(|s| s.chance.map(|c| (repeats(s), c))).collect(),
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
        size: (420.0, 230.0),
        x_title: "repeats averaged",
        y_title: unit,
        label: &format!("{} against repeats averaged: {label}", title(family)),
        x_log: true,
        y_log: false,
        y_range,
        lines,
    })
}

fn table(source: &Source, families: &Families) -> Markup {
    html! {
        table.scores {
            thead { tr { th scope="col" { "Score" } th scope="col" { "Repeats" } th scope="col" { "Value" } th scope="col" { "Interval" } th scope="col" { "Chance" } th scope="col" { "p" } th scope="col" { "n" } } }
            tbody { @for family in families.values() { @for (row, score) in family.iter().enumerate() { tr {
                th scope="row" { @if row == 0 { (title(family)) details { summary { "definition" } p { (score.definition) } p.note { (score.metric) } } } }
                td data-label="repeats" { (many(repeats(score) as usize)) }
                td.number data-label="value" { (shown_value(score)) }
                td data-label="interval" { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
                td data-label="chance" { (chance(score)) }
                td data-label="p" { (score.p.as_ref().map_or("–".into(), p)) }
                td data-label="n" { (source.items(score)) }
            } } } }
        }
    }
}
