//! Scores of predicted responses.

use ndarray::ArrayView2;

use afterimage_data::Reliability;
use afterimage_eval::{
    Ceilings, Retrieval, encoder_scores, encoding_matrix, encoding_scores, possible_ways, retrieval_scores,
};

use super::{material::Material, part::Part};
use crate::error::Result;

const ENCODING: &str = "identification.encoding";

/// Scores the predicted responses `[items, voxels]` to the held-out items, if the run predicts any.
pub(super) fn score(of: &Material, predicted: Option<ArrayView2<'_, f32>>) -> Result<Part> {
    let Some(predicted) = predicted else {
        return Ok(Part::without("encoder", "this baseline predicts no responses"));
    };
    let (test, context) = (&of.test, &of.context);
    let ceiling = Reliability::noise_ceiling(&of.data.held_out())?;
    let values: Option<Vec<f32>> = ceiling.map(|c| of.statistics.voxels.iter().map(|&v| c.correlation[v]).collect());
    let ceilings = values.as_ref().map(|values| Ceilings { values, source: "repeats of the test stimuli" });
    let mut found = Part::default();
    if ceilings.is_none() {
        let reason = "the data set has no single trials of the test stimuli, so their noise is unknown";
        found.add(Part::without("encoder.r_over_ceiling.median", reason));
    }
    let scores = encoder_scores(predicted, test, ceilings, &of.masks(), context);
    found.add(Part::of(&["encoder.r.median", "encoder.r2.median", "encoder.significant"], scores)?);
    if test.len() < 2 {
        let reason = format!("identification among test images needs at least 2, the run has {}", test.len());
        found.add(Part::without(ENCODING, reason));
        return Ok(found);
    }
    let matrix = encoding_matrix(test, predicted, None, context)?;
    let (ways, missing) = possible_ways(ENCODING, &of.experiment.evaluation.ways, test.len() - 1);
    found.add(Part::of(&[ENCODING], encoding_scores(&matrix, &ways, context))?);
    found.not_computed.extend(missing);
    let words = Retrieval { response: "measured response", image: "predicted response", by: "predicted responses" };
    found.add(Part::of(&["identification.retrieval.encoding"], retrieval_scores(&matrix, words, context))?);
    Ok(found)
}
