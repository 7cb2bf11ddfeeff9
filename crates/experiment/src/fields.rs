//! The receptive-field part of the encoder, fitted before phase 1.

use afterimage_baseline::Folds;
use afterimage_data::TrainingPairs;
use afterimage_run::layout::FIELD_READOUT;
use afterimage_train::apply::FeatureExtractor;
use afterimage_train::draws::{Purpose, derive};

use crate::baseline::{Encoder, FittedEncoder};
use crate::error::Result;
use crate::{Session, evaluate};

/// Folds of the cross-validation.
const FOLDS: usize = 5;

/// Fits it to the training part and writes it, if the experiment has one.
pub(crate) fn fit(session: &Session, training: &TrainingPairs) -> Result<()> {
    let (experiment, config) = (&session.experiment, &session.experiment.encoder.fields);
    if config.levels == 0 {
        return Ok(());
    }
    session.note("receptive-field part of the encoder: ridge regression from summed features, cross-validated");
    let folds = Folds::of_training(training, FOLDS, derive(experiment.seed, Purpose::BaselineFolds))?;
    let plan = Encoder { layers: config.layers.clone(), levels: config.levels };
    let extractor = FeatureExtractor::of_fields(experiment)?;
    let cache = evaluate::cache(experiment);
    let (fitted, _) = FittedEncoder::fit(training, extractor, &plan, &folds, cache.as_ref(), session.observer())?;
    Ok(session.run.write_array(FIELD_READOUT, fitted.table().view().into_dyn())?)
}
