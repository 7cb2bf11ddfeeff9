//! The sections of the report, one file each, in the order of the page.

pub(crate) mod averaging;
pub(crate) mod baseline;
pub(crate) mod biology;
pub(crate) mod classification;
pub(crate) mod data;
pub(crate) mod encoder;
pub(crate) mod front;
pub(crate) mod gallery;
pub(crate) mod opening;
pub(crate) mod others;
pub(crate) mod people;
pub(crate) mod provenance;
pub(crate) mod reading;
pub(crate) mod regions;
pub(crate) mod repeat;
pub(crate) mod scores;
pub(crate) mod spread;
pub(crate) mod training;
pub(crate) mod validity;
pub(crate) mod volumes;

use afterimage_run::scores::{NotComputed, Score};
use maud::{Markup, html};

use crate::number;

/// What a section has to show, and what it would show if the run had it.
///
/// What is missing is not shown in its place: the page lists it in one line each at its end.
#[derive(Default)]
pub(crate) struct Part {
    /// The content; without it the page has no such section.
    pub(crate) content: Option<Markup>,
    /// What is missing, and how to get it or why it cannot exist.
    pub(crate) missing: Vec<Markup>,
}

impl Part {
    /// A part with content.
    pub(crate) fn shown(content: Markup) -> Self {
        Self { content: Some(content), missing: Vec::new() }
    }

    /// A part that a command creates.
    pub(crate) fn missing(what: &str, command: &str) -> Self {
        Self { content: None, missing: vec![missing(what, command)] }
    }

    /// A part that this run cannot have, with the reason.
    pub(crate) fn without(what: &str, reason: &str) -> Self {
        Self { content: None, missing: vec![html! { (what) " " (reason) }] }
    }

    /// The same, lacking something more.
    pub(crate) fn lacking(mut self, lines: impl IntoIterator<Item = Markup>) -> Self {
        self.missing.extend(lines);
        self
    }
}

/// What is missing, and the command that creates it.
pub(crate) fn missing(what: &str, command: &str) -> Markup {
    html! { (what) " Create it with " code { (command) } "." }
}

/// What was not computed, with the reason.
pub(crate) fn not_computed(m: &NotComputed) -> Markup {
    html! { (m.name) ": " (m.reason) "." }
}

/// A section with its anchor and heading.
pub(crate) fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (content)
        }
    }
}

/// A value above its interval, in a cell of a table.
pub(crate) fn value_over_interval(score: &Score) -> Markup {
    html! { b { (number::score(score)) } @if let Some(i) = &score.interval { br; span.hint { (number::interval(i, &score.unit)) } } }
}

/// A table that is wider than a narrow page: it scrolls in its own box, which the keyboard reaches.
pub(crate) fn wide(label: &str, table: &Markup) -> Markup {
    html! { div.wide tabindex="0" role="region" aria-label=(label) { (table) } }
}
