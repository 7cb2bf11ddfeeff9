//! Phase 2: the decoder, supervised on pairs and self-supervised on images without responses, the encoder frozen.

mod cycle;
mod objective;
mod stream;

use std::collections::BTreeMap;

use afterimage_config::Schedule;
use afterimage_data::{TrainingPairs, ValidationPairs};
use afterimage_model::{
    decoder::{Decoder, DecoderPenalty},
    params::Params,
    vision::Vision,
};
use afterimage_run::layout::Phase;

use crate::{
    Context, Result, TrainError,
    checkpoint::{Checkpoint, Progress},
    draws::{self, Purpose},
    encoder::{check_fingerprint, refuse_not_finite},
    journal::Journal,
    loader::prefetch,
    optimiser::Optimiser,
    prepare::ImagePool,
};

pub use cycle::ResponseCycle;
pub use objective::{FrozenEncoder, Objective};
use stream::{Batch, Streams};

/// What phase 2 learns from. Test responses have one way in, [`ResponseCycle::transductive_on_test`]:
///
/// ```compile_fail,E0308
/// # use afterimage_data::HeldOutPairs;
/// # use afterimage_train::decoder::Material;
/// # fn leak<'a>(test: &'a HeldOutPairs, rest: Material<'a>) -> Material<'a> {
/// Material { training: test, ..rest } // expected `&TrainingPairs`, found `&HeldOutPairs`
/// # }
/// ```
/// ```compile_fail,E0308
/// # use afterimage_data::HeldOutPairs;
/// # use afterimage_train::decoder::Material;
/// # fn leak<'a>(test: &'a HeldOutPairs, rest: Material<'a>) -> Material<'a> {
/// Material { validation: Some(test), ..rest } // expected `&ValidationPairs`, found `&HeldOutPairs`
/// # }
/// ```
/// ```no_run
/// # use afterimage_data::{TrainingPairs, ValidationPairs};
/// # use afterimage_train::decoder::Material;
/// # fn no_leak<'a>(training: &'a TrainingPairs, validation: &'a ValidationPairs, rest: Material<'a>) -> Material<'a> {
/// Material { training, validation: Some(validation), ..rest }
/// # }
/// ```
pub struct Material<'a> {
    /// Recorded pairs.
    pub training: &'a TrainingPairs,
    /// Validation part of the training data.
    pub validation: Option<&'a ValidationPairs>,
    /// Images without responses; `None` trains supervised only.
    pub unpaired: Option<&'a dyn ImagePool>,
    /// Responses of the third cycle, where it is on.
    pub response_cycle: Option<ResponseCycle>,
    /// SNR of each voxel, for the regulariser.
    pub snr: Vec<f32>,
    /// Mean absolute value of each colour channel over the training images.
    pub channel_mean: [f32; 3],
}

/// Trains the decoder, or goes on from its checkpoint where `resume` is set and there is one.
///
/// # Errors
/// As [`crate::encoder::train`], and [`TrainError::Data`] where an unpaired image can't be read.
pub fn train(
    context: &Context<'_>,
    encoder: FrozenEncoder,
    loss_vision: Vision,
    material: &Material<'_>,
    resume: bool,
) -> Result<()> {
    let mut trainer = Trainer::new(context, encoder, loss_vision, material)?;
    if resume {
        trainer.restore()?;
    }
    if trainer.progress.finished {
        // The process may have been killed between the last checkpoint and the weights.
        return trainer.finish();
    }
    trainer.run(material)
}

struct Trainer<'a> {
    context: &'a Context<'a>,
    decoder: Decoder,
    penalty: DecoderPenalty,
    objective: Objective,
    params: Params,
    best: Option<Params>,
    optimiser: Optimiser,
    progress: Progress,
    steps_per_epoch: usize,
}

impl<'a> Trainer<'a> {
    fn new(
        context: &'a Context<'a>,
        encoder: FrozenEncoder,
        loss_vision: Vision,
        material: &Material<'_>,
    ) -> Result<Self> {
        let (config, device) = (&context.experiment.decoder, &context.device);
        let side = context.experiment.image.side;
        let decoder = Decoder::new(config, side, device);
        let voxels = material.training.responses().ncols();
        let seed = draws::derive(context.experiment.seed, Purpose::DecoderInit);
        let fingerprint = fingerprint(context, material);
        Ok(Self {
            penalty: DecoderPenalty::new(&config.regularise, &material.snr, config.channels, decoder.grid(), device),
            params: decoder.init(voxels, seed, device),
            objective: Objective::new(context.experiment, encoder, loss_vision, material, device)?,
            best: None,
            optimiser: Optimiser::new(&config.schedule()),
            progress: Progress {
                fingerprint,
                settings: context.experiment.settings_of(Phase::Decoder),
                ..Progress::default()
            },
            steps_per_epoch: (material.training.len() / config.batch_paired).max(1),
            context,
            decoder,
        })
    }

