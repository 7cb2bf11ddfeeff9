//! An open run: its folder, its configuration, its manifest.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use afterimage_data::DataSet;
use afterimage_experiment::folder::{self, DATA_SET, EXCLUSIONS, exclusions_digest, open_data};
pub(crate) use afterimage_experiment::folder::{exclusions, refuse_edited};
use afterimage_run::{
    Experiment, RunError, RunFolder,
    config::settings,
    layout::{LAYOUT_VERSION, Phase},
    lock::{Holder, RunLock},
    manifest::{DataFacts, Input, Manifest},
};

use super::preflight::{self, Work};
use crate::build;

/// An open run.
pub(crate) struct Session {
    /// Its folder.
    pub(crate) run: RunFolder,
    /// Its configuration.
    pub(crate) experiment: Experiment,
    /// Its manifest; written after each stage.
    pub(crate) manifest: Manifest,
    /// The right to write, where the command writes.
    _lock: Option<RunLock>,
}

impl Session {
    /// Starts a run in a folder that contains none.
    ///
    /// Everything that `work` will need is checked first: where that fails, there is no folder.
    pub(crate) fn create(out: &Path, experiment: Experiment, work: &Work<'_>) -> Result<Self> {
        Self::begin(out, experiment, work, |run| lock(run).map(Some))
    }

    /// As [`Session::create`], where the caller holds the lock and keeps it.
    pub(crate) fn create_locked(out: &Path, experiment: Experiment, work: &Work<'_>, _: &RunLock) -> Result<Self> {
        Self::begin(out, experiment, work, |_| Ok(None))
    }

    fn begin(
        out: &Path,
        mut experiment: Experiment,
        work: &Work<'_>,
        lock: impl FnOnce(&RunFolder) -> Result<Option<RunLock>>,
    ) -> Result<Self> {
        let run = RunFolder::new(out);
        refuse_run(out)?;
        absolute(&mut experiment)?;
        let data = open_data(&experiment)?;
        preflight::check(out, &experiment, &data, work)?;
        let mut manifest = new_manifest(&experiment, &data);
        if let Some(sha256) = exclusions_digest(&experiment)? {
            let path = experiment.data.exclusions.clone();
            manifest.inputs.push(Input { role: EXCLUSIONS.into(), path, sha256, count: None });
        }
        let lock = lock(&run)?;
        // Another process may have begun the run meanwhile.
        refuse_run(out)?;
        // A folder with run.json is a run: killed in between, it is begun again.
        experiment.write(&run)?;
        manifest.write(&run)?;
        Ok(Self { run, experiment, manifest, _lock: lock })
    }

    /// Checks a run that is not created yet, as [`Session::create`] does.
    pub(crate) fn check_new(out: &Path, mut experiment: Experiment, work: &Work<'_>) -> Result<()> {
        absolute(&mut experiment)?;
        preflight::check(out, &experiment, &open_data(&experiment)?, work)
    }

    /// Goes on with a run that has this configuration.
    pub(crate) fn resume(out: &Path, mut experiment: Experiment) -> Result<Self> {
        let session = Self::open_to_write(out)?;
        session.refuse_baseline("train networks in it")?;
        absolute(&mut experiment)?;
        if session.experiment != experiment {
            bail!(
                "the configuration differs from the one \"{}\" was begun with: {}; resume with {}, or choose another --out",
                out.display(),
                settings::in_words(&experiment.differences(&session.experiment)),
                session.run.experiment_file().display()
            );
        }
        Ok(session)
    }

    /// Checks what is left of `work`, as [`Session::create`] does for a new run.
    pub(crate) fn check(&self, work: &Work<'_>) -> Result<()> {
        let left = work.without(|phase| self.is_trained(phase));
        preflight::check(self.run.root(), &self.experiment, &self.data()?, &left)
    }

