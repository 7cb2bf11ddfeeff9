//! A run against baselines, for the verdict of its report.

use std::path::PathBuf;

use anyhow::{Result, bail};

use afterimage_eval::comparison::{Options, ScoredRun};
use afterimage_run::{RunFolder, comparison::Comparison};

/// The main scores of a run against those of baselines.
pub(super) fn against(run: &RunFolder, baselines: &[PathBuf]) -> Result<Comparison> {
    let root = run.root();
    let whole = root.canonicalize()?;
    if let Some(path) = baselines.iter().find(|path| path.canonicalize().is_ok_and(|path| path == whole)) {
        bail!("--baselines names \"{}\", the run itself: give runs of `afterimage baseline`", path.display());
    }
    let folders = [root].into_iter().chain(baselines.iter().map(PathBuf::as_path));
    let runs = folders.map(ScoredRun::read).collect::<Result<Vec<_>, _>>()?;
    if let Some(other) = runs.iter().find(|other| other.data_set() != runs[0].data_set()) {
        bail!(
            "\"{}\" was made with another data set ({}) than \"{}\" ({}), so it is no baseline of it: fit one with \
             `afterimage baseline {} {} --out NEW`",
            other.path,
            named_data(other),
            root.display(),
            named_data(&runs[0]),
            other.manifest.baseline.as_ref().map_or("NAME", |baseline| &baseline.name),
            run.experiment_file().display()
        );
    }
    let options = Options {
        title: "Against baselines".into(),
        scores: afterimage_report::COMPARED
            .iter()
            .filter(|name| runs[0].scores.get(name).is_some())
            .map(|name| (*name).into())
            .collect(),
        ..Options::default()
    };
    Ok(afterimage_eval::comparison::compare(&runs, &options)?)
}

/// The data set of a run as a reader knows it: its title, path and the beginning of its SHA-256.
fn named_data(run: &ScoredRun) -> String {
    let path = run.manifest.inputs.iter().find(|input| input.sha256 == run.data_set()).map(|input| input.path.as_str());
    let sha256: String = run.data_set().chars().take(12).collect();
    format!("\"{}\", {}, SHA-256 {sha256}…", run.manifest.data.title, path.unwrap_or("of unknown path"))
}
