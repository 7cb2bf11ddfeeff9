//! The receptive-field encoder on backbone features.

use crate::error::Result;
use ndarray::{Array2, Array3, ArrayView4, Axis, s};

use afterimage_baseline::{BoxError, Field, FieldModel, Folds, field, fwrf::Candidates, penalties};
use afterimage_data::TrainingPairs;
use afterimage_run::baseline::Penalties;
use afterimage_train::apply::FeatureExtractor;

use super::Encoder;
use super::features::for_each_batch;

/// Memory for the pooled features that are held at once, bytes.
const MEMORY: usize = 512 << 20;

/// Penalties relative to the number of features that vary: 8 values, as each is tried with each field.
fn grid() -> Vec<f64> {
    penalties::powers(-3, 4, 1)
}

impl Encoder {
    /// In words.
    pub(super) fn describe(&self, backbone: &str, folds: usize) -> String {
        format!(
            "Ridge regression from features of {backbone} at {}, summed over a Gaussian receptive field; field (of {}) and \
             penalty of each voxel by {folds}-fold cross-validation.",
            self.layers.join(", "),
            field::pyramid(self.levels).len()
        )
    }
}

/// The fitted encoder.
pub(super) struct FittedEncoder {
    model: FieldModel,
    extractor: FeatureExtractor,
}

impl FittedEncoder {
    /// Chooses fields and penalties, and fits.
    pub(super) fn fit(
        training: &TrainingPairs,
        extractor: FeatureExtractor,
        plan: &Encoder,
        folds: &Folds,
    ) -> Result<(Self, Penalties)> {
        let (fields, relative) = (field::pyramid(plan.levels), grid());
        let one = pooled(&extractor, training.images().slice(s![..1, .., .., ..]), &[0], &fields[..1]);
        let bytes = training.len() * one.len_of(Axis(2)) * size_of::<f32>();
        let candidates =
            Candidates { fields: &fields, relative: &relative, folds, at_once: (MEMORY / bytes.max(1)).max(1) };
        let mut features =
            |fields: &[Field]| Ok::<_, BoxError>(pooled(&extractor, training.images(), training.image_of(), fields));
        let model = FieldModel::of_training(training, &candidates, &mut features)?;
        let unit = "the number of features that vary";
        let penalties = Penalties::count("responses of the encoder", unit, &relative, model.penalties());
        Ok((Self { model, extractor }, penalties))
    }

    /// Predicted responses `[items, voxels]` for images u8 `[stimuli, side, side, 3]`, item i showing `image_of[i]`.
    pub(super) fn predict(&self, images: ArrayView4<'_, u8>, image_of: &[usize]) -> Result<Array2<f32>> {
        let mut features = |fields: &[Field]| Ok::<_, BoxError>(pooled(&self.extractor, images, image_of, fields));
        Ok(self.model.predict(image_of.len(), &mut features)?)
    }
}

/// Sums over each field of the maps of all layers, `[fields, items, channels]`.
fn pooled(
    extractor: &FeatureExtractor,
    images: ArrayView4<'_, u8>,
    image_of: &[usize],
    fields: &[Field],
) -> Array3<f32> {
    let mut out: Option<Array3<f32>> = None;
    for_each_batch(extractor, images, |first, layers| {
        let channels: usize = layers.iter().map(|maps| maps.len_of(Axis(1))).sum();
        let all = out.get_or_insert_with(|| Array3::zeros((fields.len(), images.len_of(Axis(0)), channels)));
        let mut channel = 0;
        for maps in layers {
            let (n, count) = (maps.len_of(Axis(0)), maps.len_of(Axis(1)));
            let place = s![.., first..first + n, channel..channel + count];
            all.slice_mut(place).assign(&field::pool(maps.view(), fields));
            channel += count;
        }
    });
    let out = out.unwrap_or_default();
    let in_order = image_of.len() == out.len_of(Axis(1)) && image_of.iter().enumerate().all(|(i, &row)| i == row);
    if in_order { out } else { out.select(Axis(1), image_of) }
}
