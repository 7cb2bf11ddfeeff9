//! The linear path of the decoder: ridge regression from responses to small images, fitted before phase 2.

use afterimage_baseline::{Folds, Ridge, RidgeCv};
use afterimage_data::{TrainingPairs, at_side};
use afterimage_eval::images::from_bytes;
use afterimage_model::decoder::LinearPath;
use afterimage_run::layout::LINEAR_PATH;
use afterimage_train::decoder::Linear;
use afterimage_train::draws::{Purpose, derive};

use crate::Session;
use crate::baseline::decoder_grid;
use crate::error::{Context as _, Result};

/// Folds of the cross-validation, and of the cross-fitted images.
const FOLDS: usize = 5;

/// Fits the linear path on the training part and writes it; `None` if the experiment has none.
pub(crate) fn fit(session: &Session, training: &TrainingPairs) -> Result<Option<Linear>> {
    let config = &session.experiment.decoder.linear;
    let small = config.pixels;
    if small == 0 {
        return Ok(None);
    }
    session.note(&format!("linear path: ridge regression from the responses to {small} x {small} pixels"));
    let images = from_bytes(at_side(training.images().to_owned(), small)?.view());
    let targets = images.to_shape((images.len_of(ndarray::Axis(0)), 3 * small * small))?;
    let folds = Folds::of_training(training, FOLDS, derive(session.experiment.seed, Purpose::BaselineFolds))?;
    let (ridge, _) = RidgeCv::fit_decoder(training, targets.view(), &decoder_grid(), &folds)?;
    let cross_fitted = Ridge::cross_fit_decoder(training, targets.view(), ridge.lambdas(), &folds)?;
    let table = ridge.table();
    let path = LinearPath::new(&table, session.experiment.image.side, config.blur)
        .context("decoder.linear.pixels is more than the side of the images")?;
    session.run.write_array(LINEAR_PATH, table.view().into_dyn())?;
    Ok(Some(Linear { path, cross_fitted }))
}
