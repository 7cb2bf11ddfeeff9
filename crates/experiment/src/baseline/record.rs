//! What `run.json` says of a baseline.

use std::collections::BTreeMap;

use afterimage_baseline::penalties;
use afterimage_run::baseline::{Baseline, Penalties};

use super::{Decoder, Plan};

/// Penalties of the decoders, relative to the mean squared length of a training item: 15 values.
pub(crate) fn decoder_grid() -> Vec<f64> {
    penalties::powers(-3, 4, 2)
}

/// The record without what is not known before the fit.
pub(super) fn begin(plan: &Plan) -> Baseline {
    let mut options = BTreeMap::new();
    let mut set = |name: &str, value: String| options.insert(name.to_owned(), value);
    let (name, method) = match &plan.decoder {
        Decoder::Pixels { side } => {
            set("pixels", side.to_string());
            let method = format!(
                "Ridge regression from the responses to the RGB values of {side} x {side} pixels, cut to 0..1 and enlarged \
                 bilinearly."
            );
            ("ridge-pixels", method)
        }
        Decoder::Retrieval { layer, grid } => {
            set("layer", layer.clone());
            set("grid", grid.to_string());
            let method = format!(
                "Ridge regression from the responses to features of {} at {layer}, averaged on at most {grid} x {grid} cells \
                 and standardised over training images; the unpaired image whose features correlate best with the \
                 predicted ones stands for the reconstruction.",
                plan.backbone
            );
            ("retrieval", method)
        }
        Decoder::Features(features) => {
            set("layers", features.layers.join(","));
            set("grid", features.grid.to_string());
            set("steps", features.steps.to_string());
            set("variation", features.variation.to_string());
            set("prior", if features.deep { "deep" } else { "pixels" }.into());
            set("spread", if features.natural_spread { "natural" } else { "predicted" }.into());
            let scaled = if features.natural_spread { " and scaled to the spread of natural ones" } else { "" };
            let image = if features.deep { "of an untrained network that makes the image" } else { "of the pixels" };
            let method = format!(
                "Ridge regression from the responses to features of {} at {}, averaged on at most {} x {} cells and standardised over \
                 training images{scaled}; gradient descent {image}, {} steps, towards an image with these features and little total \
                 variation.",
                plan.backbone,
                features.layers.join(", "),
                features.grid,
                features.grid,
                features.steps
            );
            ("features", method)
        }
        Decoder::Mean => ("mean", "The mean of the training images, for every item.".into()),
    };
    if !matches!(plan.decoder, Decoder::Mean) {
        set("folds", plan.folds.to_string());
        set("backbone", plan.backbone.clone());
        match &plan.encoder {
            Some(encoder) => {
                set("encoder-layers", encoder.layers.join(","));
                set("field-levels", encoder.levels.to_string());
            }
            None => drop(set("no-encoder", String::new())),
        }
    }
    let encoder = plan.encoder.as_ref().map(|encoder| encoder.describe(&plan.backbone, plan.folds));
    Baseline { name: name.into(), method, encoder, options, penalties: Vec::new(), retrieved: Vec::new() }
}

/// Penalties of a decoder for the record.
pub(super) fn decoder_penalties(targets: &str, places: &[usize]) -> Penalties {
    Penalties::count(targets, "the mean squared length of a training item's responses", &decoder_grid(), places)
}
