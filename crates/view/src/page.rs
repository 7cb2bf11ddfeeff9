//! The page: the table of runs and one card per item, readable without JavaScript; sorting, filtering, receptive fields and
//! dropped files need it.

mod aside;

use std::collections::{HashMap, HashSet};

use afterimage_eval::comparison::earlier_intervals;
use afterimage_web::asset::path;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Catalog, ItemScores, Run};
use aside::{ask, fields};

pub(crate) const STYLE: &str = include_str!("../assets/view.css");
pub(crate) const SCRIPT: &str = include_str!("../assets/view.js");
pub(crate) const NETWORKS: &str = include_str!("../assets/networks.js");

/// Where the table of runs stands.
const TABLE: &str = "<!-- runs -->";
/// The score that cards show first: it differs between images where identification is always right.
const FIRST: &str = "image.pixcorr";

/// Returns what comes before and after the table of runs. `stamp` differs between starts of the server, so that a browser shows
/// no cached image of other runs.
pub(crate) fn page(catalog: &Catalog, stamp: &str) -> (String, String) {
    let html = whole(catalog, stamp).into_string();
    let (before, after) = html.split_once(TABLE).unwrap_or((html.as_str(), ""));
    (before.to_owned(), after.to_owned())
}

fn whole(catalog: &Catalog, stamp: &str) -> Markup {
    let names: Vec<&str> = catalog.runs.iter().map(|run| run.label.as_str()).collect();
    let names = names.join(", ");
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{names} – Afterimage"), true))
            body data-stamp=(stamp) {
                a.skip href="#items" { "Skip to the images" }
                header {
                    p.kicker { "Afterimage" }
                    h1 { (names) }
                    (made(catalog))
                }
                main {
                    (PreEscaped(TABLE))
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

fn head(title: &str, scripts: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) }
            link rel="stylesheet" href=(path("/static/view.css", STYLE));
            @if scripts {
                script src=(path("/static/view.js", SCRIPT)) defer {}
                script src=(path("/static/networks.js", NETWORKS)) defer {}
            }
        }
    }
}

/// A page that says why there is nothing else.
pub(crate) fn refusal(heading: &str, reason: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(heading, false))
            body { main.plain { h1 { (heading) } p { (reason) } p { a href="/" { "Back to the runs" } } } }
        }
    };
    page.into_string()
}

/// What each run is and when it was made; folded if there are several.
fn made(catalog: &Catalog) -> Markup {
    let line = |run: &Run| {
        html! { p.note { strong { (run.label) } " (" (run.kind) "): " (run.experiment) ", on " (run.data) ", made " (run.created) ". " (run.items.len()) " held-out items." @if let Some(parts) = &run.made_of { " " (parts) } } }
    };
    let scored = catalog.runs.iter().filter_map(|run| Some((run.label.as_str(), run.scored.as_ref()?)));
    html! {
        @if let [run] = catalog.runs.as_slice() { (line(run)) }
        @else { details.made { summary { "Data and dates of the runs" } @for run in &catalog.runs { (line(run)) } } }
        @for run in &catalog.runs { @if let Some(part) = &run.photograph_part { p.note { strong { (run.label) } ": " (part) } } }
        @if let Some(note) = earlier_intervals(scored) { p.note { (note) } }
    }
}

/// Which score, in what order, and of which items.
fn tools(catalog: &Catalog) -> Markup {
    let several = catalog.runs.len() > 1;
    html! {
        form.tools #tools role="search" autocomplete="off" aria-label="Sort and filter" hidden {
            label { "Score" select name="score" { (scores(catalog)) } }
            label { "Order" select name="order" {
                option value="" { "of the test set" }
                option value="name" { "by name" }
                option value="best" { "best first" }
                option value="worst" { "worst first" }
                @if several {
                    option value="gain" { "most above the reference first" }
                    option value="loss" { "most below the reference first" }
                }
            } }
            @if several { label { "By run" select name="by" { @for run in &catalog.runs { option value=(run.label) { (run.label) } } } } }
            @let classes = classes(catalog);
            @if !classes.is_empty() { label { "Class" select name="class" { option value="" { "all" } @for class in classes { option { (class) } } } } }
            label { "Name contains" input type="search" name="name" autocomplete="off"; }
            @if several { fieldset { legend { "Runs on the cards" } @for run in &catalog.runs {
                label.tick { input type="checkbox" name="run" value=(run.label) checked; span { (run.label) } }
            } } }
            p.note role="status" #count {}
        }
    }
}

