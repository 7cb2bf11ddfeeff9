//! The table of a group: one row per score.

use afterimage_run::scores::Score;
use afterimage_statistics::{Sample, plural};
use maud::{Markup, html};

use crate::{
    number::{interval, many, p, range, score as shown_value, value},
    plot,
    source::Source,
    verdict::null,
};

/// What all scores of a group are taken over, in one sentence; what differs stands in the rows.
pub(super) fn items(source: &Source, scores: &[&Score]) -> String {
    let n = shared(scores.iter().map(|s| source.items(s))).or_else(|| {
        over(source, scores).map(|(_, over)| format!("differs; intervals are over {over} unless another n is given"))
    });
    let averaged = shared(scores.iter().filter_map(|s| s.repeats_averaged)).map(|(low, high)| range(low, high));
    match (n, averaged) {
        (Some(n), Some(k)) => format!("n: {n}; responses are means of {k} repeats."),
        (Some(n), None) => format!("n: {n}."),
        (None, Some(k)) => format!("Responses are means of {k} repeats."),
        (None, None) => String::new(),
    }
}

/// What most intervals are over, in words.
fn over(source: &Source, scores: &[&Score]) -> Option<(Vec<Sample>, String)> {
    let all: Vec<&Vec<Sample>> = scores.iter().filter_map(|s| s.interval.as_ref()).map(|i| &i.over).collect();
    let most = all.iter().copied().max_by_key(|over| all.iter().filter(|other| *other == over).count())?;
    (!most.is_empty()).then(|| (most.clone(), samples(source, most)))
}

fn samples(source: &Source, of: &[Sample]) -> String {
    let words = |s: &Sample| format!("{} {}", many(s.n), plural(s.n, &source.unit().in_text(&s.item)));
    of.iter().map(words).collect::<Vec<_>>().join(" and ")
}

/// n of a row, and what its interval is over where most intervals of the table are over something else.
fn own(source: &Source, score: &Score, all: &[&Score]) -> String {
    let n = format!("{} {}", many(score.n), plural(score.n, &source.unit().in_text(&score.item_kind)));
    let Some((most, _)) = over(source, all) else { return source.items(score) };
    match &score.interval {
        Some(interval) if interval.over != most => format!("{n}, interval over {}", samples(source, &interval.over)),
        _ => n,
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
