//! The page: head, navigation, the sections in order, foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    pictures::{self, Shown},
    section::{self, Part},
    source::Source,
};

pub(crate) const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");
/// The page may load only its own content, even if an escape should fail.
pub(crate) const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
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

/// A section: anchor, word in the navigation, heading, content.
struct Section {
    id: &'static str,
    short: &'static str,
    title: &'static str,
    part: Part,
}

/// The sections in their order; those without content are not on the page.
fn sections(source: &Source, shown: &Shown) -> Vec<Section> {
    let fitted = source.manifest.baseline.is_some();
    let (training, fit) = (("Training", "Training"), ("What was fitted", "What was fitted"));
    let (short, title) = if fitted { fit } else { training };
    let of = |id, short, title, part| Section { id, short, title, part };
    vec![
        of("pictures", "Images", "The images", section::gallery::gallery(source, shown)),
        of("scores", "Scores", "All scores", section::scores::scores(source)),
        of("validity", "Validity", "Do the images come from the responses?", section::validity::validity(source)),
        of("classification", "Classes", "Classes", section::classification::classification(source)),
        of("front", "Strengths", "Fidelity and identification", section::front::front(source)),
        of("averaging", "Repeats", "Repeats averaged", section::averaging::averaging(source)),
        of("spread", "Single images", "Single images", section::spread::spread(source)),
        of("encoder", "Encoder", "The encoder", section::encoder::encoder(source)),
        of("volumes", "Brain", "Where in the brain", section::volumes::volumes(source)),
        of("biology", "Receptive fields", "Receptive fields and hierarchy", section::biology::biology(source)),
        of("regions", "Regions", "Regions", section::regions::regions(source)),
        of("others", "Other data", "Other data sets", section::others::others(source)),
        of("people", "People", "People", section::people::people(source)),
        of("training", short, title, section::training::training(source)),
        of("data", "Data and audit", "Data and audit", section::data::data(source)),
        of("provenance", "Provenance", "Where everything came from", section::provenance::provenance(source)),
        of("repeat", "Repeat it", "How to repeat it", section::repeat::repeat(source)),
        of("reading", "How to read", "How to read these numbers", section::reading::reading(source)),
    ]
}

/// The whole document.
pub(crate) fn page(source: &Source) -> Markup {
    let shown = pictures::select(source);
    let sections = sections(source, &shown);
    let head = html! {
        meta name="generator" content=(source.manifest.software);
        script { (PreEscaped("document.documentElement.classList.add('js')")) }
    };
    let missing: Vec<&Markup> = sections.iter().flat_map(|s| &s.part.missing).collect();
    let body = html! {
        a.skip href="#pictures" { "Skip to the images" }
        header { (section::opening::opening(source)) }
        (navigation(&sections, !missing.is_empty()))
        main {
            @for s in &sections { @if let Some(content) = &s.part.content { (section::section(s.id, s.title, content)) } }
            @if !missing.is_empty() { (section::section("missing", "Not in this report", &not_here(&missing))) }
        }
        footer { (foot(source)) }
        script type="application/json" #items { (PreEscaped(section::gallery::json(&shown))) }
        script { (PreEscaped(SCRIPT)) }
    };
    document(&format!("{} – Afterimage report", source.manifest.name), &head, "", &body)
}

/// One line for each part that the run does not have.
fn not_here(missing: &[&Markup]) -> Markup {
    html! { ul.missing-list { @for line in missing { li { span.badge.none { "missing" } " " (line) } } } }
}

fn navigation(sections: &[Section], missing: bool) -> Markup {
    let present = sections.iter().filter(|s| s.part.content.is_some());
    html! {
        nav aria-label="Sections" { ul {
            @for s in present { li { a href={ "#" (s.id) } { (s.short) } } }
            @if missing { li { a href="#missing" { "Not here" } } }
        } }
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
