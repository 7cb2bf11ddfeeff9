//! The page of a synthesis: for each voxel or region the best natural image and those made. One file, as the report.

use afterimage_run::synthesis::{Objective, Prior, Synthesis, Target};
use maud::{Markup, html};

use crate::{
    number::{many, of, plain},
    page::document,
    pictures::uri,
    section::section,
};

/// What this page needs beside the report's style.
const GRID: &str = ".made { display: flex; flex-wrap: wrap; gap: .8rem; margin: .4rem 0 1.2rem; } .made figure { margin: 0; width: 8.5rem; }
.made img { width: 8.5rem; height: 8.5rem; image-rendering: pixelated; border: 1px solid var(--rule); } .made figcaption { font-size: .8rem; line-height: 1.3; }";

/// The page as HTML text; `read` gives the bytes of an image by its path in `synthesis.json`.
///
/// It asks for no other file and no network, and whatever comes from a run is escaped.
pub fn render_synthesis(synthesis: &Synthesis, read: &dyn Fn(&str) -> Vec<u8>) -> String {
    let body = html! {
        header { (opening(synthesis)) }
        main {
            (section("images", "Images", &html! { @for target in &synthesis.targets { (one(synthesis, target, read)) } }))
            (section("settings", "How they were made", &settings(synthesis)))
        }
    };
    document(&format!("{} – Afterimage synthesis", synthesis.run), &html! {}, GRID, &body).into_string()
}

fn opening(synthesis: &Synthesis) -> Markup {
    let natural: usize = synthesis.natural.iter().map(|n| n.images).sum();
    html! {
        p.kicker { "Afterimage synthesis" }
        h1 { (synthesis.run) }
        p.question {
            "Images that the trained encoder predicts the " @if synthesis.settings.minimise { "smallest" } @else { "largest" }
            " response to, next to the best of " (many(natural)) " natural images."
        }
        @if synthesis.settings.prior == Prior::Pixels {
            p.note { "Every pixel was free: such images reach responses by fine, saturated texture that no natural image                       has. With " code { "--prior decoder" } " they stay close to what the run's decoder has learned." }
        }
        @for note in &synthesis.notes { p.note { (note) } }
    }
}

fn one(synthesis: &Synthesis, target: &Target, read: &dyn Fn(&str) -> Vec<u8>) -> Markup {
    let best = &target.best_natural;
    let unit = synthesis.unit.unwrap_or_default();
    let name = match target.objective {
        Objective::Voxel => unit.in_text(&target.name),
        Objective::Region | Objective::Contrast => target.name.clone(),
    };
    let counted = || of(target.voxels, unit.singular(), unit.plural());
    let what = match target.objective {
        Objective::Voxel => {
            format!("in {}", if target.regions.is_empty() { "no region".into() } else { target.regions.join(", ") })
        }
        Objective::Region => format!("mean of {}", counted()),
        Objective::Contrast => format!("mean of {} less that of all others", counted()),
    };
    html! {
        h3 { (name) span.hint { " " (what) } }
        p.hint {
            "natural images " (plain(target.natural.0)) " on average, sd " (plain(target.natural.1)) "; reached " (plain(target.reached.0))
            @if let Some(sd) = target.reached.1 { ", sd " (plain(sd)) " over " (of(target.images.len(), "start", "starts")) }
            @if let Some(r) = target.agreement { "; pixels of two starts correlate by " (plain(r)) }
        }
        div.made {
            figure { (picture(&best.picture, &format!("natural image with the best response of {name}"), read)) figcaption { "best natural: " (plain(best.response)) br; span.hint { (best.source) ", " (best.name) } } }
            @for (start, image) in target.images.iter().enumerate() { figure {
                (picture(&image.picture, &format!("image made for {name}, start {}", start + 1), read))
                figcaption { (plain(image.response)) br; span.hint {
                    (plain(image.beyond_best)) @if synthesis.settings.minimise { " below" } @else { " beyond" } " the best, percentile " (plain(image.percentile)) " of natural images"
                } }
            } }
        }
    }
}

fn picture(path: &str, words: &str, read: &dyn Fn(&str) -> Vec<u8>) -> Markup {
    html! { @match uri(&read(path)) {
        Some(uri) => { img src=(uri) alt=(words); },
        None => { p.missing { (path) " is missing" } },
    } }
}

fn settings(synthesis: &Synthesis) -> Markup {
    let s = &synthesis.settings;
    let prior = match s.prior {
        Prior::Pixels => "pixels, as the sigmoid of what is optimised",
        Prior::Decoder => "responses within ±3, turned into an image by the run's decoder",
    };
    let natural: Vec<String> = synthesis.natural.iter().map(|n| format!("{} {}", many(n.images), n.source)).collect();
    html! {
        dl.facts {
            div { dt { "optimised" } dd { (prior) } }
            div { dt { "ascent" } dd { (many(s.steps)) " steps of Adam at " (plain(s.learning_rate)) ", shifted by up to " (many(s.jitter_px)) " px at each" } }
            div { dt { "total variation" } dd { "weight " (plain(s.variation_weight)) } }
            div { dt { "starts" } dd { (many(s.starts)) ", seed " (s.seed) } }
            div { dt { "natural images" } dd { (natural.join(", ")) } }
            div { dt { "encoder" } dd { code { (synthesis.encoder) } } }
            div { dt { "software" } dd { (synthesis.software) @if let Some(commit) = &synthesis.git_commit { " (" code { (commit) } ")" } } }
        }
    }
}
