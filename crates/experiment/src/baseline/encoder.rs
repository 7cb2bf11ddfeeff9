//! The receptive-field encoder on backbone features.

use crate::error::Result;
use ndarray::{Array2, Array3, ArrayView4, Axis, s};

use afterimage_baseline::fwrf::{Candidates, Chosen, Pooled};
use afterimage_baseline::{BoxError, Field, FieldModel, Folds, field, penalties};
use afterimage_data::TrainingPairs;
use afterimage_eval::cache::Cache;
use afterimage_run::baseline::Penalties;
use afterimage_train::{Observer, apply::FeatureExtractor, fields};

use super::Encoder;
use super::kept::Kept;

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
pub(crate) struct FittedEncoder {
    model: FieldModel,
    extractor: FeatureExtractor,
}

impl FittedEncoder {
    /// Chooses fields and penalties, and fits.
    pub(crate) fn fit(
        training: &TrainingPairs,
        extractor: FeatureExtractor,
        plan: &Encoder,
        folds: &Folds,
        cache: Option<&Cache>,
        observer: &dyn Observer,
    ) -> Result<(Self, Penalties)> {
        let (fields, relative) = (field::pyramid(plan.levels), grid());
        let one = pooled(&extractor, training.images().slice(s![..1, .., .., ..]), &[0], &fields[..1]);
        let bytes = training.len() * one.len_of(Axis(2)) * size_of::<f32>();
        let candidates =
            Candidates { fields: &fields, relative: &relative, folds, at_once: (MEMORY / bytes.max(1)).max(1) };
        let mut features =
            |fields: &[Field]| Ok::<_, BoxError>(pooled(&extractor, training.images(), training.image_of(), fields));
        let kept = Kept::of(cache, training, &extractor.identity(), &candidates);
        let chosen = match kept.as_ref().and_then(|kept| kept.read(training.responses().ncols(), &candidates)) {
            Some(chosen) => {
                observer.note("the receptive fields of the encoder were chosen before, for the same data and features");
                chosen
            }
            None => {
                let chosen = choose(training, &candidates, &mut features, observer)?;
                if let Some(problem) = kept.as_ref().and_then(|kept| kept.write(&chosen)) {
                    observer.note(&format!("note: {problem}; receptive fields will be chosen again next time"));
                }
                chosen
            }
        };
        observer.note("fitting the receptive-field encoder with the chosen fields");
        let model = FieldModel::of_training_with(training, chosen, &candidates, &mut features)?;
        let unit = "the number of features that vary";
        let penalties = Penalties::count("responses of the encoder", unit, &relative, model.penalties());
        Ok((Self { model, extractor }, penalties))
    }

    /// The model as a table: see [`FieldModel::table`].
    pub(crate) fn table(&self) -> Array2<f32> {
        self.model.table()
    }

    /// Predicted responses `[items, voxels]` for images u8 `[stimuli, side, side, 3]`, item i showing `image_of[i]`.
    pub(super) fn predict(&self, images: ArrayView4<'_, u8>, image_of: &[usize]) -> Result<Array2<f32>> {
        let mut features = |fields: &[Field]| Ok::<_, BoxError>(pooled(&self.extractor, images, image_of, fields));
        Ok(self.model.predict(image_of.len(), &mut features)?)
    }
}

/// Chooses field and penalty of each voxel, with progress.
fn choose(
    training: &TrainingPairs,
    candidates: &Candidates<'_>,
    features: &mut Pooled<'_>,
    observer: &dyn Observer,
) -> Result<Chosen> {
    let work = "receptive fields";
    let total = candidates.fields.len() as u64;
    observer.progress(work, 0, total);
    observer.working_on("cross-validating the encoder");
    let tried = |count: usize| {
        observer.progress(work, count as u64, total);
        !observer.interrupted()
    };
    Ok(Chosen::of_training(training, candidates, features, &tried)?)
}

/// Sums over each field of the maps of all layers, `[fields, items, channels]`.
fn pooled(
    extractor: &FeatureExtractor,
    images: ArrayView4<'_, u8>,
    image_of: &[usize],
    fields: &[Field],
) -> Array3<f32> {
    let mut out: Option<Array3<f32>> = None;
    for (first, sums) in fields::pooled(extractor, images, fields) {
        let (_, batch, channels) = sums.dim();
        let all = out.get_or_insert_with(|| Array3::zeros((fields.len(), images.len_of(Axis(0)), channels)));
        all.slice_mut(s![.., first..first + batch, ..]).assign(&sums);
    }
    let out = out.unwrap_or_default();
    let in_order = image_of.len() == out.len_of(Axis(1)) && image_of.iter().enumerate().all(|(i, &row)| i == row);
    if in_order { out } else { out.select(Axis(1), image_of) }
}
