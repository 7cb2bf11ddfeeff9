//! Phase 1: the encoder, supervised on the recorded pairs.

use std::collections::BTreeMap;

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Axis, s};
use rayon::prelude::*;

use afterimage_config::settings;
use afterimage_data::{TrainingPairs, ValidationPairs};
use afterimage_model::{
    convert,
    encoder::{Encoder, EncoderPenalty, EncoderState, Mode},
    loss::response::response_terms,
    params::Params,
    vision::Vision,
};
use afterimage_run::layout::Phase;
use afterimage_statistics::{correlation::pearson, median};

use crate::{
    Context, Result, TrainError,
    checkpoint::{Checkpoint, Progress},
    draws::{self, Purpose},
    journal::Journal,
    loader::prefetch,
    optimiser::Optimiser,
};

mod spread;

pub use spread::{Spread, predict_with_spread};

/// Images of a batch in prediction.
pub(crate) const PREDICT_BATCH: usize = 32;

/// Trains the encoder, or goes on from its checkpoint where `resume` is set and there is one. Early stopping goes by the
/// validation pairs; held-out pairs have no way in:
///
/// ```compile_fail,E0308
/// # use afterimage_data::{HeldOutPairs, ValidationPairs};
/// # use afterimage_train::{Context, Result, encoder};
/// # fn leak(context: &Context<'_>, vision: &afterimage_model::vision::Vision, test: &HeldOutPairs, validation: &ValidationPairs) -> Result<()> {
/// encoder::train(context, vision, test, Some(validation), false) // expected `&TrainingPairs`, found `&HeldOutPairs`
/// # }
/// ```
/// ```compile_fail,E0308
/// # use afterimage_data::{HeldOutPairs, TrainingPairs};
/// # use afterimage_train::{Context, Result, encoder};
/// # fn leak(context: &Context<'_>, vision: &afterimage_model::vision::Vision, training: &TrainingPairs, test: &HeldOutPairs) -> Result<()> {
/// encoder::train(context, vision, training, Some(test), false) // expected `&ValidationPairs`, found `&HeldOutPairs`
/// # }
/// ```
/// ```no_run
/// # use afterimage_data::{TrainingPairs, ValidationPairs};
/// # use afterimage_train::{Context, Result, encoder};
/// # fn no_leak(context: &Context<'_>, vision: &afterimage_model::vision::Vision, training: &TrainingPairs, validation: &ValidationPairs) -> Result<()> {
/// encoder::train(context, vision, training, Some(validation), false)
/// # }
/// ```
///
/// # Errors
/// [`TrainError::Diverged`], [`TrainError::Interrupted`] after a checkpoint, [`TrainError::Checkpoint`] for one of
/// another configuration, [`TrainError::Run`] where the run folder can't be written.
pub fn train(
    context: &Context<'_>,
    vision: &Vision,
    training: &TrainingPairs,
    validation: Option<&ValidationPairs>,
    resume: bool,
) -> Result<()> {
    let mut trainer = Trainer::new(context, vision, training)?;
    if resume {
        trainer.restore()?;
    }
    if trainer.progress.finished {
        // The process may have been killed between the last checkpoint and the weights.
        return trainer.finish();
    }
    trainer.run(training, validation)
}

struct Trainer<'a> {
    context: &'a Context<'a>,
    vision: &'a Vision,
    encoder: Encoder,
    penalty: EncoderPenalty,
    state: EncoderState,
    best: Option<EncoderState>,
    optimiser: Optimiser,
    progress: Progress,
    steps_per_epoch: usize,
}

impl<'a> Trainer<'a> {
    fn new(context: &'a Context<'a>, vision: &'a Vision, training: &TrainingPairs) -> Result<Self> {
        let config = &context.experiment.encoder;
        let encoder = Encoder::new(config, vision, training.responses().ncols())?;
        let seed = draws::derive(context.experiment.seed, Purpose::EncoderInit);
        Ok(Self {
            penalty: EncoderPenalty::new(&config.regularise, &encoder, &context.device),
            state: encoder.init(seed, &context.device),
            best: None,
            optimiser: Optimiser::new(&config.schedule()),
            progress: Progress {
                fingerprint: fingerprint(context, training),
                settings: context.experiment.settings_of(Phase::Encoder),
                ..Progress::default()
            },
            steps_per_epoch: (training.len() / config.batch).max(1),
            context,
            vision,
            encoder,
        })
    }

