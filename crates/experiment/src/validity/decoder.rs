//! What decodes responses to images: a trained run, or a baseline.

use std::sync::Arc;

use afterimage_data::TrainingPairs;
use afterimage_run::layout::Phase;
use afterimage_train::{Observer, apply::TrainedDecoder};
use ndarray::{Array4, ArrayView2};

use crate::Session;
use crate::baseline::{Refitted, refit};
use crate::error::Result;

/// Decodes responses, normalised as in training.
pub(super) trait Decodes {
    /// Images f32 `[items, 3, side, side]` in 0..1 of responses `[items, voxels]`; the image of an item does not depend on the others.
    ///
    /// # Errors
    /// Whatever keeps the images from being made.
    fn decode(&self, responses: ArrayView2<'_, f32>) -> Result<Array4<f32>>;
}

impl Decodes for TrainedDecoder {
    fn decode(&self, responses: ArrayView2<'_, f32>) -> Result<Array4<f32>> {
        Ok(Self::decode(self, responses))
    }
}

/// The decoder of a baseline.
struct Fitted {
    decoder: Refitted,
    observer: Arc<dyn Observer + Send>,
}

impl Decodes for Fitted {
    fn decode(&self, responses: ArrayView2<'_, f32>) -> Result<Array4<f32>> {
        self.decoder.decode(responses, &*self.observer)
    }
}

/// How the reconstructions of a run are made, in words.
pub(super) fn method(session: &Session) -> String {
    let baseline = session.manifest.baseline.as_ref();
    baseline.map_or_else(|| "The trained decoder of the run.".into(), |baseline| baseline.method.clone())
}

/// The decoder of a run, or why it cannot decode other responses.
pub(super) fn open(session: &Session, training: &TrainingPairs) -> Result<Result<Box<dyn Decodes>, String>> {
    let Some(record) = &session.manifest.baseline else {
        if !session.run.weights_file(Phase::Decoder).is_file() {
            return Ok(Err("the run has no decoder network that could decode other responses".into()));
        }
        return Ok(Ok(Box::new(TrainedDecoder::load(&session.run, &session.experiment)?)));
    };
    if record.name == "features" {
        return Ok(Err(
            "each image of inverted features is a descent of its own, so that other responses are not decoded".into(),
        ));
    }
    let decoder = refit(session, record, training)?;
    Ok(Ok(Box::new(Fitted { decoder, observer: Arc::clone(&session.caller.observer) })))
}
