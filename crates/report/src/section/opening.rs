//! The question, the verdict, the warnings and the main scores.

mod baselines;
mod verdict;

use afterimage_run::scores::{Score, ScoreFile, headlines, is_by_the_loss};
use maud::{Markup, html};

use crate::{
    number::{interval, level, of, p, score as shown_value, value},
    plot,
    source::{Check, Source, Verdict},
};

/// Title, question, warnings and tiles.
pub(crate) fn opening(source: &Source) -> Markup {
    html! {
        p.kicker { "Afterimage report" @if let Some(baseline) = &source.manifest.baseline { ", baseline " (baseline.name) } }
        h1 { (source.manifest.name) }
        p.question { (question(source)) }
        @if let Some(file) = &source.scores { (verdict::verdict(source, file)) }
        (warnings(source))
        @match &source.scores {
            Some(file) => (tiles(source, file)),
            None => p.missing { span.badge.none { "no scores yet" } " Finished so far: "
                @if source.manifest.finished.is_empty() { "nothing" } @else { (source.manifest.finished.join(", ")) }
                ". Compute the scores with " code { "afterimage evaluate RUN" } "." },
        }
    }
}

fn question(source: &Source) -> Markup {
    if let Some(baseline) = &source.manifest.baseline {
        return super::baseline::question(source, baseline);
    }
    let data = &source.manifest.data;
    let (one, more) = (source.unit().singular(), source.unit().plural());
    html! {
        "Can the shown images be reconstructed from the responses of " (of(data.voxels, one, more)) "? "
        "An encoder (image to responses) and a decoder (responses to image) were trained on "
        (of(data.training_items, "pair", "pairs")) " of "
        @match &source.manifest.scored_run { Some(of) => code { (of.trained_on.path) }, None => em { (data.title) } }
        @if data.unpaired_images > 0 { " and on " (of(data.unpaired_images, "image", "images")) " without responses" }
        @if source.reconstruction_parts.is_some() || source.prediction_parts.is_some() { ", and combined with regressions" }
        "; they are tested on " (of(data.test_items, "held-out image", "held-out images"))
        @if source.manifest.scored_run.is_some() { " of " em { (data.title) } }
        @if failed_checks(source).next().is_some() { ". " strong { "The audit failed: what they share with training is below." } }
        @else if source.manifest.scored_run.is_some() { "." }
        @else { " that were not used in training." }
    }
}

/// The checks of the audit that failed: test images or classes that something was trained on.
pub(super) fn failed_checks(source: &Source) -> impl Iterator<Item = &Check> {
    source.audit.iter().flat_map(|audit| &audit.checks).filter(|check| check.verdict == Verdict::Fail)
}

fn tiles(source: &Source, file: &ScoreFile) -> Markup {
    html! { ul.tiles { @for score in headlines(file) { (tile(source, score)) } } }
}

fn tile(source: &Source, score: &Score) -> Markup {
    html! {
        li.tile {
            p.name { (score.title) }
            p.number { (shown_value(score)) }
            @if let Some(mark) = plot::mark(score) { (mark) }
            @if let Some(i) = &score.interval { p { (level(i)) " " b { (interval(i, &score.unit)) } } }
            @if score.chance.is_some() || score.p.is_some() { p {
                @if let Some(c) = score.chance { span { "chance " b { (value(c, &score.unit)) } } }
                @if let Some(test) = &score.p { span { "p " b { (p(test)) } } }
            } }
            p { "n " b { (source.items(score)) } }
            @if is_by_the_loss(score) { p { "by the network of the decoder's loss" } }
        }
    }
}

/// All that must be read before the numbers: remarks of the run, of the scores, and failed checks.
fn warnings(source: &Source) -> Markup {
    let mut remarks: Vec<&str> = Vec::new();
    let scored = source.scores.iter().flat_map(|s| &s.warnings);
    for remark in source.manifest.warnings.iter().chain(scored) {
        if !remarks.contains(&remark.as_str()) {
            remarks.push(remark);
        }
    }
    let checks: Vec<_> = source
        .audit
        .iter()
        .flat_map(|a| &a.checks)
        .filter(|c| matches!(c.verdict, Verdict::Warn | Verdict::Fail))
        .collect();
    html! {
        @if !remarks.is_empty() || !checks.is_empty() {
            aside.warnings aria-label="Warnings" {
                p { strong { "Before you read the numbers" } }
                ul {
                    @for check in checks.iter().filter(|c| c.verdict == Verdict::Fail) { li { span.badge.fail { "fail" } " " b { (check.name.replace('_', " ")) } ": " (check.detail) } }
                    @for remark in remarks { li { span.badge.warn { "note" } " " (remark) } }
                    @for check in checks.iter().filter(|c| c.verdict == Verdict::Warn) { li { span.badge.warn { "warning" } " " b { (check.name.replace('_', " ")) } ": " (check.detail) } }
                }
            }
        }
    }
}