/// The scores with a value per image: the main ones, then the others in groups.
fn scores(catalog: &Catalog) -> Markup {
    let mut known = HashSet::new();
    let all: Vec<&ItemScores> =
        catalog.runs.iter().flat_map(|run| &run.scores).filter(|score| known.insert(score.name.as_str())).collect();
    let main: Vec<&ItemScores> =
        catalog.main.iter().filter_map(|name| all.iter().copied().find(|score| score.name == *name)).collect();
    let mut groups: Vec<&str> = Vec::new();
    for score in all.iter().filter(|score| !score.main) {
        if !groups.contains(&score.group) {
            groups.push(score.group);
        }
    }
    let option =
        |score: &ItemScores| html! { option value=(score.name) selected[score.name == FIRST] { (score.title) } };
    html! {
        @if all.is_empty() { option value="" { "not evaluated" } }
        @if !main.is_empty() { optgroup label="Main scores" { @for score in main { (option(score)) } } }
        @for group in groups {
            optgroup label=(group) { @for score in all.iter().copied().filter(|score| !score.main && score.group == group) { (option(score)) } }
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

/// The cards. Items of several runs are matched by name.
fn items(catalog: &Catalog, stamp: &str) -> Markup {
    let mut known = HashSet::new();
    let all = catalog.runs.iter().flat_map(|run| &run.items).map(|item| item.name.as_str());
    let names: Vec<&str> = all.filter(|name| known.insert(*name)).collect();
    let places: Vec<HashMap<&str, usize>> = catalog
        .runs
        .iter()
        .map(|run| run.items.iter().enumerate().map(|(i, item)| (item.name.as_str(), i)).collect())
        .collect();
    html! {
        ol.items #items { @for name in names {
            @let of_runs: Vec<(usize, &Run, usize)> = catalog.runs.iter().enumerate().filter_map(|(r, run)| Some((r, run, *places[r].get(name)?))).collect();
            (card(name, &of_runs, catalog.runs.len() > 1, stamp))
        } }
    }
}

fn card(name: &str, of_runs: &[(usize, &Run, usize)], several: bool, stamp: &str) -> Markup {
    let source = |run: usize, kind: &str, item: usize| format!("/picture/{run}/{kind}/{item}?v={stamp}");
    let first = of_runs.first();
    let class = first.and_then(|(_, run, i)| run.items[*i].class.as_deref());
    html! {
        li.card data-name=(name) data-class=[class] data-places=(of_runs.iter().map(|(r, _, i)| format!("{r}:{i}")).collect::<Vec<_>>().join(" ")) {
            div.pictures {
                @if let Some((r, _, i)) = first { figure { (picture(&source(*r, "shown", *i), &format!("shown: {name}"))) figcaption { "shown" } } }
                @for (r, run, i) in of_runs {
                    figure data-run=(r) {
                        (picture(&source(*r, "reconstruction", *i), &format!("reconstructed by {}: {name}", run.label)))
                        figcaption {
                            @if several { (run.label) @if run.kind != "trained" { span.kind { (run.kind) } } } @else { "reconstructed" }
                            b.value {}
                        }
                    }
                }
                @if let (false, Some((r, run, i))) = (several, first) { @if let Some(candidate) = &run.items[*i].candidate {
                    figure { (picture(&source(*r, "candidate", *i), &format!("wrong candidate: {candidate}"))) figcaption { "wrong candidate" } }
                } }
            }
            p { button.name type="button" { (name) } @if let Some(class) = class { span.note { " " (class) } } }
        }
    }
}

fn picture(source: &str, alt: &str) -> Markup {
    html! { span.pic { img src=(source) alt=(alt) loading="lazy" decoding="async" width="64" height="64"; } }
}

/// The dialog with one item, enlarged. Its heading and controls come first.
fn enlarged() -> Markup {
    html! {
        dialog #large aria-labelledby="large-title" {
            div.bar {
                h2 #large-title tabindex="-1" {}
                p.note #place role="status" {}
                button.step #before type="button" aria-label="Previous item" { "←" }
                button.step #after type="button" aria-label="Next item" { "→" }
                form method="dialog" { button.button { "Close" } }
            }
            div.pictures {}
            div.wide role="region" aria-label="Scores of this item" tabindex="0" { table { thead {} } }
            p.note { "In small type: over all items, with 95 % interval and chance. Arrow keys go to the next item, Esc closes." }
        }
    }
}
