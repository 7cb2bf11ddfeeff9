//! The images: shown, reconstructed and best wrong candidate, one at a time and all together.

use std::ops::Range;

use maud::{Markup, html};
use serde_json::json;

use super::Part;
use crate::{
    number::{many, of, value},
    pictures::{FEW, Item, Shown, UNFOLDED, spread},
    source::Source,
};

/// The viewer with its slider, and the gallery.
pub(crate) fn gallery(source: &Source, shown: &Shown) -> Part {
    if shown.items.is_empty() {
        return Part::missing("There are no reconstructions yet.", "afterimage reconstruct RUN");
    }
    let (picked, few) = (spread(shown.items.len(), UNFOLDED), spread(shown.items.len(), FEW));
    Part::shown(html! {
        (viewer(shown))
        (introduction(source, shown))
        (controls(shown))
        ol.gallery.folded #gallery data-pick=(UNFOLDED) data-few=(FEW) {
            @for (i, item) in shown.items.iter().enumerate() { (card(i, item, shown, picked.contains(&i), few.contains(&i))) }
        }
        @if shown.items.len() > FEW { button.all.many[shown.items.len() > UNFOLDED] type="button" #unfold { "Show all " (shown.items.len()) } }
        @if source.scores.is_none() { p.note { "Not scored yet, so the order is that of the data set." } }
    })
}

/// How the images were chosen and what stands in a row.
fn introduction(source: &Source, shown: &Shown) -> Markup {
    let n = shown.items.len();
    html! {
        p {
            "Every row: the image that was " b { "shown" } ", its " b { "reconstruction" } " from the responses"
            @if source.reconstruction_parts.is_none() { " only" }
            @if shown.candidates { ", and the best-ranked " b { "wrong candidate" } " of the identification" } ". "
            @if let Some(score) = shown.scores.first() {
                "The order is that of " em { (score.title) } ", best first" span.screen { "; the large image is the one in the middle of it" } ". "
            }
            @if n > FEW {
                "The images in view are " b { "spaced evenly from the best to the worst" } ", not the best ones"
                span.screen { "; the button below shows all " (many(n)) } ". "
            }
            @if n < shown.total {
                b { "Of " (of(shown.total, "image", "images")) ", " (many(n)) " are in this file" }
                ", spread evenly over the ranks from best to worst; the scores are of all."
            }
        }
        @if let Some(parts) = &source.reconstruction_parts { p { b { "What a reconstruction is made of: " } (parts) } }
    }
}

fn viewer(shown: &Shown) -> Markup {
    let middle = (shown.items.len() - 1) / 2;
    let item = &shown.items[middle];
    html! {
        div.viewer #viewer {
            div.trio.duo[!shown.candidates] {
                (picture(item.shown.as_deref(), "shown", "shown"))
                (picture(item.reconstruction.as_deref(), "reconstructed", "reconstructed"))
                @if shown.candidates { (picture(item.rival.as_deref(), "best wrong candidate", "wrong candidate")) }
            }
            div.about {
                p.name aria-live="polite" { b #viewer-name { (item.pictures.name) } " " span #viewer-place { "rank " (item.rank) " of " (shown.total) } }
                p.more #viewer-more { (more(item)) }
                (values(shown, item, 0..shown.main))
                @if shown.scores.len() > shown.main { details {
                    summary { "All " (shown.scores.len()) " scores of this image" }
                    (values(shown, item, shown.main..shown.scores.len()))
                } }
            }
            div.slide {
                label for="slider" { "All images, in the order chosen below" }
                input #slider type="range" min="1" max=(shown.items.len()) value=(middle + 1) step="1";
            }
        }
    }
}

/// The scores of an image; the script fills them for another one.
fn values(shown: &Shown, item: &Item, which: Range<usize>) -> Markup {
    html! { table.values { tbody { @for i in which {
        tr { th scope="row" { (shown.scores[i].title) } td { (item.values[i].map_or("–".into(), |v| value(v, &shown.scores[i].unit))) } }
    } } } }
}

fn more(item: &Item) -> String {
    let mut parts = Vec::new();
    parts.extend(item.pictures.class.as_ref().map(|c| format!("class {c}")));
    parts.push(of(usize::from(item.pictures.repeats), "presentation averaged", "presentations averaged"));
    parts.extend(item.pictures.rival_name.as_ref().map(|r| format!("wrong candidate {r}")));
    parts.extend(
        item.pictures.photograph.as_ref().map(|name| format!("fine structure also from the photograph {name}")),
    );
    parts.join(" · ")
}

fn controls(shown: &Shown) -> Markup {
    html! {
        div.controls {
            label { "Sort by "
                select #sort {
                    optgroup label="Main scores" { @for (i, score) in shown.scores.iter().enumerate().take(shown.main) { option value=(i) { (score.title) } } }
                    optgroup label="Order" { option value="order" { "order of the data set" } }
                    @if shown.scores.len() > shown.main { optgroup label="All other scores" {
                        @for (i, score) in shown.scores.iter().enumerate().skip(shown.main) { option value=(i) { (score.title) } }
                    } }
                }
            }
            label { "from "
                select #direction { option value="best" { "best to worst" } option value="worst" { "worst to best" } }
            }
        }
    }
}

fn card(i: usize, item: &Item, shown: &Shown, pick: bool, few: bool) -> Markup {
    let first = shown.scores.first().zip(item.values.first());
    html! {
        li.card.pick[pick].few[few] data-item=(i) {
            div.trio.duo[!shown.candidates] {
                (picture(item.shown.as_deref(), &format!("shown: {}", item.pictures.name), "shown"))
                (picture(item.reconstruction.as_deref(), &format!("reconstruction of {}", item.pictures.name), "reconstructed"))
                @if shown.candidates { (picture(item.rival.as_deref(), &format!("wrong candidate {}", item.pictures.rival_name.as_deref().unwrap_or_default()), "wrong candidate")) }
            }
            p.caption {
                button type="button" { (item.pictures.name) }
                span.score { @if let Some((score, v)) = first { (v.map_or("–".into(), |v| value(v, &score.unit))) } }
            }
        }
    }
}

fn picture(uri: Option<&str>, alt: &str, caption: &str) -> Markup {
    html! {
        figure {
            @match uri {
                Some(uri) => img src=(uri) alt=(alt) decoding="async";,
                None => span.blank { "no image" },
            }
            figcaption { (caption) }
        }
    }
}

/// What the script needs to sort and to fill the viewer; safe inside a script element.
pub(crate) fn json(shown: &Shown) -> String {
    let scores: Vec<_> =
        shown.scores.iter().map(|s| json!({ "title": s.title, "higher": s.higher_is_better })).collect();
    let items: Vec<_> = shown
        .items
        .iter()
        .map(|item| {
            let texts: Vec<String> =
                shown.scores.iter().zip(&item.values).map(|(s, v)| v.map_or("–".into(), |v| value(v, &s.unit))).collect();
            json!({ "name": item.pictures.name, "more": more(item), "order": item.order, "values": item.values, "texts": texts })
        })
        .collect();
    let whole = json!({ "total": shown.total, "scores": scores, "items": items });
    // An item named "</script>" must not end the element.
    whole.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
