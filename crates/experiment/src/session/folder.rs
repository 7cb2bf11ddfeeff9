//! The folder of a run before it is open: its lock, what lies in it, and whether it may be used.

use std::path::Path;

use afterimage_config::Experiment;
use afterimage_run::{
    RunFolder,
    layout::Phase,
    lock::{Holder, RunLock},
    manifest::Manifest,
    replace::RunKind,
};
use afterimage_train::{Observer, apply};

use crate::error::{Result, bail};
use crate::program::{Caller, timestamp};

/// Takes the lock of a run; where the file system gives none, notes it and goes on.
pub fn lock(run: &RunFolder, caller: &Caller) -> Result<RunLock> {
    let holder = Holder {
        pid: std::process::id(),
        host: caller.program.host.clone(),
        since: timestamp(),
        command: caller.program.command.join(" "),
    };
    let lock = run.lock(&holder)?;
    if let Some(problem) = lock.problem() {
        caller.observer.note(&format!("note: {problem}: let no other process write into it"));
    }
    Ok(lock)
}

/// Refuses a configuration that the seeds or the networks of a run do not have.
pub fn refuse_edited(run: &RunFolder, manifest: &Manifest, experiment: &Experiment) -> Result<()> {
    if let Some(&seed) = manifest.seeds.get("experiment").filter(|&&seed| seed != experiment.seed) {
        bail!(
            "\"{}\" says seed = {}, and the run was made with seed {seed}: set it back, or make another run with --out",
            run.experiment_file().display(),
            experiment.seed
        );
    }
    Ok(apply::check_settings(run, experiment)?)
}

/// Notes which files of a run have no recorded hash.
pub fn note_unchecked(run: &RunFolder, observer: &dyn Observer) -> Result<()> {
    let names = run.unchecked()?;
    if !names.is_empty() {
        observer.note(&format!(
            "note: not checked: {} of \"{}\", written by an earlier version without a hash in run.json",
            names.join(", "),
            run.root().display()
        ));
    }
    Ok(())
}

/// What happens to a run that lies where another is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is refused, unless nothing was trained or computed in it.
    Refused,
    /// It goes on.
    Resumed,
    /// It is deleted, once the new one has passed its checks.
    Replaced,
}

/// True for a run in which something was trained or computed. The folder of a start that failed, or that was stopped before
/// the first checkpoint, is not one: nothing is lost if it is begun again.
pub fn has_work(out: &Path) -> bool {
    let run = RunFolder::new(out);
    if !run.manifest_file().exists() {
        return false;
    }
    let is_empty = |manifest: &Manifest| manifest.finished.is_empty() && manifest.baseline.is_none();
    [Phase::Encoder, Phase::Decoder].into_iter().any(|phase| run.has_weights(phase))
        || !Manifest::read(&run).is_ok_and(|m| is_empty(&m))
}

/// Refuses a folder that is a run already, or that contains other files: they would lie among those of the run.
pub(crate) fn refuse_used(out: &Path, kind: RunKind) -> Result<()> {
    if has_work(out) {
        bail!(
            "\"{}\" already holds a run: go on with --resume, choose another --out, or replace it with --overwrite",
            out.display()
        );
    }
    if let Some(other) = kind.other_entry(out)? {
        bail!("\"{}\" contains \"{other}\", which is not a part of a run: choose another --out", out.display());
    }
    Ok(())
}
