//! The page: one card per item, readable without JavaScript; sorting, filtering, receptive fields and dropped files need it.

use afterimage_web::asset::path;
use maud::{DOCTYPE, Markup, html};

use crate::{Catalog, Run};

pub(crate) const STYLE: &str = include_str!("../assets/view.css");
pub(crate) const SCRIPT: &str = include_str!("../assets/view.js");

/// Returns the page. `stamp` differs between starts of the server, so that a browser shows no cached image of other runs.
pub(crate) fn page(catalog: &Catalog, stamp: &str) -> Markup {
    let names: Vec<&str> = catalog.runs.iter().map(|run| run.label.as_str()).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (names.join(", ")) " – Afterimage" }
                link rel="stylesheet" href=(path("/static/view.css", STYLE));
                script src=(path("/static/view.js", SCRIPT)) defer {}
            }
            body {
                a.skip href="#items" { "Skip to the images" }
                header {
                    p.kicker { "Afterimage" }
                    h1 { (names.join(" and ")) }
                    @for run in &catalog.runs { p.note { strong { (run.label) } ": " (run.experiment) ", on " (run.data) ", made " (run.created) ". " (run.items.len()) " held-out items." } }
                }
                main {
                    (tools(catalog))
                    aside aria-label="Networks and receptive fields" {
                        (ask(catalog))
                        @if catalog.runs.iter().any(|run| !run.voxels.is_empty()) { (fields(catalog)) }
                    }
                    (items(catalog, stamp))
                }
                (enlarged())
            }
        }
    }
}

/// Sorting and filtering.
fn tools(catalog: &Catalog) -> Markup {
    html! {
        form.tools #tools role="search" aria-label="Sort and filter" hidden {
            label { "Sort by" select name="sort" {
                option value="" { "order of the test set" }
                option value="name" { "name" }
                @for (r, run) in catalog.runs.iter().enumerate() {
                    @if !run.scores.is_empty() { optgroup label=(run.label) {
                        @for (s, score) in run.scores.iter().enumerate() { option value={ (r) "." (s) } { (score.title) } }
                    } }
                }
            } }
            label { "Order" select name="order" { option value="best" { "best first" } option value="worst" { "worst first" } } }
            label { "Class" select name="class" { option value="" { "all" } @for class in classes(catalog) { option { (class) } } } }
            label { "Name contains" input type="search" name="name" autocomplete="off"; }
            p.note role="status" #count {}
        }
    }
}

fn classes(catalog: &Catalog) -> Vec<&str> {
    let mut classes: Vec<&str> =
        catalog.runs.iter().flat_map(|run| &run.items).filter_map(|item| item.class.as_deref()).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// The area to drop an image or responses on.
fn ask(catalog: &Catalog) -> Markup {
    html! {
        @if catalog.runs.iter().any(|run| run.networks) {
            details.ask #ask hidden {
                summary { h2 { "Ask the networks" } }
                p.note { "Drop an image anywhere to see the responses that the encoder predicts, or responses (.csv or .npy, one per row, not standardised) to see the images that the decoder makes of them." }
                label.drop #drop { span { "Choose or drop an image, .csv or .npy" } input type="file" accept="image/png,image/jpeg,image/bmp,image/tiff,.csv,.npy"; }
                p.error role="alert" #failed hidden {}
                div.answers #answers aria-live="polite" {}
            }
        }
    }
}

/// Receptive fields of a run's voxels over the image.
fn fields(catalog: &Catalog) -> Markup {
    let unit = catalog.runs.iter().find(|run| !run.voxels.is_empty()).map_or("voxel", |run| run.unit);
    html! {
        details.fields #fields hidden {
            summary { h2 { "Receptive fields" } }
            div.row {
                label { "Run" select name="fields-run" {
                    @for (r, run) in catalog.runs.iter().enumerate() { @if !run.voxels.is_empty() { option value=(r) { (run.label) } } }
                } }
                label { "Region" select name="region" { option value="" { "all" } } }
                label { "Coloured by" select name="colour" { option value="r" { "correlation of predicted and measured" } option value="predicted" disabled { "response predicted to the dropped image" } } }
            }
            div.map {
                svg #map role="application" aria-label={ "Middles of receptive fields on the image; arrow keys go from " (unit) " to " (unit) } tabindex="0" {}
                div { p #voxel role="status" { "Point at a " (unit) ": its receptive field is drawn here and over every image, one standard deviation wide." } div #scale {} }
            }
        }
    }
}

/// The cards. Items of several runs are matched by name.
fn items(catalog: &Catalog, stamp: &str) -> Markup {
    let mut names: Vec<&str> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for item in catalog.runs.iter().flat_map(|run| &run.items) {
        if known.insert(item.name.as_str()) {
            names.push(&item.name);
        }
    }
    let places: Vec<std::collections::HashMap<&str, usize>> = catalog
        .runs
        .iter()
        .map(|run| run.items.iter().enumerate().map(|(i, item)| (item.name.as_str(), i)).collect())
        .collect();
    html! {
        ol.items #items { @for name in names {
            @let of_runs: Vec<(usize, &Run, usize)> = catalog.runs.iter().enumerate().filter_map(|(r, run)| Some((r, run, *places[r].get(name)?))).collect();
            (card(name, &of_runs, stamp))
        } }
    }
}

fn card(name: &str, of_runs: &[(usize, &Run, usize)], stamp: &str) -> Markup {
    let picture = |run: usize, kind: &str, item: usize, caption: &str, alt: &str| {
        picture(&format!("/picture/{run}/{kind}/{item}?v={stamp}"), caption, alt)
    };
    let first = of_runs.first();
    let class = first.and_then(|(_, run, i)| run.items[*i].class.as_deref());
    html! {
        li.card data-name=(name) data-class=[class] data-places=(of_runs.iter().map(|(r, _, i)| format!("{r}:{i}")).collect::<Vec<_>>().join(" ")) {
            div.pictures {
                @if let Some((r, _, i)) = first { (picture(*r, "shown", *i, "shown", &format!("shown: {name}"))) }
                @for (r, run, i) in of_runs {
                    @let caption = if of_runs.len() > 1 { run.label.as_str() } else { "reconstructed" };
                    (picture(*r, "reconstruction", *i, caption, &format!("reconstructed by {}: {name}", run.label)))
                }
                @if let Some((r, run, i)) = first { @if let Some(rival) = &run.items[*i].rival { (picture(*r, "rival", *i, "rival", &format!("rival: {rival}"))) } }
            }
            p { button.name type="button" { (name) } @if let Some(class) = class { span.note { " " (class) } } span.score {} }
        }
    }
}

fn picture(path: &str, caption: &str, alt: &str) -> Markup {
    html! {
        figure {
            span.pic { img src=(path) alt=(alt) loading="lazy" decoding="async" width="64" height="64"; }
            figcaption { (caption) }
        }
    }
}

/// The dialog with one item, enlarged.
fn enlarged() -> Markup {
    html! {
        dialog #large aria-labelledby="large-title" {
            h2 #large-title {}
            div.pictures {}
            table { caption.unseen { "Scores of this item" } tbody {} }
            form method="dialog" { button.button { "Close" } }
        }
    }
}
