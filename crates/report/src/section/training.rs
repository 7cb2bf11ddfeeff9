//! The course of training: each term of the objective, and what the time was spent on.

mod terms;

use std::collections::BTreeSet;

use afterimage_run::{
    layout::Phase,
    log::{COMPARABLE, Record},
};
use maud::{Markup, html};

use super::{Part, scores::legend};
use crate::{
    number::{count, duration, many, plain},
    plot::{self, Line, Lines},
    source::Source,
};
use terms::words;

/// Name of the sum of all terms.
const TOTAL: &str = "total";
/// What the names of the decoder's terms on recorded pairs begin with; the terms of validation have the rest of the name.
const PAIRED: &str = "paired.";

/// A range of more than this factor is drawn on a logarithmic scale.
const LOG_FROM: f64 = 8.0;

/// Curves per phase, and timing.
pub(crate) fn training(source: &Source) -> Part {
    if let Some(baseline) = &source.manifest.baseline {
        return super::baseline::fitted(source, baseline);
    }
    if source.log.is_empty() {
        return Part::missing("There is no training log.", "afterimage run EXPERIMENT.toml --out RUN");
    }
    Part::shown(html! {
        @for phase in [Phase::Encoder, Phase::Decoder] { (phase_part(source, phase)) }
        (timing(source))
    })
}

fn phase_part(source: &Source, phase: Phase) -> Markup {
    let records: Vec<&Record> = source.log.iter().filter(|r| r.phase == phase).collect();
    let Some(last) = records.last() else { return html! {} };
    let names = terms(&records);
    let weight = paired_weight(&records);
    html! {
        h3 { @match phase { Phase::Encoder => "Encoder", Phase::Decoder => "Decoder" } }
        p { (count(last.epoch)) " epochs, " (count(last.step)) " steps. Each term is drawn as it enters the sum, weight included; layers are those of the network that compares images."
            @if names.iter().any(|name| name == COMPARABLE) { " The first chart compares training with validation by the terms that both have. \u{201c}Sum of all terms\u{201d} is what training minimises: cycles and penalties count too." }
            @if !source.finished(phase.name()) { " " span.badge.warn { "unfinished" } " The run does not record this phase as finished." } }
        div.plots.small { @for name in &names { @if let Some(plot) = curve(&records, name, weight) { figure { figcaption { (words(name)) } (plot) } } } }
        (legend(&[("a", "training"), ("b", "validation")]))
        (bar_of_time(&records))
    }
}

/// The names of all charts: what is comparable first, then the sum, then terms. A term of validation is drawn with that of
/// the recorded pairs.
fn terms(records: &[&Record]) -> Vec<String> {
    let names: BTreeSet<&String> = records.iter().flat_map(|r| r.train.keys().chain(r.validation.keys())).collect();
    let is_paired = |name: &str| names.contains(&format!("{PAIRED}{name}"));
    let mut names: Vec<String> = names.iter().filter(|name| !is_paired(name)).map(|name| (*name).clone()).collect();
    names.sort_by_key(|name| [COMPARABLE, TOTAL].iter().position(|first| name == first).unwrap_or(2));
    names
}

/// The weight of recorded pairs in training, by which a term of validation is multiplied to stand next to theirs: the sum of
/// their terms, weight included, over the sum without; 1 in logs of earlier versions.
fn paired_weight(records: &[&Record]) -> f64 {
    let of = |record: &&Record| {
        let paired: f64 =
            record.train.iter().filter(|(name, _)| name.starts_with(PAIRED)).map(|(_, value)| value).sum();
        Some(paired / record.train.get(COMPARABLE)?).filter(|weight| weight.is_finite() && *weight > 0.0)
    };
    records.last().and_then(of).unwrap_or(1.0)
}

fn points(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Vec<(f64, f64)> {
    let of = |record: &&Record| Some((f64::from(record.epoch), value(record)?));
    records.iter().filter_map(of).filter(|point| point.1.is_finite()).collect()
}

fn curve(records: &[&Record], name: &str, paired_weight: f64) -> Option<Markup> {
    let train = points(records, |record| record.train.get(name).copied());
    let validation = points(records, |record| match name.strip_prefix(PAIRED) {
        // The sum of all terms has none next to it: validation has fewer.
        _ if name == TOTAL && record.train.contains_key(COMPARABLE) => None,
        Some(own) => record.validation.get(own).map(|value| paired_weight * value),
        None => record.validation.get(name).copied(),
    });
    let all = || train.iter().chain(&validation).map(|p| p.1);
    let (low, high) = plot::range(all())?;
    let line = |class, points| Line { class, points, band: Vec::new(), dots: false };
    let last = all().next_back().map(plain).unwrap_or_default();
    plot::lines(&Lines {
        size: (230.0, 150.0),
        x_title: "epoch",
        y_title: "",
        label: &format!(
            "{} over {} epochs, from {} to {}, last {last}",
            words(name),
            many(records.len()),
            plain(low),
            plain(high)
        ),
        x_log: false,
        y_log: low > 0.0 && high / low > LOG_FROM,
        y_range: None,
        lines: vec![line("a", train), line("b", validation)],
    })
}

/// Share of the time the trainer waited for the loader.
fn bar_of_time(records: &[&Record]) -> Markup {
    let all: f64 = records.iter().map(|r| r.secs).sum();
    let wait: f64 = records.iter().map(|r| r.loader_wait_secs).sum();
    let share = if all > 0.0 { (wait / all).clamp(0.0, 1.0) } else { 0.0 };
    html! {
        div.time {
            svg viewBox="0 0 400 12" preserveAspectRatio="none" role="img" aria-label={ "Waiting for data: " (format!("{:.1}", share * 100.0)) " per cent" } {
                rect.compute x="0" y="0" width="400" height="12" {}
                rect.wait x="0" y="0" width=(crate::number::px(400.0 * share)) height="12" {}
            }
            p { (duration(all)) " in all: " (duration((all - wait).max(0.0))) " computing, " (duration(wait)) " (" (format!("{:.1}", share * 100.0)) "\u{202f}%) waiting for the loader." }
        }
    }
}

/// Seconds by stage, memory, device.
pub(crate) fn timing(source: &Source) -> Markup {
    let manifest = &source.manifest;
    html! {
        @if !manifest.timing_secs.is_empty() || manifest.peak_memory_mib.is_some() {
            h3 { "Time and memory" }
            dl.facts {
                @for (stage, secs) in &manifest.timing_secs { div { dt { (stage.replace('_', " ")) } dd { (duration(*secs)) } } }
                @if let Some(mib) = manifest.peak_memory_mib { div { dt { "peak memory" } dd { (count(mib)) " MiB" } } }
                div { dt { "device" } dd { (manifest.device) } }
                div { dt { "machine" } dd { (manifest.machine) } }
            }
        }
    }
}
