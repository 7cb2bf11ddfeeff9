//! The course of training: each term of the objective, and what the time was spent on.

use afterimage_run::{
    layout::Phase,
    log::{COMPARABLE, Record},
};
use maud::{Markup, html};

use super::{Part, scores::legend};
use crate::{
    course::{Course, courses},
    number::{count, duration, many, plain},
    plot,
    source::Source,
};

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
    let courses = courses(&records);
    html! {
        h3 { @match phase { Phase::Encoder => "Encoder", Phase::Decoder => "Decoder" } }
        p { (count(last.epoch)) " epochs, " (count(last.step)) " steps. Each term is drawn as it enters the sum, weight included; layers are those of the network that compares images."
            @if courses.iter().any(|course| course.name == COMPARABLE) { " The first chart compares training with validation by the terms that both have. \u{201c}Sum of all terms\u{201d} is what training minimises: cycles and penalties count too." }
            @if !source.finished(phase.name()) { " " span.badge.warn { "unfinished" } " The run does not record this phase as finished." } }
        div.plots.small { @for course in &courses { @if let Some(plot) = curve(course, records.len()) { figure { figcaption { (course.title) } (plot) } } } }
        (legend(&[("a", "training"), ("b", "validation")]))
        (bar_of_time(&records))
    }
}

fn curve(course: &Course, epochs: usize) -> Option<Markup> {
    let (low, high) = plot::range(course.values())?;
    let last = course.values().next_back().map(plain).unwrap_or_default();
    let title = &course.title;
    let label = format!("{title} over {} epochs, from {} to {}, last {last}", many(epochs), plain(low), plain(high));
    course.chart(&label, (230.0, 150.0))
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
