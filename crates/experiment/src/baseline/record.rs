//! What `run.json` says of a baseline.

use std::collections::BTreeMap;

use afterimage_baseline::penalties;
use afterimage_run::baseline::{Baseline, Penalties};

use super::{Decoder, Encoder, Features, Plan};
use crate::error::{Context as _, Result, bail};

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

/// The plan of a record: what [`begin`] was given.
pub(crate) fn plan(record: &Baseline) -> Result<Plan> {
    let text = |key: &str| {
        let known = record.options.get(key).map(String::as_str);
        known.with_context(|| {
            format!("run.json names no option \"{key}\" of the baseline {}: make it again", record.name)
        })
    };
    let number = |key: &str| -> Result<usize> {
        let text = text(key)?;
        text.parse()
            .ok()
            .with_context(|| format!("run.json has the option {key} = \"{text}\" of a baseline, expected a number"))
    };
    let names = |key: &str| -> Result<Vec<String>> { Ok(text(key)?.split(',').map(str::to_owned).collect()) };
    let decoder = match record.name.as_str() {
        "ridge-pixels" => Decoder::Pixels { side: number("pixels")? },
        "retrieval" => Decoder::Retrieval { layer: text("layer")?.to_owned(), grid: number("grid")? },
        "features" => Decoder::Features(Features {
            layers: names("layers")?,
            grid: number("grid")?,
            natural_spread: text("spread")? == "natural",
            deep: text("prior")? == "deep",
            steps: number("steps")?,
            variation: text("variation")?.parse().ok().context("run.json has a variation that is not a number")?,
        }),
        "mean" => Decoder::Mean,
        other => bail!("run.json names the baseline \"{other}\", which this version does not have"),
    };
    let Decoder::Mean = decoder else {
        let encoder = match record.encoder {
            Some(_) => Some(Encoder { layers: names("encoder-layers")?, levels: number("field-levels")? as u32 }),
            None => None,
        };
        return Ok(Plan { decoder, encoder, backbone: text("backbone")?.to_owned(), folds: number("folds")? });
    };
    Ok(Plan { decoder, ..Plan::default() })
}

/// Penalties of a decoder for the record.
pub(super) fn decoder_penalties(targets: &str, places: &[usize]) -> Penalties {
    Penalties::count(targets, "the mean squared length of a training item's responses", &decoder_grid(), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_is_read_from_the_record_that_it_made() {
        let features = Features {
            layers: vec!["fire3".into(), "fire9".into()],
            grid: 4,
            natural_spread: true,
            deep: true,
            steps: 30,
            variation: 0.25,
        };
        for decoder in [
            Decoder::Pixels { side: 24 },
            Decoder::Retrieval { layer: "fire5".into(), grid: 3 },
            Decoder::Features(features),
            Decoder::Mean,
        ] {
            let encoder = Encoder { layers: vec!["pool1".into(), "fire5".into()], levels: 3 };
            let encoder = (!matches!(decoder, Decoder::Mean)).then_some(encoder);
            for encoder in [None, encoder] {
                let given = Plan { decoder: decoder.clone(), encoder, backbone: "alexnet".into(), folds: 4 };
                let (before, after) = (begin(&given), begin(&plan(&begin(&given)).unwrap()));
                assert_eq!(before, after);
            }
        }
        let mut record = begin(&Plan { decoder: Decoder::Pixels { side: 24 }, ..Plan::default() });
        record.options.remove("pixels");
        assert!(plan(&record).unwrap_err().to_string().contains("\"pixels\""));
    }
}
