//! The verdict with the numbers that it rests on.

use afterimage_run::scores::{Score, ScoreFile};
use maud::{Markup, html};

use crate::{
    number::{interval, lower, many, of, score as shown_value, value},
    source::Source,
    verdict::{self, Evidence, above, above_mean, null},
};

/// Below this share of the shown images' variety the reconstructions are said to look alike.
const ALIKE: f64 = 0.25;

/// The verdict, its evidence line by line, and the rule.
pub(super) fn verdict(source: &Source, file: &ScoreFile) -> Markup {
    let found = Evidence::of(file);
    let n = source.manifest.data.test_items;
    html! {
        div.verdict role="note" aria-label="Verdict" {
            p.words { (found.words()) @if source.photograph_part.is_some() { " " (verdict::WITH_PHOTOGRAPHS) } }
            ul {
                @for check in super::failed_checks(source) { li { b { "The audit failed: " } (check.name.replace('_', " ")) ", " (check.detail)
                    "; the scores below may be too high." } }
                @if let Some(part) = &source.photograph_part { li { b { "Photographs: " } (part) " All scores below are of these reconstructions; with "
                    code { "--resume --set decoder.photographs.detail=0" } " the run reconstructs and scores again without photographs." } }
                @if let Some(score) = found.identified { li { b { "Which image was shown? " } (identified(score, found.among_many)) } }
                @if let Some(score) = found.pixels { li { b { "Layout and colour: " } (layout(score)) } }
                @if let Some(score) = found.structure { li { b { "Outlines: " } (lower(&score.title)) " " (measured(score, "")) "; "
                    (verdict::OUTLINES) " or more would be needed to speak of outlines." } }
                @if let Some(score) = found.objects { li { b { "Objects: " } "a classifier gives a reconstruction the class of its image, among 50 classes, in "
                    (measured(score, " of the cases")) "; " @if !above(score) { "not above chance; " } (percent(verdict::OBJECTS)) " would be needed to speak of objects." } }
                @if let Some(score) = found.variety.filter(|s| s.value < ALIKE) { li { b { "The reconstructions look alike: " }
                    "they differ from each other " (value(score.value, "fraction")) " as much as the shown images do." } }
                (super::baselines::line(source, file))
                @if n > 0 && n < verdict::FEW_IMAGES { li { b { "Preliminary: " } (of(n, "test image is", "test images are")) " too few for a verdict; ten or more are needed." } }
            }
            p.links {
                a href="#reading" { "How to read these numbers" }
                details { summary { "The rule behind the verdict" } (rule()) }
            }
        }
    }
}

/// Value with what it is a share of, interval and chance.
fn measured(score: &Score, of: &str) -> Markup {
    let ends = score.interval.as_ref().map(|i| interval(i, &score.unit));
    let chance = null(score).map(|level| format!("chance {}", value(level, &score.unit)));
    let about: Vec<String> = ends.into_iter().chain(chance).collect();
    html! { b.value { (shown_value(score)) } (of) @if !about.is_empty() { " [" (about.join("; ")) "]" } }
}

fn identified(score: &Score, many_candidates: Option<&Score>) -> Markup {
    html! {
        @if above(score) { "A reconstruction is nearer to its image than to another one in " }
        @else { "A reconstruction is nearer to its image than to another one no more often than chance: in " }
        (measured(score, " of the cases"))
        @if let Some(score) = many_candidates { "; its image is the nearest of " (score.ways.map_or_else(|| "many".into(), many)) " candidates in " (measured(score, "")) }
        "."
    }
}

fn layout(score: &Score) -> Markup {
    html! {
        (lower(&score.title)) " " (measured(score, ""))
        @if !above(score) { "; not above shuffled pairings" }
        @if let Some(mean) = score.mean_image {
            "; the mean training image, the same for every item, scores " (value(mean, &score.unit))
            @if !above_mean(score) { ", which is no less" }
        }
        "."
    }
}

fn percent(threshold: f64) -> String {
    format!("{:.0}\u{202f}%", 100.0 * threshold)
}

/// The thresholds; `docs/report.md` has the same.
fn rule() -> Markup {
    html! {
        p.note {
            "Nothing: pairwise identification is not above shuffled pairings (p < " (verdict::ALPHA) ", and its whole interval above). "
            "A trace: it is. Layout and colour: it is at least " (percent(verdict::IDENTIFIED))
            ", and pixel correlation is above shuffled pairings by at least " (verdict::LAYOUT) ", and above the mean training image if that was scored. "
            "Outlines: pixel correlation is at least " (verdict::OUTLINE_PIXELS) " and structural similarity at the run's image size above chance and at least "
            (verdict::OUTLINES) ". Objects: layout is seen, and a classifier names the class of the shown image among 50 for at least "
            (percent(verdict::OBJECTS)) " of the reconstructions, above chance. The thresholds are conventions; what people see, a study with people measures ("
            code { "afterimage study" } ")."
        }
    }
}
