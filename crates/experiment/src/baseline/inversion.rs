//! Images whose backbone features are those predicted from the responses.

use crate::error::{Result, bail};
use ndarray::{Array2, Array3, Array4, ArrayView2};

use afterimage_baseline::Folds;
use afterimage_data::TrainingPairs;
use afterimage_run::baseline::Penalties;
use afterimage_train::Observer;
use afterimage_train::apply::{FeatureExtractor, Inversion, LayerTargets};

use super::features::FeatureRidge;
use super::record::decoder_penalties;
use crate::{Session, mean_image};

/// The regressions to the features of each layer, with what inverts them.
pub(super) struct Inverted {
    layers: Vec<FeatureRidge>,
    /// Of all layers.
    extractor: FeatureExtractor,
    grid: usize,
    /// True if predicted features are scaled to the spread of natural ones.
    natural_spread: bool,
    how: Inversion,
    /// Mean training image, `[3, side, side]`.
    mean: Array3<f32>,
}

impl Inverted {
    /// Fits to the standardised features of the training images, layer by layer.
    pub(super) fn fit(
        session: &Session,
        training: &TrainingPairs,
        extractor: FeatureExtractor,
        options: &super::Features,
        folds: &Folds,
    ) -> Result<(Self, Vec<Penalties>)> {
        let (mut layers, mut penalties) = (Vec::new(), Vec::new());
        for (tap, name) in options.layers.iter().enumerate() {
            session.note(&format!("fitting ridge regression from responses to the features of {name}"));
            let (predicted, chosen) = FeatureRidge::fit(training, extractor.only(tap), options.grid, folds)?;
            penalties.push(decoder_penalties(&format!("features of {name}"), &chosen));
            layers.push(predicted);
        }
        let (how, mean) = (options.inversion(&session.experiment), mean_image::of_pairs(training));
        let (grid, natural_spread) = (options.grid, options.natural_spread);
        Ok((Self { layers, extractor, grid, natural_spread, how, mean }, penalties))
    }

    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`.
    pub(super) fn decode(&self, responses: ArrayView2<'_, f32>, observer: &dyn Observer) -> Result<Array4<f32>> {
        let layer = |FeatureRidge { ridge, standard, .. }: &FeatureRidge| -> Result<LayerTargets> {
            let mut targets = ridge.predict(responses)?;
            if self.natural_spread {
                to_natural_spread(&mut targets, standard.varying());
            }
            Ok(LayerTargets { grid: self.grid, standard: standard.columns().collect(), targets })
        };
        let layers = self.layers.iter().map(layer).collect::<Result<Vec<_>>>()?;
        let items = responses.nrows();
        let mut step = |done: usize| {
            observer.progress("inverting features", done as u64, items as u64);
            !observer.interrupted()
        };
        match self.extractor.invert(&layers, self.mean.view(), &self.how, &mut step)? {
            Some(images) => Ok(images),
            None => bail!("stopped while inverting features"),
        }
    }
}

/// Scales the features of each item to a mean square of 1 over the `varying` ones, which is that of the training images on average: ridge
/// regression shrinks what it predicts.
fn to_natural_spread(features: &mut Array2<f32>, varying: usize) {
    for mut row in features.rows_mut() {
        let square: f64 = row.iter().map(|&value| f64::from(value).powi(2)).sum();
        if square > 0.0 {
            let scale = (varying as f64 / square).sqrt() as f32;
            row.mapv_inplace(|value| value * scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn features_get_the_spread_of_natural_ones_and_none_stay_none() {
        let mut features = array![[0.1_f32, -0.2, 0.0], [0.0, 0.0, 0.0]];
        to_natural_spread(&mut features, 2);
        let square: f32 = features.row(0).iter().map(|value| value * value).sum();
        assert!((square - 2.0).abs() < 1e-5 && (features[[0, 1]] / features[[0, 0]] + 2.0).abs() < 1e-5);
        assert!(features.row(1).iter().all(|&value| value == 0.0));
    }
}
