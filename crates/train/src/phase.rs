//! The training loop of every phase: epochs, learning rate, validation, best weights, checkpoints and resuming.
//!
//! A phase implements [`TrainingPhase`] and [`train`] runs it. Each step depends only on its number and the weights
//! before it, so an epoch that is trained again after a kill is the same epoch.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ndarray::Array3;

use afterimage_config::{Schedule, settings};
use afterimage_data::TrainingPairs;
use afterimage_model::{params::Params, term::Terms};
use afterimage_run::{layout::Phase, log::TOTAL};

use crate::{
    Context, Result, TrainError,
    checkpoint::{Checkpoint, Progress},
    draws::{Endless, Purpose},
    journal::{End, Journal, Validated},
    loader::prefetch,
    optimiser::Optimiser,
};

/// Most epochs whose images TensorBoard shows, evenly spaced, besides the last.
const PICTURES: usize = 20;

/// What differs between phases.
pub(crate) trait TrainingPhase {
    /// The folder of the phase, and its name in the log and in messages.
    const PHASE: Phase;
    /// The stream that orders the pairs of an epoch.
    const ORDER: Purpose;
    /// Groups of tensors in the files: of the weights, and of the best weights so far, which only a checkpoint has.
    const GROUPS: &'static [[&'static str; 2]];
    /// The data of one step.
    type Batch: Send;
    /// What is trained.
    type Weights: Clone;

    /// Epochs, optimiser, learning rate, early stopping and checkpoints.
    fn schedule(&self) -> Schedule;
    /// The pairs of an epoch, and how many a step uses.
    fn pairs(&self) -> (&TrainingPairs, usize);
    /// Identifies configuration and data; a checkpoint with another fingerprint is refused.
    fn fingerprint(&self) -> String;
    /// Initial weights.
    fn init(&self) -> Self::Weights;
    /// The tensors of `weights` in the order of `GROUPS`; the optimiser moves the first group.
    fn groups(weights: &mut Self::Weights) -> Vec<&mut Params>;
    /// The terms of the objective at step `step`, counted from 0. `leaves` are the first group and collect gradients;
    /// other groups may change.
    fn terms(&mut self, leaves: &Params, weights: &mut Self::Weights, batch: Self::Batch, step: u64) -> Terms;
    /// Scores of the validation pairs, if any; early stopping compares `"total"`.
    fn validate(&self, weights: &Self::Weights) -> Option<BTreeMap<String, f64>>;
    /// The terms of training that [`TrainingPhase::validate`] has too.
    fn validated(&self) -> Validated;
    /// Name and pixels, u8 `[height, width, 3]`, of what these weights make of some validation pairs, if it can be seen.
    fn picture(&self, _weights: &Self::Weights) -> Option<(&'static str, Array3<u8>)> {
        None
    }
    /// Name and value of an output of the final weights that is not finite: no loss after the last step would show it.
    fn not_finite(&self, _weights: &Self::Weights) -> Option<(&'static str, f64)> {
        None
    }
}

/// Trains a phase, or continues from its checkpoint if `resume` is set and there is a checkpoint; then writes the weights.
/// `load(step, items)` returns the batch of a step, counted from 0, with these of the pairs; it runs on the loader's thread.
///
/// # Errors
/// As [`crate::encoder::train`], and those of `load`.
pub(crate) fn train<P: TrainingPhase>(
    context: &Context<'_>,
    phase: P,
    load: impl FnMut(u64, &[usize]) -> Result<P::Batch> + Send,
    resume: bool,
) -> Result<()> {
    let mut training = Training::new(context, phase);
    if resume {
        training.restore()?;
    }
    if training.progress.finished {
        // The process may have been killed between the last checkpoint and the weights.
        return training.finish();
    }
    training.run(load)?;
    training.finish()?;
    context.observer.end(P::PHASE);
    Ok(())
}

struct Training<'a, P: TrainingPhase> {
    context: &'a Context<'a>,
    schedule: Schedule,
    steps_per_epoch: usize,
    weights: P::Weights,
    best: Option<P::Weights>,
    optimiser: Optimiser,
    progress: Progress,
    phase: P,
}