    /// Opens a run with its own configuration, to read it. A configuration that its networks or its seeds do not have is
    /// refused, and what of the run can't be checked is told.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let run = RunFolder::open(path)?;
        let experiment = Experiment::read(&run.experiment_file())?;
        let manifest = Manifest::read(&run)?;
        refuse_edited(&run, &manifest, &experiment)?;
        note_unchecked(&run)?;
        Ok(Self { run, experiment, manifest, _lock: None })
    }

    /// As [`Session::open`], to write into the run: no other process may.
    pub(crate) fn open_to_write(path: &Path) -> Result<Self> {
        let run = RunFolder::open(path)?;
        let lock = lock(&run)?;
        run.probe()?;
        Ok(Self { _lock: Some(lock), ..Self::open(path)? })
    }

    /// Refuses what makes no sense in a run without networks.
    pub(crate) fn refuse_baseline(&self, what: &str) -> Result<()> {
        Ok(folder::refuse_baseline(&self.run, &self.manifest, what)?)
    }

    /// The data set, refused where it is not the one the run was begun with.
    pub(crate) fn data(&self) -> Result<DataSet> {
        Ok(folder::data(&self.manifest, &self.experiment)?)
    }

    /// Runs a stage and notes its time, the memory and that it is finished.
    pub(crate) fn stage<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let outcome = work(self);
        *self.manifest.timing_secs.entry(name.to_owned()).or_default() += start.elapsed().as_secs_f64();
        self.manifest.peak_memory_mib = self.manifest.peak_memory_mib.max(build::peak_memory_mib());
        if outcome.is_ok() && !self.manifest.finished.iter().any(|f| f == name) {
            self.manifest.finished.push(name.to_owned());
        }
        self.manifest.write(&self.run)?;
        outcome
    }

    /// True where a phase was finished before and all that it writes is there.
    pub(crate) fn is_trained(&self, phase: Phase) -> bool {
        let mut written = vec![self.run.weights_file(phase)];
        if phase == Phase::Decoder {
            written.extend([self.run.statistics_file(), self.run.voxels_file(), self.run.audit_file()]);
        }
        self.is_finished(phase.name()) && written.iter().all(|file| file.is_file())
    }

    /// True where a stage was finished before.
    pub(crate) fn is_finished(&self, name: &str) -> bool {
        self.manifest.finished.iter().any(|f| f == name)
    }

    /// Records an input, replacing what was recorded in that role.
    pub(crate) fn record(&mut self, role: &str, path: &str, sha256: String, count: Option<usize>) {
        self.manifest.inputs.retain(|i| i.role != role);
        self.manifest.inputs.push(Input { role: role.to_owned(), path: path.to_owned(), sha256, count });
    }
}

/// Takes the lock of a run; where the file system gives none, says so and goes on.
pub(crate) fn lock(run: &RunFolder) -> Result<RunLock> {
    let holder = Holder {
        pid: std::process::id(),
        host: build::host(),
        since: build::timestamp(),
        command: build::command().join(" "),
    };
    let lock = run.lock(&holder)?;
    if let Some(problem) = lock.problem() {
        eprintln!("note: {problem}: let no other process write into it");
    }
    Ok(lock)
}

/// Says in a line which files of a run have no recorded hash.
pub(crate) fn note_unchecked(run: &RunFolder) -> Result<()> {
    let names = run.unchecked()?;
    if !names.is_empty() {
        eprintln!(
            "note: not checked: {} of \"{}\", written by an earlier version without a hash in run.json",
            names.join(", "),
            run.root().display()
        );
    }
    Ok(())
}

/// Refuses a folder that is a run already.
pub(crate) fn refuse_run(out: &Path) -> Result<()> {
    if RunFolder::new(out).manifest_file().exists() {
        bail!("\"{}\" already holds a run: go on with --resume, or choose another --out", out.display());
    }
    Ok(())
}

/// Paths as they will still be found from another folder.
fn absolute(experiment: &mut Experiment) -> Result<()> {
    for path in experiment.paths_mut().filter(|p| !p.is_empty()) {
        let whole: PathBuf = std::path::absolute(&path).with_context(|| format!("\"{path}\""))?;
        *path = text(whole)?;
    }
    Ok(())
}

/// A path as an experiment can keep it.
pub(crate) fn text(path: PathBuf) -> Result<String> {
    Ok(path.into_os_string().into_string().map_err(|path| RunError::NotText { path: path.into() })?)
}

fn new_manifest(experiment: &Experiment, data: &DataSet) -> Manifest {
    let header = data.header();
    let count = |mask: &Vec<bool>| mask.iter().filter(|&&m| m).count();
    let facts = DataFacts {
        title: header.provenance.title.clone(),
        licence: header.provenance.licence.clone(),
        citation: header.provenance.citation.clone(),
        regions: header.voxels.regions.iter().map(|(name, mask)| (name.clone(), count(mask))).collect(),
        preprocessing: header.provenance.steps.iter().map(ToString::to_string).collect(),
        ..DataFacts::default()
    };
    let threads = rayon::current_num_threads();
    Manifest {
        layout: LAYOUT_VERSION,
        name: experiment.name.clone(),
        software: build::software(),
        git_commit: build::commit(),
        command: build::command(),
        created: build::timestamp(),
        device: format!("{}, {threads} threads", experiment.device.name),
        machine: build::machine(),
        seeds: [("experiment".to_owned(), experiment.seed)].into(),
        inputs: vec![Input {
            role: DATA_SET.into(),
            path: experiment.data.dataset.clone(),
            sha256: data.fingerprint().to_owned(),
            count: Some(header.trials.len()),
        }],
        data: facts,
        timing_secs: Default::default(),
        peak_memory_mib: None,
        finished: Vec::new(),
        warnings: Vec::new(),
        baseline: None,
        outputs: Default::default(),
    }
}
