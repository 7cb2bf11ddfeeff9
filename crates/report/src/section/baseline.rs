//! The section of a baseline, in place of training.

use afterimage_run::baseline::{Baseline, Penalties};
use maud::{Markup, html};

use super::{Part, training::timing};
use crate::{
    number::{many, of},
    source::Source,
};

/// The question of a baseline, in place of that of a trained decoder.
pub(crate) fn question(source: &Source, baseline: &Baseline) -> Markup {
    let data = &source.manifest.data;
    let (one, more) = (source.unit().singular(), source.unit().plural());
    html! {
        "What does a trained decoder have to beat? This is the baseline " em { (baseline.name) } ", no network was trained. "
        (baseline.method) " It was fitted on " (of(data.training_items, "pair", "pairs")) " of images and responses of "
        (of(data.voxels, one, more)) ", " em { (data.title) }
        @if data.unpaired_images > 0 { ", had " (of(data.unpaired_images, "image", "images")) " to choose from" }
        ", and is tested on " (of(data.test_items, "held-out image", "held-out images"))
        @if super::opening::failed_checks(source).next().is_some() { ". " strong { "The audit failed: what they share with training is below." } }
        @else { " that it was not fitted on." }
    }
}

/// Method, penalties and timing.
pub(crate) fn fitted(source: &Source, baseline: &Baseline) -> Part {
    let content = html! {
        p { b { "A baseline; no network was trained." } " Everything was fitted on the training items." }
        dl.facts {
            div { dt { "reconstructions" } dd { (baseline.method) } }
            div { dt { "predicted responses" } dd { (baseline.encoder.as_deref().unwrap_or("none")) } }
        }
        @for penalties in &baseline.penalties { (table(penalties)) }
        (timing(source))
    };
    Part::shown(content)
}

/// Number of targets per penalty.
fn table(penalties: &Penalties) -> Markup {
    let all: usize = penalties.chosen.iter().sum();
    html! {
        h3 { "Penalties: " (penalties.targets) }
        p { "The penalty of each of the " (many(all)) " targets minimises the cross-validation error, relative to "
            (penalties.unit) @if let Some(median) = penalties.median() { "; the median is " (short(median)) } ". Many at the largest are targets that cannot be predicted." }
        dl.facts.tight { @for (value, count) in penalties.grid.iter().zip(&penalties.chosen) {
            @if *count > 0 { div { dt { (short(*value)) } dd { (many(*count)) } } }
        } }
    }
}

/// Two significant digits.
fn short(value: f64) -> String {
    if (0.01..1000.0).contains(&value) { format!("{value:.2}") } else { format!("{value:.1e}") }
}