    fn run(&mut self, training: &TrainingPairs, validation: Option<&ValidationPairs>) -> Result<()> {
        let config = &self.context.experiment.encoder;
        let schedule = config.schedule();
        let mut journal = Journal::open(self.context.run, Phase::Encoder, &self.progress, self.steps_per_epoch)?;
        let (done, total) = (self.optimiser.steps() as u64, (schedule.epochs * self.steps_per_epoch) as u64);
        self.context.observer.begin(Phase::Encoder, done, total);
        while self.progress.epoch < schedule.epochs {
            let rate = schedule.learning_rate_at(self.progress.epoch);
            if !self.epoch(training, rate, &mut journal)? {
                self.progress.partial = journal.partial();
                self.save()?;
                return Err(TrainError::Interrupted { phase: "encoder", epoch: self.progress.epoch });
            }
            self.progress.epoch += 1;
            self.progress.partial.clear();
            let scores = validation.map(|pairs| self.validate(pairs)).unwrap_or_default();
            let stop = self.keep_best(&scores, schedule.early_stopping);
            let record = journal.epoch(self.progress.epoch, self.optimiser.steps() as u64, rate, scores)?;
            self.context.observer.epoch(&record);
            self.progress.finished = stop || self.progress.epoch == schedule.epochs;
            if self.progress.finished {
                self.refuse_diverged(training)?;
            }
            if self.progress.finished || self.progress.epoch.is_multiple_of(schedule.checkpoint_every) {
                self.save()?;
            }
            if stop {
                break;
            }
        }
        self.finish()?;
        self.context.observer.end(Phase::Encoder);
        Ok(())
    }

    /// The rest of an epoch; false where the user asked to stop.
    fn epoch(&mut self, training: &TrainingPairs, rate: f64, journal: &mut Journal) -> Result<bool> {
        let config = &self.context.experiment.encoder;
        let seed = self.context.experiment.seed;
        let order = draws::order(seed, Purpose::EncoderOrder, self.progress.epoch as u64, training.len());
        let done = self.optimiser.steps() - self.progress.epoch * self.steps_per_epoch;
        let batches: Vec<&[usize]> = order.chunks(config.batch).take(self.steps_per_epoch).skip(done).collect();
        let largest = (config.augment_shift * training.images().len_of(Axis(1)) as f64).round() as i64;
        let first_step = self.optimiser.steps() as u64;
        let produce = |index: usize| {
            let shifts = draws::shifts(seed, first_step + index as u64, batches[index].len(), largest);
            Ok(shifted(training.images(), &training.image_rows(batches[index]), &shifts))
        };
        let epoch = self.progress.epoch + 1;
        let mut completed = true;
        prefetch(batches.len(), produce, |index, images, waited| {
            let measured = training.responses().select(Axis(0), batches[index]);
            let terms = self.step(&images, &measured, rate);
            let objective = journal.step(&terms, waited, first_step + index as u64 + 1, epoch)?;
            self.context.observer.step(Phase::Encoder, objective);
            completed = index + 1 == batches.len() || !self.context.observer.interrupted();
            Ok(completed)
        })?;
        Ok(completed)
    }

    fn step(&mut self, images: &Array4<u8>, measured: &Array2<f32>, rate: f64) -> BTreeMap<String, f64> {
        let (config, device) = (&self.context.experiment.encoder, &self.context.device);
        let dropout = draws::derive(self.context.experiment.seed, Purpose::Dropout);
        let features = self.vision.forward(convert::images_to_tensor(images.view(), device), &self.encoder.taps());
        let leaves = self.state.params.leaves();
        let seed = dropout.wrapping_add((self.optimiser.steps() as u64) << 8);
        let mut mode = Mode::Train { statistics: &mut self.state.statistics, seed };
        let predicted = self.encoder.forward(&leaves, &features, &mut mode);
        let measured = convert::matrix_to_tensor(measured.view(), device);
        let mut terms = response_terms(predicted, measured, config.cosine_weight);
        terms.extend("", self.penalty.terms(&leaves));
        let gradients = terms.total().backward();
        self.optimiser.step(&mut self.state.params, leaves, gradients, rate);
        terms.values()
    }

