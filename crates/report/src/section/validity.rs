//! Whether the reconstructions come from the responses: a figure and the sentence that may be written of each check.

mod figures;
mod neighbours;

use afterimage_run::validity::{Check, Validity};
use maud::{Markup, html};

use super::{Part, not_computed, wide};
use crate::{
    number::{chance, interval, many, plain, value},
    source::Source,
};

/// The section; without `validity.json`, how to make it.
pub(crate) fn validity(source: &Source) -> Part {
    let Some(found) = &source.validity else {
        return Part::missing(
            "Whether reconstructions come from the responses was not checked.",
            "afterimage validity RUN",
        );
    };
    let content = html! {
        p { "Reconstructions can look right because the generator draws likely images, because training images resemble the test images, or \
             because the responses tell what was shown. Each check below gives values with intervals and the sentence that they allow; \
             none is passed or failed. The same checks of baselines show how to read the values: "
            code { "afterimage validity RUN RIDGE RETRIEVAL MEAN" } ", then " code { "afterimage compare" } "." }
        p.note { (found.method) " " (many(found.training_images)) " training images."
            @if let Some(difference) = found.reproduced { " Decoded again, the recorded responses give the reconstructions up to " (plain(difference)) " of 1." } }
        @for check in &found.checks { (one(source, found, check)) }
        (neighbours::pictures(source, found))
        @if let Some((map, plot)) = found.map.as_ref().and_then(|map| Some((map, figures::map(map)?))) {
            h3 { "Where the images lie" }
            div.plots { figure.wide { figcaption { (map.definition) " They have " (value(map.shares[0], "fraction")) " and " (value(map.shares[1], "fraction")) " of the variance." } (plot) } }
        }
        @for note in &found.notes { p.note { (note) } }
    };
    Part::shown(content).lacking(found.not_computed.iter().map(not_computed))
}

/// A check: its sentence, figure, definition, and all numbers.
fn one(source: &Source, found: &Validity, check: &Check) -> Markup {
    html! {
        h3 { (check.kind.title()) }
        p { (check.sentence) }
        @if let Some((caption, plot)) = figures::of(found, check) { div.plots { figure { figcaption { (caption) } (plot) } } }
        details { summary { "Definition and all numbers" } p { (check.definition) } (wide(check.kind.title(), &table(source, check))) }
    }
}

/// One row per condition and score.
fn table(source: &Source, check: &Check) -> Markup {
    html! { table.classified {
        thead { tr { @for head in ["Condition", "Score", "Value", "95\u{202f}% interval", "Chance", "n", "Name"] { th scope="col" { (head) } } } }
        tbody { @for condition in &check.conditions { @for score in &condition.scores { tr {
            th scope="row" { (condition.title) }
            td title=(score.definition) { (score.title) }
            td.number { (value(score.value, &score.unit)) }
            td { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
            td { (chance(score)) }
            td.number { (source.items(score)) }
            td { code { (score.name) } }
        } } } }
    } }
}
