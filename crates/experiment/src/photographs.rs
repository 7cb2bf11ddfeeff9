//! The photographs that reconstructions take fine structure from: chosen among the unpaired images and compared with the training
//! part, before phase 2.

use afterimage_baseline::{Folds, retrieve::unit_rows};
use afterimage_data::TrainingPairs;
use afterimage_run::layout::{PHOTOGRAPH_TABLES, PHOTOGRAPHS};
use afterimage_run::{Artefact as _, pictures::PhotographNames};
use afterimage_train::apply::TrainedEncoder;
use afterimage_train::draws::{Purpose, derive, order};
use afterimage_train::prepare::ImagePool as _;
use ndarray::{Array2, Array3, ArrayView4, Axis, s};

use crate::Session;
use crate::baseline::{FeatureRidge, open};
use crate::error::{Result, bail};
use crate::pool::Pool;

/// Folds of the cross-validation.
const FOLDS: usize = 5;
/// Photographs read at a time.
const BLOCK: usize = 256;

/// Chooses the photographs, and fits and writes what compares them with responses, if the experiment has any.
pub(crate) fn fit(
    session: &Session,
    training: &TrainingPairs,
    encoder: &TrainedEncoder,
    pool: Option<&Pool>,
) -> Result<()> {
    let config = &session.experiment.decoder.photographs;
    if config.images == 0 {
        return Ok(());
    }
    let Some(pool) = pool else {
        bail!("decoder.photographs.images = {}: there are no unpaired images; set it to 0", config.images)
    };
    let rows = chosen(pool.len(), config.images, session.experiment.seed);
    session.note(&format!("photographs: {} of {} unpaired images are kept for fine structure", rows.len(), pool.len()));
    let images = pool.read(&rows)?;
    let voxels = training.responses().ncols();
    let mut tables = Array3::zeros((config.layers.len() + 1, voxels + 1, rows.len()));
    for (layer, mut table) in config.layers.iter().zip(tables.outer_iter_mut()) {
        table.assign(&of_layer(session, training, layer, images.view())?);
    }
    let predicted = blocks(images.view(), |images| Ok(encoder.predict(images)))?;
    tables.slice_mut(s![config.layers.len(), ..voxels, ..]).assign(&unit_rows(predicted.view()).0.t());
    session.run.write_array(PHOTOGRAPH_TABLES, tables.view().into_dyn())?;
    let names = pool.names();
    PhotographNames(rows.iter().map(|&row| names[row].clone()).collect()).write(&session.run)?;
    Ok(session.run.write_bytes(PHOTOGRAPHS, images.view().into_dyn())?)
}

/// Places of the photographs among `n` images, in ascending order.
fn chosen(n: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..n).collect();
    if most < n {
        rows = order(seed, Purpose::Photographs, 0, n);
        rows.truncate(most);
        rows.sort_unstable();
    }
    rows
}

/// Coefficients and, in the last row, constants `[voxels + 1, photographs]` of the likeness by a layer: the correlation of a
/// photograph's features with those predicted from a response, but for a factor that depends on the response alone.
fn of_layer(
    session: &Session,
    training: &TrainingPairs,
    layer: &str,
    images: ArrayView4<'_, u8>,
) -> Result<Array2<f32>> {
    let (experiment, config) = (&session.experiment, &session.experiment.decoder.photographs);
    let extractor = open(experiment, experiment.decoder.image_loss.backbone.name(), &[layer.to_owned()])?;
    let folds = Folds::of_training(training, FOLDS, derive(experiment.seed, Purpose::BaselineFolds))?;
    let (predicted, _) = FeatureRidge::fit(training, extractor, config.grid, &folds)?;
    let regression = predicted.table(); // [voxels + 1, features]
    let likeness = blocks(images, |images| Ok(unit_rows(predicted.features(images)?.view()).0.dot(&regression.t())))?;
    Ok(likeness.t().to_owned())
}

/// What `of` makes of the images, some at a time: its rows, one an image.
fn blocks(images: ArrayView4<'_, u8>, of: impl Fn(ArrayView4<'_, u8>) -> Result<Array2<f32>>) -> Result<Array2<f32>> {
    let parts: Vec<Array2<f32>> = images.axis_chunks_iter(Axis(0), BLOCK).map(of).collect::<Result<_>>()?;
    Ok(ndarray::concatenate(Axis(0), &parts.iter().map(|part| part.view()).collect::<Vec<_>>())?)
}