impl<'a, P: TrainingPhase> Training<'a, P> {
    fn new(context: &'a Context<'a>, phase: P) -> Self {
        let (schedule, (pairs, size)) = (phase.schedule(), phase.pairs());
        let settings = context.experiment.settings_of(P::PHASE);
        Self {
            context,
            steps_per_epoch: (pairs.len() / size).max(1),
            weights: phase.init(),
            best: None,
            optimiser: Optimiser::new(&schedule),
            progress: Progress { fingerprint: phase.fingerprint(), settings, ..Progress::default() },
            schedule,
            phase,
        }
    }

    fn run(&mut self, mut load: impl FnMut(u64, &[usize]) -> Result<P::Batch> + Send) -> Result<()> {
        let mut journal =
            Journal::open(self.context.run, P::PHASE, self.phase.validated(), &self.progress, self.steps_per_epoch)?;
        let (done, total) = (self.optimiser.steps(), self.schedule.epochs * self.steps_per_epoch);
        self.context.observer.begin(P::PHASE, done as u64, total as u64, self.schedule.epochs as u32);
        let (steps_per_epoch, (pairs, size)) = (self.steps_per_epoch, self.phase.pairs());
        let (n, size) = (pairs.len(), size.min(pairs.len()));
        let mut order = Endless::new(self.context.experiment.seed, P::ORDER, n);
        let produce = |index: usize| {
            // Each epoch is a pass of its own, without the pairs that do not fill a batch.
            let (epoch, place) = ((done + index) / steps_per_epoch, (done + index) % steps_per_epoch);
            load((done + index) as u64, &order.take((epoch * n + place * size) as u64, size))
        };
        prefetch(total.saturating_sub(done), produce, |_, batch, waited| {
            self.step(batch, waited, &mut journal)?;
            if self.optimiser.steps().is_multiple_of(self.steps_per_epoch) {
                return self.end_epoch(&mut journal);
            }
            if self.context.observer.interrupted() {
                self.progress.partial = journal.partial();
                self.save()?;
                return Err(TrainError::Interrupted { phase: P::PHASE.name(), epoch: self.progress.epoch });
            }
            Ok(true)
        })
    }

    fn step(&mut self, batch: P::Batch, waited: Duration, journal: &mut Journal) -> Result<()> {
        let (step, epoch) = (self.optimiser.steps() as u64, self.progress.epoch);
        let leaves = P::groups(&mut self.weights)[0].leaves();
        let terms = self.phase.terms(&leaves, &mut self.weights, batch, step);
        let gradients = terms.total().backward();
        let rate = self.schedule.learning_rate_at(epoch);
        self.optimiser.step(P::groups(&mut self.weights)[0], leaves, gradients, rate);
        let values = terms.values();
        if let Some((term, &value)) = values.iter().find(|(_, value)| !value.is_finite()) {
            return Err(self.diverged(term, value, epoch + 1));
        }
        self.context.observer.step(P::PHASE, journal.step(&values, waited));
        Ok(())
    }

    /// Validates, logs and writes a checkpoint; returns false if training is to stop early.
    fn end_epoch(&mut self, journal: &mut Journal) -> Result<bool> {
        let learning_rate = self.schedule.learning_rate_at(self.progress.epoch);
        self.progress.epoch += 1;
        self.progress.partial.clear();
        let scores = self.phase.validate(&self.weights).unwrap_or_default();
        let stop = self.keep_best(&scores);
        let (epoch, step) = (self.progress.epoch, self.optimiser.steps() as u64);
        let record = journal.epoch(End { epoch, step, learning_rate }, scores)?;
        self.context.observer.epoch(&record);
        self.progress.finished = stop || epoch == self.schedule.epochs;
        let is_due = epoch.is_multiple_of(self.schedule.epochs.div_ceil(PICTURES));
        if (is_due || self.progress.finished)
            && let Some((name, image)) = self.phase.picture(&self.weights)
        {
            journal.picture(name, step, image.view())?;
        }
        if self.progress.finished
            && let Some((term, value)) = self.phase.not_finite(self.best.as_ref().unwrap_or(&self.weights))
        {
            return Err(self.diverged(term, value, self.progress.epoch));
        }
        if self.progress.finished || self.progress.epoch.is_multiple_of(self.schedule.checkpoint_every) {
            self.save()?;
        }
        Ok(!stop)
    }

