//! The page: head, navigation, the sections in order, foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{pictures, section, source::Source};

pub(crate) const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");
/// The page may load only its own content, even if an escape should fail.
pub(crate) const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const SECTIONS: [(&str, &str); 12] = [
    ("pictures", "Images"),
    ("scores", "Scores"),
    ("classification", "Classes"),
    ("spread", "Single items"),
    ("encoder", "Encoder"),
    ("biology", "Receptive fields"),
    ("regions", "Regions"),
    ("people", "People"),
    ("training", "Training"),
    ("data", "Data and audit"),
    ("repeat", "Repeat it"),
    ("reading", "Reading the numbers"),
];

/// A self-contained document: `head` comes before the title, `style` after that of the report.
pub(crate) fn document(title: &str, head: &Markup, style: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                (head)
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body { (body) }
        }
    }
}

/// The whole document.
pub(crate) fn page(source: &Source) -> Markup {
    let shown = pictures::select(source);
    let head = html! {
        meta name="generator" content=(source.manifest.software);
        script { (PreEscaped("document.documentElement.classList.add('js')")) }
    };
    let body = html! {
        a.skip href="#pictures" { "Skip to the images" }
        header { (section::opening::opening(source)) }
        (navigation(source))
        main {
            (section::gallery::gallery(source, &shown))
            (section::scores::scores(source))
            (section::classification::classification(source))
            (section::averaging::averaging(source))
            (section::spread::spread(source))
            (section::encoder::encoder(source))
            (section::volumes::volumes(source))
            (section::biology::biology(source))
            (section::regions::regions(source))
            @if let Some(people) = &source.people { (section::people::people(people)) }
            (section::training::training(source))
            (section::data::data(source))
            (section::repeat::repeat(source))
            (section::reading::reading(source))
        }
        footer { (foot(source)) }
        script type="application/json" #items { (PreEscaped(section::gallery::json(&shown))) }
        script { (PreEscaped(SCRIPT)) }
    };
    document(&format!("{} – Afterimage report", source.manifest.name), &head, "", &body)
}

/// A baseline has its own section in place of training; the section on people exists after a study.
fn navigation(source: &Source) -> Markup {
    let title =
        |id, title| if id == "training" && source.manifest.baseline.is_some() { "What was fitted" } else { title };
    html! {
        nav aria-label="Sections" { ul { @for (id, title_of) in SECTIONS.into_iter().filter(|(id, _)| *id != "people" || source.people.is_some()) { li { a href={ "#" (id) } { (title(id, title_of)) } } } } }
    }
}

fn foot(source: &Source) -> Markup {
    let manifest = &source.manifest;
    html! {
        p {
            "Made by " (manifest.software)
            @if let Some(commit) = &manifest.git_commit { " (" code { (commit) } ")" }
            " from the run of " (manifest.created) ", using only the experiment folder. "
            @if manifest.baseline.is_some() { "The method that baselines are compared with" } @else { "The method" } " is that of Gaziv et al. 2022, "
            cite { "NeuroImage" } " 254, 119121, implemented independently."
        }
    }
}
