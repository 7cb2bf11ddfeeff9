//! Results of a study with people.

use maud::html;

use super::Part;
use crate::{
    number::{many, of, value},
    source::Source,
    study::{figures, tables},
};

/// Scores that are listed; `people.json` has all.
const SCORES: usize = 10;

/// Accuracy, comparisons and how the first scores rank items.
pub(crate) fn people(source: &Source) -> Part {
    let Some(people) = &source.people else { return Part::default() };
    let mut about = people.about_this_run();
    about.machine.truncate(SCORES);
    let kept = about.participants.iter().filter(|p| p.left_out.is_empty() && p.answers > 0).count();
    let content = html! {
        p {
            "“Which of these " (about.ways) " images does this reconstruction show?” Asked of "
            (of(about.participants.len(), "participant", "participants")) ", of whom " (many(kept)) " are analysed; chance is "
            (value(about.chance, "fraction")) ". In the study “" (about.title) "” this run is called " strong { (people.label) } "."
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
