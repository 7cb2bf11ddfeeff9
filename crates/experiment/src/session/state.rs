//! What a session has done and does: its stages, what is trained, and what it records.

use std::time::Instant;

use afterimage_run::layout::{AUDIT, Phase, STATISTICS, VOXELS};
use afterimage_run::manifest::Input;
use afterimage_train::{Observer, observer::StageDone};

use super::Session;
use crate::error::{Error, Result};
use crate::program::peak_memory_mib;

impl Session {
    /// Runs a stage and notes its time, the memory and that it is finished.
    ///
    /// # Errors
    /// Those of the stage, and of writing `run.json`.
    pub fn stage<T, E: From<Error>>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let start = Instant::now();
        self.write_changes()?;
        self.observer().stage(name);
        let outcome = work(self);
        let (secs, peak_memory_mib) = (start.elapsed().as_secs_f64(), peak_memory_mib());
        *self.manifest.timing_secs.entry(name.to_owned()).or_default() += secs;
        self.manifest.peak_memory_mib = self.manifest.peak_memory_mib.max(peak_memory_mib);
        if outcome.is_ok() {
            self.observer().stage_done(&StageDone { name, secs, peak_memory_mib });
        }
        if outcome.is_ok() && !self.manifest.finished.iter().any(|f| f == name) {
            self.manifest.finished.push(name.to_owned());
        }
        self.manifest.write(&self.run).map_err(Error::from)?;
        outcome
    }

    /// True if training of a phase goes on where its checkpoint is; from now on it does.
    pub(crate) fn has_left_beginning(&mut self, phase: Phase) -> bool {
        let before = self.fresh.len();
        self.fresh.retain(|&fresh| fresh != phase);
        self.fresh.len() == before
    }

    /// True if training of a phase has begun.
    pub fn has_begun(&self, phase: Phase) -> bool {
        self.run.checkpoint_file(phase).is_file()
    }

    /// True if something was trained on the unpaired images that the run keeps, or retrieved from them.
    pub(crate) fn has_seen_unpaired(&self) -> bool {
        self.run.has_weights(Phase::Decoder) || self.manifest.baseline.is_some()
    }

    /// True where a phase was finished before and all that it writes is there.
    pub fn is_trained(&self, phase: Phase) -> bool {
        let mut written = vec![self.run.weights_file(phase)];
        if phase == Phase::Decoder {
            written.extend([STATISTICS, VOXELS, AUDIT].map(|file| self.run.path(file)));
        }
        self.is_finished(phase.name()) && written.iter().all(|file| file.is_file())
    }

    /// Receives progress and notes.
    pub(crate) fn observer(&self) -> &dyn Observer {
        &*self.caller.observer
    }

    /// A line for the user.
    pub(crate) fn note(&self, line: &str) {
        self.observer().note(line);
    }

    /// True where a stage was finished before.
    pub fn is_finished(&self, name: &str) -> bool {
        self.manifest.finished.iter().any(|f| f == name)
    }

    /// Records an input, replacing what was recorded in that role.
    pub(crate) fn record(&mut self, role: &str, path: &str, sha256: String, count: Option<usize>) {
        self.manifest.inputs.retain(|i| i.role != role);
        self.manifest.inputs.push(Input { role: role.to_owned(), path: path.to_owned(), sha256, count });
    }
}
