//! The tables of a study's page.

use afterimage_run::scores::Group;
use afterimage_run::study::{Analysis, MachineAgreement};
use afterimage_statistics::Interval;
use maud::{Markup, html};

use super::name;
use crate::number::{interval, many, p, signed, signed_interval, value};

pub(crate) fn accuracy(analysis: &Analysis) -> Markup {
    let corrected = analysis.runs.len() > 1;
    html! {
        table.scores {
            thead { tr {
                th scope="col" { "Run" } th scope="col" { "Right" } th scope="col" { "Interval" } th scope="col" { "p" }
                @if corrected { th scope="col" { "p, Holm" } }
                th scope="col" { "Participants" } th scope="col" { "Items" } th scope="col" { "Answers" }
                th scope="col" { "Median time" } th scope="col" { "Nobody left out" }
            } }
            tbody { @for row in &analysis.accuracy { tr {
                th scope="row" { (name(row)) }
                td.number data-label="right" { (value(row.value, "fraction")) }
                td data-label="interval" { (fractions(row.interval.as_ref())) }
                td data-label="p" { (row.p.as_ref().map_or("–".into(), p)) }
                @if corrected { td data-label="p, Holm" { (row.p.as_ref().zip(row.p_holm).map_or("–".into(), |(p, holm)| p.corrected_text(holm))) } }
                td data-label="participants" { (many(row.participants)) }
                td data-label="items" { (many(row.items)) }
                td data-label="answers" { (many(row.answers)) }
                td data-label="median time" { (time(row.median_ms)) }
                td data-label="nobody left out" { (value(row.of_everybody, "fraction")) }
            } } }
        }
    }
}

pub(crate) fn comparisons(analysis: &Analysis) -> Markup {
    let points = |i: &Option<Interval>| i.as_ref().map_or("–".into(), |i| signed_interval(i, "fraction"));
    html! {
        p { "In percentage points; the difference is the second run minus the first, item by item." }
        table.scores {
            thead { tr {
                th scope="col" { "Runs" } th scope="col" { "Difference" } th scope="col" { "Over items" } th scope="col" { "BCa" }
                th scope="col" { "Over participants and items" } th scope="col" { "p" } th scope="col" { "p, Holm" } th scope="col" { "Items" }
            } }
            tbody { @for pair in &analysis.comparisons { tr {
                th scope="row" { (pair.run) " minus " (pair.baseline) }
                td.number data-label="difference" { (signed(pair.difference.value, "fraction")) }
                td data-label="over items" { (points(&pair.difference.interval)) }
                td data-label="BCa" { (points(&pair.difference.bca)) }
                td data-label="over both" { (points(&pair.crossed)) }
                td data-label="p" { (p(&pair.difference.p)) }
                td data-label="p, Holm" { (pair.difference.p.corrected_text(pair.difference.p_holm)) }
                td data-label="items" { (many(pair.difference.n)) }
            } } }
        }
    }
}

/// The defined correlations, in groups of scores.
pub(crate) fn machine(analysis: &Analysis) -> Markup {
    let defined: Vec<&MachineAgreement> = analysis.machine.iter().filter(|row| row.rho.is_finite()).collect();
    let mut groups: Vec<(&str, Vec<&MachineAgreement>)> = Vec::new();
    for row in defined {
        let title = Group::of_name(&row.score).title();
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((title, vec![row])),
        }
    }
    html! {
        @for (title, rows) in &groups {
            h3 { (title) }
            table.scores {
                thead { tr { th scope="col" { "Score" } th scope="col" { "Run" } th scope="col" { "Rank correlation" } th scope="col" { "Interval" } th scope="col" { "Items" } } }
                tbody { @for row in rows { tr {
                    th scope="row" { (row.title) br; span.hint { code { (row.score) } ", " (row.metric) } }
                    td data-label="run" { (row.run) }
                    td.number data-label="rank correlation" { (value(row.rho, "correlation")) }
                    td data-label="interval" { (row.interval.as_ref().map_or("–".into(), |i| interval(i, "correlation"))) }
                    td data-label="items" { (many(row.n)) }
                } } }
            }
        }
    }
}

