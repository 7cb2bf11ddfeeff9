//! Where every input of a reconstruction came from, and whether test items could be in it.

use afterimage_run::provenance::TestItems;
use maud::{Markup, html};

use super::Part;
use crate::source::Source;

/// The statements; a run that was evaluated by an earlier version has none.
pub(crate) fn provenance(source: &Source) -> Part {
    let Some(provenance) = &source.provenance else {
        return Part::missing("The provenance of the inputs was not stated.", "afterimage evaluate RUN");
    };
    Part::shown(html! {
        p { "For every input of a reconstruction: where it came from, and whether test items could be in it. Each is also in "
            code { "provenance.json" } "." }
        ul.audit { @for statement in &provenance.statements {
            li {
                (badge(statement.test_items))
                div { b { (statement.about) } ": " (statement.said) " " span.hint { "Test items in it: " (statement.test_items.in_words()) "." } }
            }
        } }
    })
}

fn badge(of: TestItems) -> Markup {
    let (class, word) = match of {
        TestItems::Excluded | TestItems::NotFound => ("pass", "none"),
        TestItems::Present => ("fail", "yes"),
        TestItems::Unknown => ("none", "not known"),
        TestItems::ByDesign => ("none", "test"),
    };
    html! { span class={ "badge " (class) } { (word) } }
}
