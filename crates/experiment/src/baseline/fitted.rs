//! The fitted decoder of a baseline: fitted when the baseline is made, and again when other responses are to be decoded.

use afterimage_baseline::Folds;
use afterimage_data::TrainingPairs;
use afterimage_run::baseline::{Baseline, Penalties};
use afterimage_train::{Observer, apply::FeatureExtractor};
use ndarray::{Array3, Array4, ArrayView2, Axis};

use super::inversion::Inverted;
use super::pixels::Pixels;
use super::retrieval::Retrieval;
use super::{Decoder, Fitted, features, fit, folds, record, to_retrieve};
use crate::error::{Result, bail};
use crate::pool::Pool;
use crate::{Session, mean_image};

/// A fitted decoder.
pub(super) enum FittedDecoder {
    Pixels(Pixels),
    Retrieval(Box<Retrieval>),
    Features(Box<Inverted>),
    /// `[3, side, side]`
    Mean(Array3<f32>),
}

impl FittedDecoder {
    /// Fits to the training part; `extractor` is that of [`Decoder::layers`], `unpaired` the images to retrieve from.
    pub(super) fn fit(
        session: &Session,
        decoder: &Decoder,
        training: &TrainingPairs,
        folds: Option<&Folds>,
        unpaired: Option<Pool>,
        extractor: Option<FeatureExtractor>,
    ) -> Result<(Self, Vec<Penalties>)> {
        Ok(match (decoder, folds, extractor, unpaired) {
            (Decoder::Pixels { side }, Some(folds), ..) => {
                session.note(&format!("fitting ridge regression from responses to {side} x {side} pixels"));
                let (pixels, chosen) = Pixels::fit(training, *side, session.experiment.image.side, folds)?;
                (Self::Pixels(pixels), vec![chosen])
            }
            (Decoder::Retrieval { layer, grid }, Some(folds), Some(extractor), Some(pool)) => {
                session.note(&format!("fitting ridge regression from responses to the features of {layer}"));
                let (retrieval, chosen) = Retrieval::fit(training, extractor, *grid, pool, folds)?;
                (Self::Retrieval(Box::new(retrieval)), vec![chosen])
            }
            (Decoder::Features(options), Some(folds), Some(extractor), _) => {
                let (fitted, chosen) = Inverted::fit(session, training, extractor, options, folds)?;
                (Self::Features(Box::new(fitted)), chosen)
            }
            _ => (Self::Mean(mean_image::of_pairs(training)), Vec::new()),
        })
    }

    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`, and the names of those that were retrieved.
    pub(super) fn decode(
        &self,
        responses: ArrayView2<'_, f32>,
        observer: &dyn Observer,
    ) -> Result<(Array4<f32>, Vec<String>)> {
        Ok(match self {
            Self::Pixels(pixels) => (pixels.decode(responses)?, Vec::new()),
            Self::Retrieval(retrieval) => retrieval.decode(responses, observer)?,
            Self::Features(features) => (features.decode(responses, observer)?, Vec::new()),
            Self::Mean(image) => {
                let copies: Vec<_> = (0..responses.nrows()).map(|_| image.view()).collect();
                (ndarray::stack(Axis(0), &copies)?, Vec::new())
            }
        })
    }
}

/// Decoder and encoder of the baseline of a session, whose manifest and experiment are those of its folder, fitted again.
///
/// # Errors
/// If the record is of another version's options, or the fit fails.
pub(crate) fn fit_again(session: &mut Session) -> Result<Fitted> {
    let Some(record) = session.manifest.baseline.clone() else {
        bail!("\"{}\" is not a baseline", session.run.root().display());
    };
    fit(session, &record::plan(&record)?)
}

/// The decoder of a baseline, to be applied to other responses.
pub(crate) struct Refitted(FittedDecoder);

impl Refitted {
    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`.
    pub(crate) fn decode(&self, responses: ArrayView2<'_, f32>, observer: &dyn Observer) -> Result<Array4<f32>> {
        Ok(self.0.decode(responses, observer)?.0)
    }
}

/// The decoder of a baseline's folder, which keeps no coefficients: fitted again to the same training part with the same seed, it is the
/// same.
///
/// # Errors
/// If the record is of another version's options, or the fit fails.
pub(crate) fn refit(session: &Session, record: &Baseline, training: &TrainingPairs) -> Result<Refitted> {
    let plan = record::plan(record)?;
    let folds = folds(&plan, &session.experiment, training)?;
    let unpaired = if matches!(plan.decoder, Decoder::Retrieval { .. }) {
        Some(to_retrieve(session.choice()?.as_ref(), &session.data()?, &session.experiment, None)?)
    } else {
        None
    };
    let open = |layers| features::open(&session.experiment, &plan.backbone, layers);
    let extractor = plan.decoder.layers().map(open).transpose()?;
    let (fitted, _) = FittedDecoder::fit(session, &plan.decoder, training, folds.as_ref(), unpaired, extractor)?;
    Ok(Refitted(fitted))
}
