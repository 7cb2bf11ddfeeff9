//! `afterimage validity`: checks whether reconstructions come from the responses.

use std::path::Path;

use anyhow::Result;

use afterimage_run::validity::{Check, Null, Validity};
use afterimage_statistics::RecordedUnit;

use super::run::{line, open_to_write};
use crate::args::validity::Validity as Args;
use crate::say;

/// Makes the checks of each run, writes and prints them.
pub(super) fn validity(args: &Args) -> Result<()> {
    for (index, path) in args.runs.iter().enumerate() {
        let mut session = open_to_write(path)?;
        if let Some(runs) = args.null {
            let found = session.null(runs as usize)?;
            if args.json {
                say::json(&found)?;
            } else {
                null(&found).iter().try_for_each(say::line)?;
            }
            continue;
        }
        let found = session.validity(args.retrain)?;
        let unit = afterimage_experiment::voxels::unit(&session);
        if args.json {
            say::json(&found)?;
            continue;
        }
        if args.runs.len() > 1 {
            say::line(format!("{}{}:", if index > 0 { "\n" } else { "" }, path.display()))?;
        }
        lines(&found, args.verbose, path, unit).iter().try_for_each(say::line)?;
    }
    Ok(())
}

fn lines(found: &Validity, verbose: bool, path: &Path, unit: RecordedUnit) -> Vec<String> {
    let mut lines = Vec::new();
    for check in &found.checks {
        lines.push(format!("{}: {}", check.kind.title(), check.sentence));
        if verbose {
            lines.extend(values(check, unit));
        }
    }
    lines.extend(found.not_computed.iter().map(|m| format!("not computed: {}: {}", m.name, m.reason)));
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines.push(format!("add to the report: afterimage report {}", path.display()));
    lines
}

fn values(check: &Check, unit: RecordedUnit) -> Vec<String> {
    let scores = check.conditions.iter().flat_map(|condition| &condition.scores);
    scores.map(|score| format!("  {}", line::line(score, unit))).collect()
}

/// The table of a null calibration: counts with the range that 95 % of calibrated recipes have.
fn null(found: &Null) -> Vec<String> {
    let mut lines =
        vec![format!("{} runs on permuted pairings; in brackets the range of 95 % of calibrated recipes", found.runs)];
    for row in &found.rows {
        let mut line = format!("{}:", row.title);
        for level in &row.levels {
            line += &format!(" p ≤ {}: {} [{} to {}],", level.level, level.found, level.low, level.high);
        }
        match &row.coverage {
            Some(c) => {
                line += &format!(" intervals with chance: {} of {} [{} to {}]", c.found, c.intervals, c.low, c.high)
            }
            None => line += " no intervals",
        }
        lines.push(line);
    }
    lines
}
