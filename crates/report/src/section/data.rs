//! The data: where it comes from, how it was prepared, and what the audit found.

use afterimage_run::manifest::DataFacts;
use maud::{Markup, html};

use super::{Part, missing};
use crate::{
    number::{many, range},
    source::{Check, Source, Verdict},
};

/// Items of a check that are listed.
const LISTED: usize = 40;

/// Facts, preprocessing, regions, audit.
pub(crate) fn data(source: &Source) -> Part {
    let data = &source.manifest.data;
    let content = html! {
        (facts(source, data))
        @if !data.regions.is_empty() {
            h3 { "Regions" }
            dl.facts.tight { @for (name, n) in &data.regions { div { dt { (name) } dd { (many(*n)) } } } }
        }
        h3 { "Preprocessing" }
        @if data.preprocessing.is_empty() { p.note { "None recorded." } }
        ol.steps { @for step in &data.preprocessing { li { (step) } } }
        @if let Some(audit) = &source.audit { h3 { "Audit" } ul.audit { @for c in &audit.checks { (check(c)) } } }
    };
    let lost = source.audit.is_none().then(|| {
        missing("The data were not audited.", "afterimage train decoder RUN/experiment.toml --out RUN --resume")
    });
    Part::shown(content).lacking(lost)
}

fn facts(source: &Source, data: &DataFacts) -> Markup {
    let more = source.unit().plural();
    html! {
        dl.facts {
            div { dt { "data set" } dd { (data.title) } }
            @if let Some(licence) = &data.licence { div { dt { "licence" } dd { (licence) } } }
            @if let Some(citation) = &data.citation { div { dt { "cite as" } dd { (citation) } } }
            div { dt { (more) } dd { (many(data.voxels)) } }
            div { dt { "training items" } dd { (many(data.training_items)) } }
            div { dt { "validation items" } dd { (many(data.validation_items)) ", taken from the training data" } }
            div { dt { "held-out items" } dd { (many(data.test_items)) ", with " (range(data.test_repeats.0, data.test_repeats.1)) " repeats averaged" } }
            div { dt { "unpaired images" } dd { (many(data.unpaired_images)) } }
            div { dt { "external candidates" } dd { (many(data.external_images)) } }
            @if !data.snr_source.is_empty() { div { dt { "signal-to-noise ratio" } dd { (data.snr_source) } } }
        }
    }
}

fn check(check: &Check) -> Markup {
    let (class, word) = match check.verdict {
        Verdict::Pass => ("pass", "pass"),
        Verdict::Warn => ("warn", "warning"),
        Verdict::Fail => ("fail", "fail"),
        Verdict::NotApplicable => ("none", "not applicable"),
    };
    html! {
        li {
            span class={ "badge " (class) } { (word) }
            div {
                b { (check.name.replace('_', " ")) } @if !check.detail.is_empty() { ": " (check.detail) }
                @if !check.items.is_empty() {
                    details {
                        summary { (many(check.items.len())) " listed" }
                        @let (shown, others) = afterimage_data::Check::shown(&check.name, &check.items, LISTED);
                        ul { @for item in shown { li { (item) } } }
                        @if others > 0 { p.note { "and " (many(others)) " more, in " code { "audit.json" } } }
                    }
                }
            }
        }
    }
}
