//! Baselines: fitted on the training part, applied to the held-out items.
//!
//! What `fit` calls takes [`TrainingPairs`] and nothing else of the data set. `apply` sees the held-out items and fits
//! nothing.

mod encoder;
mod features;
mod fitted;
mod folder;
mod inversion;
mod kept;
mod pixels;
mod record;
mod retrieval;

use crate::error::{Result, bail};
use ndarray::{ArrayView2, Axis};

use afterimage_baseline::Folds;
use afterimage_config::{Experiment, join_paths};
use afterimage_data::{DataSet, TrainingPairs};
use afterimage_run::{Artefact, layout::PREDICTIONS, pictures::Pictures};
use afterimage_train::{
    apply::{ImagePrior, Inversion},
    draws::{Purpose, derive},
    prepare::{self, ImagePool, Prepared, Statistics},
};

use super::choice::{self, Choice};
use super::{Session, chance, evaluate, pool, reconstruct, train};
pub(crate) use encoder::FittedEncoder;
pub(crate) use features::{FeatureRidge, open};
use fitted::FittedDecoder;
pub(crate) use fitted::{Refitted, fit_again, refit};
pub use folder::run;
pub(crate) use record::{decoder_grid, plan};

/// What to fit.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How reconstructions are made.
    pub decoder: Decoder,
    /// The encoder, where there is one.
    pub encoder: Option<Encoder>,
    /// Backbone of all features.
    pub backbone: String,
    /// Folds of the cross-validation.
    pub folds: usize,
}

/// From responses to an image.
#[derive(Debug, Clone)]
pub enum Decoder {
    /// Ridge regression to pixels of an image of this side.
    Pixels {
        /// Pixels.
        side: usize,
    },
    /// Retrieval by predicted features.
    Retrieval {
        /// Layer of the backbone.
        layer: String,
        /// Cells a side of the grid they are averaged on.
        grid: usize,
    },
    /// Gradient descent on the image towards predicted features.
    Features(Features),
    /// The mean training image.
    Mean,
}

/// How features are predicted and inverted.
#[derive(Debug, Clone)]
pub struct Features {
    /// Layers of the backbone.
    pub layers: Vec<String>,
    /// Cells a side of the grid they are averaged on, at most.
    pub grid: usize,
    /// True if predicted features are scaled to the spread of natural ones.
    pub natural_spread: bool,
    /// True if an untrained network makes the images (deep image prior); else they are free pixels.
    pub deep: bool,
    /// Steps of the descent.
    pub steps: usize,
    /// Weight of the total variation.
    pub variation: f64,
}

impl Features {
    fn inversion(&self, experiment: &Experiment) -> Inversion {
        let prior = if self.deep { ImagePrior::Deep(Box::new(experiment.decoder.clone())) } else { ImagePrior::Pixels };
        Inversion {
            prior,
            steps: self.steps,
            learning_rate: if self.deep { 3e-3 } else { 0.05 },
            variation_weight: self.variation,
            seed: experiment.seed,
        }
    }
}

/// From an image to responses.
#[derive(Debug, Clone)]
pub struct Encoder {
    /// Layers of the backbone.
    pub layers: Vec<String>,
    /// Levels of receptive fields.
    pub levels: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { decoder: Decoder::Mean, encoder: None, backbone: "squeezenet1_1".into(), folds: 5 }
    }
}

/// A fitted baseline.
pub(crate) struct Fitted {
    decoder: FittedDecoder,
    encoder: Option<FittedEncoder>,
}

impl Decoder {
    /// Layers of the backbone that it predicts; `None` if it predicts no features.
    fn layers(&self) -> Option<&[String]> {
        match self {
            Self::Pixels { .. } | Self::Mean => None,
            Self::Retrieval { layer, .. } => Some(std::slice::from_ref(layer)),
            Self::Features(options) => Some(&options.layers),
        }
    }
}

/// Refuses a plan that [`fit`] could not carry out, before anything is fitted.
pub(crate) fn check(plan: &Plan, experiment: &Experiment, prepared: &Prepared) -> Result<()> {
    if let Decoder::Pixels { side } = plan.decoder {
        pixels::refuse_size(side, experiment.image.side)?;
    }
    folds(plan, experiment, &prepared.training)?;
    if let Some(layers) = plan.decoder.layers() {
        features::open(experiment, &plan.backbone, layers)?;
    }
    if let Some(encoder) = &plan.encoder {
        features::open(experiment, &plan.backbone, &encoder.layers)?;
    }
    Ok(())
}

