//! Scores of the run on other data sets of the same voxels; in their own report, which run was scored and what was shared.

use afterimage_run::layout::DECODER_WEIGHTS;
use afterimage_run::manifest::ScoredRun;
use afterimage_run::scores::{Score, ScoreFile, headlines};
use maud::{Markup, html};

use super::Part;
use crate::number::{chance, interval, many, of, p, score as shown};
use crate::pictures::{embed, spread};
use crate::source::{Other, Source};

/// Images of each data set that are shown.
const SHOWN: usize = 8;

/// One part for each data set; nothing for a run that was scored on its own only.
pub(crate) fn others(source: &Source) -> Part {
    if let Some(of) = &source.manifest.scored_run {
        return Part::shown(html! {
            p { "These are scores of the run " code { (of.run) } " on another data set than the one it was trained on, " code { (of.trained_on.path) }
                ". Nothing was trained, fitted or selected on the data set scored here." }
            (facts(source, of))
        });
    }
    if source.others.is_empty() {
        return Part::default();
    }
    Part::shown(html! {
        p { "The networks of this run, without any further training, on all held-out items of other data sets of the same "
            (source.unit().plural()) ". Each has a report of its own in its folder." }
        @for other in &source.others { (one(source, other)) }
    })
}

fn one(source: &Source, other: &Other) -> Markup {
    let data = &other.manifest.data;
    html! {
        h3 { (data.title) " " span.hint { code { "on/" (other.folder()) } ", " (of(data.test_items, "image", "images")) } }
        @if let Some(of) = &other.manifest.scored_run {
            @if is_stale(source, of) {
                p { span.badge.warn { "warning" } " The decoder of this run has changed since: make these scores again with "
                    code { "afterimage evaluate RUN --on DATASET" } "." }
            }
        }
        @match &other.scores {
            Some(scores) => (table(source, scores)),
            None => p.note { "Its scores were not finished: make them again." },
        }
        (images(other))
        @if let Some(of) = &other.manifest.scored_run { (facts(source, of)) }
    }
}

/// True if the run has another decoder than the one that was scored.
fn is_stale(source: &Source, of: &ScoredRun) -> bool {
    let now = source.manifest.outputs.get(DECODER_WEIGHTS.path);
    of.decoder.as_ref().zip(now).is_some_and(|(then, now)| then != now)
}

/// How the voxels were found, and what the images share with those of training.
fn facts(source: &Source, of: &ScoredRun) -> Markup {
    html! {
        dl.facts { div { dt { (source.unit().plural()) } dd { (of.voxels) } } }
        p { b { "Overlap with training. " } "Each line is a check of the audit." }
        ul { @for sentence in &of.overlap { li { (sentence) } } }
    }
}

/// The main scores there, next to those on the run's own test items.
fn table(source: &Source, scores: &ScoreFile) -> Markup {
    let own = |score: &Score| source.scores.as_ref().and_then(|file| file.get(&score.name));
    html! {
        table.scores.compact {
            thead { tr {
                th scope="col" { "Score" } th scope="col" { "Here" } th scope="col" { "95 % interval" } th scope="col" { "Chance" }
                th scope="col" { "p" } th scope="col" { "n" } th scope="col" { "On its own test items" }
            } }
            tbody { @for score in headlines(scores) { tr {
                th scope="row" { (score.title) }
                td.number { (shown(score)) }
                td data-label="interval" { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
                td data-label="chance" { (chance(score)) }
                td data-label="p" { (score.p.as_ref().map_or("–".into(), p)) }
                td data-label="n" { (many(score.n)) }
                td data-label="own" { (own(score).map_or("–".into(), with_interval)) }
            } } }
        }
        @for warning in &scores.warnings { p { span.badge.warn { "warning" } " " (warning) } }
    }
}

fn with_interval(score: &Score) -> String {
    match &score.interval {
        Some(i) => format!("{} ({})", shown(score), interval(i, &score.unit)),
        None => shown(score),
    }
}

/// Images spread evenly over the order of the data set, not chosen by a score.
fn images(other: &Other) -> Markup {
    let root = other.run.root();
    let picked = spread(other.pictures.len(), SHOWN);
    html! {
        @if !picked.is_empty() {
            p.hint { "Shown and reconstructed: " (many(picked.len())) " of " (many(other.pictures.len())) ", evenly spaced in the order of the data set." }
            ol.gallery { @for item in picked.iter().map(|&i| &other.pictures[i]) {
                li.card { div.trio.duo {
                    @for (path, what) in [(&item.shown, "shown"), (&item.reconstruction, "reconstructed")] {
                        figure {
                            @if let Some(uri) = embed(root, path) { img src=(uri) alt={ (what) ": " (item.name) } decoding="async"; }
                            figcaption { (what) }
                        }
                    }
                } p.caption { (item.name) } }
            } }
        }
    }
}
