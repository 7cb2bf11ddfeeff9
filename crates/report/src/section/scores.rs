//! Every score with all that makes it a result: interval, chance, p, n, repeats, protocol, definition; in groups by
//! what they measure.

mod definitions;
mod group;
mod table;
mod ways;

use afterimage_run::scores::{AVERAGING, Score};
use maud::{Markup, html};

use super::{Part, not_computed};
use crate::source::Source;
pub(crate) use definitions::{Definition, definitions};
use group::Group;

/// The groups with their tables, the curves over the number of candidates, and what was not computed.
pub(crate) fn scores(source: &Source) -> Part {
    let Some(file) = &source.scores else {
        return Part::missing("The reconstructions have not been scored.", "afterimage evaluate RUN");
    };
    let scored: Vec<&Score> = file.scores.iter().filter(|s| s.protocol != AVERAGING).collect();
    let groups = group::groups(&scored);
    let content = html! {
        p { "An interval is for the mean or median over items. Chance is what the same reconstructions score on these \
             images and candidates if they are paired with them at random; p tests against it. On the small scales the \
             dot is the value, the thick line its interval, the dashed line chance"
            @if scored.iter().any(|s| s.mean_image.is_some()) { ", and the short line what the mean training image scores as every item's reconstruction" }
            "." }
        @for (i, group) in groups.iter().enumerate() { (one(source, group, i < 2)) }
        (ways::ways(&file.scores))
    };
    Part::shown(content).lacking(file.not_computed.iter().filter(|m| m.name != AVERAGING).map(not_computed))
}

/// A group: its table, and the definitions behind one click.
fn one(source: &Source, group: &Group, open: bool) -> Markup {
    html! {
        details.group open[open] {
            summary { h3 { (group.kind.title()) } span.hint { (group.gist()) } }
            p.hint { (group.asks()) " " (table::items(source, &group.scores)) }
            (table::table(source, &group.scores))
            (definitions(&group.scores.iter().map(|s| Definition::of(s, source.unit())).collect::<Vec<_>>()))
        }
    }
}

/// What the lines of a plot are.
pub(crate) fn legend(entries: &[(&str, &str)]) -> Markup {
    html! {
        p.legend { @for (class, text) in entries {
            span { svg viewBox="0 0 24 8" aria-hidden="true" { g class={ "line " (class) } { polyline points="1,4 23,4" {} } } " " (text) }
        } }
    }
}
