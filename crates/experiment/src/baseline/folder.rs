//! The run folder of a baseline, which appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_config::Experiment;
use afterimage_run::{RunFolder, lock::RunLock, replace::RunKind, scores::ScoreFile};

use super::{Plan, apply, fit};
use crate::error::{Context as _, Error, Result, bail};
use crate::session;
use crate::{Caller, Session, Stage, evaluate, preflight::Work};

/// Fits a baseline, reconstructs, evaluates, and lets `report` write the page, all in the folder `out`. With `overwrite` it
/// takes the place of the baseline that lies there, once it is finished.
///
/// # Errors
/// If `out` exists and is not to be replaced or not a baseline, the plan does not suit the data, a stage fails, or `report`
/// does; nothing is left then, and what lay there stays.
pub fn run<E: From<Error>>(
    out: &Path,
    experiment: Experiment,
    plan: &Plan,
    overwrite: bool,
    caller: &Caller,
    report: impl FnOnce(&mut Session) -> Result<(), E>,
) -> Result<(Session, ScoreFile), E> {
    let (mut session, scores) = whole(out, overwrite, caller, |folder, lock| -> Result<_, E> {
        let mut session = Session::create_locked(folder, experiment, &Work::baseline(plan), caller, lock)?;
        let fitted = session.stage("fit", |s| fit(s, plan))?;
        session.stage(Stage::Reconstruct.name(), |s| apply(s, &fitted))?;
        let scores = session.stage(Stage::Evaluate.name(), evaluate::evaluate)?;
        report(&mut session)?;
        Ok((session, scores))
    })?;
    session.run = RunFolder::new(out);
    Ok((session, scores))
}

/// Does `work` in a folder beside `out`, which takes that name when all is done and vanishes where it fails.
fn whole<T, E: From<Error>>(
    out: &Path,
    overwrite: bool,
    caller: &Caller,
    work: impl FnOnce(&Path, &RunLock) -> Result<T, E>,
) -> Result<T, E> {
    let partial = beside(out, overwrite)?;
    let lock = cleared(&partial, caller)?;
    let outcome = work(&partial, &lock).and_then(|done| Ok(take_place(&partial, out, caller).map(|()| done)?));
    if outcome.is_err() && partial.exists() {
        remove(&partial)?;
    }
    outcome
}

/// Gives the finished folder its name; a baseline that has it is deleted, unless another process writes into it.
fn take_place(partial: &Path, out: &Path, caller: &Caller) -> Result<()> {
    let named = || format!("\"{}\"", out.display());
    if out.exists() {
        RunKind::Baseline.refuse_other(out)?;
        let run = RunFolder::new(out);
        let lock = session::lock(&run, caller)?;
        RunKind::Baseline.remove_entries(out)?;
        drop(lock);
        // Not with what another program may have put there meanwhile.
        fs::remove_file(run.lock_file()).and_then(|()| fs::remove_dir(out)).with_context(named)?;
    }
    fs::rename(partial, out).with_context(named)
}

/// Takes the lock of a folder in the making and removes what a killed command left in it. Such a folder has a lock file
/// from its first moment to its last, or is empty; any other is not ours.
fn cleared(partial: &Path, caller: &Caller) -> Result<RunLock> {
    let run = RunFolder::new(partial);
    let known = || run.lock_file().is_file() || run.manifest_file().is_file();
    let empty = || fs::read_dir(partial).is_ok_and(|mut entries| entries.next().is_none());
    if partial.exists() && !known() && !empty() {
        bail!("\"{}\" is in the way and is not a run folder: rename it, or choose another --out", partial.display());
    }
    let lock = session::lock(&run, caller)?;
    empty_but_lock(&run)?;
    Ok(lock)
}

/// Removes a folder, its lock file last: killed halfway, it is still known as ours.
fn remove(folder: &Path) -> Result<()> {
    empty_but_lock(&RunFolder::new(folder))?;
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove \"{}\"", folder.display()))
}

fn empty_but_lock(run: &RunFolder) -> Result<()> {
    let context = || format!("cannot empty \"{}\"", run.root().display());
    for entry in fs::read_dir(run.root()).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(&path).with_context(context)?;
        } else if path != run.lock_file() {
            fs::remove_file(&path).with_context(context)?;
        }
    }
    Ok(())
}

/// The folder that the run is made in; refused where `out` exists and is not to be replaced, or is not a baseline.
fn beside(out: &Path, overwrite: bool) -> Result<PathBuf> {
    if overwrite {
        RunKind::Baseline.refuse_other(out)?;
    } else if out.exists() {
        bail!("\"{}\" is already there: choose another --out, or replace a baseline with --overwrite", out.display());
    }
    let Some(name) = out.file_name() else {
        bail!("\"{}\" has no name of its own: choose another --out", out.display())
    };
    let mut name = name.to_os_string();
    name.push(".partial");
    Ok(out.with_file_name(name))
}
