//! Backbone features of images, batch by batch.

use crate::error::{Result, bail};
use ndarray::{Array4, ArrayView4, Axis, s};

use afterimage_config::{BackboneKind, Experiment};
use afterimage_eval::images::from_bytes;
use afterimage_model::backbone::Architecture as _;
use afterimage_train::apply::FeatureExtractor;

use crate::Session;

/// Images passed through the network at a time.
const BATCH: usize = 32;

/// Some layers of a backbone for the images of an experiment.
pub(super) fn open(experiment: &Experiment, backbone: &str, layers: &[String]) -> Result<FeatureExtractor> {
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

/// Calls `with` for each batch of images u8 `[n, side, side, 3]`: the place of its first image, and the maps
/// `[batch, channels, side, side]` of each layer.
pub(super) fn for_each_batch(
    extractor: &FeatureExtractor,
    images: ArrayView4<'_, u8>,
    mut with: impl FnMut(usize, Vec<Array4<f32>>),
) {
    let n = images.len_of(Axis(0));
    for first in (0..n).step_by(BATCH) {
        let batch = images.slice(s![first..(first + BATCH).min(n), .., .., ..]);
        with(first, extractor.extract(from_bytes(batch).view()));
    }
}