fn folds(plan: &Plan, experiment: &Experiment, training: &TrainingPairs) -> Result<Option<Folds>> {
    let seed = derive(experiment.seed, Purpose::BaselineFolds);
    match plan.decoder {
        Decoder::Mean => Ok(None),
        _ => Ok(Some(Folds::of_training(training, plan.folds, seed)?)),
    }
}

/// Fits decoder and encoder on the training part, writes the statistics and the audit.
fn fit(session: &mut Session, plan: &Plan) -> Result<Fitted> {
    let Prepared { training, validation, .. } = train::prepare_data(session)?;
    let folds = folds(plan, &session.experiment, &training)?;
    let mut record = record::begin(plan);
    let unpaired = open_pool(session, plan)?;
    pool::audit_training(session, &session.data()?, unpaired.as_ref())?;
    let layers = plan.decoder.layers();
    let extractor = layers.map(|layers| features::extractor(session, &plan.backbone, layers)).transpose()?;
    let (decoder, chosen) = FittedDecoder::fit(session, &plan.decoder, &training, folds.as_ref(), unpaired, extractor)?;
    record.penalties.extend(chosen);
    let encoder = match (&plan.encoder, &folds) {
        (Some(encoder), Some(folds)) => {
            let extractor = features::extractor(session, &plan.backbone, &encoder.layers)?;
            let cache = evaluate::cache(&session.experiment);
            let (fitted, chosen) =
                FittedEncoder::fit(&training, extractor, encoder, folds, cache.as_ref(), session.observer())?;
            record.penalties.push(chosen);
            chance::warn(session, validation.as_ref(), |_, images| {
                let each: Vec<usize> = (0..images.len_of(Axis(0))).collect();
                fitted.predict(images, &each)
            })?;
            Some(fitted)
        }
        _ => None,
    };
    session.manifest.baseline = Some(record);
    Ok(Fitted { decoder, encoder })
}

/// Reconstructs the held-out items and predicts their responses.
pub(crate) fn apply(session: &mut Session, fitted: &Fitted) -> Result<Vec<Pictures>> {
    let data = session.data()?;
    let statistics = Statistics::read(&session.run)?;
    let test = prepare::held_out(&data.held_out(), &statistics, &session.experiment)?;
    let responses: ArrayView2<'_, f32> = test.responses();
    let (decoded, retrieved) = fitted.decoder.decode(responses, session.observer())?;
    if let Some(record) = &mut session.manifest.baseline {
        record.retrieved = retrieved;
    }
    if let Some(encoder) = &fitted.encoder {
        let predicted = encoder.predict(test.images(), test.image_of())?;
        session.run.write_array(PREDICTIONS, predicted.view().into_dyn())?;
    }
    reconstruct::write(session, &data, &test, decoded.view())
}

/// The images to retrieve from, with the exclusions of training; `None` where nothing is retrieved.
fn open_pool(session: &mut Session, plan: &Plan) -> Result<Option<pool::Pool>> {
    if !matches!(plan.decoder, Decoder::Retrieval { .. }) {
        return Ok(None);
    }
    let pool = to_retrieve(session.choice()?.as_ref(), &session.data()?, &session.experiment, None)?;
    let sources = join_paths(&session.experiment.data.unpaired);
    session.record("unpaired images", &sources, pool.fingerprint(), Some(pool.len()));
    session.manifest.data.unpaired_images = pool.len();
    Ok(Some(pool))
}

/// The images to retrieve from; refused where the experiment names none.
pub(crate) fn to_retrieve(
    kept: Option<&Choice>,
    data: &DataSet,
    experiment: &Experiment,
    candidates: Option<&pool::Pool>,
) -> Result<pool::Pool> {
    let Some(pool) = choice::without_responses(kept, data, experiment, candidates)? else {
        bail!("there is nothing to retrieve: set data.unpaired to folders, zip archives or .npy arrays of images");
    };
    Ok(pool)
}
