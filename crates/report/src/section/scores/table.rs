//! The table of a group: one row per score.

use afterimage_run::scores::Score;
use afterimage_statistics::plural;
use maud::{Markup, html};

use crate::{
    number::{interval, many, p, repeats, score as shown_value, value},
    plot,
    source::Source,
    verdict::null,
};

/// What all scores of a group are taken over, in one sentence; what differs stands in the rows.
pub(super) fn items(source: &Source, scores: &[&Score]) -> String {
    let n = shared(scores.iter().map(|s| source.items(s)))
        .or_else(|| over(source, scores).map(|over| format!("differs; intervals are over {over}")));
    let averaged = shared(scores.iter().filter_map(|s| s.repeats_averaged)).map(repeats);
    match (n, averaged) {
        (Some(n), Some(k)) => format!("n: {n}; responses are means of {k} repeats."),
        (Some(n), None) => format!("n: {n}."),
        (None, Some(k)) => format!("Responses are means of {k} repeats."),
        (None, None) => String::new(),
    }
}

/// What the intervals of all are over, if it is the same and not the items of the rows themselves.
fn over(source: &Source, scores: &[&Score]) -> Option<String> {
    let samples = shared(scores.iter().filter_map(|s| s.interval.as_ref()).map(|i| &i.over))?;
    let words = |s: &afterimage_statistics::Sample| {
        let noun = plural(s.n, &s.item);
        format!("{} {}", many(s.n), source.unit().in_text(&noun))
    };
    (!samples.is_empty()).then(|| samples.iter().map(words).collect::<Vec<_>>().join(" and "))
}

/// n of a row, without what its interval is over where all rows share that.
fn own(source: &Source, score: &Score, all: &[&Score]) -> String {
    match over(source, all) {
        Some(_) => format!("{} {}", many(score.n), plural(score.n, &source.unit().in_text(&score.item_kind))),
        None => source.items(score),
    }
}

/// The value that all have.
fn shared<T: PartialEq>(mut of: impl Iterator<Item = T>) -> Option<T> {
    let first = of.next()?;
    of.all(|other| other == first).then_some(first)
}

pub(super) fn table(source: &Source, scores: &[&Score]) -> Markup {
    let level = scores.iter().find_map(|s| s.interval.as_ref()).map_or_else(|| "Interval".into(), crate::number::level);
    let differ = shared(scores.iter().map(|s| source.items(s))).is_none();
    html! {
        table.scores.compact {
            thead { tr {
                th scope="col" { "Score" } th scope="col" { "Value" } th scope="col" { span.unseen { "On a scale" } } th scope="col" { (level) }
                th scope="col" { "Chance" } th scope="col" { "p" } @if differ { th scope="col" { "n" } }
            } }
            tbody { @for score in scores { (row(score, differ.then(|| own(source, score, scores)))) } }
        }
    }
}

fn row(score: &Score, n: Option<String>) -> Markup {
    html! {
        tr id={ "score-" (score.name) } {
            th scope="row" { (score.title) @if !score.higher_is_better { span.hint { " (smaller is better)" } } }
            td.number { (shown_value(score)) }
            td.scale { @if let Some(mark) = plot::mark(score) { (mark) } }
            td data-label="interval" { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
            td data-label="chance" { (null(score).map_or("–".into(), |c| value(c, &score.unit))) }
            td data-label="p" { (score.p.as_ref().map_or("–".into(), p)) }
            @if let Some(n) = n { td data-label="n" { (n) } }
        }
    }
}
