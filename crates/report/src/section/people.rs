//! Results of a study with people.

use maud::html;

use super::Part;
use crate::{
    source::Source,
    study::{asked, figures, tables},
};

/// Scores that are listed; `people.json` has all.
const SCORES: usize = 10;

/// Accuracy, comparisons and how the first scores rank items.
pub(crate) fn people(source: &Source) -> Part {
    let Some(people) = &source.people else { return Part::default() };
    let mut about = people.about_this_run();
    about.machine.truncate(SCORES);
    let content = html! {
        p {
            (asked(&about)) ". In the study “" (about.title) "” this run is called " strong { (people.label) } "."
        }
        (tables::accuracy(&about))
        div.plots {
            @if let Some(plot) = figures::items(&about, &people.label) {
                figure { figcaption { "Items, from the least to the most recognised; dashed: chance" } (plot) }
            }
            @if let Some(plot) = figures::machine(&about, &people.label) {
                figure { figcaption { "Which score ranks the items as people do?" } (plot) }
            }
        }
        @if !about.comparisons.is_empty() { h3 { "Other runs" } (tables::comparisons(&about)) }
        h3 { "Agreement" }
        (tables::agreement(&about))
        @if !about.notes.is_empty() { ul.hint { @for note in &about.notes { li { (note) } } } }
        p.hint { "Definitions, participants and all scores: the page of the study. Design " code { (about.design) } "." }
    };
    Part::shown(content)
}
