//! `inspect`, `audit`.

use anyhow::Result;

use afterimage_data::audit::{AuditOptions, Embed, Verdict, audit_with};
use afterimage_data::{DataSet, Exclusions, PartSummary, Reliability, Summary, UnpairedPool};
use afterimage_experiment::Embedder;
use ndarray::ArrayView4;

use crate::args;
use crate::say;

/// Number of random halves for a split-half reliability.
const HALVES: usize = 20;

/// `afterimage inspect`.
pub(super) fn inspect(args: &args::Inspect) -> Result<()> {
    let data = DataSet::open(&args.dataset)?;
    if args.verify {
        data.verify()?;
    }
    if args.reliability {
        return reliability(&data, args.json);
    }
    let summary = Summary::of(&data);
    if args.json && args.verify {
        let mut value = serde_json::to_value(&summary)?;
        value["verified"] = true.into();
        return say::json(&value);
    }
    show(&summary, args.json)?;
    if args.verify { say::line(format!("   verified: {}", verification(&data))) } else { Ok(()) }
}

/// Text about what was read and verified.
fn verification(data: &DataSet) -> String {
    let header = data.header();
    let images = if header.has_images() { header.stimuli.len() } else { 0 };
    let (trials, voxels) = (header.trials.len(), header.voxels.count);
    let unit = header.provenance.unit().plural();
    format!("read {trials} trials x {voxels} {unit} and {images} images, SHA-256 as written")
}

/// `afterimage audit`.
pub(super) fn audit(args: &args::Audit) -> Result<()> {
    let data = DataSet::open(&args.dataset)?;
    let side = data.header().size as u32;
    let pool = if args.unpaired.is_empty() {
        None
    } else {
        Some(UnpairedPool::open(&args.unpaired, side, &Exclusions::default())?)
    };
    let embedder =
        if args.features && data.header().has_images() { Some(Embedder::new(data.header().size)?) } else { None };
    let embed = embedder.as_ref().map(|embedder| |images: ArrayView4<'_, u8>| embedder.embed(images));
    let options = AuditOptions { embed: embed.as_ref().map(|embed| embed as Embed<'_>), ..AuditOptions::default() };
    let audit = audit_with(&data, pool.as_ref(), options)?;
    if let Some(list) = &args.fix {
        let mut all = audit.exclusions.clone();
        all.extend(&audit.class_exclusions);
        all.write(list)?;
    }
    if args.json {
        return say::json(&audit);
    }
    say::line(format!("pass  content: {}", verification(&data)))?;
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
    if let Some(list) = &args.fix {
        let (stimuli, unpaired) = (audit.exclusions.stimuli.len(), audit.exclusions.names.len());
        let classes = audit.class_exclusions.classes.len();
        say::line(format!(
            "wrote {}: {stimuli} stimuli, {unpaired} unpaired images and {classes} classes; set data.exclusions to \
             this file",
            list.display()
        ))?;
    }
    Ok(())
}

/// Prints noise ceilings and reliability of the test part.
fn reliability(data: &DataSet, json: bool) -> Result<()> {
    let ceiling = Reliability::noise_ceiling(&data.held_out())?;
    let halves = Reliability::split_half(&data.held_out(), HALVES, 0)?;
    if json {
        return say::json(&serde_json::json!({ "noise_ceiling": ceiling, "split_half": halves }));
    }
    let (Some(ceiling), Some(halves)) = (ceiling, halves) else {
        return say::line("the test part has no repeats, so its reliability cannot be estimated");
    };
    say::line(format!(
        "from {} test stimuli with repeats, over {} {}: median (5 % to 95 %)",
        ceiling.stimuli,
        ceiling.ncsnr.len(),
        data.header().provenance.unit().plural()
    ))?;
    let lines = [
        ("ncsnr", "signal divided by noise standard deviation of one trial", &ceiling.ncsnr),
        ("noise ceiling", "explainable variance of the mean over repeats, %", &ceiling.percent),
        ("ceiling r", "largest correlation with that mean", &ceiling.correlation),
        ("split-half r", "correlation of halves of the repeats, mean of 20 draws", &halves.correlation),
        ("Spearman-Brown", "the same for the mean over all repeats", &halves.spearman_brown),
    ];
    lines.into_iter().try_for_each(|(name, meaning, values)| {
        let [low, median, high] = [0.05, 0.5, 0.95].map(|share| quantile(values, share));
        say::line(format!("{name:>15}: {median:.3} ({low:.3} to {high:.3})  {meaning}"))
    })
}

/// Quantile of the defined values, linearly interpolated.
fn quantile(values: &[f32], share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().map(|&value| f64::from(value)).filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() { f64::NAN } else { afterimage_statistics::quantile(&sorted, share) }
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
    let unit = from.unit().plural();
    say::line(format!("{} ({})", from.title, summary.path))?;
    say::line(format!(
        "{} trials x {} {unit} in {} sessions and {} runs; {} stimuli, {}",
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
    summary.regions.iter().try_for_each(|(name, count)| say::line(format!("{name:>11}: {count} {unit}")))?;
    summary.columns.iter().try_for_each(|(name, meaning)| say::line(format!("{name:>11}: {meaning}")))?;
    from.steps.iter().try_for_each(|step| say::line(format!("       step: {step}")))?;
    say::line(format!("    licence: {}", from.licence.as_deref().unwrap_or("not stated")))?;
    say::line(format!("       cite: {}", from.citation.as_deref().unwrap_or("not stated")))?;
    say::line(format!("     sha256: {}", summary.fingerprint))?;
    from.left_out.iter().try_for_each(|what| say::line(format!("   left out: {what}")))
}