    fn validate(&self, pairs: &ValidationPairs) -> BTreeMap<String, f64> {
        let images = predict(&self.encoder, &self.state, self.vision, pairs.images(), &self.context.device);
        let predicted = images.select(Axis(0), pairs.image_of());
        let tensor = |m: ArrayView2<'_, f32>| convert::matrix_to_tensor(m, &self.context.device);
        let cosine = self.context.experiment.encoder.cosine_weight;
        let mut scores = response_terms(tensor(predicted.view()), tensor(pairs.responses()), cosine).values();
        scores.insert("total".into(), scores.values().sum());
        scores.insert("median_r".into(), median_correlation(predicted.view(), pairs.responses()));
        scores
    }

    /// Weights can be finite and so large that predictions are not: the last step is followed by no loss that would tell.
    fn refuse_diverged(&self, training: &TrainingPairs) -> Result<()> {
        let state = self.best.as_ref().unwrap_or(&self.state);
        let images = training.images();
        let images = images.slice(s![..images.len_of(Axis(0)).min(PREDICT_BATCH), .., .., ..]);
        let predicted = predict(&self.encoder, state, self.vision, images, &self.context.device);
        match predicted.iter().find(|value| !value.is_finite()) {
            Some(&value) => Err(TrainError::Diverged {
                phase: "encoder",
                term: "predicted response to a training image".into(),
                value: value.into(),
                step: self.optimiser.steps() as u64,
                epoch: self.progress.epoch,
            }),
            None => Ok(()),
        }
    }

    /// Keeps the best state where early stopping is on; true where it is time to stop.
    fn keep_best(&mut self, scores: &BTreeMap<String, f64>, patience: usize) -> bool {
        let Some(&loss) = scores.get("total").filter(|_| patience > 0) else { return false };
        if self.progress.best.is_none_or(|(best, _)| loss < best) {
            self.progress.best = Some((loss, self.progress.epoch));
            self.best = Some(self.state.clone());
        }
        self.progress.best.is_some_and(|(_, epoch)| self.progress.epoch - epoch >= patience)
    }

    fn save(&mut self) -> Result<()> {
        self.progress.steps = self.optimiser.steps();
        let mut checkpoint = Checkpoint::new(self.progress.clone());
        checkpoint.add_params("params", &self.state.params);
        checkpoint.add_params("statistics", &self.state.statistics);
        checkpoint.add_flat("optimiser", self.optimiser.state());
        if let Some(best) = &self.best {
            checkpoint.add_params("best_params", &best.params);
            checkpoint.add_params("best_statistics", &best.statistics);
        }
        refuse_not_finite(&checkpoint, "encoder")?;
        checkpoint.write(&self.context.run.checkpoint_file(Phase::Encoder))
    }

    fn restore(&mut self) -> Result<()> {
        let path = self.context.run.checkpoint_file(Phase::Encoder);
        if !path.is_file() {
            return Ok(());
        }
        let checkpoint = Checkpoint::read(&path)?;
        check_fingerprint(&checkpoint.progress, &self.progress, &path)?;
        let device = &self.context.device;
        let state = |params: &str, statistics: &str| EncoderState {
            params: checkpoint.params(params, device),
            statistics: checkpoint.params(statistics, device),
        };
        self.state = state("params", "statistics");
        self.best = checkpoint.has("best_params").then(|| state("best_params", "best_statistics"));
        self.optimiser.restore(checkpoint.progress.steps, checkpoint.flat("optimiser"), device);
        self.progress = checkpoint.progress;
        Ok(())
    }

    /// Writes the weights to be used: the best where early stopping is on, else the last.
    fn finish(&self) -> Result<()> {
        let state = self.best.as_ref().unwrap_or(&self.state);
        let mut weights = Checkpoint::new(self.progress.clone());
        weights.add_params("params", &state.params);
        weights.add_params("statistics", &state.statistics);
        weights.keep(self.context.run, Phase::Encoder)
    }
}

