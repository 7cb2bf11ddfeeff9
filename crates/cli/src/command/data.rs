//! `inspect`, `audit`.

use std::cell::Cell;

use anyhow::Result;

use afterimage_data::audit::{AuditOptions, Check, Embed, Verdict, audit_with, images};
use afterimage_data::overview::{FEW_STIMULI, Overview, OverviewOptions, Reliable, no_repeats};
use afterimage_data::{DataSet, Exclusions, PartSummary, SPLIT_HALF_DRAWS, Summary, UnpairedPool};
use afterimage_experiment::Embedder;
use afterimage_report::render_dataset;
use afterimage_run::atomic;
use afterimage_statistics::{counted, number_or_range};
use ndarray::{ArrayView4, Axis};

use super::{Outcome, inputs};
use crate::args;
use crate::progress::Bar;
use crate::say;

/// From this number of test stimuli on, reliabilities have three decimals.
const MANY: usize = 30;

/// `afterimage inspect`.
pub(super) fn inspect(args: &args::Inspect) -> Result<()> {
    let data = inputs::data_set(&args.dataset, "inspect")?;
    if args.verify {
        data.verify()?;
    }
    let summary = Summary::of(&data);
    let reliability = match &args.html {
        Some(path) => {
            let overview = Overview::of(&data, OverviewOptions::default())?;
            atomic::write(path, render_dataset(&overview).as_bytes())?;
            args.reliability.then_some(overview.reliability)
        }
        None if args.reliability => Some(Reliable::of_test(&data, SPLIT_HALF_DRAWS)?),
        None => None,
    };
    if args.json {
        return say::json(&as_json(&summary, args, reliability.as_ref())?);
    }
    show(&summary, false)?;
    if let Some(reliability) = &reliability {
        show_reliability(&summary, reliability.as_ref())?;
    }
    if args.verify {
        say::line(format!("   verified: {}", verification(&data)))?;
    }
    args.html.as_ref().map_or(Ok(()), |path| say::line(format!("       page: {}", path.display())))
}

/// The summary, with what was asked for besides.
fn as_json(
    summary: &Summary,
    args: &args::Inspect,
    reliability: Option<&Option<Reliable>>,
) -> Result<serde_json::Value> {
    let mut value = serde_json::to_value(summary)?;
    if args.verify {
        value["verified"] = true.into();
    }
    if let Some(reliability) = reliability {
        value["noise_ceiling"] = serde_json::to_value(reliability.as_ref().map(|found| &found.ceiling))?;
        value["split_half"] = serde_json::to_value(reliability.as_ref().map(|found| &found.halves))?;
        let warning = reliability.as_ref().and_then(|found| found.warning(summary.provenance.unit()));
        value["reliability_warning"] = serde_json::to_value(warning)?;
    }
    if let Some(path) = &args.html {
        value["page"] = path.display().to_string().into();
    }
    Ok(value)
}

/// Text about what was read and verified.
fn verification(data: &DataSet) -> String {
    let header = data.header();
    let images = if header.has_images() { header.stimuli.len() } else { 0 };
    let (trials, voxels) = (header.trials.len(), header.voxels.count);
    let unit = header.provenance.unit().plural();
    format!("read {trials} trials x {voxels} {unit} and {images} images, SHA-256 as written")
}

/// Examples of a finding that are printed; JSON has all of them.
const EXAMPLES: usize = 10;

/// What a data set without images lacks, and how to give it.
const NO_IMAGES: &str = "training and scoring need the images that were shown, which this data set lacks: import the recording again with \
                         --images FOLDER (and --image-column, if the tables do not call theirs stimulus, stim_file or image)";

/// `afterimage audit`. It has findings if a check fails, and with `--strict` also if one warns.
pub(super) fn audit(args: &args::Audit) -> Result<Outcome> {
    let mut data = inputs::data_set(&args.dataset, "audit")?;
    let excluded = args.exclusions.as_deref().map(Exclusions::read).transpose()?.unwrap_or_default();
    data.leave_out(&excluded.stimuli);
    let side = data.header().size as u32;
    let pool = if args.unpaired.is_empty() { None } else { Some(UnpairedPool::open(&args.unpaired, side, &excluded)?) };
    let embedder =
        if args.features && data.header().has_images() { Some(Embedder::new(data.header().size)?) } else { None };
    let all = images(&data, pool.as_ref(), AuditOptions::default().pool_limit);
    let (bar, embedded) = (Bar::new("audit", 0, all as u64), Cell::new(0));
    let embed = embedder.as_ref().map(|embedder| {
        |images: ArrayView4<'_, u8>| {
            embedded.set(embedded.get() + images.len_of(Axis(0)));
            bar.message(format!("features of {} images", embedded.get()));
            embedder.embed(images)
        }
    });
    let progress = |done: usize, _: usize| bar.set(done as u64);
    let options = AuditOptions {
        embed: embed.as_ref().map(|embed| embed as Embed<'_>),
        progress: Some(&progress),
        ..AuditOptions::default()
    };
    let audit = audit_with(&data, pool.as_ref(), options)?;
    bar.finish();
    if let Some(list) = &args.fix {
        let mut all = excluded;
        all.extend(&audit.exclusions);
        all.extend(&audit.class_exclusions);
        all.write(list)?;
    }
    let is_finding = |verdict| verdict == Verdict::Fail || (args.strict && verdict == Verdict::Warn);
    let found = audit.checks.iter().any(|check| is_finding(check.verdict));
    let outcome = if found { Outcome::Findings } else { Outcome::Done };
    if args.json {
        say::json(&audit)?;
        return Ok(outcome);
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
        let (shown, others) = Check::shown(&check.name, &check.items, EXAMPLES);
        shown.iter().try_for_each(|item| say::line(format!("        {item}")))?;
        if others > 0 {
            say::line(format!("        and {others} more (--json prints all)"))?;
        }
    }
    if let Some(list) = &args.fix {
        say::line(format!(
            "wrote {}: {}, {} and {} found now; set data.exclusions to this file (--exclusions audits with it)",
            list.display(),
            counted(audit.exclusions.stimuli.len(), "stimulus"),
            counted(audit.exclusions.names.len(), "unpaired image"),
            counted(audit.class_exclusions.classes.len(), "class")
        ))?;
    }
    let path = super::import::quoted(&args.dataset);
    if audit.checks.iter().any(|check| check.verdict == Verdict::Fail) {
        super::import::next(&match &args.fix {
            None => format!("afterimage audit {path} --fix leave-out.toml, with the same options"),
            Some(list) => format!(
                "set data.exclusions = \"{}\" in the experiment file, and check it with afterimage audit {path} --exclusions {}, \
                 with the same options",
                list.display(),
                super::import::quoted(list)
            ),
        })?;
        return Ok(outcome);
    }
    super::import::next(&if data.header().has_images() {
        let list = args.exclusions.as_ref().map(|list| format!(" and data.exclusions = \"{}\"", list.display()));
        format!(
            "write experiment.toml with data.dataset = \"{}\"{}, then afterimage run experiment.toml --out runs/NAME",
            args.dataset.display(),
            list.unwrap_or_default()
        )
    } else {
        NO_IMAGES.to_owned()
    })?;
    Ok(outcome)
}

