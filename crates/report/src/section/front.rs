//! Fidelity against identification as the strengths of the parts of reconstructions change.

use afterimage_run::front::{Curve, Point};
use afterimage_run::scores::{Score, is_by_the_loss};
use maud::{Markup, html};

use super::{Part, not_computed, scores::legend, value_over_interval, wide};
use crate::{
    number::many,
    plot::{self, Line, Lines},
    source::Source,
};

/// The score across a plot.
const FIDELITY: &str = "image.pixcorr";

/// A plot and a table for each strength; without `front.json` of a run that has such strengths, how to make it.
pub(crate) fn front(source: &Source) -> Part {
    let Some(found) = &source.front else {
        if source.reconstruction_parts.is_none() || source.manifest.baseline.is_some() {
            return Part::default();
        }
        return Part::missing(
            "How scores depend on the strengths of the parts of a reconstruction.",
            "afterimage front RUN",
        );
    };
    let content = html! {
        p { (found.definition) " n = " (many(found.items)) " validation items." }
        div.plots { @for curve in &found.curves { @if let Some(plot) = plot(curve) {
            figure { figcaption { code { (curve.key) } ", " (ends(curve)) ", " (curve.used) " in this run (marked)" } (plot) }
        } } }
        (legend(&[("a", "by a network that no part of the method is trained with, else by pixels"), ("b", "by the network of the loss")]))
        @for curve in &found.curves { details { summary { code { (curve.key) } ": all numbers" } (wide(&curve.key, &table(curve))) } }
    };
    Part::shown(content).lacking(found.not_computed.iter().map(not_computed))
}

/// The values at the ends of a curve.
fn ends(curve: &Curve) -> String {
    let of = |point: Option<&Point>| point.map_or_else(String::new, |point| point.value.to_string());
    format!("from {} to {}", of(curve.points.first()), of(curve.points.last()))
}

/// The pairwise identification by another network than that of the loss, or by the latter.
fn identification(point: &Point, by_the_loss: bool) -> Option<&Score> {
    point.scores.iter().find(|score| score.protocol == "pairwise" && is_by_the_loss(score) == by_the_loss)
}

fn plot(curve: &Curve) -> Option<Markup> {
    let points = |by_the_loss: bool| -> Vec<(f64, f64)> {
        let of = |point: &Point| Some((point.score(FIDELITY)?.value, identification(point, by_the_loss)?.value));
        curve.points.iter().filter_map(of).collect()
    };
    let used: Vec<(f64, f64)> = curve
        .points
        .iter()
        .filter(|point| point.value == curve.used)
        .flat_map(|point| {
            [false, true].map(|by| Some((point.score(FIDELITY)?.value, identification(point, by)?.value)))
        })
        .flatten()
        .collect();
    let line = |class: &'static str, points| Line { class, points, band: Vec::new(), dots: true };
    // The value of the run is a short vertical line between both curves.
    let mark = Line { class: "chance", points: used, band: Vec::new(), dots: false };
    let said = |by: bool| points(by).iter().map(|(x, y)| format!("({x:.3}, {y:.3})")).collect::<Vec<_>>().join(" ");
    plot::lines(&Lines {
        size: (280.0, 210.0),
        x_title: "PixCorr",
        y_title: "pairwise identification, fraction",
        label: &format!(
            "{}: PixCorr and identification {}; by the network of the loss {}",
            curve.key,
            said(false),
            said(true)
        ),
        x_log: false,
        y_log: false,
        y_range: None,
        lines: vec![mark, line("b", points(true)), line("a", points(false))],
    })
}

/// One row per value, one column per score.
fn table(curve: &Curve) -> Markup {
    let heads: Vec<&Score> = curve.points.iter().take(1).flat_map(|point| &point.scores).collect();
    html! { table.matrix {
        thead { tr { th scope="col" { "Value" } @for head in &heads { th scope="col" title=(head.definition) { (head.title) } } } }
        tbody { @for point in &curve.points { tr {
            th scope="row" { (point.value) @if point.value == curve.used { " (this run)" } }
            @for head in &heads { td { @match point.score(&head.name) { Some(score) => (value_over_interval(score)), None => "–" } } }
        } } }
    } }
}
