//! The linear path of the decoder: ridge regression from responses to small images, fitted before phase 2.

use afterimage_baseline::{Folds, RidgeCv};
use afterimage_data::{TrainingPairs, at_side};
use afterimage_eval::images::from_bytes;
use afterimage_run::layout::LINEAR_PATH;
use afterimage_train::draws::{Purpose, derive};

use crate::Session;
use crate::baseline::decoder_grid;
use crate::error::Result;

/// Folds of the cross-validation.
const FOLDS: usize = 5;

/// Fits the linear path to the training part and writes it, if the experiment has one.
pub(crate) fn fit(session: &Session, training: &TrainingPairs) -> Result<()> {
    let config = &session.experiment.decoder.linear;
    let small = config.pixels;
    if small == 0 {
        return Ok(());
    }
    session.note(&format!("linear path: ridge regression from the responses to {small} x {small} pixels"));
    let images = from_bytes(at_side(training.images().to_owned(), small)?.view());
    let targets = images.to_shape((images.len_of(ndarray::Axis(0)), 3 * small * small))?;
    let folds = Folds::of_training(training, FOLDS, derive(session.experiment.seed, Purpose::BaselineFolds))?;
    let (ridge, _) = RidgeCv::fit_decoder(training, targets.view(), &decoder_grid(), &folds)?;
    Ok(session.run.write_array(LINEAR_PATH, ridge.table().view().into_dyn())?)
}
