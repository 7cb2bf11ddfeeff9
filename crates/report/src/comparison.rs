//! The page of a comparison of runs, with a table and a figure of the differences. One file, like the report.

mod table;

use afterimage_run::comparison::{Comparison, Row};
use afterimage_statistics::Interval;
use maud::{Markup, html};

use crate::{
    number::{many, of, signed},
    page::document,
    plot::{self, Entry},
    section::section,
};

/// The page as HTML text; the same comparison gives the same bytes.
///
/// It needs no other file and no network, and everything from a run is escaped.
pub fn render_comparison(comparison: &Comparison) -> String {
    let body = html! {
        header { (opening(comparison)) }
        main {
            (section("table", "Scores", &table::table(comparison)))
            @if comparison.paired { (section("differences", "Differences", &figure(comparison))) }
            (section("definitions", "Definitions", &definitions(comparison)))
            (section("runs", "Runs", &runs(comparison)))
        }
    };
    document(&format!("{} – Afterimage comparison", comparison.title), &html! {}, "", &body).into_string()
}

fn opening(comparison: &Comparison) -> Markup {
    let baseline = comparison.variants.first().map_or("", |v| v.label.as_str());
    html! {
        p.kicker { "Afterimage comparison" }
        h1 { (comparison.title) }
        p.question {
            @if comparison.paired {
                "Differences are computed image by image, variant minus " em { (baseline) } ", on the same held-out \
                 images. p is that of a two-sided sign-flip permutation test; "
                "the corrected one is Holm's over all " (of(comparison.tests, "test", "tests")) " on this page."
            } @else {
                "Runs side by side, each with its own test images."
            }
        }
        @if !comparison.notes.is_empty() {
            aside.warnings aria-label="Notes" {
                p { strong { "Before you read the numbers" } }
                ul { @for note in &comparison.notes { li { span.badge.warn { "note" } " " (note) } } }
            }
        }
    }
}

/// One plot per score; each has the unit of its score.
fn figure(comparison: &Comparison) -> Markup {
    let plots: Vec<(&Row, Markup)> =
        comparison.rows.iter().filter_map(|r| Some((r, effects(comparison, r)?))).collect();
    let baseline = comparison.variants.first().map_or("", |v| v.label.as_str());
    html! {
        p { "Dots are mean differences from " em { (baseline) } ", lines their intervals; right of zero is larger." }
        div.plots { @for (row, plot) in &plots { figure {
            figcaption { (row.title) @if !row.higher_is_better { span.hint { " (smaller is better)" } } }
            (plot)
        } } }
        @if plots.is_empty() { p.missing { span.badge.none { "none" } " No score has a paired difference; the table says why." } }
    }
}

fn effects(comparison: &Comparison, row: &Row) -> Option<Markup> {
    let scale = if row.unit == "fraction" { 100.0 } else { 1.0 };
    let unit = if row.unit == "fraction" { "percentage points" } else { row.unit.as_str() };
    let effects: Vec<Entry> = comparison
        .variants
        .iter()
        .zip(&row.cells)
        .filter_map(|(variant, cell)| {
            let difference = cell.as_ref()?.difference.as_ref()?;
            Some(Entry {
                name: variant.label.clone(),
                value: difference.value * scale,
                interval: difference.interval.as_ref().map(|i| (i.low * scale, i.high * scale)),
                note: signed(difference.value, &row.unit),
            })
        })
        .collect();
    plot::forest(&effects, &format!("difference, {unit}"), &format!("Differences in {}", row.title))
}

fn definitions(comparison: &Comparison) -> Markup {
    let difference = comparison.rows.iter().flat_map(|r| &r.cells).flatten().find_map(|c| c.difference.as_ref());
    html! {
        dl.facts {
            @for row in &comparison.rows { div { dt { (row.title) } dd { (row.definition) br; span.hint { code { (row.name) } ", " (row.metric) } } } }
            @if let Some(d) = difference {
                @if let Some(i) = &d.interval { div { dt { "interval of a difference" } dd { (i.method) } } }
                @if let Some(i) = &d.bca { div { dt { "BCa interval" } dd { (i.method) ", on the same resamples" } } }
                div { dt { "p" } dd { (d.p.method) } }
                div { dt { "images needed" } dd {
                    "The smallest number of test images with which a paired t-test finds a difference as large as the \
                     observed one, in units of the observed standard deviation, "
                    "in 80\u{202f}% of experiments, two-sided at 0.05. It rests on the observed difference and is as uncertain as that."
                } }
            }
            div { dt { "draws" } dd { (many(comparison.resamples)) " bootstrap resamples, " (many(comparison.permutations)) " sign flips, seed " (comparison.seed) } }
        }
        @if !comparison.not_compared.is_empty() {
            h3 { "Not shown" }
            dl.facts { @for m in &comparison.not_compared { div { dt { code { (m.name) } } dd { (m.reason) } } } }
        }
    }
}

fn runs(comparison: &Comparison) -> Markup {
    html! {
        dl.facts { @for variant in &comparison.variants { div {
            dt { (variant.label) }
            dd { @for (run, seed) in variant.runs.iter().zip(&variant.seeds) { div { code { (run) } ", seed " (seed) } } }
        } } }
        @if !comparison.subjects.is_empty() { p { "Subjects: " (comparison.subjects.join("; ")) "." } }
    }
}

/// An interval in the unit of a difference.
fn difference_interval(i: &Interval, unit: &str) -> String {
    format!("{} to {}", signed(i.low, unit), signed(i.high, unit))
}
