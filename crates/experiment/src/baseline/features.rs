//! Backbone features of images, batch by batch, and their prediction from responses.

use crate::error::{Result, bail};
use ndarray::{Array2, ArrayView4, Axis};

use afterimage_baseline::{Folds, Ridge, RidgeCv, Standard, pool::to_grid};
use afterimage_config::{BackboneKind, Experiment};
use afterimage_data::TrainingPairs;
use afterimage_model::backbone::Architecture as _;
use afterimage_train::apply::FeatureExtractor;

use super::record::decoder_grid;
use crate::Session;

/// Images passed through the network at a time.
const BATCH: usize = 32;

/// Some layers of a backbone for the images of an experiment.
pub(crate) fn open(experiment: &Experiment, backbone: &str, layers: &[String]) -> Result<FeatureExtractor> {
    let kind: BackboneKind = backbone.parse()?;
    let known: Vec<&str> = kind.taps().iter().map(|tap| tap.name).collect();
    if let Some(unknown) = layers.iter().find(|layer| !known.contains(&layer.as_str())) {
        bail!("{backbone} has no layer \"{unknown}\": choose among {}", known.join(", "));
    }
    let taps: Vec<&str> = layers.iter().map(String::as_str).collect();
    Ok(FeatureExtractor::new(kind, &taps, experiment.image.side, &experiment.device.name)?)
}

/// As [`open`], recorded among the inputs of a session.
pub(super) fn extractor(session: &mut Session, backbone: &str, layers: &[String]) -> Result<FeatureExtractor> {
    let extractor = open(&session.experiment, backbone, layers)?;
    crate::weights::record(session, "baseline backbone", backbone, extractor.origin());
    Ok(extractor)
}

/// Ridge regression from responses to the features of a layer, which are standardised over the training images.
pub(crate) struct FeatureRidge {
    pub(super) ridge: Ridge,
    pub(super) standard: Standard,
    extractor: FeatureExtractor,
    grid: usize,
}

impl FeatureRidge {
    /// Fits to the only layer of `extractor`, averaged on at most `grid` x `grid` cells. Also returns the place in [`decoder_grid`] of
    /// the penalty of each feature.
    pub(crate) fn fit(
        training: &TrainingPairs,
        extractor: FeatureExtractor,
        grid: usize,
        folds: &Folds,
    ) -> Result<(Self, Vec<usize>)> {
        let (standard, features) = Standard::of_training(training, |images| embed(&extractor, images, grid))?;
        let (ridge, choice) = RidgeCv::fit_decoder(training, features.view(), &decoder_grid(), folds)?;
        Ok((Self { ridge, standard, extractor, grid }, choice.index))
    }

    /// Coefficients and, in the last row, intercepts: `[voxels + 1, features]`.
    pub(crate) fn table(&self) -> Array2<f32> {
        self.ridge.table()
    }

    /// Standardised features `[n, features]` of images u8 `[n, side, side, 3]`.
    pub(crate) fn features(&self, images: ArrayView4<'_, u8>) -> Result<Array2<f32>> {
        let mut features = embed(&self.extractor, images, self.grid);
        self.standard.apply(&mut features)?;
        Ok(features)
    }
}

/// Features `[n, channels * grid * grid]` of images u8 `[n, side, side, 3]` at the extractor's only
/// layer, averaged on at most `grid` x `grid` cells.
fn embed(extractor: &FeatureExtractor, images: ArrayView4<'_, u8>, grid: usize) -> Array2<f32> {
    let of = |batch| to_grid(extractor.extract_bytes(batch)[0].view(), grid);
    let parts: Vec<Array2<f32>> = images.axis_chunks_iter(Axis(0), BATCH).map(of).collect();
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    ndarray::concatenate(Axis(0), &views).unwrap_or_default()
}
