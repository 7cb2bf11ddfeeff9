//! The images: shown, reconstructed and best wrong candidate, one at a time and all together.

use maud::{Markup, html};
use serde_json::json;

use super::{missing, section};
use crate::{
    number::{many, of, value},
    pictures::{Item, Shown},
    source::Source,
};

/// Number of items shown before the reader expands the rest.
const UNFOLDED: usize = 24;

/// The viewer with its slider, and the gallery.
pub(crate) fn gallery(source: &Source, shown: &Shown) -> Markup {
    let content = if shown.items.is_empty() {
        missing("There are no reconstructions yet.", "afterimage reconstruct RUN")
    } else {
        html! {
            (viewer(shown))
            (introduction(shown))
            (controls(shown))
            ol.gallery.folded #gallery { @for (i, item) in shown.items.iter().enumerate() { (card(i, item, shown)) } }
            @if shown.items.len() > UNFOLDED { button.all type="button" #unfold { "Show all " (shown.items.len()) } }
            @if source.scores.is_none() { p.note { "Not scored yet, so the order is that of the data set." } }
        }
    };
    section("pictures", "The images", &content)
}

fn introduction(shown: &Shown) -> Markup {
    let by = shown.scores.first();
    html! {
        p {
            "Every row of three: the image that was " b { "shown" } ", its " b { "reconstruction" }
            " from the responses alone, and the best-ranked " b { "wrong candidate" } " of the identification. "
            @if let Some(score) = by { "Sorted by " em { (score.title) } ", best first; the large image starts at the \
                                        middle of that order, not at the best. " }
            @if shown.items.len() < shown.total {
                b { "Of " (of(shown.total, "item", "items")) ", " (many(shown.items.len())) " are shown here" }
                ", spread evenly over the ranks from best to worst; the scores are of all."
            } @else { "All " (of(shown.total, "item", "items")) " are shown here." }
        }
    }
}

fn viewer(shown: &Shown) -> Markup {
    let middle = (shown.items.len() - 1) / 2;
    let item = &shown.items[middle];
    html! {
        div.viewer #viewer {
            div.trio {
                (picture(item.shown.as_deref(), "shown", "shown"))
                (picture(item.reconstruction.as_deref(), "reconstructed", "reconstructed"))
                (picture(item.rival.as_deref(), "best wrong candidate", "wrong candidate"))
            }
            div.about {
                p.name aria-live="polite" { b #viewer-name { (item.pictures.name) } " " span #viewer-place { "rank " (item.rank) " of " (shown.total) } }
                p.more #viewer-more { (more(item)) }
                div.list tabindex="0" role="region" aria-label="Scores of this item" { table.values #viewer-values { tbody {
                    @for (score, v) in shown.scores.iter().zip(&item.values) {
                        tr { th scope="row" { (score.title) } td { (v.map_or("–".into(), |v| value(v, &score.unit))) } }
                    }
                } }
            } }
            div.slide {
                label for="slider" { "All items, in the order chosen below" }
                input #slider type="range" min="1" max=(shown.items.len()) value=(middle + 1) step="1";
            }
        }
    }
}

fn more(item: &Item) -> String {
    let mut parts = Vec::new();
    parts.extend(item.pictures.class.as_ref().map(|c| format!("class {c}")));
    parts.push(of(usize::from(item.pictures.repeats), "presentation averaged", "presentations averaged"));
    parts.extend(item.pictures.rival_name.as_ref().map(|r| format!("wrong candidate {r}")));
    parts.join(" · ")
}

fn controls(shown: &Shown) -> Markup {
    html! {
        div.controls {
            label { "Sort by "
                select #sort {
                    @for (i, score) in shown.scores.iter().enumerate() { option value=(i) { (score.title) } }
                    option value="order" { "order of the data set" }
                }
            }
            label { "from "
                select #direction { option value="best" { "best to worst" } option value="worst" { "worst to best" } }
            }
        }
    }
}

fn card(i: usize, item: &Item, shown: &Shown) -> Markup {
    let first = shown.scores.first().zip(item.values.first());
    html! {
        li.card data-item=(i) {
            div.trio {
                (picture(item.shown.as_deref(), &format!("shown: {}", item.pictures.name), "shown"))
                (picture(item.reconstruction.as_deref(), &format!("reconstruction of {}", item.pictures.name), "reconstructed"))
                (picture(item.rival.as_deref(), &format!("wrong candidate {}", item.pictures.rival_name.as_deref().unwrap_or_default()), "wrong candidate"))
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
