//! Backbone features of images, batch by batch.

use crate::error::{Result, bail};
use ndarray::{Array2, ArrayView4, Axis};

use afterimage_baseline::pool::to_grid;
use afterimage_config::{BackboneKind, Experiment};
use afterimage_model::backbone::Architecture as _;
use afterimage_train::apply::FeatureExtractor;

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

/// Features `[n, channels * grid * grid]` of images u8 `[n, side, side, 3]` at the extractor's only
/// layer, averaged on at most `grid` x `grid` cells.
pub(crate) fn embed(extractor: &FeatureExtractor, images: ArrayView4<'_, u8>, grid: usize) -> Array2<f32> {
    let of = |batch| to_grid(extractor.extract_bytes(batch)[0].view(), grid);
    let parts: Vec<Array2<f32>> = images.axis_chunks_iter(Axis(0), BATCH).map(of).collect();
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    ndarray::concatenate(Axis(0), &views).unwrap_or_default()
}
