//! The sections of the report, one file each, in the order of the page.

pub(crate) mod averaging;
pub(crate) mod baseline;
pub(crate) mod biology;
pub(crate) mod classification;
pub(crate) mod data;
pub(crate) mod encoder;
pub(crate) mod gallery;
pub(crate) mod opening;
pub(crate) mod people;
pub(crate) mod reading;
pub(crate) mod regions;
pub(crate) mod repeat;
pub(crate) mod scores;
pub(crate) mod spread;
pub(crate) mod training;
pub(crate) mod volumes;

use maud::{Markup, html};

/// A section with its anchor and heading.
pub(crate) fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (content)
        }
    }
}

/// A missing part, and the command that creates it.
pub(crate) fn missing(what: &str, command: &str) -> Markup {
    html! {
        p.missing { span.badge.none { "missing" } " " (what) @if !command.is_empty() { " Create it with \
                                       " code { (command) } "." } }
    }
}
