//! `afterimage regions`: what regions and single voxels tell, as text.

use anyhow::Result;

use afterimage_run::regions::{Condition, Part, Regions};
use afterimage_run::scores::{Interval, Score};

use super::run;
use crate::args::regions::Regions as Args;
use crate::{say, stage::regions};

/// Computes, writes and prints.
pub(super) fn regions(args: &Args) -> Result<()> {
    let mut session = run::opened(&args.run)?;
    let found = session.stage("regions", |s| regions::regions(s, usize::from(args.subsets)))?;
    if args.json {
        return say::json(&found);
    }
    lines(&found).into_iter().try_for_each(say::line)?;
    say::line(format!(
        "tables: {}, {}",
        session.run.regions_table().display(),
        session.run.region_voxels_table().display()
    ))?;
    say::line(format!("into the report: afterimage report {}", args.run.display()))
}

fn lines(found: &Regions) -> Vec<String> {
    let mut lines = Vec::new();
    if !found.encoding.is_empty() {
        lines.push("What the responses hold, as far as the encoder can tell:".into());
        lines.extend(found.encoding.iter().map(condition));
        lines.extend(matched(found));
        lines.extend(voxels(found));
    }
    if !found.decoding.is_empty() {
        lines.push("What the trained decoder uses (others silent; differences from all voxels):".into());
        lines.extend(found.decoding.iter().map(condition));
    }
    lines.extend(found.not_computed.iter().map(|m| format!("not computed: {}: {}", m.name, m.reason)));
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines
}

fn label(region: Option<&String>, part: Part) -> String {
    match (region, part) {
        (Some(region), Part::Without) => format!("without {region}"),
        (Some(region), _) => format!("{region} alone"),
        (None, _) => "all".into(),
    }
}

fn condition(of: &Condition) -> String {
    let scores: Vec<String> = of.scores.iter().map(|score| one(of, score)).collect();
    format!("  {:<16} {:>5} voxels  {}", label(of.region.as_ref(), of.part), of.voxels, scores.join("; "))
}

fn one(of: &Condition, score: &Score) -> String {
    let difference = of.differences.iter().find(|d| d.score == score.name).map(|d| {
        let d = &d.difference;
        let points = |v: f64| if score.unit == "fraction" { format!("{:+.1}", 100.0 * v) } else { format!("{v:+.3}") };
        let ends = d.interval.as_ref().map(|i| format!(" [{}, {}]", points(i.low), points(i.high))).unwrap_or_default();
        format!(", {}{ends}, p Holm {:.1e}", points(d.value), d.p_holm)
    });
    format!("{} {}{}", short(score), value(score), difference.unwrap_or_default())
}

fn matched(found: &Regions) -> Option<String> {
    let smallest = found.regions.iter().map(|r| r.voxels).min()?;
    let size = found.matched.iter().map(|m| m.voxels).filter(|&k| k <= smallest.min(20)).max()?;
    let at: Vec<String> = found
        .matched
        .iter()
        .filter(|m| m.voxels == size)
        .map(|m| format!("{} {}", m.region.as_deref().unwrap_or("all"), value(&m.score)))
        .collect();
    Some(format!("  at {size} voxels each, {}: {}", short(&found.matched[0].score), at.join("; ")))
}

fn voxels(found: &Regions) -> Option<String> {
    let groups = found.single.as_ref()?.groups.iter().map(|g| {
        let name = g.region.as_deref().unwrap_or("all");
        format!(
            "{name} {} ({:.0} % above chance at a false discovery rate of 5 %)",
            value(&g.score),
            100.0 * g.above_chance
        )
    });
    Some(format!("  single voxels, median 2-way: {}", groups.collect::<Vec<_>>().join("; ")))
}

/// The last parts of a score's name.
fn short(score: &Score) -> String {
    match score.ways {
        Some(ways) => format!("{} {ways}-way", score.protocol),
        None => score.name.rsplit('.').next().unwrap_or_default().to_owned(),
    }
}

fn value(score: &Score) -> String {
    let show = |v: f64| if score.unit == "fraction" { format!("{:.1} %", 100.0 * v) } else { format!("{v:.3}") };
    let ends = |i: &Interval| format!(" [{}, {}]", show(i.low), show(i.high));
    format!("{}{}", show(score.value), score.interval.as_ref().map(ends).unwrap_or_default())
}
