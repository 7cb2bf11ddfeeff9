//! `afterimage front`: fidelity against identification as the strengths of the parts of reconstructions change.

use anyhow::Result;

use afterimage_run::front::{Curve, Front, Point};
use afterimage_run::scores::Score;
use afterimage_statistics::counted;

use super::run::open_to_write;
use crate::args::front::Front as Args;
use crate::number::value;
use crate::say;

/// Scores each strength and prints a table for each key.
pub(super) fn front(args: &Args) -> Result<()> {
    let mut session = open_to_write(&args.run)?;
    let found = session.front()?;
    if args.json {
        return say::json(&found);
    }
    lines(&found).into_iter().try_for_each(say::line)?;
    say::line(format!(
        "change a strength: afterimage run EXPERIMENT.toml --out {0} --resume --set KEY=VALUE; add to the report: afterimage report {0}",
        args.run.display()
    ))
}

fn lines(found: &Front) -> Vec<String> {
    let mut lines =
        vec![format!("{} of the validation part; 95 % intervals over images", counted(found.items, "item"))];
    for curve in &found.curves {
        lines.push(format!("{}, {} in this run:", curve.key, curve.used));
        for (index, score) in scores(curve).enumerate() {
            lines.push(format!("  {}:", score.title));
            lines.extend(curve.points.iter().filter_map(|point| Some(line(point, point.scores.get(index)?))));
        }
    }
    lines.extend(found.not_computed.iter().map(|m| format!("not computed: {}: {}", m.name, m.reason)));
    lines
}

/// The scores of the first value, whose names and order are those of all.
fn scores(curve: &Curve) -> impl Iterator<Item = &Score> {
    curve.points.iter().take(1).flat_map(|point| &point.scores)
}

fn line(point: &Point, score: &Score) -> String {
    let of = |v| value(v, &score.unit);
    let range = score.interval.as_ref().map(|i| format!(" [{}, {}]", of(i.low), of(i.high)));
    format!("    {:<5} {}{}", point.value, of(score.value), range.unwrap_or_default())
}
