//! The page of a study: what people saw in the reconstructions. One file, as the report.

pub(crate) mod figures;
pub(crate) mod tables;

use afterimage_run::study::{Accuracy, Analysis};
use maud::{Markup, html};

use crate::{
    number::{interval, level, many, of, p, value},
    page::document,
    section::section,
};

/// The page as HTML text; the same analysis gives the same bytes.
///
/// It asks for no other file and no network, and whatever comes from a study is escaped.
pub fn render_study(analysis: &Analysis) -> String {
    let body = html! {
        header { (opening(analysis)) }
        main {
            (section("accuracy", "Accuracy", &accuracy(analysis)))
            @if !analysis.comparisons.is_empty() { (section("comparison", "Runs compared", &tables::comparisons(analysis))) }
            (section("machine", "Which score predicts people?", &machine(analysis)))
            (section("agreement", "Agreement", &tables::agreement(analysis)))
            (section("participants", "Participants", &participants(analysis)))
            (section("items", "Items", &tables::items(analysis)))
            (section("definitions", "What the numbers are", &definitions(analysis)))
        }
    };
    document(&format!("{} – Afterimage study", analysis.title), &html! {}, "", &body).into_string()
}

/// The question, of how many it was asked, and chance.
pub(crate) fn asked(analysis: &Analysis) -> Markup {
    let kept = analysis.participants.iter().filter(|p| p.is_analysed()).count();
    html! {
        "“Which of these " (analysis.ways) " images does this reconstruction show?” Asked of "
        (of(analysis.participants.len(), "participant", "participants")) ", of whom " (many(kept)) @if kept == 1 { " is" } @else { " are" } " analysed; chance is "
        (value(analysis.chance, "fraction"))
    }
}

fn opening(analysis: &Analysis) -> Markup {
    html! {
        p.kicker { "Afterimage study" @if analysis.pilot { ", pilot" } }
        h1 { (analysis.title) }
        p.question {
            (asked(analysis)) "."
        }
        ul.tiles { @for row in &analysis.accuracy { (tile(row, analysis.chance)) } }
        @if !analysis.notes.is_empty() {
            aside.warnings aria-label="Notes" {
                p { strong { "Before you read the numbers" } }
                ul { @for note in &analysis.notes { li { span.badge.warn { "note" } " " (note) } } }
            }
        }
    }
}

fn tile(row: &Accuracy, chance: f64) -> Markup {
    html! {
        li.tile {
            p.name { "People's accuracy, " (name(row)) }
            p.number { (value(row.value, "fraction")) }
            p {
                @if let Some(i) = &row.interval { span { (level(i)) " " b { (interval(i, "fraction")) } } }
                span { "chance " b { (value(chance, "fraction")) } }
                span { "n " b { (many(row.answers)) } }
                @if let Some(found) = &row.p { span { "p " b { (p(found)) } } }
            }
        }
    }
}

fn name(row: &Accuracy) -> &str {
    row.run.as_deref().unwrap_or("all runs")
}

fn accuracy(analysis: &Analysis) -> Markup {
    html! {
        (tables::accuracy(analysis))
        div.plots {
            @if let Some(plot) = figures::participants(analysis) { figure { figcaption { "Participants, each a dot with its interval; dashed: chance" } (plot) } }
            @for run in &analysis.runs {
                @if let Some(plot) = figures::items(analysis, &run.label) {
                    figure { figcaption { "Items of " (run.label) ", from the least to the most recognised; dashed: chance" } (plot) }
                }
            }
        }
    }
}

fn machine(analysis: &Analysis) -> Markup {
    html! {
        @if analysis.machine.is_empty() { p.missing { span.badge.none { "none" } " No score with one value per image \
                                                                         was there when the study was made." } }
        @else {
            p { "Rank correlation, over items, of people's accuracy with each computed score; right of zero is agreement. The scores stand in \
                 the order of their groups, not of their correlation: the largest of " (many(analysis.machine.len())) " is larger by chance, and no \
                 interval is corrected for their number. Choose the score before you look." }
            div.plots { @for run in &analysis.runs {
                @if let Some(plot) = figures::machine(analysis, &run.label) { figure { figcaption { (run.label) ", the first scores" } (plot) } }
            } }
            (tables::machine(analysis))
            (tables::machine_undefined(analysis))
        }
    }
}

fn participants(analysis: &Analysis) -> Markup {
    html! {
        p { "Rules of exclusion, written into the design before the first answer:" }
        @if analysis.rules.is_empty() { p.missing { "none: nobody is left out" } }
        @if analysis.min_trial_ms > 0.0 { p { "Single answers faster than " (analysis.min_trial_ms) " ms are left out: " (of(analysis.too_fast, "answer", "answers")) " of the participants who are analysed." } }
        dl.facts { @for rule in &analysis.rules { div { dt { (rule.rule) } dd { (of(rule.excluded, "participant", "participants")) " left out" } } } }
        (tables::participants(analysis))
    }
}

fn definitions(analysis: &Analysis) -> Markup {
    let first = analysis.accuracy.first();
    let pair = analysis.comparisons.first();
    html! {
        dl.facts {
            div { dt { "accuracy" } dd { "Share of right answers among all answers to reconstructions; practice and attention checks do not count." } }
            @if let Some(i) = first.and_then(|row| row.interval.as_ref()) { div { dt { "its interval" } dd { (i.method) ": what other participants and other items would give" } } }
            @if let Some(found) = first.and_then(|row| row.p.as_ref()) { div { dt { "p" } dd { (found.method) ", of the participants' accuracies minus chance; Holm's correction runs over the runs" } } }
            div { dt { "interval of one participant or item" } dd { "Wilson score interval over its answers" } }
            @if let Some(pair) = pair {
                div { dt { "difference of runs" } dd { "Mean over items of accuracy under the run minus accuracy under the baseline. Different participants saw the two, since nobody sees an item twice." } }
                @if let Some(i) = &pair.difference.interval { div { dt { "its intervals" } dd { (i.method) @if let Some(crossed) = &pair.crossed { "; of all answers, " (crossed.method) } } } }
                div { dt { "its p" } dd { (pair.difference.p.method) ", over items; Holm's correction runs over all pairs" } }
            }
            div { dt { "alpha" } dd { "Krippendorff's alpha of right and wrong, nominal: 1 where participants are right about the same items, 0 where right and wrong answers fall on items at random" } }
            div { dt { "split half" } dd { "Mean, over random halves of the participants, of the correlation between the items' accuracies in either half" } }
            div { dt { "reliability" } dd { "That of all participants, by Spearman and Brown: 2r / (1 + r). No score can be expected to correlate with people beyond its square root." } }
            div { dt { "rank correlation" } dd { "Spearman's, over the items of a run; scores where smaller is better have the sign reversed. Intervals resample items; there is no correction for the number of scores." } }
            div { dt { "draws" } dd { (many(analysis.resamples)) " bootstrap resamples, " (many(analysis.permutations)) " sign flips and halves, seed " (analysis.seed) } }
            div { dt { "design" } dd { code { (analysis.design) } } }
        }
        h3 { "Runs" }
        dl.facts { @for run in &analysis.runs { div { dt { (run.label) } dd { (run.experiment) ", on " (run.data) ", made " (run.created) } } } }
    }
}
