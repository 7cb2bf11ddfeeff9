//! An open run: its folder, its configuration, its manifest.

mod changes;
mod folder;
mod inputs;
mod state;

use std::path::Path;

use crate::error::{Result, bail};

use crate::Stage;
use crate::choice::Choice;
use crate::preflight::{self, Work};
use crate::program::Caller;
use afterimage_config::{Experiment, join_paths};
use afterimage_data::DataSet;
use afterimage_run::{
    Artefact, RunFolder,
    layout::Phase,
    lock::RunLock,
    manifest::{Input, Manifest},
    replace::RunKind,
};

pub(crate) use folder::refuse_used;
pub use folder::{Existing, has_work, lock, note_unchecked, refuse_edited};
pub(crate) use inputs::{DATA_SET, exclusions, new_manifest, text};
use inputs::{EXCLUSIONS, absolute, exclusions_digest, open_data, refuse_moved_data};

/// An open run.
pub struct Session {
    /// Its folder.
    pub run: RunFolder,
    /// Its configuration.
    pub experiment: Experiment,
    /// Its manifest; written after each stage.
    pub manifest: Manifest,
    /// Who runs it.
    pub(crate) caller: Caller,
    /// Phases that training has not begun in this session, and whose checkpoints in the folder are not of this run.
    fresh: Vec<Phase>,
    /// The configuration that the folder has, where this session has another that is not written yet.
    written: Option<Experiment>,
    /// The right to write, where the command writes.
    _lock: Option<RunLock>,
}

impl Session {
    /// A new run in `out`, or the one that is there, as `existing` says, after the check that the stages up to `last` can be
    /// carried through.
    ///
    /// # Errors
    /// Those of [`Session::create`], [`Session::resume`] and [`Session::check`]; for [`Existing::Replaced`] also if the folder is not a
    /// run of networks or contains anything else.
    pub fn begin(out: &Path, experiment: Experiment, existing: Existing, last: Stage, caller: &Caller) -> Result<Self> {
        match existing {
            Existing::Resumed if has_work(out) => {
                let mut session = Self::resume(out, experiment, caller)?;
                session.check(last)?;
                Ok(session)
            }
            _ => Self::make(out, experiment, &Work::until(last), caller, existing, RunKind::Networks, |run| {
                lock(run, caller).map(Some)
            }),
        }
    }

    /// Starts a run in a folder that contains none, or one in which nothing was trained or computed yet.
    ///
    /// Everything that the stages up to `last` will need is checked first: where that fails, there is no folder.
    ///
    /// # Errors
    /// If the folder holds a run with something in it, or a check fails.
    pub fn create(out: &Path, experiment: Experiment, last: Stage, caller: &Caller) -> Result<Self> {
        Self::begin(out, experiment, Existing::Refused, last, caller)
    }

    /// As [`Session::create`], where the caller holds the lock.
    pub(crate) fn create_locked(
        out: &Path,
        experiment: Experiment,
        work: &Work<'_>,
        caller: &Caller,
        _: &RunLock,
    ) -> Result<Self> {
        Self::make(out, experiment, work, caller, Existing::Refused, RunKind::Demonstration, |_| Ok(None))
    }

    /// The session with the lock of its folder.
    pub(crate) fn holding(self, lock: RunLock) -> Self {
        Self { _lock: Some(lock), ..self }
    }

    fn make(
        out: &Path,
        mut experiment: Experiment,
        work: &Work<'_>,
        caller: &Caller,
        existing: Existing,
        kind: RunKind,
        lock: impl FnOnce(&RunFolder) -> Result<Option<RunLock>>,
    ) -> Result<Self> {
        let run = RunFolder::new(out);
        let refuse = || match existing {
            Existing::Replaced => Ok(kind.refuse_other(out)?),
            Existing::Refused | Existing::Resumed => refuse_used(out, kind),
        };
        refuse()?;
        absolute(&mut experiment)?;
        let data = open_data(&experiment)?;
        let choice = preflight::check(out, &experiment, &data, work, None, &*caller.observer)?;
        let mut manifest = new_manifest(&experiment, &data, &caller.program);
        if let Some(sha256) = exclusions_digest(&experiment)? {
            let path = join_paths(&experiment.data.exclusions);
            manifest.inputs.push(Input { role: EXCLUSIONS.into(), path, sha256, count: None });
        }
        let lock = lock(&run)?;
        // Another process may have begun the run meanwhile.
        refuse()?;
        if existing == Existing::Replaced {
            kind.remove_entries(out)?;
        }
        // A folder with run.json is a run: killed in between, it is begun again.
        run.write_experiment(&experiment)?;
        manifest.write(&run)?;
        choice.write(&run)?;
        let fresh = vec![Phase::Encoder, Phase::Decoder];
        Ok(Self { run, experiment, manifest, caller: caller.clone(), fresh, written: None, _lock: lock })
    }

    /// Checks a run that is not created yet, as [`Session::create`] does.
    pub(crate) fn check_new(out: &Path, mut experiment: Experiment, work: &Work<'_>, caller: &Caller) -> Result<()> {
        absolute(&mut experiment)?;
        preflight::check(out, &experiment, &open_data(&experiment)?, work, None, &*caller.observer).map(drop)
    }

