//! `afterimage compare`: paired differences between runs.

mod csv;
mod summary;
mod text;

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use afterimage_eval::comparison::{Options, ScoredRun, compare as of};
use afterimage_experiment::session::note_unchecked;
use afterimage_run::{RunFolder, atomic, comparison::Comparison};

use super::inputs;
use crate::{args::compare::Compare, progress::Terminal, say};

/// Reads and compares the runs; prints and writes the result.
pub(super) fn compare(args: &Compare) -> Result<()> {
    if let [only] = args.runs.as_slice() {
        bail!(
            "compare subtracts runs from each other, and \"{run}\" is the only one: name another run, or make a baseline \
             on the same items with `afterimage baseline mean {run}/experiment.toml --out BASELINE`; the scores of one run \
             are in its report.html",
            run = only.display()
        );
    }
    let mut runs = Vec::new();
    for (index, path) in args.runs.iter().enumerate() {
        if args.runs[..index].iter().any(|earlier| same(earlier, path)) {
            bail!("\"{}\" is given twice: give each run once", path.display());
        }
        inputs::refuse_no_run(path)?;
        let run = scored(path, args.on.as_deref())?;
        runs.push(ScoredRun::of(&run)?);
        note_unchecked(&run, &Terminal::default())?;
    }
    let baseline =
        match &args.baseline {
            None => 0,
            Some(path) => args.runs.iter().position(|run| same(run, path)).with_context(|| {
                format!("the baseline \"{}\" is not one of the runs: add it to them", path.display())
            })?,
        };
    let comparison = of(
        &runs,
        &Options {
            baseline,
            paired: !args.unpaired,
            subjects: args.subjects,
            scores: args.scores.clone(),
            resamples: args.draws as usize,
            permutations: args.draws as usize,
            seed: args.seed,
            ..Options::default()
        },
    )?;
    if let Some(path) = &args.csv {
        atomic::write(path, csv::csv(&comparison).as_bytes())?;
    }
    if let Some(folder) = &args.out {
        write(&comparison, folder, "compare")?;
    }
    print(&comparison, args.json, args.verbose)?;
    match &args.out {
        Some(folder) if !args.json => say::line(format!("page: {}", folder.join("compare.html").display())),
        _ => Ok(()),
    }
}

/// The folder with the scores: the run, or below it that of another data set.
fn scored(path: &Path, on: Option<&str>) -> Result<RunFolder> {
    let run = RunFolder::open(path)?;
    let Some(name) = on else { return Ok(run) };
    let folder = run.on_dir(name);
    if !folder.exists() {
        bail!(
            "\"{}\" has no scores on \"{name}\": make them with `afterimage evaluate {} --on DATASET --name {name}`",
            path.display(),
            path.display()
        );
    }
    Ok(RunFolder::open(folder)?)
}

/// Writes `NAME.html`, `NAME.json` and `NAME.csv` into a folder.
pub(super) fn write(comparison: &Comparison, folder: &Path, name: &str) -> Result<()> {
    let path = |ending: &str| folder.join(format!("{name}.{ending}"));
    atomic::write_json(&path("json"), comparison)?;
    atomic::write(&path("csv"), csv::csv(comparison).as_bytes())?;
    let first = comparison.variants.iter().filter_map(|variant| variant.runs.first());
    let runs: Vec<RunFolder> = first.map(RunFolder::new).collect();
    Ok(atomic::write(&path("html"), afterimage_report::render_comparison(comparison, &runs).as_bytes())?)
}

/// Prints the summary and, if asked for, every number; or JSON.
pub(super) fn print(comparison: &Comparison, json: bool, verbose: bool) -> Result<()> {
    if json {
        return say::json(comparison);
    }
    summary::lines(comparison).into_iter().try_for_each(say::line)?;
    if verbose {
        text::lines(comparison).into_iter().try_for_each(say::line)?;
    }
    Ok(())
}

fn same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    whole(a) == whole(b)
}
