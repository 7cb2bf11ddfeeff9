//! The page of a data set: what a person looks at before training on it. One file, like the report, without a script.

mod figures;
mod pairs;
mod style;

use afterimage_data::overview::Overview;
use afterimage_data::{PartSummary, Summary};
use maud::{Markup, html};

use crate::{
    number::{self, many, of, plain},
    page::document,
    section::{section, wide},
};

/// The page as HTML text; the same overview gives the same bytes.
///
/// It needs no other file and no network, and everything from a data set is escaped.
pub fn render_dataset(overview: &Overview) -> String {
    let summary = &overview.summary;
    let sections = [
        ("pairs", "Trials and images", pairs::pairs(overview)),
        ("parts", "Parts", parts(summary)),
        ("responses", "Responses", figures::responses(overview)),
        ("reliability", "Repeats and reliability", figures::reliability(overview)),
        ("origin", "Origin", origin(summary)),
    ];
    let body = html! {
        a.skip href="#pairs" { "Skip to the trials" }
        header { (opening(overview)) }
        nav aria-label="Sections" { ul { @for (id, title, _) in &sections { li { a href={ "#" (id) } { (title) } } } } }
        main {
            @for (id, title, content) in &sections { (section(id, title, content)) }
        }
        footer { p { "Written by " code { "afterimage inspect --html" } " from " code { (summary.path) } ", SHA-256 " code { (summary.fingerprint) } "." } }
    };
    let title = if summary.provenance.title.is_empty() { &summary.path } else { &summary.provenance.title };
    document(&format!("{title} – Afterimage data set"), &html! {}, style::STYLE, &body).into_string()
}

fn opening(overview: &Overview) -> Markup {
    let summary = &overview.summary;
    let unit = summary.provenance.unit();
    html! {
        p.kicker { "Afterimage data set" }
        h1 { (summary.provenance.title) }
        p.question {
            (of(summary.trials, "trial", "trials")) " of " (of(summary.voxels, unit.singular(), unit.plural())) " in "
            (of(summary.sessions, "session", "sessions")) " and " (of(summary.runs, "run", "runs")) "; "
            (of(summary.stimuli, "stimulus", "stimuli")) ", "
            @if summary.image_side == 0 { "without images" } @else { "images of " (many(summary.image_side)) "\u{a0}px" }
            ". Unit of the responses: " (summary.provenance.units.as_deref().unwrap_or("not stated")) "."
        }
        @if !overview.warnings.is_empty() {
            aside.warnings aria-label="Warnings" {
                p { strong { "Before you train on it" } }
                ul { @for warning in &overview.warnings { li { span.badge.warn { "warning" } " " (unit.in_text(warning)) } } }
            }
        }
    }
}

fn parts(summary: &Summary) -> Markup {
    let parts = [("training", &summary.train), ("validation", &summary.validation), ("test", &summary.test)];
    let unit = summary.provenance.unit();
    html! {
        (wide("Stimuli and trials of each part", &html! { table.counts {
            thead { tr { th scope="col" { "part" } th scope="col" { "stimuli" } th scope="col" { "trials" } th scope="col" { "repeats" } th scope="col" { "classes" } } }
            tbody { @for (name, part) in parts { tr {
                th scope="row" { (name) } td { (many(part.stimuli)) } td { (many(part.trials)) } td { (repeats(part)) }
                td { @if part.classes == 0 { "not known" } @else { (many(part.classes)) } }
            } } }
        } }))
        h3 { "Regions" }
        @if summary.regions.is_empty() { p.note { "The data set has no regions." } }
        @else { dl.facts.tight { @for (name, n) in &summary.regions { div { dt { (name) } dd { (of(*n, unit.singular(), unit.plural())) } } } } }
        @if !summary.columns.is_empty() {
            h3 { "Known of each " (unit.singular()) }
            dl.facts { @for (name, meaning) in &summary.columns { div { dt { (name) } dd { (meaning) } } } }
        }
    }
}

fn repeats(part: &PartSummary) -> String {
    match (part.fewest_repeats, part.most_repeats) {
        (0, 0) => "–".into(),
        (fewest, most) => number::range(fewest, most),
    }
}

fn origin(summary: &Summary) -> Markup {
    let from = &summary.provenance;
    html! {
        p { "Made by " code { "afterimage import " (from.kind) } " (" (from.software) "). Steps, in order, with what they were fitted on:" }
        ol.steps { @for step in &from.steps { li { (step.to_string()) } } }
        @if !from.left_out.is_empty() {
            h3 { "Left out of the source" }
            ul.notes { @for what in &from.left_out { li { (what.to_string()) } } }
        }
        h3 { "Sources" }
        dl.facts {
            div { dt { "licence" } dd { (from.licence.as_deref().unwrap_or("not stated")) } }
            div { dt { "cite as" } dd { (from.citation.as_deref().unwrap_or("not stated")) } }
            @if let Some(fov) = from.fov_deg { div { dt { "width of the image" } dd { (plain(f64::from(fov))) "°" } } }
            @for file in &from.source_files { div { dt { (file.path) } dd { code { (file.sha256) } } } }
        }
    }
}
