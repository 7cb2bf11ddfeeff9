//! Participants, items and machine scores as drawings.

use afterimage_run::study::Analysis;
use maud::Markup;

use crate::number::value;
use crate::plot::{self, Entry, Line, Lines};

/// The most scores that are drawn; the table has all.
const SCORES: usize = 12;

/// Accuracies from the lowest to the highest, with intervals and the chance level.
struct Ranked {
    values: Vec<(f64, Option<(f64, f64)>)>,
    x_title: &'static str,
    label: String,
}

impl Ranked {
    fn plot(mut self, chance: f64) -> Option<Markup> {
        self.values.retain(|(value, _)| value.is_finite());
        self.values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |i: usize| (i + 1) as f64;
        let points: Vec<(f64, f64)> = self.values.iter().enumerate().map(|(i, v)| (at(i), 100.0 * v.0)).collect();
        let band = |i: usize| self.values[i].1.map(|(low, high)| (at(i), 100.0 * low, 100.0 * high));
        let last = points.last()?.0;
        let mut lines = vec![Line {
            class: "chance",
            points: vec![(0.5, 100.0 * chance), (last + 0.5, 100.0 * chance)],
            band: Vec::new(),
            dots: false,
        }];
        // A line of one point each: people and items have an order here, but nothing lies between them.
        lines.extend(points.iter().enumerate().map(|(i, point)| Line {
            class: "a",
            points: vec![*point],
            band: band(i).into_iter().collect(),
            dots: true,
        }));
        plot::lines(&Lines {
            size: (420.0, 250.0),
            x_title: self.x_title,
            y_title: "right, per cent",
            label: &self.label,
            x_log: false,
            y_log: false,
            y_range: Some((0.0, 100.0)),
            lines,
        })
    }
}

/// The participants that are analysed.
pub(crate) fn participants(analysis: &Analysis) -> Option<Markup> {
    let kept = analysis.participants.iter().filter(|p| p.is_analysed());
    let values = kept.map(|p| (p.accuracy, p.interval.as_ref().map(|i| (i.low, i.high)))).collect();
    Ranked { values, x_title: "participants, by accuracy", label: "Accuracy of each participant".into() }
        .plot(analysis.chance)
}

/// The items of a run.
pub(crate) fn items(analysis: &Analysis, run: &str) -> Option<Markup> {
    let judged = analysis.items.iter().filter(|item| item.run == run && item.answers > 0);
    let values = judged.map(|i| (i.accuracy, i.interval.as_ref().map(|i| (i.low, i.high)))).collect();
    Ranked { values, x_title: "items, by accuracy", label: format!("Accuracy of each item of {run}") }
        .plot(analysis.chance)
}

/// The first scores of a run with a defined correlation.
pub(crate) fn machine(analysis: &Analysis, run: &str) -> Option<Markup> {
    let of_run = analysis.machine.iter().filter(|m| m.run == run && m.rho.is_finite()).take(SCORES);
    let effects: Vec<Entry> = of_run
        .map(|m| Entry {
            name: short(&m.score),
            value: m.rho,
            interval: m.interval.as_ref().map(|i| (i.low, i.high)),
            note: value(m.rho, "correlation"),
        })
        .collect();
    plot::forest(&effects, "rank correlation with people", &format!("Agreement of scores with people, {run}"))
}

/// The name of a score without the parts that most of them share, so that it is shown whole.
fn short(name: &str) -> String {
    let name = name.trim_start_matches("identification.").replace("representative", "classes");
    ["perceptual.", ".perceptual", "_clusters", "_cluster"].iter().fold(name, |name, part| name.replace(part, ""))
}