    fn run(&mut self, material: &Material<'_>) -> Result<()> {
        let schedule = self.context.experiment.decoder.schedule();
        let mut journal = Journal::open(self.context.run, Phase::Decoder, &self.progress, self.steps_per_epoch)?;
        let first = self.optimiser.steps();
        let total = schedule.epochs * self.steps_per_epoch;
        self.context.observer.begin(Phase::Decoder, first as u64, total as u64);
        let mut streams = Streams::new(
            &self.context.experiment.decoder,
            self.context.experiment.seed,
            material,
            self.objective.room(),
        );
        let mut failure = None;
        let produce = |index: usize| streams.batch((first + index) as u64);
        prefetch(total.saturating_sub(first), produce, |_, batch, waited| {
            let go_on = self
                .step(&batch, &schedule, waited, &mut journal)
                .and_then(|()| self.after_step(material, &schedule, &mut journal));
            match go_on {
                Ok(go_on) => Ok(go_on),
                Err(error) => {
                    failure = Some(error);
                    Ok(false)
                }
            }
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
        self.finish()?;
        self.context.observer.end(Phase::Decoder);
        Ok(())
    }

    fn step(
        &mut self,
        batch: &Batch,
        schedule: &Schedule,
        waited: std::time::Duration,
        journal: &mut Journal,
    ) -> Result<()> {
        let rate = schedule.learning_rate_at(self.progress.epoch);
        let leaves = self.params.leaves();
        let mut terms = self.objective.terms(&self.decoder, &leaves, batch);
        terms.extend("", self.penalty.terms(&leaves));
        let gradients = terms.total().backward();
        self.optimiser.step(&mut self.params, leaves, gradients, rate);
        let step = self.optimiser.steps() as u64;
        let objective = journal.step(&terms.values(), waited, step, self.progress.epoch + 1)?;
        self.context.observer.step(Phase::Decoder, objective);
        Ok(())
    }

    /// Ends an epoch where one is complete; false where training is to stop.
    fn after_step(&mut self, material: &Material<'_>, schedule: &Schedule, journal: &mut Journal) -> Result<bool> {
        if !self.optimiser.steps().is_multiple_of(self.steps_per_epoch) {
            if self.context.observer.interrupted() {
                self.progress.partial = journal.partial();
                self.save()?;
                return Err(TrainError::Interrupted { phase: "decoder", epoch: self.progress.epoch });
            }
            return Ok(true);
        }
        let rate = schedule.learning_rate_at(self.progress.epoch);
        self.progress.epoch += 1;
        self.progress.partial.clear();
        let scores = material
            .validation
            .map(|pairs| self.objective.validate(&self.decoder, &self.params, pairs))
            .unwrap_or_default();
        let stop = self.keep_best(&scores, schedule.early_stopping);
        let record = journal.epoch(self.progress.epoch, self.optimiser.steps() as u64, rate, scores)?;
        self.context.observer.epoch(&record);
        self.progress.finished = stop || self.progress.epoch == schedule.epochs;
        if self.progress.finished || self.progress.epoch.is_multiple_of(schedule.checkpoint_every) {
            self.save()?;
        }
        Ok(!stop)
    }

    /// Keeps the best weights where early stopping is on; true where it is time to stop.
    fn keep_best(&mut self, scores: &BTreeMap<String, f64>, patience: usize) -> bool {
        let Some(&loss) = scores.get("total").filter(|_| patience > 0) else { return false };
        if self.progress.best.is_none_or(|(best, _)| loss < best) {
            self.progress.best = Some((loss, self.progress.epoch));
            self.best = Some(self.params.clone());
        }
        self.progress.best.is_some_and(|(_, epoch)| self.progress.epoch - epoch >= patience)
    }

    fn save(&mut self) -> Result<()> {
        self.progress.steps = self.optimiser.steps();
        let mut checkpoint = Checkpoint::new(self.progress.clone());
        checkpoint.add_params("params", &self.params);
        checkpoint.add_flat("optimiser", self.optimiser.state());
        if let Some(best) = &self.best {
            checkpoint.add_params("best", best);
        }
        refuse_not_finite(&checkpoint, "decoder")?;
        checkpoint.write(&self.context.run.checkpoint_file(Phase::Decoder))
    }

    fn restore(&mut self) -> Result<()> {
        let path = self.context.run.checkpoint_file(Phase::Decoder);
        if !path.is_file() {
            return Ok(());
        }
        let checkpoint = Checkpoint::read(&path)?;
        check_fingerprint(&checkpoint.progress, &self.progress, &path)?;
        let device = &self.context.device;
        self.params = checkpoint.params("params", device);
        self.best = checkpoint.has("best").then(|| checkpoint.params("best", device));
        self.optimiser.restore(checkpoint.progress.steps, checkpoint.flat("optimiser"), device);
        self.progress = checkpoint.progress;
        Ok(())
    }

    fn finish(&self) -> Result<()> {
        let mut weights = Checkpoint::new(self.progress.clone());
        weights.add_params("params", self.best.as_ref().unwrap_or(&self.params));
        weights.keep(self.context.run, Phase::Decoder)
    }
}

fn fingerprint(context: &Context<'_>, material: &Material<'_>) -> String {
    let e = context.experiment;
    let unpaired = material.unpaired.map(ImagePool::fingerprint);
    let cycle = material.response_cycle.as_ref().map(ResponseCycle::len);
    format!(
        "{:?} {:?} seed {} data {} unpaired {unpaired:?} cycle {cycle:?}",
        e.decoder,
        e.image,
        e.seed,
        material.training.fingerprint()
    )
}
