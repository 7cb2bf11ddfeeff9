//! Identification against the number of candidates, for each measure that was scored at several.

use std::collections::BTreeMap;

use afterimage_run::scores::{AVERAGING, Score};
use maud::Markup;

use crate::number::score as shown;
use crate::plot::{Line, Lines, lines};
use crate::verdict::null;

/// Scores of one protocol and measure by their number of candidates, in the order of the file.
pub(crate) fn families(scores: &[Score]) -> Vec<Vec<&Score>> {
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

/// The chart of a family: accuracy with its interval, and chance.
pub(crate) fn curve(family: &[&Score], title: &str, size: (f64, f64)) -> Option<Markup> {
    let at = |s: &Score| s.ways.unwrap_or(1) as f64;
    let accuracy = Line {
        class: "a",
        points: family.iter().map(|s| (at(s), s.value)).collect(),
        band: family.iter().filter_map(|s| s.interval.as_ref().map(|i| (at(s), i.low, i.high))).collect(),
        dots: true,
    };
    let chance = Line {
        class: "chance",
        points: family.iter().filter_map(|s| null(s).map(|c| (at(s), c))).collect(),
        band: Vec::new(),
        dots: false,
    };
    let told: Vec<String> = family.iter().map(|s| format!("{} candidates {}", at(s), shown(s))).collect();
    lines(&Lines {
        size,
        x_title: "number of candidates",
        y_title: "fraction identified",
        label: &format!("{title}: accuracy against the number of candidates: {}", told.join(", ")),
        x_log: true,
        y_log: false,
        y_range: Some((0.0, 1.0)),
        lines: vec![chance, accuracy],
    })
}
