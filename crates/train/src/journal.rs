//! Collects the terms of each step and writes one record per epoch, to the log and to TensorBoard.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use afterimage_run::{
    RunFolder,
    layout::Phase,
    log::{self, COMPARABLE, LogWriter, Record, TOTAL},
};
use ndarray::ArrayView3;

use crate::{Result, checkpoint::Progress, events::Events};

/// The end of an epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// Epoch, from 1.
    pub epoch: usize,
    /// Optimiser steps done.
    pub step: u64,
    /// Learning rate of the epoch.
    pub learning_rate: f64,
}

/// The terms of training that validation has too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validated {
    /// What their names begin with; in validation it is left out.
    pub prefix: &'static str,
    /// Their weight in training; in validation it is 1.
    pub weight: f64,
}

/// The journal of a phase.
pub(crate) struct Journal {
    phase: Phase,
    /// Which terms of training validation has too.
    validated: Validated,
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
    pub(crate) fn open(
        run: &RunFolder,
        phase: Phase,
        validated: Validated,
        progress: &Progress,
        steps_per_epoch: usize,
    ) -> Result<Self> {
        let log = LogWriter::open(run, phase, progress.epoch)?;
        let last = (progress.epoch * steps_per_epoch) as u64;
        let events = Events::reopen(run, &log::read(run)?, |of, step| of != phase.name() || step <= last)?;
        let steps = (progress.steps - progress.epoch * steps_per_epoch) as u32;
        let sums = progress.partial.clone();
        Ok(Self { phase, validated, log, events, sums, steps, waited: Duration::ZERO, started: Instant::now() })
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

    /// Writes and returns the record of an epoch: mean of each term over the steps, and the validation scores, both with
    /// their sum and with the sum that is comparable.
    pub(crate) fn epoch(&mut self, end: End, mut validation: BTreeMap<String, f64>) -> Result<Record> {
        let mut train: BTreeMap<String, f64> = std::mem::take(&mut self.sums)
            .into_iter()
            .map(|(name, sum)| (name, sum / f64::from(self.steps.max(1))))
            .collect();
        let comparable = comparable(&train, &validation, self.validated);
        train.insert(TOTAL.into(), train.values().sum());
        if let Some((sum, of_validation)) = comparable.zip(validation.get(TOTAL).copied()) {
            train.insert(COMPARABLE.into(), sum);
            validation.insert(COMPARABLE.into(), of_validation);
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
        let record = Record {
            phase: self.phase,
            epoch: end.epoch as u32,
            step: end.step,
            learning_rate: end.learning_rate,
            unix_secs: now.map(|since| since.as_secs_f64()),
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

    /// Adds an image, u8 `[height, width, 3]`, to TensorBoard's.
    pub(crate) fn picture(&mut self, name: &str, step: u64, image: ArrayView3<'_, u8>) -> Result<()> {
        self.events.picture(&format!("{}/{name}", self.phase.name()), step, image)
    }
}

/// Returns the sum of the training terms that validation has too, at the weight that they have there; `None` without
/// validation, or if training has no such terms.
fn comparable(train: &BTreeMap<String, f64>, validation: &BTreeMap<String, f64>, like: Validated) -> Option<f64> {
    let Validated { prefix, weight } = like;
    let of = |(name, _): (&String, &f64)| train.get(&format!("{prefix}{name}")).copied();
    let terms: Vec<f64> = validation.iter().filter_map(of).collect();
    (weight != 0.0 && !terms.is_empty()).then(|| terms.iter().sum::<f64>() / weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(of: &[(&str, f64)]) -> BTreeMap<String, f64> {
        of.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn comparable_sum_has_the_terms_of_validation_at_their_weight_and_no_others() {
        let train =
            terms(&[("paired.pixel", 3.0), ("paired.variation", 1.0), ("cycle.pixel", 50.0), ("linear_l1", 7.0)]);
        let validation = terms(&[("pixel", 1.0), ("variation", 0.5), (TOTAL, 1.5)]);
        let paired = Validated { prefix: "paired.", weight: 2.0 };
        assert_eq!(comparable(&train, &validation, paired), Some(2.0));
        assert_eq!(comparable(&train, &BTreeMap::new(), paired), None);
        assert_eq!(comparable(&train, &validation, Validated { weight: 0.0, ..paired }), None);
        let train = terms(&[("mse", 1.0), ("cosine", 0.25), ("map_l1", 9.0)]);
        let validation = terms(&[("mse", 2.0), ("cosine", 0.5), (TOTAL, 2.5), ("median_r", 0.6)]);
        assert_eq!(comparable(&train, &validation, Validated { prefix: "", weight: 1.0 }), Some(1.25));
    }
}