/// One sentence for all scores without a correlation.
pub(crate) fn machine_undefined(analysis: &Analysis) -> Markup {
    let mut titles: Vec<&str> = Vec::new();
    let undefined = analysis.machine.iter().filter(|row| !row.rho.is_finite());
    for row in undefined {
        if !titles.contains(&row.title.as_str()) {
            titles.push(&row.title);
        }
    }
    html! {
        @if !titles.is_empty() {
            p.hint { "Undefined, since the score or people's accuracy is the same for every item: " (titles.join("; ")) "." }
        }
    }
}

pub(crate) fn agreement(analysis: &Analysis) -> Markup {
    let (defined, undefined): (Vec<_>, Vec<_>) =
        analysis.agreement.iter().partition(|row| row.alpha.is_finite() || row.split_half.is_finite());
    html! {
        p { "Whether participants are right about the same items." }
        @if !undefined.is_empty() {
            p.missing { span.badge.none { "undefined" } " for " (undefined.iter().map(|row| row.run.as_str()).collect::<Vec<_>>().join(", ")) ": it takes two participants who judged the same items." }
        }
        @if !defined.is_empty() { table.scores {
            thead { tr {
                th scope="col" { "Run" } th scope="col" { "Alpha" } th scope="col" { "Interval" } th scope="col" { "Split half" }
                th scope="col" { "Reliability" } th scope="col" { "Participants" } th scope="col" { "Items" }
            } }
            tbody { @for row in &defined { tr {
                th scope="row" { (row.run) }
                td.number data-label="alpha" { (value(row.alpha, "correlation")) }
                td data-label="interval" { (row.alpha_interval.as_ref().map_or("–".into(), |i| interval(i, "correlation"))) }
                td data-label="split half" { (value(row.split_half, "correlation")) }
                td data-label="reliability" { (value(row.reliability, "correlation")) }
                td data-label="participants" { (many(row.participants)) }
                td data-label="items" { (many(row.items)) }
            } } }
        } }
    }
}

pub(crate) fn participants(analysis: &Analysis) -> Markup {
    let mut order: Vec<_> = analysis.participants.iter().collect();
    order.sort_by(|a, b| a.label.cmp(&b.label));
    html! {
        details open[order.len() <= 40] { summary { "All participants" }
            table.scores {
                thead { tr {
                    th scope="col" { "Participant" } th scope="col" { "Right" } th scope="col" { "Interval" } th scope="col" { "Answers" }
                    @if analysis.min_trial_ms > 0.0 { th scope="col" { "Too fast" } }
                    th scope="col" { "Attention" } th scope="col" { "Median time" } th scope="col" { "Left out" }
                } }
                tbody { @for row in order { tr {
                    th scope="row" { (row.label) }
                    td.number data-label="right" { (value(row.accuracy, "fraction")) }
                    td data-label="interval" { (fractions(row.interval.as_ref())) }
                    td data-label="answers" { (many(row.answers)) }
                    @if analysis.min_trial_ms > 0.0 { td data-label="too fast" { (many(row.too_fast)) } }
                    td data-label="attention" { (row.attention.1) " of " (row.attention.0) }
                    td data-label="median time" { (time(row.median_ms)) }
                    td data-label="left out" { @if row.left_out.is_empty() { "–" } @else { span.badge.warn { "left out" } " " (row.left_out.join("; ")) } }
                } } }
            }
        }
    }
}

pub(crate) fn items(analysis: &Analysis) -> Markup {
    html! {
        details { summary { "All items" }
            table.scores {
                thead { tr { th scope="col" { "Item" } th scope="col" { "Run" } th scope="col" { "Right" } th scope="col" { "Interval" } th scope="col" { "Answers" } th scope="col" { "Median time" } } }
                tbody { @for row in &analysis.items { tr {
                    th scope="row" { (row.item) }
                    td data-label="run" { (row.run) }
                    td.number data-label="right" { (value(row.accuracy, "fraction")) }
                    td data-label="interval" { (fractions(row.interval.as_ref())) }
                    td data-label="answers" { (many(row.answers)) }
                    td data-label="median time" { (time(row.median_ms)) }
                } } }
            }
        }
    }
}

fn fractions(i: Option<&Interval>) -> String {
    i.map_or("–".into(), |i| interval(i, "fraction"))
}

fn time(ms: Option<f64>) -> String {
    ms.map_or("–".into(), |ms| format!("{:.2}\u{202f}s", ms / 1000.0))
}
