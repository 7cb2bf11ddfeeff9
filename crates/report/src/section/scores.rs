//! Every score with all that makes it a result: interval, chance, p, n, repeats, protocol, definition.

use std::collections::BTreeMap;

use afterimage_run::scores::{AVERAGING, NotComputed, Score, ScoreFile};
use maud::{Markup, html};

use super::{missing, section};
use crate::{
    number::{chance, interval, level, many, p, repeats, score as shown_value, value},
    plot::{self, Line, Lines},
    source::Source,
};

/// The table, the curves over the number of candidates, and what was not computed.
pub(crate) fn scores(source: &Source) -> Markup {
    let content = match &source.scores {
        None => missing("The reconstructions have not been scored.", "afterimage evaluate RUN"),
        Some(file) => html! {
            p { "An interval is for the mean or median over items. Chance is what the same reconstructions score on these \
                 images and candidates if they are paired with them at random; p tests against it. On the small scales the \
                 dot is the value, the thick line its interval, the dashed line chance, and the short line what the mean \
                 training image scores as every item's reconstruction." }
            (table(source, &file.scores))
            (ways(file))
            (not_computed(&file.not_computed))
        },
    };
    section("scores", "All scores", &content)
}

fn table(source: &Source, scores: &[Score]) -> Markup {
    html! {
        table.scores {
            thead { tr {
                th scope="col" { "Score" } th scope="col" { "Value" } th scope="col" { span.unseen { "On a scale" } } th scope="col" { "Interval" }
                th scope="col" { "Chance" } th scope="col" { "p" } th scope="col" { "n" } th scope="col" { "Repeats averaged" }
            } }
            tbody { @for score in scores.iter().filter(|s| s.protocol != AVERAGING) { (row(source, score)) } }
        }
    }
}

fn row(source: &Source, score: &Score) -> Markup {
    html! {
        tr id={ "score-" (score.name) } {
            th scope="row" {
                span.badge.protocol { (score.protocol) } " " (score.title)
                @if !score.higher_is_better { span.hint { " (smaller is better)" } }
                (definition(source, score))
            }
            td.number data-label="value" { (shown_value(score)) }
            td.scale { @if let Some(mark) = plot::mark(score) { (mark) } }
            td data-label=(score.interval.as_ref().map_or("interval".into(), level)) { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
            td data-label="chance" { (chance(score)) }
            td data-label="p" { (score.p.as_ref().map_or("–".into(), p)) }
            td data-label="n" { (source.items(score)) }
            td data-label="repeats averaged" { (score.repeats_averaged.map_or("–".into(), repeats)) }
        }
    }
}

fn definition(source: &Source, score: &Score) -> Markup {
    html! {
        details {
            summary { "definition" }
            p { (score.definition) }
            dl {
                div { dt { "measure" } dd { (source.unit().in_text(&score.metric)) } }
                @if let Some(w) = score.ways { div { dt { "ways" } dd { (many(w)) @if let Some(c) = score.candidates { ", drawn from " (many(c)) " wrong candidates" } } } }
                @if let Some(i) = &score.interval { div { dt { (level(i)) } dd { (i.method) } } }
                @if let Some(test) = &score.p { div { dt { "p" } dd { (test.method) } } }
                @if let Some(guess) = score.guess { div { dt { "a guess" } dd { (value(guess, &score.unit)) } } }
                @if let Some(mean) = score.mean_image { div { dt { "mean training image" } dd { (value(mean, &score.unit)) } } }
                div { dt { "seed" } dd { (score.seed) } }
                div { dt { "name" } dd { code { (score.name) } } }
            }
            @for note in &score.notes { p.note { (note) } }
        }
        @for note in &score.notes { p.note.printed { (note) } }
    }
}

/// Accuracy against the number of candidates, for each measure that was scored at several.
fn ways(file: &ScoreFile) -> Markup {
    let mut families: BTreeMap<(&str, &str), Vec<&Score>> = BTreeMap::new();
    for score in file.scores.iter().filter(|s| s.ways.is_some() && s.unit == "fraction" && s.protocol != AVERAGING) {
        families.entry((&score.protocol, &score.metric)).or_default().push(score);
    }
    families.values_mut().for_each(|f| f.sort_by_key(|s| s.ways));
    families.retain(|_, f| f.windows(2).filter(|w| w[0].ways != w[1].ways).count() >= 1);
    html! {
        @if !families.is_empty() {
            h3 { "Identification against the number of candidates" }
            div.plots { @for ((protocol, metric), family) in &families { @if let Some(plot) = ways_plot(family) {
                figure { figcaption { span.badge.protocol { (protocol) } " " (metric) } (plot) (legend(&[("a", "accuracy and its interval"), ("chance", "chance")])) }
            } } }
        }
    }
}

fn ways_plot(family: &[&Score]) -> Option<Markup> {
    let at = |s: &Score| s.ways.unwrap_or(1) as f64;
    let accuracy = Line {
        class: "a",
        points: family.iter().map(|s| (at(s), s.value)).collect(),
        band: family.iter().filter_map(|s| s.interval.as_ref().map(|i| (at(s), i.low, i.high))).collect(),
        dots: true,
    };
    let guess = Line {
        class: "chance",
        points: family.iter().filter_map(|s| s.chance.map(|c| (at(s), c))).collect(),
        band: Vec::new(),
        dots: false,
    };
    plot::lines(&Lines {
        size: (420.0, 230.0),
        x_title: "number of candidates (ways)",
        y_title: "fraction identified",
        label: &format!(
            "Identification accuracy against the number of candidates: {}",
            family.iter().map(|s| format!("{} ways {}", at(s), shown_value(s))).collect::<Vec<_>>().join(", ")
        ),
        x_log: true,
        y_log: false,
        y_range: Some((0.0, 1.0)),
        lines: vec![guess, accuracy],
    })
}

/// What the lines of a plot are.
pub(crate) fn legend(entries: &[(&str, &str)]) -> Markup {
    html! {
        p.legend { @for (class, text) in entries {
            span { svg viewBox="0 0 24 8" aria-hidden="true" { g class={ "line " (class) } { polyline points="1,4 23,4" {} } } " " (text) }
        } }
    }
}

fn not_computed(missing: &[NotComputed]) -> Markup {
    html! {
        @if !missing.is_empty() {
            h3 { "Not computed" }
            dl.facts { @for m in missing { div { dt { code { (m.name) } } dd { (m.reason) } } } }
        }
    }
}
