//! Phase 1: the encoder, supervised on the recorded pairs.

use std::collections::BTreeMap;

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Axis, s};
use rayon::prelude::*;

use afterimage_config::Schedule;
use afterimage_data::{TrainingPairs, ValidationPairs};
use afterimage_model::{
    convert,
    encoder::{Encoder, EncoderPenalty, EncoderState, Mode},
    loss::response::response_terms,
    params::Params,
    term::Terms,
    vision::Vision,
};
use afterimage_run::{layout::Phase, log::TOTAL};
use afterimage_statistics::{correlation::pearson, median};

use crate::{
    Context, Result,
    checkpoint::Checkpoint,
    draws::{self, Purpose},
    journal::Validated,
    phase::{self, TrainingPhase},
};

mod spread;

pub use spread::{Spread, predict_with_spread};

/// Images of a batch in prediction.
pub(crate) const PREDICT_BATCH: usize = 32;

/// Trains the encoder, or continues from its checkpoint if `resume` is set and there is a checkpoint. Early stopping uses
/// the validation pairs; held-out pairs do not compile:
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
/// [`crate::TrainError::Diverged`]; [`crate::TrainError::Interrupted`] after a checkpoint; [`crate::TrainError::Checkpoint`] for one of
/// another configuration; [`crate::TrainError::Run`] if the run folder can't be written.
pub fn train(
    context: &Context<'_>,
    vision: &Vision,
    training: &TrainingPairs,
    validation: Option<&ValidationPairs>,
    resume: bool,
) -> Result<()> {
    let config = &context.experiment.encoder;
    let encoder = Encoder::new(config, vision, training.responses().ncols())?;
    let penalty = EncoderPenalty::new(&config.regularise, &encoder, &context.device);
    let largest = (config.augment_shift * training.images().len_of(Axis(1)) as f64).round() as i64;
    let load = |step, items: &[usize]| {
        let shifts = draws::shifts(context.experiment.seed, step, items.len(), largest);
        let images = shift_images(training.images(), &training.image_rows(items), &shifts);
        Ok(Batch { images, responses: training.responses().select(Axis(0), items) })
    };
    phase::train(context, EncoderTraining { context, vision, encoder, penalty, training, validation }, load, resume)
}

struct EncoderTraining<'a> {
    context: &'a Context<'a>,
    vision: &'a Vision,
    encoder: Encoder,
    penalty: EncoderPenalty,
    training: &'a TrainingPairs,
    validation: Option<&'a ValidationPairs>,
}

struct Batch {
    /// u8 `[items, side, side, 3]`.
    images: Array4<u8>,
    /// `[items, voxels]`.
    responses: Array2<f32>,
}

impl TrainingPhase for EncoderTraining<'_> {
    const PHASE: Phase = Phase::Encoder;
    const ORDER: Purpose = Purpose::EncoderOrder;
    const GROUPS: &'static [[&'static str; 2]] = &[["params", "best_params"], ["statistics", "best_statistics"]];
    type Batch = Batch;
    type Weights = EncoderState;

    fn schedule(&self) -> Schedule {
        self.context.experiment.encoder.schedule()
    }

    fn pairs(&self) -> (&TrainingPairs, usize) {
        (self.training, self.context.experiment.encoder.batch)
    }

    fn fingerprint(&self) -> String {
        let e = self.context.experiment;
        format!("{} {:?} seed {} data {}", e.encoder.identity(), e.image, e.seed, self.training.fingerprint())
    }

    fn init(&self) -> EncoderState {
        self.encoder.init(draws::derive(self.context.experiment.seed, Purpose::EncoderInit), &self.context.device)
    }

    fn groups(state: &mut EncoderState) -> Vec<&mut Params> {
        vec![&mut state.params, &mut state.statistics]
    }

    fn terms(&mut self, leaves: &Params, state: &mut EncoderState, batch: Batch, step: u64) -> Terms {
        let (experiment, device) = (self.context.experiment, &self.context.device);
        let features =
            self.vision.forward(convert::images_to_tensor(batch.images.view(), device), &self.encoder.taps());
        let seed = draws::derive(experiment.seed, Purpose::Dropout).wrapping_add(step << 8);
        let mut mode = Mode::Train { statistics: &mut state.statistics, seed };
        let predicted = self.encoder.forward(leaves, &features, &mut mode);
        let measured = convert::matrix_to_tensor(batch.responses.view(), device);
        let mut terms = response_terms(predicted, measured, experiment.encoder.cosine_weight);
        terms.extend("", self.penalty.terms(leaves));
        terms
    }

    fn validate(&self, state: &EncoderState) -> Option<BTreeMap<String, f64>> {
        let pairs = self.validation?;
        let images = predict(&self.encoder, state, self.vision, pairs.images(), &self.context.device);
        let predicted = images.select(Axis(0), pairs.image_of());
        let tensor = |m: ArrayView2<'_, f32>| convert::matrix_to_tensor(m, &self.context.device);
        let cosine = self.context.experiment.encoder.cosine_weight;
        let mut scores = response_terms(tensor(predicted.view()), tensor(pairs.responses()), cosine).values();
        scores.insert(TOTAL.into(), scores.values().sum());
        scores.insert("median_r".into(), median_correlation(predicted.view(), pairs.responses()));
        Some(scores)
    }

    fn validated(&self) -> Validated {
        Validated { prefix: "", weight: 1.0 }
    }

    /// Weights can be finite and so large that predictions are not.
    fn not_finite(&self, state: &EncoderState) -> Option<(&'static str, f64)> {
        let images = self.training.images();
        let images = images.slice(s![..images.len_of(Axis(0)).min(PREDICT_BATCH), .., .., ..]);
        let predicted = predict(&self.encoder, state, self.vision, images, &self.context.device);
        let value = predicted.iter().find(|value| !value.is_finite())?;
        Some(("predicted response to a training image", f64::from(*value)))
    }
}

/// Returns the predicted responses `[images, voxels]` for images u8 `[images, side, side, 3]`, in evaluation mode.
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

/// Returns the images of `rows`, each shifted by its (dy, dx); beyond the edge the edge is repeated.
fn shift_images(images: ArrayView4<'_, u8>, rows: &[usize], shifts: &[(i64, i64)]) -> Array4<u8> {
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

/// Returns the median over voxels of Pearson's r between columns; constant columns are left out.
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

/// Returns the state in a file of weights.
pub(crate) fn state_of(checkpoint: &Checkpoint, device: &burn::tensor::Device) -> EncoderState {
    let params: Params = checkpoint.params("params", device);
    EncoderState { params, statistics: checkpoint.params("statistics", device) }
}
