//! The networks of a run, loaded as its stages load them.

use crate::error::{Context as _, Error, Result, bail, in_words};

use afterimage_config::Experiment;
use afterimage_model::{decoder::Decoder, device::device, encoder::Encoder, loss::image::ImageLoss};
use afterimage_train::{Observer, apply, apply::FeatureExtractor};

use super::Work;
use crate::baseline::open;
use crate::{classify, evaluate, weights};

/// Trainable values of the networks that are trained.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    pub(super) encoder: u64,
    pub(super) decoder: u64,
}

/// Loads every network that the work needs; one whose weights are not installed is refused. What only later commands need is
/// a warning.
pub(super) fn check(experiment: &Experiment, work: &Work<'_>, voxels: usize, observer: &dyn Observer) -> Result<Sizes> {
    let device = device(&experiment.device.name)?;
    let side = experiment.image.side;
    let mut sizes = Sizes::default();
    if work.trains() {
        let config = &experiment.encoder;
        let vision = apply::vision(config.backbone, side, config.backbone_side, &device);
        let vision = vision.context("encoder.backbone").map_err(|error| with_other_preset(error, experiment))?;
        if config.fields.levels > 0 {
            FeatureExtractor::of_fields(experiment).context("encoder.fields.layers")?;
        }
        sizes.encoder = Encoder::new(config, &vision, voxels).context("encoder.branches")?.parameters() as u64;
    }
    if work.decoder {
        let photographs = &experiment.decoder.photographs;
        if photographs.images > 0 {
            refuse_no_photographs(experiment)?;
            open(experiment, experiment.decoder.image_loss.backbone.name(), &photographs.layers)
                .context("decoder.photographs.layers")?;
        }
        sizes.decoder = Decoder::new(&experiment.decoder, side, &device).parameters(voxels) as u64;
    }
    let mut missing = Vec::new();
    match scoring(experiment) {
        Err(error) if weights::cannot_be_used(&error) && !work.decoder && !work.scores => {
            missing.push(in_words(&error))
        }
        other => other?,
    }
    missing.extend(of_scores(experiment)?);
    if work.scores && !missing.is_empty() {
        bail!("{}; install them, or take out of the experiment what needs them", missing.join("; "));
    }
    missing.iter().for_each(|what| observer.note(&format!("warning: later commands will lack a network: {what}")));
    Ok(sizes)
}

/// Refuses photographs for fine structure where there are none to choose from.
fn refuse_no_photographs(experiment: &Experiment) -> Result<()> {
    let key = format!("decoder.photographs.images = {}", experiment.decoder.photographs.images);
    if experiment.data.unpaired.is_empty() {
        bail!(
            "{key}: photographs are chosen among the unpaired images, and data.unpaired names none; name a folder of them, or set it to 0"
        );
    }
    if experiment.decoder.cycle_weight == 0.0 {
        bail!(
            "{key}: photographs are chosen among the unpaired images, which decoder.cycle_weight = 0 leaves out; set it to 0"
        );
    }
    Ok(())
}

/// Names presets that need nothing to be installed, where one was not chosen for its network.
fn with_other_preset(error: Error, experiment: &Experiment) -> Error {
    let of_preset =
        Experiment::preset(&experiment.preset).is_ok_and(|p| p.encoder.backbone == experiment.encoder.backbone);
    if !weights::cannot_be_used(&error) || !of_preset {
        return error;
    }
    Error::Refused(format!(
        "{}; or begin with a network that is built in: preset = \"v4\" in the experiment file needs no download, and \
         `afterimage demo --out RUN` needs no data either",
        in_words(&error)
    ))
}

/// Loads the network of the perceptual term and distance, which neither phase 2 nor any scores can do without.
pub(crate) fn scoring(experiment: &Experiment) -> Result<()> {
    let config = &experiment.decoder.image_loss;
    let device = device(&experiment.device.name)?;
    let vision = apply::vision(config.backbone, experiment.image.side, config.backbone_side, &device)
        .context("decoder.image_loss.backbone")?;
    let too_small = |tap: &&String| vision.tap_channels(tap).is_some() && vision.tap_side(tap) == 0;
    if let Some(tap) = config.taps.iter().find(too_small) {
        bail!("decoder.image_loss.taps: images of {} px are too small for {tap}", vision.input_side());
    }
    ImageLoss::new(config, vision, [1.0; 3]).context("decoder.image_loss.taps")?;
    Ok(())
}

/// What is not installed of the networks of metrics and classification, a sentence each.
fn of_scores(experiment: &Experiment) -> Result<Vec<String>> {
    let mut missing = evaluate::missing_weights(experiment)?;
    if !experiment.evaluation.classification.classes.is_empty() {
        match classify::bank::embedding(experiment).context("evaluation.classification.backbone") {
            Err(error) if weights::cannot_be_used(&error) => missing.push(in_words(&error)),
            other => drop(other?),
        }
    }
    classify::classifier(experiment)?;
    Ok(missing)
}
