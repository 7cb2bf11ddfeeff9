//! All numbers behind the figures of regions.

use afterimage_run::regions::{Condition, Part, Regions, SingleVoxels};
use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::super::wide;
use crate::number::{chance, interval, many, p, plain, signed, signed_interval, value};

/// Everything, folded away; `more` is what voxels are called.
pub(super) fn tables(found: &Regions, more: &str) -> Markup {
    html! {
        @if !found.encoding.is_empty() { details { summary { "Identification by region: all numbers" } (wide("Identification by region", &conditions(&found.encoding, more))) } }
        @if !found.matched.is_empty() { details { summary { "At equal numbers: all numbers" } (wide("Regions at equal numbers", &matched_table(found, more))) } }
        @if let Some(single) = &found.single { details { summary { "The best single ones" } (wide("The best single ones", &best(single))) } }
        @if !found.decoding.is_empty() { details { summary { "The decoder without regions: all numbers" } (wide("The decoder without regions", &conditions(&found.decoding, more))) } }
    }
}

fn label(region: Option<&String>, part: Part) -> String {
    match (region, part) {
        (Some(region), Part::Without) => format!("without {region}"),
        (Some(region), _) => region.clone(),
        (None, _) => "all".into(),
    }
}

/// One row per condition and score.
fn conditions(of: &[Condition], more: &str) -> Markup {
    html! {
        table.classified {
            thead { tr { @for head in ["Region", more, "Score", "Value", "95\u{202f}% interval", "Chance", "p", "n", "Minus all", "95\u{202f}% interval", "p, Holm"] { th scope="col" { (head) } } } }
            tbody { @for condition in of { @for score in &condition.scores { (row(condition, score)) } } }
        }
        @if let Some(score) = of.iter().flat_map(|c| &c.scores).find(|s| s.interval.is_some()) { (methods(score, of)) }
    }
}

fn row(condition: &Condition, score: &Score) -> Markup {
    let difference = condition.differences.iter().find(|d| d.score == score.name).map(|d| &d.difference);
    let ends = difference.and_then(|d| d.interval.as_ref());
    html! {
        tr {
            th scope="row" { (label(condition.region.as_ref(), condition.part)) }
            td.number { (many(condition.voxels)) }
            (value_cell(score))
            td.number { (difference.map_or("–".into(), |d| signed(d.value, &score.unit))) }
            td { (ends.map_or("–".into(), |i| signed_interval(i, &score.unit))) }
            td { (difference.map_or("–".into(), |d| d.p.corrected_text(d.p_holm))) }
        }
    }
}

/// The cells of a score: title, value, interval, chance, p, n.
fn value_cell(score: &Score) -> Markup {
    html! {
        td { (score.title) }
        td.number { (value(score.value, &score.unit)) }
        td { (score.interval.as_ref().map_or("–".into(), |i| interval(i, &score.unit))) }
        td { (chance(score)) }
        td { (score.p.as_ref().map_or("–".into(), p)) }
        td.number { (many(score.n)) }
    }
}

fn methods(score: &Score, of: &[Condition]) -> Markup {
    let difference = of.iter().flat_map(|c| &c.differences).next().map(|d| &d.difference);
    html! {
        p.note {
            "Intervals: " (score.interval.as_ref().map_or("", |i| i.method.as_str())) ". p: " (score.p.as_ref().map_or("", |p| p.method.as_str())) ". "
            @if let Some(d) = difference { "Differences: " (d.p.method) ", Holm over the conditions, within one score." }
        }
    }
}

fn matched_table(found: &Regions, more: &str) -> Markup {
    html! {
        table.classified {
            thead { tr { @for head in ["Region", more, "Subsets", "Score", "Value", "95\u{202f}% interval", "Chance", "p", "n", "sd over subsets"] { th scope="col" { (head) } } } }
            tbody { @for m in &found.matched { tr {
                th scope="row" { (label(m.region.as_ref(), Part::Alone)) }
                td.number { (many(m.voxels)) }
                td.number { (many(m.draws)) }
                (value_cell(&m.score))
                td.number { (m.spread.map_or("–".into(), |s| value(s, "fraction"))) }
            } } }
        }
    }
}

fn best(single: &SingleVoxels) -> Markup {
    html! {
        table.classified {
            thead { tr { @for head in ["Among", "Which", "Score", "Value", "95\u{202f}% interval", "Chance", "p", "n", "q"] { th scope="col" { (head) } } } }
            tbody { @for one in &single.best { tr {
                th scope="row" { (label(one.region.as_ref(), Part::Alone)) }
                td.number { (one.voxel) }
                (value_cell(&one.score))
                td { (plain(one.q)) }
            } } }
        }
        p.note { "Chosen as the best on these very images: values and intervals are too high by the choice, and p is \
                  not corrected for it. q is the false discovery rate over all "
            (many(single.voxels.len())) ", Benjamini and Hochberg." }
    }
}
