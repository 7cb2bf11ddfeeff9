//! Collects the terms of each step and writes one record per epoch, to the log and to TensorBoard.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use afterimage_run::{
    RunFolder,
    layout::Phase,
    log::{self, LogWriter, Record},
};

use crate::{Result, checkpoint::Progress, events::Events};

/// The journal of a phase.
pub(crate) struct Journal {
    phase: Phase,
    log: LogWriter,
    events: Events,
    sums: BTreeMap<String, f64>,
    steps: u32,
    waited: Duration,
    started: Instant,
}

impl Journal {
    /// Opens the journal at `progress`. Later records of this phase were written by a run that was killed before its next
    /// checkpoint; they are removed.
    pub(crate) fn open(run: &RunFolder, phase: Phase, progress: &Progress, steps_per_epoch: usize) -> Result<Self> {
        let log = LogWriter::open(run, phase, progress.epoch)?;
        let mut events = Events::create(run)?;
        for record in log::read(run)? {
            events.append(&record)?;
        }
        let steps = (progress.steps - progress.epoch * steps_per_epoch) as u32;
        let sums = progress.partial.clone();
        Ok(Self { phase, log, events, sums, steps, waited: Duration::ZERO, started: Instant::now() })
    }

    /// Returns the sums of the terms of the epoch so far.
    pub(crate) fn partial(&self) -> BTreeMap<String, f64> {
        self.sums.clone()
    }

    /// Adds a step and returns the sum of its terms.
    pub(crate) fn step(&mut self, terms: &BTreeMap<String, f64>, waited: Duration) -> f64 {
        for (name, value) in terms {
            *self.sums.entry(name.clone()).or_default() += value;
        }
        self.steps += 1;
        self.waited += waited;
        terms.values().sum()
    }

    /// Writes and returns the record of an epoch: mean of each term over the steps, and the validation scores.
    pub(crate) fn epoch(
        &mut self,
        epoch: usize,
        step: u64,
        learning_rate: f64,
        validation: BTreeMap<String, f64>,
    ) -> Result<Record> {
        let mut train: BTreeMap<String, f64> = std::mem::take(&mut self.sums)
            .into_iter()
            .map(|(name, sum)| (name, sum / f64::from(self.steps.max(1))))
            .collect();
        train.insert("total".into(), train.values().sum());
        let record = Record {
            phase: self.phase,
            epoch: epoch as u32,
            step,
            learning_rate,
            train,
            validation,
            secs: self.started.elapsed().as_secs_f64(),
            loader_wait_secs: self.waited.as_secs_f64(),
        };
        self.log.append(&record)?;
        self.events.append(&record)?;
        self.started = Instant::now();
        self.waited = Duration::ZERO;
        self.steps = 0;
        Ok(record)
    }
}
