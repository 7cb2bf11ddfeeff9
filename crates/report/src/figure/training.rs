//! The course of training: every term of the objective over epochs.

use std::collections::BTreeSet;

use afterimage_run::{layout::Phase, log::Record};
use maud::Markup;

use super::panels::{Panel, Sign, compose, in_columns};
use super::{Figure, Parts, cell, row};
use crate::plot::{Line, Lines, lines, range};

/// Least width of a chart.
const NARROW: f64 = 190.0;
const HEIGHT: f64 = 140.0;
/// A range of more than this factor is drawn on a logarithmic scale.
const LOG_FROM: f64 = 8.0;

/// The curves of a phase; none if it has no record.
pub(super) fn training(parts: &Parts, phase: Phase, width: f64) -> Option<Figure> {
    let records: Vec<&Record> = parts.log.iter().filter(|r| r.phase == phase).collect();
    let names: BTreeSet<&String> = records.iter().flat_map(|r| r.train.keys().chain(r.validation.keys())).collect();
    let mut names: Vec<&String> = names.into_iter().collect();
    names.sort_by_key(|name| *name != "total");
    let columns = ((width / NARROW) as usize).clamp(1, names.len().max(1));
    let size = (width / columns as f64 - 8.0, HEIGHT);
    let mut table = vec![row(&["epoch", "step", "term", "training", "validation"])];
    let mut panels = Vec::new();
    for name in names {
        let Some(svg) = chart(&records, name, size) else { continue };
        panels.push(Panel { title: name.replace('_', " "), svg, size });
        table.extend(records.iter().map(|r| {
            let value = |of: &std::collections::BTreeMap<String, f64>| cell(of.get(name).copied().unwrap_or(f64::NAN));
            vec![r.epoch.to_string(), r.step.to_string(), name.clone(), value(&r.train), value(&r.validation)]
        }));
    }
    if panels.is_empty() {
        return None;
    }
    let legend = [(Sign::Solid { dots: false }, "training"), (Sign::Dashed, "validation")];
    let label = format!("Training of the {}", phase.name());
    let (svg, size) = compose(in_columns(panels, columns), width, &legend, &label);
    let caption = format!(
        "Training of the {}: each term of the objective as it enters the sum, weight included, as mean over an epoch. \
         The total of validation has fewer terms than that of training.",
        phase.name()
    );
    Some(Figure { name: format!("training-{}", phase.name()), caption, svg, size, table })
}

fn chart(records: &[&Record], name: &str, size: (f64, f64)) -> Option<Markup> {
    let points = |of: fn(&Record) -> &std::collections::BTreeMap<String, f64>| -> Vec<(f64, f64)> {
        records.iter().filter_map(|r| Some((f64::from(r.epoch), *of(r).get(name)?))).collect()
    };
    let (train, validation) = (points(|r| &r.train), points(|r| &r.validation));
    let (low, high) = range(train.iter().chain(&validation).map(|p| p.1))?;
    let line = |class, points| Line { class, points, band: Vec::new(), dots: false };
    lines(&Lines {
        size,
        x_title: "epoch",
        y_title: "",
        label: &name.replace('_', " "),
        x_log: false,
        y_log: low > 0.0 && high / low > LOG_FROM,
        y_range: None,
        lines: vec![line("a", train), line("b", validation)],
    })
}
