//! The unpaired image whose features are nearest to those predicted from the responses.

use crate::error::{Result, bail};
use ndarray::{Array4, ArrayView2};

use afterimage_baseline::{Folds, Nearest};
use afterimage_data::TrainingPairs;
use afterimage_eval::images::from_bytes;
use afterimage_run::baseline::Penalties;
use afterimage_train::{Observer, apply::FeatureExtractor, prepare::ImagePool};

use super::features::FeatureRidge;
use super::record::decoder_penalties;
use crate::pool::Pool;

/// Images of the pool read at a time.
const BLOCK: usize = 256;

/// The fitted regression with the images to retrieve from.
pub(super) struct Retrieval {
    predicted: FeatureRidge,
    pool: Pool,
}

impl Retrieval {
    /// Fits to the standardised features of the training images.
    pub(super) fn fit(
        training: &TrainingPairs,
        extractor: FeatureExtractor,
        grid: usize,
        pool: Pool,
        folds: &Folds,
    ) -> Result<(Self, Penalties)> {
        let (predicted, chosen) = FeatureRidge::fit(training, extractor, grid, folds)?;
        Ok((Self { predicted, pool }, decoder_penalties("features of the retrieval", &chosen)))
    }

    /// For responses `[items, voxels]` the retrieved images `[items, 3, side, side]` in 0..1, and their names.
    pub(super) fn decode(
        &self,
        responses: ArrayView2<'_, f32>,
        observer: &dyn Observer,
    ) -> Result<(Array4<f32>, Vec<String>)> {
        let mut nearest = Nearest::new(self.predicted.ridge.predict(responses)?.view())?;
        let rows: Vec<usize> = (0..self.pool.len()).collect();
        let progress = |done: usize| observer.progress("features", done as u64, rows.len() as u64);
        for block in rows.chunks(BLOCK) {
            if observer.interrupted() {
                bail!("stopped while looking for the nearest unpaired images");
            }
            progress(block[0]);
            observer.working_on("of the unpaired images");
            nearest.offer(self.predicted.features(self.pool.read(block)?.view())?.view())?;
        }
        progress(rows.len());
        let places: Vec<usize> = nearest.best()?.into_iter().map(|(place, _)| place).collect();
        let names = self.pool.names();
        let images = from_bytes(self.pool.read(&places)?.view());
        Ok((images, places.iter().map(|&place| names[place].clone()).collect()))
    }
}
