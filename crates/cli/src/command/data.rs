//! `inspect`, `audit`.

use anyhow::Result;

use afterimage_data::{DataSet, Exclusions, PartSummary, Summary, UnpairedPool, audit::Verdict};

use crate::args;
use crate::say;

/// `afterimage inspect`.
pub(super) fn inspect(args: &args::Inspect) -> Result<()> {
    show(&Summary::of(&DataSet::open(&args.dataset)?), args.json)
}

/// `afterimage audit`.
pub(super) fn audit(args: &args::Audit) -> Result<()> {
    let data = DataSet::open(&args.dataset)?;
    let side = data.header().size as u32;
    let pool = match args.unpaired.is_empty() {
        true => None,
        false => Some(UnpairedPool::open(&args.unpaired, side, &Exclusions::default())?),
    };
    let audit = afterimage_data::audit::audit(&data, pool.as_ref())?;
    if args.json {
        return say::json(&audit);
    }
    for check in &audit.checks {
        let verdict = match check.verdict {
            Verdict::Pass => "pass",
            Verdict::Warn => "WARN",
            Verdict::Fail => "FAIL",
            Verdict::NotApplicable => "n/a",
        };
        say::line(format!("{verdict:>4}  {}: {}", check.name, check.detail))?;
        check.items.iter().take(10).try_for_each(|item| say::line(format!("        {item}")))?;
    }
    Ok(())
}

pub(super) fn show(summary: &Summary, json: bool) -> Result<()> {
    if json {
        return say::json(summary);
    }
    let part = |name: &str, p: &PartSummary| {
        format!(
            "{name:>11}: {} stimuli, {} trials, {} to {} repeats, {} classes",
            p.stimuli, p.trials, p.fewest_repeats, p.most_repeats, p.classes
        )
    };
    let from = &summary.provenance;
    say::line(format!("{} ({})", from.title, summary.path))?;
    say::line(format!(
        "{} trials x {} voxels in {} sessions and {} runs; {} stimuli, {}",
        summary.trials,
        summary.voxels,
        summary.sessions,
        summary.runs,
        summary.stimuli,
        match summary.image_side {
            0 => "without images".to_owned(),
            side => format!("images of {side} px"),
        }
    ))?;
    say::line(format!("      units: {}", from.units.as_deref().unwrap_or("not stated")))?;
    for (name, p) in [("train", &summary.train), ("validation", &summary.validation), ("test", &summary.test)] {
        say::line(part(name, p))?;
    }
    summary.regions.iter().try_for_each(|(name, count)| say::line(format!("{name:>11}: {count} voxels")))?;
    summary.columns.iter().try_for_each(|(name, meaning)| say::line(format!("{name:>11}: {meaning}")))?;
    from.steps.iter().try_for_each(|step| say::line(format!("       step: {step}")))?;
    say::line(format!("    licence: {}", from.licence.as_deref().unwrap_or("not stated")))?;
    say::line(format!("       cite: {}", from.citation.as_deref().unwrap_or("not stated")))?;
    say::line(format!("     sha256: {}", summary.fingerprint))
}
