//! `regions.json` as tables for other programs, numbers in full precision.

use afterimage_run::regions::{Condition, Regions};
use afterimage_run::scores::Score;
use afterimage_run::table::{csv, ends, number};
use afterimage_statistics::Difference;

const COLUMNS: [&str; 22] = [
    "question",
    "region",
    "part",
    "voxels",
    "subsets",
    "score",
    "unit",
    "value",
    "low",
    "high",
    "chance",
    "p",
    "n",
    "spread_over_subsets",
    "first_quartile",
    "third_quartile",
    "share_above_chance",
    "difference",
    "difference_low",
    "difference_high",
    "difference_p",
    "difference_p_holm",
];

/// A row for each condition and score; an empty field is a number that is undefined or was not computed. The region of all
/// voxels is empty.
pub(super) fn conditions(found: &Regions) -> String {
    let mut rows = vec![COLUMNS.map(String::from).to_vec()];
    let mut of = |question: &str, conditions: &[Condition]| {
        for condition in conditions {
            for score in &condition.scores {
                let difference = condition.differences.iter().find(|d| d.score == score.name);
                let head = [question, condition.region.as_deref().unwrap_or(""), condition.part.name()];
                rows.push(row(head, condition.voxels, None, score, [None; 4], difference.map(|d| &d.difference)));
            }
        }
    };
    of("encoding", &found.encoding);
    of("decoding", &found.decoding);
    for matched in &found.matched {
        let head = ["encoding at equal numbers", matched.region.as_deref().unwrap_or(""), "alone"];
        let more = [matched.spread, None, None, None];
        rows.push(row(head, matched.voxels, Some(matched.draws), &matched.score, more, None));
    }
    for group in found.single.iter().flat_map(|single| &single.groups) {
        let head = ["encoding from one voxel", group.region.as_deref().unwrap_or(""), "alone"];
        let more = [None, Some(group.quartiles.0), Some(group.quartiles.1), Some(group.above_chance)];
        rows.push(row(head, group.score.n, None, &group.score, more, None));
    }
    csv(&rows)
}

fn row(
    head: [&str; 3],
    voxels: usize,
    subsets: Option<usize>,
    score: &Score,
    more: [Option<f64>; 4],
    difference: Option<&Difference>,
) -> Vec<String> {
    let mut fields: Vec<String> = head.map(String::from).to_vec();
    fields.extend([voxels.to_string(), subsets.map_or_else(String::new, |n| n.to_string())]);
    fields.extend([score.name.clone(), score.unit.clone(), number(Some(score.value))]);
    fields.extend(ends(score.interval.as_ref()));
    fields.extend([number(score.chance), number(score.p.as_ref().map(|p| p.value)), score.n.to_string()]);
    fields.extend(more.map(number));
    fields.push(number(difference.map(|d| d.value)));
    fields.extend(ends(difference.and_then(|d| d.interval.as_ref())));
    fields.extend([number(difference.map(|d| d.p.value)), number(difference.map(|d| d.p_holm))]);
    fields
}

/// A row for each voxel; regions are joined by semicolons.
pub(super) fn voxels(found: &Regions) -> String {
    let mut rows = vec![["voxel", "regions", "two_way_accuracy", "p", "q"].map(String::from).to_vec()];
    for voxel in found.single.iter().flat_map(|single| &single.voxels) {
        let numbers = [voxel.accuracy, voxel.p, voxel.q].map(|v| number(Some(v)));
        rows.push([vec![voxel.voxel.to_string(), voxel.regions.join(";")], numbers.to_vec()].concat());
    }
    csv(&rows)
}
