//! Phase 2: the decoder, supervised on pairs and self-supervised on unpaired images, with a frozen encoder.

mod cycle;
mod examples;
mod objective;
mod stream;

use std::collections::BTreeMap;

use ndarray::Array3;

use afterimage_config::Schedule;
use afterimage_data::{TrainingPairs, ValidationPairs};
use afterimage_model::{
    convert,
    decoder::{Decoder, DecoderPenalty},
    params::Params,
    term::Terms,
    vision::Vision,
};
use afterimage_run::layout::Phase;

use crate::{
    Context, Result,
    draws::{self, Purpose},
    journal::Validated,
    phase::{self, TrainingPhase},
    prepare::ImagePool,
};

pub use cycle::ResponseCycle;
use objective::PAIRED;
pub use objective::{FrozenEncoder, Objective};
use stream::{Batch, Streams};

/// The data of phase 2. Test responses can enter only by [`ResponseCycle::transductive_on_test`]:
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
    /// Unpaired images; `None` trains on pairs only.
    pub unpaired: Option<&'a dyn ImagePool>,
    /// Responses of the third cycle, if it is on.
    pub response_cycle: Option<ResponseCycle>,
    /// SNR of each voxel, for the regulariser.
    pub snr: Vec<f32>,
    /// Mean absolute value of each colour channel over the training images.
    pub channel_mean: [f32; 3],
}

/// Trains the decoder, or continues from its checkpoint if `resume` is set and there is a checkpoint.
///
/// # Errors
/// As [`crate::encoder::train`], and [`crate::TrainError::Data`] if an unpaired image can't be read.
pub fn train(
    context: &Context<'_>,
    encoder: FrozenEncoder,
    loss_vision: Vision,
    material: &Material<'_>,
    resume: bool,
) -> Result<()> {
    let (experiment, device) = (context.experiment, &context.device);
    let config = &experiment.decoder;
    let decoder = Decoder::new(config, experiment.image.side, device);
    let penalty = DecoderPenalty::new(&config.regularise, &material.snr, config.channels, decoder.grid(), device);
    let objective = Objective::new(experiment, encoder, loss_vision, material, device)?;
    let mut streams = Streams::new(config, experiment.seed, material, objective.room());
    let training = DecoderTraining { context, decoder, penalty, objective, material };
    phase::train(context, training, |step, items| streams.batch(step, items), resume)
}

struct DecoderTraining<'a> {
    context: &'a Context<'a>,
    decoder: Decoder,
    penalty: DecoderPenalty,
    objective: Objective,
    material: &'a Material<'a>,
}

impl TrainingPhase for DecoderTraining<'_> {
    const PHASE: Phase = Phase::Decoder;
    const ORDER: Purpose = Purpose::PairedOrder;
    const GROUPS: &'static [[&'static str; 2]] = &[["params", "best"]];
    type Batch = Batch;
    type Weights = Params;

    fn schedule(&self) -> Schedule {
        self.context.experiment.decoder.schedule()
    }

    fn pairs(&self) -> (&TrainingPairs, usize) {
        (self.material.training, self.context.experiment.decoder.batch_paired)
    }

    fn fingerprint(&self) -> String {
        let e = self.context.experiment;
        let training = self.material.training.fingerprint();
        let unpaired = self.material.unpaired.map(ImagePool::fingerprint);
        let cycle = self.material.response_cycle.as_ref().map(ResponseCycle::len);
        let (decoder, image, seed) = (e.decoder.identity(), &e.image, e.seed);
        format!("{decoder} {image:?} seed {seed} data {training} unpaired {unpaired:?} cycle {cycle:?}")
    }

    fn init(&self) -> Params {
        let seed = draws::derive(self.context.experiment.seed, Purpose::DecoderInit);
        self.decoder.init(self.material.training.responses().ncols(), seed, &self.context.device)
    }

    fn groups(params: &mut Params) -> Vec<&mut Params> {
        vec![params]
    }

    fn terms(&mut self, leaves: &Params, _: &mut Params, batch: Batch, _: u64) -> Terms {
        let mut terms = self.objective.terms(&self.decoder, leaves, &batch);
        terms.extend("", self.penalty.terms(leaves));
        terms
    }

    fn validate(&self, params: &Params) -> Option<BTreeMap<String, f64>> {
        self.material.validation.map(|pairs| self.objective.validate(&self.decoder, params, pairs))
    }

    fn validated(&self) -> Validated {
        Validated { prefix: PAIRED, weight: self.context.experiment.decoder.paired_weight }
    }

    fn picture(&self, params: &Params) -> Option<(&'static str, Array3<u8>)> {
        let pairs = self.material.validation?;
        let image = examples::of(pairs, |responses| {
            let responses = convert::matrix_to_tensor(responses, &self.context.device);
            convert::tensor_to_array4(&self.decoder.forward(params, responses))
        });
        Some((examples::NAME, image))
    }
}
