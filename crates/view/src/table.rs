//! The table of runs: main scores with interval and chance, and the difference from a reference run.

use std::fmt::Write as _;

use afterimage_report::number::{interval, signed, value};
use afterimage_run::scores::Score;
use maud::{Markup, html};

use crate::compared::{Difference, Differences};
use crate::{Catalog, Run};

/// Returns the table with the differences from `reference`.
pub(crate) fn table(catalog: &Catalog, reference: usize, differences: &Differences) -> Markup {
    let several = catalog.runs.len() > 1;
    let scores: Vec<(&Run, &Score)> = catalog.main.iter().filter_map(|name| score_of_any(catalog, name)).collect();
    html! {
        section.runs #runs aria-labelledby="runs-title" data-reference=(reference) {
            h2 #runs-title { @if several { "Runs compared" } @else { "Scores" } }
            @if scores.is_empty() { p.note { "No run was evaluated: run " code { "afterimage evaluate RUN" } "." } }
            @else {
                div.wide role="region" aria-label="Table of runs" tabindex="0" {
                    table {
                        thead { tr {
                            th scope="col" { "Run" }
                            @for (run, score) in &scores { th scope="col" title=(score.definition) {
                                (score.title)
                                span.note { @if score.higher_is_better { " larger is better" } @else { " smaller is better" } }
                                span.note { " n = " (score.sample_text(run.noun, |n| n.to_string())) }
                            } }
                        } }
                        tbody { @for (r, run) in catalog.runs.iter().enumerate() {
                            tr.reference[several && r == reference] {
                                th scope="row" { (row_name(run, r == reference, several)) }
                                @for (s, main) in catalog.main.iter().enumerate() { (cell(run, main, scores.get(s).map_or("", |(_, score)| score.title.as_str()), differences.of.get(r).and_then(|of| of.get(s)))) }
                            }
                        } }
                    }
                }
                (notes(catalog, reference, differences))
            }
        }
    }
}

/// Returns the first run that has a score, with the score.
fn score_of_any<'a>(catalog: &'a Catalog, name: &str) -> Option<(&'a Run, &'a Score)> {
    catalog.runs.iter().find_map(|run| Some((run, run.score_file()?.get(name)?)))
}

fn row_name(run: &Run, is_reference: bool, several: bool) -> Markup {
    html! {
        strong { (run.label) }
        span.note { (run.kind) }
        span.links {
            @if several && is_reference { span { "reference" } }
            @if several && !is_reference { a.refer href={ "?reference=" (encoded(&run.label)) } data-label=(run.label) { "use as reference" span.unseen { ": " (run.label) } } }
            @if run.report { a href={ "/report/" (encoded(&run.label)) } { "report" span.unseen { " of " (run.label) } } }
        }
    }
}

fn cell(run: &Run, name: &str, title: &str, difference: Option<&Difference>) -> Markup {
    let Some(score) = run.score_file().and_then(|file| file.get(name)) else {
        return html! { td data-label=(title) { span.note { "–" } } };
    };
    let unit = score.unit.as_str();
    html! {
        td data-label=(title) {
            b { (value(score.value, unit)) }
            @if let Some(found) = &score.interval { span.note { (interval(found, unit)) } }
            @if let Some(chance) = score.chance { span.note { "chance " (value(chance, unit)) } }
            @match difference {
                Some(Difference::Found { value: by, interval: ends, .. }) => {
                    span.difference.apart[ends.is_some_and(|[low, high]| low > 0.0 || high < 0.0)] {
                        (signed(*by, unit)) @if unit == "fraction" { " points" }
                        @if let Some([low, high]) = ends { span { " (" (signed(*low, unit)) " to " (signed(*high, unit)) ")" } }
                    }
                }
                Some(Difference::Missing(reason)) if !reason.is_empty() => { span.note { "not compared" } }
                _ => {}
            }
        }
    }
}

/// What the numbers are, and why some are missing.
fn notes(catalog: &Catalog, reference: usize, differences: &Differences) -> Markup {
    let found = differences.of.iter().flatten().filter_map(|difference| match difference {
        Difference::Found { n, .. } => Some(*n),
        _ => None,
    });
    let images = found.max();
    let mut reasons: Vec<&str> = Vec::new();
    for difference in differences.of.iter().flatten() {
        match difference {
            Difference::Missing(reason) if !reason.is_empty() && !reasons.contains(&reason.as_str()) => {
                reasons.push(reason)
            }
            _ => {}
        }
    }
    let label = &catalog.runs[reference].label;
    html! {
        p.note {
            "Value, 95 % interval and chance, which is what reconstructions without information on the shown image score here. "
            @if let Some(images) = images {
                "Last line: run minus " strong { (label) } ", paired over the same " (images) " held-out images, with its 95 % interval; bold if the interval excludes 0. "
                "The intervals are not corrected for the number of scores. "
                a href={ "/compare?reference=" (encoded(label)) } { "Compare in full, with tests" }
            }
        }
        @for reason in reasons { p.note { "No difference is given in part of the table (" (reason) ")." } }
        @for note in &differences.notes { p.note { "Note: " (note) } }
    }
}

/// Returns a text as part of an address.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_parts_of_addresses() {
        assert_eq!(encoded("full-seed0_1.2~x"), "full-seed0_1.2~x");
        assert_eq!(encoded("a b&ü/"), "a%20b%26%C3%BC%2F");
    }
}
