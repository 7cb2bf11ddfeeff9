//! The analysis as tables.

use afterimage_run::study::Analysis;
use afterimage_run::table::{csv, ends, number};

/// Names and contents of the CSV files: `accuracy`, `comparisons`, `agreement`, `machine`, `participants`, `items`.
/// Undefined values are empty.
pub fn tables(analysis: &Analysis) -> Vec<(&'static str, String)> {
    vec![
        ("accuracy", accuracy(analysis)),
        ("comparisons", comparisons(analysis)),
        ("agreement", agreement(analysis)),
        ("machine", machine(analysis)),
        ("participants", participants(analysis)),
        ("items", items(analysis)),
    ]
}

fn accuracy(analysis: &Analysis) -> String {
    let header = [
        "run",
        "accuracy",
        "low",
        "high",
        "chance",
        "p",
        "p_holm",
        "participants",
        "items",
        "answers",
        "median_ms",
        "accuracy_of_everybody",
    ];
    table(
        &header,
        analysis.accuracy.iter().map(|row| {
            let [low, high] = ends(row.interval.as_ref());
            vec![
                row.run.clone().unwrap_or_else(|| "all".into()),
                number(Some(row.value)),
                low,
                high,
                number(Some(analysis.chance)),
                number(row.p.as_ref().map(|p| p.value)),
                number(row.p_holm),
                row.participants.to_string(),
                row.items.to_string(),
                row.answers.to_string(),
                number(row.median_ms),
                number(Some(row.of_everybody)),
            ]
        }),
    )
}

fn comparisons(analysis: &Analysis) -> String {
    let header = [
        "baseline",
        "run",
        "difference",
        "low",
        "high",
        "bca_low",
        "bca_high",
        "crossed_low",
        "crossed_high",
        "p",
        "p_holm",
        "items",
    ];
    table(
        &header,
        analysis.comparisons.iter().map(|pair| {
            let d = &pair.difference;
            let intervals = [d.interval.as_ref(), d.bca.as_ref(), pair.crossed.as_ref()];
            let mut row = vec![pair.baseline.clone(), pair.run.clone(), number(Some(d.value))];
            row.extend(intervals.into_iter().flat_map(ends));
            row.extend([number(Some(d.p.value)), number(Some(d.p_holm)), d.n.to_string()]);
            row
        }),
    )
}

fn agreement(analysis: &Analysis) -> String {
    let header = ["run", "alpha", "alpha_low", "alpha_high", "split_half", "reliability", "participants", "items"];
    table(
        &header,
        analysis.agreement.iter().map(|row| {
            let [low, high] = ends(row.alpha_interval.as_ref());
            vec![
                row.run.clone(),
                number(Some(row.alpha)),
                low,
                high,
                number(Some(row.split_half)),
                number(Some(row.reliability)),
                row.participants.to_string(),
                row.items.to_string(),
            ]
        }),
    )
}

fn machine(analysis: &Analysis) -> String {
    let header = ["run", "score", "metric", "rho", "low", "high", "items"];
    table(
        &header,
        analysis.machine.iter().map(|row| {
            let [low, high] = ends(row.interval.as_ref());
            vec![
                row.run.clone(),
                row.score.clone(),
                row.metric.clone(),
                number(Some(row.rho)),
                low,
                high,
                row.n.to_string(),
            ]
        }),
    )
}

fn participants(analysis: &Analysis) -> String {
    let header = [
        "participant",
        "answers",
        "right",
        "accuracy",
        "low",
        "high",
        "attention_checks",
        "attention_right",
        "median_ms",
        "too_fast",
        "pilot",
        "finished",
        "left_out",
    ];
    table(
        &header,
        analysis.participants.iter().map(|row| {
            let [low, high] = ends(row.interval.as_ref());
            vec![
                row.label.clone(),
                row.answers.to_string(),
                row.right.to_string(),
                number(Some(row.accuracy)),
                low,
                high,
                row.attention.0.to_string(),
                row.attention.1.to_string(),
                number(row.median_ms),
                row.too_fast.to_string(),
                row.pilot.to_string(),
                row.finished.to_string(),
                row.left_out.join("; "),
            ]
        }),
    )
}

fn items(analysis: &Analysis) -> String {
    let header = ["item", "run", "answers", "right", "accuracy", "low", "high", "median_ms"];
    table(
        &header,
        analysis.items.iter().map(|row| {
            let [low, high] = ends(row.interval.as_ref());
            vec![
                row.item.clone(),
                row.run.clone(),
                row.answers.to_string(),
                row.right.to_string(),
                number(Some(row.accuracy)),
                low,
                high,
                number(row.median_ms),
            ]
        }),
    )
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    csv(std::iter::once::<Vec<String>>(header).chain(rows))
}
