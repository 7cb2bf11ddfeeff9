//! Accuracy of identification against the number of candidates, with interval and chance.

use std::collections::BTreeMap;

use afterimage_run::scores::{AVERAGING, Score};
use maud::Markup;

use super::panels::{Panel, Sign, compose, in_columns};
use super::{Figure, Parts, cell, row};
use crate::number::score as shown;
use crate::plot::{Line, Lines, lines};

/// Least width of a chart.
const NARROW: f64 = 190.0;
const HEIGHT: f64 = 170.0;

/// One chart per measure that was scored at several numbers of candidates; none without.
pub(super) fn identification(parts: &Parts, width: f64) -> Option<Figure> {
    let families = families(&parts.scores?.scores);
    let columns = ((width / NARROW) as usize).clamp(1, families.len().max(1));
    let size = (width / columns as f64 - 8.0, HEIGHT);
    let mut table = vec![row(&["protocol", "metric", "candidates", "value", "low", "high", "chance", "n"])];
    let mut panels = Vec::new();
    for family in &families {
        let Some(svg) = chart(family, size) else { continue };
        panels.push(Panel { title: title(family[0]), svg, size });
        table.extend(family.iter().map(|s| cells(s)));
    }
    if panels.is_empty() {
        return None;
    }
    let legend = [(Sign::Solid { dots: true }, "accuracy and its interval"), (Sign::Chance, "chance")];
    let label = "Identification against the number of candidates";
    let (svg, size) = compose(in_columns(panels, columns), width, &legend, label);
    let caption =
        "Fraction of held-out images that are identified against the number of candidates, the true image among \
                   them; lines at the dots are 95 % intervals, the dashed line is chance: what \
                   uninformative reconstructions score on these images and candidates."
            .into();
    Some(Figure { name: "identification".into(), caption, svg, size, table })
}

/// Scores of one protocol and measure by their number of candidates, in the order of the file.
fn families(scores: &[Score]) -> Vec<Vec<&Score>> {
    let mut order = Vec::new();
    let mut families: BTreeMap<(&str, &str), Vec<&Score>> = BTreeMap::new();
    let counted =
        |s: &&Score| s.ways.is_some() && s.unit == "fraction" && s.protocol != AVERAGING && s.name.ends_with("way");
    for score in scores.iter().filter(counted) {
        let key = (score.protocol.as_str(), score.metric.as_str());
        if !families.contains_key(&key) {
            order.push(key);
        }
        families.entry(key).or_default().push(score);
    }
    let mut found: Vec<Vec<&Score>> = order.iter().filter_map(|key| families.remove(key)).collect();
    found.iter_mut().for_each(|f| f.sort_by_key(|s| s.ways));
    found.retain(|f| f.windows(2).any(|w| w[0].ways != w[1].ways));
    found
}

/// What the chart is about, without the number of candidates of its first score.
fn title(score: &Score) -> String {
    let measure = score.name.split('.').rev().nth(1).unwrap_or_default();
    match score.protocol.as_str() {
        "external" => format!("external images, {measure}"),
        "encoding" => "from predicted responses".into(),
        "class" => "classes of a classifier".into(),
        "representative" => "class representatives".into(),
        other => format!("{other}, {measure}"),
    }
}

fn cells(s: &Score) -> Vec<String> {
    let ends = s.interval.as_ref().map_or([f64::NAN; 2], |i| [i.low, i.high]);
    let numbers = [s.value, ends[0], ends[1], s.chance.unwrap_or(f64::NAN)].map(cell);
    let names = vec![s.protocol.clone(), s.metric.clone(), s.ways.unwrap_or_default().to_string()];
    [names, numbers.to_vec(), vec![s.n.to_string()]].concat()
}

fn chart(family: &[&Score], size: (f64, f64)) -> Option<Markup> {
    let at = |s: &Score| s.ways.unwrap_or(1) as f64;
    let accuracy = Line {
        class: "a",
        points: family.iter().map(|s| (at(s), s.value)).collect(),
        band: family.iter().filter_map(|s| s.interval.as_ref().map(|i| (at(s), i.low, i.high))).collect(),
        dots: true,
    };
    let chance = Line {
        class: "chance",
        points: family.iter().filter_map(|s| s.chance.map(|c| (at(s), c))).collect(),
        band: Vec::new(),
        dots: false,
    };
    let told: Vec<String> = family.iter().map(|s| format!("{} candidates {}", at(s), shown(s))).collect();
    lines(&Lines {
        size,
        x_title: "number of candidates",
        y_title: "fraction identified",
        label: &format!("{}: {}", title(family[0]), told.join(", ")),
        x_log: true,
        y_log: false,
        y_range: Some((0.0, 1.0)),
        lines: vec![chance, accuracy],
    })
}
