//! The page of a comparison of runs: all scores at a glance, images side by side, then the differences and every number.
//! One file, like the report.

mod details;
mod matrix;
mod pictures;

use afterimage_run::RunFolder;
use afterimage_run::comparison::{Comparison, Row};
use maud::{Markup, html};

use crate::{
    number::{many, of, signed},
    page::document,
    plot::{self, Entry},
    section::section,
};

/// What this page needs in addition to the report's style.
const STYLE: &str = include_str!("../assets/comparison.css");

/// The page as HTML text; the same comparison and runs give the same bytes. `runs` are the first run of each variant,
/// whose images are shown side by side; without them, or if their files are missing, the page has no images.
///
/// It needs no other file and no network, and everything from a run is escaped.
pub fn render_comparison(comparison: &Comparison, runs: &[RunFolder]) -> String {
    let images = if comparison.paired { pictures::pictures(comparison, runs) } else { None };
    let body = html! {
        header { (opening(comparison)) }
        main {
            (section("summary", "All scores", &matrix::matrix(comparison)))
            @if let Some(images) = images { (section("images", "Images side by side", &images)) }
            @if comparison.paired { (section("differences", "Differences", &figure(comparison))) }
            (section("table", "Every number", &folded("Intervals, BCa, p before and after correction, images needed", &details::details(comparison))))
            (section("definitions", "Definitions", &folded("What each score and each statistic is", &definitions(comparison))))
            (section("runs", "Runs", &runs_of(comparison)))
        }
    };
    document(&format!("{} – Afterimage comparison", comparison.title), &html! {}, STYLE, &body).into_string()
}

/// Content that opens on a click: long, and not for a first reading.
fn folded(what: &str, content: &Markup) -> Markup {
    html! { details { summary { (what) } (content) } }
}

/// The variant that differences are taken from.
fn reference(comparison: &Comparison) -> &str {
    comparison.variants.first().map_or("", |v| v.label.as_str())
}

fn opening(comparison: &Comparison) -> Markup {
    html! {
        p.kicker { "Afterimage comparison" }
        h1 { (comparison.title) }
        p.question {
            @if comparison.paired {
                "Every run is compared with " em { (reference(comparison)) } ", the reference, image by image on the same \
                 held-out images. p is that of a two-sided sign-flip permutation test; the corrected one is Holm's over the \
                 variants of one score, " (of(comparison.tests, "test", "tests")) "; scores are not corrected for one another."
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
    html! {
        p { "Dots are mean differences from " em { (reference(comparison)) } ", lines their 95\u{202f}% intervals." }
        div.plots { @for (row, plot) in &plots { figure {
            figcaption { (row.title) span.hint { @if row.higher_is_better { ": right of zero is better" } @else { ": left of zero is better" } } }
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
    let differences = || comparison.rows.iter().flat_map(|r| &r.cells).flatten().filter_map(|c| c.difference.as_ref());
    html! {
        dl.facts {
            @for row in &comparison.rows { div { dt { (row.title) } dd { (row.definition) br; span.hint { code { (row.name) } ", " (row.metric) } } } }
            @if let Some(d) = differences().next() {
                @if let Some(i) = &d.interval { div { dt { "interval of a difference" } dd { (i.method) } } }
                @if let Some(i) = &d.bca { div { dt { "BCa interval" } dd { (i.method) ", on the same resamples" } } }
                div { dt { "p" } dd { (d.p.method) } }
            }
            @if comparison.rows.iter().flat_map(|r| &r.cells).flatten().any(|c| c.images_needed().is_some()) {
                div { dt { "images needed" } dd {
                    "The smallest number of test images with which a paired t-test finds a difference as large as the \
                     observed one, in units of the observed standard deviation, "
                    "in 80\u{202f}% of experiments, two-sided at 0.05. It rests on the observed difference and is as \
                     uncertain as that; it is left out if the interval of the difference includes 0."
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

fn runs_of(comparison: &Comparison) -> Markup {
    html! {
        dl.facts { @for variant in &comparison.variants { div {
            dt { (variant.label) @if variant.runs.len() > 1 { ", " (of(variant.runs.len(), "run", "runs")) } }
            dd { @for (run, seed) in variant.runs.iter().zip(&variant.seeds) { div { code { (run) } ", seed " (seed) } } }
        } } }
        @if !comparison.subjects.is_empty() { p { "Subjects: " (comparison.subjects.join("; ")) "." } }
    }
}