/// Prints noise ceilings and reliability of the test part.
fn show_reliability(summary: &Summary, reliability: Option<&Reliable>) -> Result<()> {
    let Some(reliable) = reliability else { return say::line(no_repeats(summary)) };
    let (stimuli, voxels) = (reliable.ceiling.stimuli, reliable.ceiling.ncsnr.len());
    let unit = summary.provenance.unit();
    say::line(format!(
        "reliability: from {} with repeats, over {}: median (5 % to 95 %)",
        counted(stimuli, "test stimulus"),
        counted(voxels, unit.singular())
    ))?;
    // Digits beyond what so few stimuli tell would only look exact.
    let digits = if stimuli < MANY { 2 } else { 3 };
    if stimuli < FEW_STIMULI {
        say::line(format!(
            "note: {} too few for a reliability: the values of single {} are mostly chance",
            if stimuli == 1 { "1 stimulus is".into() } else { format!("{stimuli} stimuli are") },
            unit.plural()
        ))?;
    }
    reliable.measures().into_iter().try_for_each(|measured| {
        let [low, median, high] = measured.quantiles;
        say::line(format!(
            "{:>15}: {median:.digits$} ({low:.digits$} to {high:.digits$})  {}",
            measured.name, measured.meaning
        ))
    })?;
    reliable.warning(unit).map_or(Ok(()), |warning| say::line(format!("    warning: {warning}")))
}

pub(super) fn show(summary: &Summary, json: bool) -> Result<()> {
    if json {
        return say::json(summary);
    }
    let part = |name: &str, p: &PartSummary| {
        if p.stimuli == 0 {
            return format!("{name:>11}: none");
        }
        let repeats = number_or_range(p.fewest_repeats as usize, p.most_repeats as usize, "repeat");
        let classes = if p.classes == 0 { "classes unknown".to_owned() } else { counted(p.classes, "class") };
        format!("{name:>11}: {}, {}, {repeats}, {classes}", counted(p.stimuli, "stimulus"), counted(p.trials, "trial"))
    };
    let from = &summary.provenance;
    say::line(format!("{} ({})", from.title, summary.path))?;
    say::line(format!(
        "{} x {} in {} and {}; {}, {}",
        counted(summary.trials, "trial"),
        counted(summary.voxels, from.unit().singular()),
        counted(summary.sessions, "session"),
        counted(summary.runs, "run"),
        counted(summary.stimuli, "stimulus"),
        match summary.image_side {
            0 => "without images".to_owned(),
            side => format!("images of {side} px"),
        }
    ))?;
    say::line(format!("      units: {}", from.units.as_deref().unwrap_or("not stated")))?;
    for (name, p) in [("train", &summary.train), ("validation", &summary.validation), ("test", &summary.test)] {
        say::line(part(name, p))?;
    }
    let unit = from.unit().singular();
    summary.regions.iter().try_for_each(|(name, count)| say::line(format!("{name:>11}: {}", counted(*count, unit))))?;
    summary.columns.iter().try_for_each(|(name, meaning)| say::line(format!("{name:>11}: {meaning}")))?;
    from.steps.iter().try_for_each(|step| say::line(format!("       step: {step}")))?;
    from.warnings.iter().try_for_each(|warning| say::line(format!("    warning: {warning}")))?;
    say::line(format!("    licence: {}", from.licence.as_deref().unwrap_or("not stated")))?;
    say::line(format!("       cite: {}", from.citation.as_deref().unwrap_or("not stated")))?;
    say::line(format!("     sha256: {}", summary.fingerprint))?;
    from.left_out.iter().try_for_each(|what| say::line(format!("   left out: {what}")))
}