/// Predicted responses `[images, voxels]` for images u8 `[images, side, side, 3]`, in evaluation mode.
pub fn predict(
    encoder: &Encoder,
    state: &EncoderState,
    vision: &Vision,
    images: ArrayView4<'_, u8>,
    device: &burn::tensor::Device,
) -> Array2<f32> {
    let mut predicted = Array2::zeros((images.len_of(Axis(0)), encoder.voxels()));
    for (batch, mut out) in
        images.axis_chunks_iter(Axis(0), PREDICT_BATCH).zip(predicted.axis_chunks_iter_mut(Axis(0), PREDICT_BATCH))
    {
        let features = vision.forward(convert::images_to_tensor(batch, device), &encoder.taps());
        let mut mode = Mode::Evaluate { statistics: &state.statistics };
        out.assign(&convert::tensor_to_matrix(&encoder.forward(&state.params, &features, &mut mode)));
    }
    predicted
}

/// Images of `rows`, each shifted by its (dy, dx); beyond the edge the edge is repeated.
fn shifted(images: ArrayView4<'_, u8>, rows: &[usize], shifts: &[(i64, i64)]) -> Array4<u8> {
    let (_, height, width, channels) = images.dim();
    let mut out = Array4::zeros((rows.len(), height, width, channels));
    out.axis_iter_mut(Axis(0)).into_par_iter().zip(rows.par_iter().zip(shifts)).for_each(
        |(mut target, (&row, &(dy, dx)))| {
            let source = images.index_axis(Axis(0), row);
            for ((y, x, c), value) in target.indexed_iter_mut() {
                let from = |i: usize, d: i64, n: usize| (i as i64 + d).clamp(0, n as i64 - 1) as usize;
                *value = source[(from(y, dy, height), from(x, dx, width), c)];
            }
        },
    );
    out
}

/// Median over voxels of Pearson's r between columns; constant columns are left out.
fn median_correlation(predicted: ArrayView2<'_, f32>, measured: ArrayView2<'_, f32>) -> f64 {
    let mut values: Vec<f64> = predicted
        .columns()
        .into_iter()
        .zip(measured.columns())
        .map(|(p, m)| {
            let [p, m] = [p, m].map(|column| column.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>());
            pearson(&p, &m)
        })
        .collect();
    let median = median(&mut values);
    if median.is_nan() { 0.0 } else { median }
}

/// What must not change between a checkpoint and its resumption.
fn fingerprint(context: &Context<'_>, training: &TrainingPairs) -> String {
    let e = context.experiment;
    format!("{:?} {:?} seed {} data {}", e.encoder, e.image, e.seed, training.fingerprint())
}

pub(crate) fn check_fingerprint(found: &Progress, now: &Progress, path: &std::path::Path) -> Result<()> {
    let advice = "resume with the run's own experiment.toml, or choose a new --out";
    let message = match settings::differences(&found.settings, &now.settings) {
        differences if !differences.is_empty() => {
            format!("belongs to another configuration: {}; {advice}", settings::in_words(&differences))
        }
        _ if found.fingerprint != now.fingerprint => {
            format!("belongs to another configuration or data set: {advice}")
        }
        _ => return Ok(()),
    };
    Err(TrainError::Checkpoint { path: path.to_path_buf(), message })
}

/// Keeps the last checkpoint whose numbers are all finite: from one with others, training could not go on.
pub(crate) fn refuse_not_finite(checkpoint: &Checkpoint, phase: &'static str) -> Result<()> {
    let Some((name, value)) = checkpoint.not_finite() else { return Ok(()) };
    Err(TrainError::Diverged {
        phase,
        term: name.to_owned(),
        value: f64::from(value),
        step: checkpoint.progress.steps as u64,
        epoch: checkpoint.progress.epoch,
    })
}

/// A loaded state from a checkpoint-like file.
pub(crate) fn state_of(checkpoint: &Checkpoint, device: &burn::tensor::Device) -> EncoderState {
    let params: Params = checkpoint.params("params", device);
    EncoderState { params, statistics: checkpoint.params("statistics", device) }
}