    /// Goes on with a run. Keys that nothing in it has read may have other values than those it was begun with: see
    /// [`Session::change`].
    ///
    /// # Errors
    /// Those of [`Session::open_to_write`] and [`Session::change`], and if the run is a baseline.
    pub fn resume(out: &Path, experiment: Experiment, caller: &Caller) -> Result<Self> {
        let mut session = Self::open_to_write(out, caller)?;
        session.refuse_baseline(&format!("choose another --out than \"{}\"", out.display()))?;
        session.change(experiment)?;
        Ok(session)
    }

    /// Checks what is left of the stages up to `last`, as [`Session::create`] does for a new run, and then writes a changed
    /// configuration.
    ///
    /// # Errors
    /// If one of the stages could not be carried through; the folder is not changed then.
    pub fn check(&mut self, last: Stage) -> Result<()> {
        let left = Work::until(last).without(|phase| self.is_trained(phase) || self.manifest.baseline.is_some());
        let kept = self.choice()?;
        let data = self.data()?;
        let choice = preflight::check(self.run.root(), &self.experiment, &data, &left, kept.as_ref(), self.observer())?;
        self.write_changes()?;
        // Of a decoder that was trained, only the choice that was made before it says which images it saw.
        match kept {
            Some(kept) if self.has_seen_unpaired() => choice.with_unpaired_of(&kept).write(&self.run)?,
            None if self.has_seen_unpaired() => {}
            _ => choice.write(&self.run)?,
        }
        Ok(())
    }

    /// The unpaired and external images that the run keeps, if they were chosen for its configuration.
    pub(crate) fn choice(&self) -> Result<Option<Choice>> {
        Choice::made_for(&self.run, &self.experiment, self.has_seen_unpaired())
    }

    /// Opens a run with its own configuration, to read it. A configuration that its networks or its seeds do not have is
    /// refused, and what of the run can't be checked is noted.
    ///
    /// # Errors
    /// If the folder is no run, or was edited.
    pub fn open(path: &Path, caller: &Caller) -> Result<Self> {
        let run = RunFolder::open(path)?;
        let experiment = run.experiment()?;
        let manifest = Manifest::read(&run)?;
        refuse_edited(&run, &manifest, &experiment)?;
        note_unchecked(&run, &*caller.observer)?;
        Ok(Self { run, experiment, manifest, caller: caller.clone(), fresh: Vec::new(), written: None, _lock: None })
    }

    /// As [`Session::open`], to write into the run: no other process may.
    ///
    /// # Errors
    /// Those of [`Session::open`], and if another process writes into the run.
    pub fn open_to_write(path: &Path, caller: &Caller) -> Result<Self> {
        let run = RunFolder::open(path)?;
        let lock = lock(&run, caller)?;
        run.probe()?;
        let session = Self { _lock: Some(lock), ..Self::open(path, caller)? };
        if let Some(of) = &session.manifest.scored_run {
            bail!(
                "\"{}\" has scores of the run \"{}\" on another data set and no networks: open that run; \
                 `afterimage evaluate {} --on DATASET` makes these scores again",
                path.display(),
                of.run,
                of.run
            );
        }
        Ok(session)
    }

    /// A session in the folder of a run's scores on another data set, under the lock of this one.
    pub(crate) fn in_folder(&self, run: RunFolder, experiment: Experiment, manifest: Manifest) -> Self {
        Self { run, experiment, manifest, caller: self.caller.clone(), fresh: Vec::new(), written: None, _lock: None }
    }

    /// Refuses what needs networks in the folder of a baseline, with what to do instead.
    ///
    /// # Errors
    /// If the run is a baseline.
    pub fn refuse_baseline(&self, instead: &str) -> Result<()> {
        match &self.manifest.baseline {
            Some(baseline) => bail!(
                "\"{}\" is the baseline {} and has no networks, neither encoder nor decoder: {instead}",
                self.run.root().display(),
                baseline.name
            ),
            None => Ok(()),
        }
    }

    /// SHA-256 of the data set's content.
    pub fn data_fingerprint(&self) -> Option<&str> {
        self.manifest.inputs.iter().find(|input| input.role == DATA_SET).map(|input| input.sha256.as_str())
    }

    /// The data set, refused where it is not the one the run was begun with.
    pub fn data(&self) -> Result<DataSet> {
        refuse_moved_data(&self.run, &self.experiment)?;
        let data = open_data(&self.experiment)?;
        if self.data_fingerprint().is_some_and(|known| known != data.fingerprint()) {
            bail!(
                "the data set \"{}\" has changed since this run was begun",
                join_paths(&self.experiment.data.dataset)
            );
        }
        let known = self.manifest.inputs.iter().find(|i| i.role == EXCLUSIONS);
        if known.map(|input| input.sha256.clone()) != exclusions_digest(&self.experiment)? {
            bail!(
                "data.exclusions = \"{}\" is not the list that this run was begun with: set it back, or choose another --out",
                join_paths(&self.experiment.data.exclusions)
            );
        }
        Ok(data)
    }
}
