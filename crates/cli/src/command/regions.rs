//! `afterimage regions`: scores of regions and single voxels, as text.

use anyhow::Result;

use afterimage_experiment::voxels;
use afterimage_run::regions::{Condition, Part, Regions};
use afterimage_run::scores::Score;
use afterimage_statistics::{Interval, RecordedUnit, counted};

use super::run;
use crate::args::regions::Regions as Args;
use crate::number::{signed, signed_interval, value};
use crate::say;

/// Computes the scores, writes and prints them.
pub(super) fn regions(args: &Args) -> Result<()> {
    let mut session = run::open_to_write(&args.run)?;
    let found = session.regions(usize::from(args.subsets))?;
    if args.json {
        return say::json(&found);
    }
    let unit = voxels::unit(&session);
    lines(&found, unit).iter().try_for_each(say::line)?;
    say::line(format!(
        "tables: {}, {}",
        session.run.regions_table().display(),
        session.run.region_voxels_table().display()
    ))?;
    say::line(format!("add to the report: afterimage report {}", args.run.display()))
}

fn lines(found: &Regions, unit: RecordedUnit) -> Vec<String> {
    let more = unit.plural();
    let mut lines = Vec::new();
    if let Some(score) = found.encoding.first().and_then(most_ways) {
        lines.push(format!("Encoding by region, {}:", heading(score)));
        lines.extend(rows(&found.encoding, more, most_ways_of));
        lines.extend(equal_numbers(found, more));
        lines.extend(single(found, unit.singular()));
    }
    if let Some(all) = found.decoding.first() {
        lines.push(format!("Knock-outs of the trained decoder, other {more} silenced:"));
        lines.extend(all.scores.iter().map(|score| format!("  {}", heading(score))));
        lines.extend(rows(&found.decoding, more, |condition| condition.scores.iter().collect()));
    }
    lines.push(format!(
        "Brackets: 95 % intervals. After the slash: difference from all {more}. Corrected p-values are in the tables."
    ));
    lines.extend(found.not_computed.iter().map(|m| format!("not computed: {}: {}", m.name, m.reason)));
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines
}

/// One line per condition: scores with their differences, in columns.
fn rows<'a>(conditions: &'a [Condition], more: &str, wanted: impl Fn(&'a Condition) -> Vec<&'a Score>) -> Vec<String> {
    let cells = |condition: &'a Condition| wanted(condition).into_iter().map(|score| cell(condition, score)).collect();
    let table: Vec<Vec<String>> = conditions.iter().map(cells).collect();
    let labels: Vec<String> = conditions.iter().map(|c| label(c.region.as_ref(), c.part)).collect();
    let first = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let width = table.iter().flatten().map(|cell| cell.chars().count()).max().unwrap_or(0);
    let line = |((condition, label), cells): ((&Condition, &String), &Vec<String>)| {
        let cells: String = cells.iter().map(|cell| format!("  {cell:width$}")).collect();
        format!("  {label:first$}  {:>5} {more}{}", condition.voxels, cells.trim_end())
    };
    conditions.iter().zip(&labels).zip(&table).map(line).collect()
}

fn label(region: Option<&String>, part: Part) -> String {
    match (region, part) {
        (Some(region), Part::Without) => format!("without {region}"),
        (Some(region), _) => format!("only {region}"),
        (None, _) => "all".into(),
    }
}

fn most_ways(condition: &Condition) -> Option<&Score> {
    condition.scores.iter().filter(|s| s.ways.is_some()).max_by_key(|s| s.ways)
}

fn most_ways_of(condition: &Condition) -> Vec<&Score> {
    most_ways(condition).into_iter().collect()
}

fn heading(score: &Score) -> String {
    let chance = score.chance.map(|c| format!(", chance {}", value(c, &score.unit))).unwrap_or_default();
    format!("{}{chance}, n = {}", score.title, counted(score.n, &score.item_kind))
}

fn cell(condition: &Condition, score: &Score) -> String {
    let difference = condition.differences.iter().find(|d| d.score == score.name).map(|d| {
        let ends = d.difference.interval.as_ref().map(|i| format!(" {}", signed_interval(i, &score.unit)));
        format!(" / {}{}", signed(d.difference.value, &score.unit), ends.unwrap_or_default())
    });
    format!("{}{}", value(score.value, &score.unit), difference.unwrap_or_else(|| ends(score)))
}

/// Identification at the largest number of voxels, up to 20, at which every region was measured.
fn equal_numbers(found: &Regions, more: &str) -> Vec<String> {
    let regions = found.matched.iter().map(|m| m.region.as_ref()).collect::<std::collections::BTreeSet<_>>().len();
    let all_have = |size: usize| found.matched.iter().filter(|m| m.voxels == size).count() == regions;
    let size = found.matched.iter().map(|m| m.voxels).filter(|&size| size <= 20 && all_have(size)).max();
    let Some(size) = size else { return Vec::new() };
    let at = found.matched.iter().filter(|m| m.voxels == size);
    let lines = at.map(|m| {
        let name = m.region.as_deref().unwrap_or("all");
        format!("    {name}: {}{}", value(m.score.value, &m.score.unit), ends(&m.score))
    });
    std::iter::once(format!("  from {size} {more} each, mean over random subsets:")).chain(lines).collect()
}

fn single(found: &Regions, one: &str) -> Vec<String> {
    let Some(single) = &found.single else { return Vec::new() };
    let lines = single.groups.iter().map(|g| {
        let name = g.region.as_deref().unwrap_or("all");
        let above = 100.0 * g.above_chance;
        format!("    {name}: {}{}, {above:.0} % above chance", value(g.score.value, &g.score.unit), ends(&g.score))
    });
    let head =
        format!("  from one {one}, two ways (chance 50 %), median; above chance at a false discovery rate of 5 %:");
    std::iter::once(head).chain(lines).collect()
}

fn ends(score: &Score) -> String {
    let of = |i: &Interval| format!(" [{}, {}]", value(i.low, &score.unit), value(i.high, &score.unit));
    score.interval.as_ref().map(of).unwrap_or_default()
}
