//! Receptive fields, sizes, hierarchy, and recovery of a known truth.

use afterimage_run::biology::{Biology, Measure};
use maud::{Markup, html};

use super::{missing, section};
use crate::{
    figure::figures,
    number::{interval, many, p, value},
    source::Source,
};

/// Figures, then the numbers about all voxels; those about regions are in the tables.
pub(crate) fn biology(source: &Source) -> Markup {
    let more = source.unit().plural();
    let content = match &source.biology {
        None if source.manifest.baseline.is_some() => {
            html! { p { "A baseline has no encoder network to look for receptive fields in." } }
        }
        None => missing("The encoder's receptive fields have not been estimated yet.", "afterimage biology RUN"),
        Some(found) => html! {
            p { "Position and size of the receptive field of each of the " (many(found.voxels.len())) " " (more) ", \
                 and the depth of the backbone that it prefers: from the encoder's weights, and "
                "from its predictions for small patches of noise. These are properties of the model of a response, not \
                 of the tissue: "
                "if prediction is poor, so are they." }
            div.plots { @for figure in figures(found, source.unit()) { figure.wide[figure.name == "fields"] { figcaption { (figure.caption) } (figure.svg) } } }
            (numbers(found, more))
            p.note { "Each figure is a separate file in " code { "figures/" } ", with its numbers as a table; all \
                      measures, by region too, in " code { "biology/measures.csv" } "." }
        },
    };
    section("biology", "Receptive fields and hierarchy", &content)
}

fn numbers(found: &Biology, more: &str) -> Markup {
    let shown = found.measures.iter().filter(|m| m.region.is_none() && is_main(&m.name));
    html! {
        table.scores {
            thead { tr { th scope="col" { "Measure" } th scope="col" { "Value" } th scope="col" { "Interval" } th scope="col" { "Chance" } th scope="col" { "p" } th scope="col" { "n" } } }
            tbody { @for m in shown { (line(m, more)) } }
        }
        @for m in &found.not_computed { p.missing { span.badge.none { "not computed" } " " code { (m.name) } ": " (m.reason) } }
    }
}

fn is_main(name: &str) -> bool {
    !(name.ends_with(".intercept") || name.contains(".q") || name.ends_with(".x.r") || name.ends_with(".y.r"))
}

fn line(m: &Measure, more: &str) -> Markup {
    html! { tr {
        th scope="row" { (m.title) details { summary { "definition" } p { (m.definition) } @for note in &m.notes { p.note { (note) } }
            @if let Some(i) = &m.interval { p.note { (i.method) } } @if let Some(p) = &m.p { p.note { (p.method) } } } }
        td.number data-label="value" { (value(m.value, &m.unit)) @if matches!(m.unit.as_str(), "px" | "px per px") { " " (m.unit) } }
        td data-label="interval" { (m.interval.as_ref().map_or("–".into(), |i| interval(i, &m.unit))) }
        td data-label="chance" { (m.chance.map_or("–".into(), |c| value(c, &m.unit))) }
        td data-label="p" { (m.p.as_ref().map_or("–".into(), p)) }
        td data-label="n" { (many(m.n)) " " @if m.name != "truth.hierarchy.rho" { (more) } @else { "regions" } }
    } }
}