    /// Keeps the best weights if early stopping is on; returns true if it is time to stop.
    fn keep_best(&mut self, scores: &BTreeMap<String, f64>) -> bool {
        let patience = self.schedule.early_stopping;
        let Some(&loss) = scores.get(TOTAL).filter(|_| patience > 0) else { return false };
        if self.progress.best.is_none_or(|(best, _)| loss < best) {
            self.progress.best = Some((loss, self.progress.epoch));
            self.best = Some(self.weights.clone());
        }
        self.progress.best.is_some_and(|(_, epoch)| self.progress.epoch - epoch >= patience)
    }

    /// Writes a checkpoint if all its numbers are finite: training could not continue from another, so the last stays.
    fn save(&mut self) -> Result<()> {
        self.progress.steps = self.optimiser.steps();
        let mut checkpoint = Checkpoint::new(self.progress.clone());
        add::<P>(&mut checkpoint, &mut self.weights, 0);
        if let Some(best) = &mut self.best {
            add::<P>(&mut checkpoint, best, 1);
        }
        checkpoint.add_flat("optimiser", self.optimiser.state());
        if let Some((name, value)) = checkpoint.not_finite() {
            return Err(self.diverged(name, value.into(), self.progress.epoch));
        }
        checkpoint.write(&self.context.run.checkpoint_file(P::PHASE))
    }

    fn restore(&mut self) -> Result<()> {
        let path = self.context.run.checkpoint_file(P::PHASE);
        if !path.is_file() {
            return Ok(());
        }
        let checkpoint = Checkpoint::read(&path)?;
        self.refuse_other(&checkpoint.progress, &path)?;
        let read = |weights: &mut P::Weights, column: usize| {
            for (names, group) in P::GROUPS.iter().zip(P::groups(weights)) {
                *group = checkpoint.params(names[column], &self.context.device);
            }
        };
        read(&mut self.weights, 0);
        if checkpoint.has(P::GROUPS[0][1]) {
            read(self.best.insert(self.weights.clone()), 1);
        }
        self.optimiser.restore(checkpoint.progress.steps, checkpoint.flat("optimiser"), &self.context.device);
        self.progress = checkpoint.progress;
        Ok(())
    }

    /// Refuses the checkpoint of another configuration or data set.
    fn refuse_other(&self, found: &Progress, path: &Path) -> Result<()> {
        let differences = settings::differences(&found.settings, &self.progress.settings);
        let other = if !differences.is_empty() {
            format!("configuration: {};", settings::in_words(&differences))
        } else if found.fingerprint != self.progress.fingerprint {
            "configuration or data set:".to_owned()
        } else {
            return Ok(());
        };
        let message =
            format!("belongs to another {other} resume with the run's own experiment.toml, or choose a new --out");
        Err(TrainError::Checkpoint { path: path.to_path_buf(), message })
    }

    /// Writes the weights for use: the best if early stopping is on, otherwise the last.
    fn finish(&mut self) -> Result<()> {
        let mut weights = Checkpoint::new(self.progress.clone());
        add::<P>(&mut weights, self.best.as_mut().unwrap_or(&mut self.weights), 0);
        weights.keep(self.context.run, P::PHASE)
    }

    fn diverged(&self, term: &str, value: f64, epoch: usize) -> TrainError {
        let (phase, step) = (P::PHASE.name(), self.optimiser.steps() as u64);
        TrainError::Diverged { phase, term: term.to_owned(), value, step, epoch }
    }
}

/// Adds weights to a checkpoint under the names in a column of [`TrainingPhase::GROUPS`].
fn add<P: TrainingPhase>(checkpoint: &mut Checkpoint, weights: &mut P::Weights, column: usize) {
    for (names, group) in P::GROUPS.iter().zip(P::groups(weights)) {
        checkpoint.add_params(names[column], group);
    }
}
