//! The trained networks of a run folder, on `ndarray` arrays.

mod anatomy;

use std::path::Path;

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Axis};

use afterimage_baseline::field::pyramid;
use afterimage_config::{BackboneKind, Experiment, settings};
use afterimage_model::{
    backbone::{AnyBackbone, WeightOrigin, WeightSource},
    convert,
    decoder::{Decoder, LinearPath, Photographs, ReadyDecoder},
    device::device,
    encoder::{Encoder, EncoderState},
    vision::Vision,
};
use afterimage_run::{
    RunFolder,
    layout::{FIELD_READOUT, LINEAR_PATH, PHOTOGRAPH_TABLES, PHOTOGRAPHS, Phase, RunFile},
};
use burn::tensor::Device;

pub use crate::encoder::Spread;
use crate::fields::FieldReadout;
pub use afterimage_model::encoder::BranchAnatomy;

use crate::{
    Result, TrainError,
    checkpoint::{Checkpoint, Progress},
    decoder, encoder,
};

/// Loads a frozen backbone for images of `side` px, which it sees enlarged to `backbone_side` px; 0 leaves their size.
///
/// # Errors
/// [`TrainError::Model`] for missing weights.
pub fn vision(backbone: BackboneKind, side: usize, backbone_side: usize, device: &Device) -> Result<Vision> {
    let backbone = AnyBackbone::load(backbone, &WeightSource::Installed, device)?;
    Ok(Vision::new(backbone, side, backbone_side, device))
}

/// The trained encoder of a run.
pub struct TrainedEncoder {
    encoder: Encoder,
    state: EncoderState,
    vision: Vision,
    device: Device,
    /// The receptive-field part, and its share in predictions.
    fields: Option<(FieldReadout, f32)>,
}

impl TrainedEncoder {
    /// Loads the encoder of `run`.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] if the run has no trained encoder; [`TrainError::Run`] if its file was changed;
    /// [`TrainError::OtherSettings`] if it was trained with another configuration; [`TrainError::NotFinite`].
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let weights = weights(run, experiment, Phase::Encoder)?;
        let config = &experiment.encoder;
        let vision = vision(config.backbone, experiment.image.side, config.backbone_side, &device)?;
        let state = encoder::state_of(&weights, &device);
        let fields = fields(run, experiment, state.voxels())?;
        Ok(Self { encoder: Encoder::new(config, &vision, state.voxels())?, state, vision, device, fields })
    }

    /// Returns the predicted responses `[images, voxels]`, normalised as in training, for images u8
    /// `[images, side, side, 3]`.
    pub fn predict(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        let mut predicted = encoder::predict(&self.encoder, &self.state, &self.vision, images, &self.device);
        self.add_fields(images, &mut predicted);
        predicted
    }

    /// Averages the network's predictions with those of the receptive-field part.
    fn add_fields(&self, images: ArrayView4<'_, u8>, predicted: &mut Array2<f32>) {
        if let Some((fields, share)) = &self.fields {
            predicted.zip_mut_with(&fields.predict(images), |network, field| *network += share * (field - *network));
        }
    }

    /// Returns the prediction of [`TrainedEncoder::predict`] and its standard deviation over dropout masks of the
    /// readout, both `[images, voxels]`: see [`Spread`]. The receptive-field part has no dropout.
    pub fn predict_with_spread(&self, images: ArrayView4<'_, u8>, spread: Spread) -> [Array2<f32>; 2] {
        let [mut mean, mut sd] =
            encoder::predict_with_spread(&self.encoder, &self.state, &self.vision, images, &self.device, spread);
        self.add_fields(images, &mut mean);
        if let Some((_, share)) = self.fields {
            sd *= 1.0 - share;
        }
        [mean, sd]
    }

    /// Returns the number of voxels.
    pub fn voxels(&self) -> usize {
        self.encoder.voxels()
    }

    /// Returns the encoder as phase 2 uses it: the network, without the receptive-field part.
    pub fn freeze(self) -> decoder::FrozenEncoder {
        decoder::FrozenEncoder { encoder: self.encoder, state: self.state, vision: self.vision }
    }
}

/// The receptive-field part of a run's encoder, if its experiment has one.
fn fields(run: &RunFolder, experiment: &Experiment, voxels: usize) -> Result<Option<(FieldReadout, f32)>> {
    let config = &experiment.encoder.fields;
    if config.levels == 0 {
        return Ok(None);
    }
    let extractor = FeatureExtractor::of_fields(experiment)?;
    let table = run.read_array(FIELD_READOUT)?.into_dimensionality().ok();
    let readout = table.and_then(|table| FieldReadout::new(&table, &pyramid(config.levels), extractor));
    let readout = readout.filter(|readout| readout.voxels() == voxels);
    let readout = readout.ok_or_else(|| unsuitable(run, FIELD_READOUT, "the receptive-field part"))?;
    Ok(Some((readout, config.share as f32)))
}

/// The trained decoder of a run.
pub struct TrainedDecoder {
    network: ReadyDecoder,
    /// The linear path, and how much of the network's fine structure is added to it.
    linear: Option<(LinearPath, f64)>,
    /// The photographs, and how much of their fine structure is added.
    photographs: Option<(Photographs, f64)>,
}

impl TrainedDecoder {
    /// Loads the decoder of `run`.
    ///
    /// # Errors
    /// As [`TrainedEncoder::load`].
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let params = weights(run, experiment, Phase::Decoder)?.params("params", &device);
        let side = experiment.image.side;
        let decoder = Decoder::new(&experiment.decoder, side, &device);
        let (linear, photographs) = (linear(run, experiment)?, photographs(run, experiment)?);
        Ok(Self { network: ReadyDecoder::new(decoder, params, side, &device), linear, photographs })
    }

    /// Returns images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`, normalised as in training.
    pub fn decode(&self, responses: ArrayView2<'_, f32>) -> Array4<f32> {
        let mut images = self.network.images(responses);
        if let Some((path, detail)) = &self.linear {
            path.compose(&path.small(responses), &mut images, *detail);
        }
        if let Some((photographs, detail)) = &self.photographs {
            photographs.refine(&photographs.choose(responses), &mut images, *detail);
        }
        images
    }

    /// Returns, for each of the responses that [`TrainedDecoder::decode`] takes, the place of the photograph that its image has fine
    /// structure from; `None` if images have none from photographs.
    pub fn photographs_of(&self, responses: ArrayView2<'_, f32>) -> Option<Vec<usize>> {
        let (photographs, detail) = self.photographs.as_ref()?;
        (*detail > 0.0).then(|| photographs.choose(responses))
    }
}

/// The linear path of a run, if its experiment has one.
fn linear(run: &RunFolder, experiment: &Experiment) -> Result<Option<(LinearPath, f64)>> {
    let config = &experiment.decoder.linear;
    if config.pixels == 0 {
        return Ok(None);
    }
    let table = run.read_array(LINEAR_PATH)?.into_dimensionality().ok();
    let path = table.and_then(|table| LinearPath::new(&table, experiment.image.side, config));
    let path = path.ok_or_else(|| unsuitable(run, LINEAR_PATH, "the linear path"))?;
    Ok(Some((path, config.detail)))
}

/// The photographs of a run, if its experiment has any.
fn photographs(run: &RunFolder, experiment: &Experiment) -> Result<Option<(Photographs, f64)>> {
    let config = &experiment.decoder;
    if config.photographs.images == 0 {
        return Ok(None);
    }
    let images: Option<Array4<u8>> = run.read_bytes(PHOTOGRAPHS)?.into_dimensionality().ok();
    let images = images.filter(|images| images.len_of(Axis(1)) == experiment.image.side);
    let images = images.ok_or_else(|| unsuitable(run, PHOTOGRAPHS, "an array of photographs"))?;
    let tables = run.read_array(PHOTOGRAPH_TABLES)?.into_dimensionality().ok();
    let photographs = tables.and_then(|tables| Photographs::new(images, &tables, config));
    let photographs = photographs.ok_or_else(|| unsuitable(run, PHOTOGRAPH_TABLES, "the table of the photographs"))?;
    Ok(Some((photographs, config.photographs.detail)))
}

fn unsuitable(run: &RunFolder, file: RunFile, what: &str) -> TrainError {
    TrainError::Unsuitable(format!("\"{}\" is not {what} of this run", run.path(file).display()))
}

/// Extracts features of images for scoring: some taps of a backbone.
pub struct FeatureExtractor {
    vision: Vision,
    taps: Vec<String>,
    device: Device,
}

impl FeatureExtractor {
    /// An extractor of the taps of the decoder's perceptual term.
    ///
    /// # Errors
    /// [`TrainError::Model`] for missing weights.
    pub fn of_image_loss(experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let config = &experiment.decoder.image_loss;
        let vision = vision(config.backbone, experiment.image.side, config.backbone_side, &device)?;
        Ok(Self { vision, taps: config.taps.clone(), device })
    }

    /// An extractor of the layers of the encoder's receptive-field part.
    ///
    /// # Errors
    /// As [`FeatureExtractor::of_image_loss`], and for a layer that the backbone has not.
    pub fn of_fields(experiment: &Experiment) -> Result<Self> {
        let config = &experiment.encoder;
        let taps: Vec<&str> = config.fields.layers.iter().map(String::as_str).collect();
        let (side, device) = (experiment.image.side, &experiment.device.name);
        Self::with_backbone_side(config.backbone, &taps, side, config.backbone_side, device)
    }

    /// An extractor of `taps`, for images of `side` px.
    ///
    /// # Errors
    /// As [`FeatureExtractor::of_image_loss`].
    pub fn new(backbone: BackboneKind, taps: &[&str], side: usize, device_name: &str) -> Result<Self> {
        Self::with_backbone_side(backbone, taps, side, 0, device_name)
    }

    /// As [`FeatureExtractor::new`], for images that the backbone sees enlarged to `backbone_side` px; 0 leaves their size.
    ///
    /// # Errors
    /// As [`FeatureExtractor::of_image_loss`], and [`TrainError::Unsuitable`] for a tap that the backbone lacks or images
    /// that are too small for it.
    pub fn with_backbone_side(
        backbone: BackboneKind,
        taps: &[&str],
        side: usize,
        backbone_side: usize,
        device_name: &str,
    ) -> Result<Self> {
        let device = device(device_name)?;
        let vision = vision(backbone, side, backbone_side, &device)?;
        for tap in taps {
            if vision.tap_channels(tap).is_none() {
                let known = vision.tap_names().join(", ");
                return Err(TrainError::Unsuitable(format!("{backbone} has no tap \"{tap}\": it has {known}")));
            }
            if vision.tap_side(tap) == 0 {
                let reason = format!("images of {} px are too small for {tap} of {backbone}", side.max(backbone_side));
                return Err(TrainError::Unsuitable(reason));
            }
        }
        Ok(Self { vision, taps: taps.iter().map(|&tap| tap.to_owned()).collect(), device })
    }

    /// As [`FeatureExtractor::new`], with other weights than the installed ones.
    ///
    /// # Errors
    /// As [`FeatureExtractor::of_image_loss`], and for a file that is not the backbone's.
    pub fn from_source(
        backbone: BackboneKind,
        weights: &WeightSource,
        taps: &[&str],
        side: usize,
        device_name: &str,
    ) -> Result<Self> {
        let device = device(device_name)?;
        let backbone = AnyBackbone::load(backbone, weights, &device)?;
        let vision = Vision::new(backbone, side, 0, &device);
        Ok(Self { vision, taps: taps.iter().map(|&tap| tap.to_owned()).collect(), device })
    }

    /// Returns the origin of the weights.
    pub fn origin(&self) -> &WeightOrigin {
        self.vision.origin()
    }

    /// Returns a text that is equal for equal features of an image: network, weights, sides, taps, device and version.
    pub fn identity(&self) -> String {
        let origin = self.vision.origin();
        let weights = origin.sha256.as_deref().unwrap_or(&origin.origin);
        format!(
            "{} {weights}, {} px shown at {} px, taps {}, {:?}, afterimage {}",
            self.vision.kind(),
            self.vision.image_side(),
            self.vision.input_side(),
            self.taps.join(" "),
            self.device,
            env!("CARGO_PKG_VERSION"),
        )
    }

    /// Returns the number of channels of all taps together.
    pub fn channels(&self) -> usize {
        self.taps.iter().filter_map(|tap| self.vision.tap_channels(tap)).sum()
    }

    /// Returns the features of each tap, as [`FeatureExtractor::extract`], for images u8 `[images, side, side, 3]`.
    pub fn extract_bytes(&self, images: ArrayView4<'_, u8>) -> Vec<Array4<f32>> {
        self.extract(images.permuted_axes([0, 3, 1, 2]).map(|&byte| f32::from(byte) / 255.0).view())
    }

    /// Returns the features of each tap, `[images, channels, side, side]`, for images `[images, 3, side, side]` in 0..1.
    pub fn extract(&self, images: ArrayView4<'_, f32>) -> Vec<Array4<f32>> {
        let taps: Vec<&str> = self.taps.iter().map(String::as_str).collect();
        let features = self.vision.forward(convert::array4_to_tensor(images, &self.device), &taps);
        features.iter().map(convert::tensor_to_array4).collect()
    }
}

/// A network that classifies images, for scoring.
pub struct Classifier {
    vision: Vision,
    device: Device,
}

impl Classifier {
    /// A backbone with its classifier, for images of `side` px, which it sees enlarged to `backbone_side` px.
    ///
    /// # Errors
    /// [`TrainError::Model`] for missing weights.
    pub fn new(backbone: BackboneKind, side: usize, backbone_side: usize, device_name: &str) -> Result<Self> {
        let device = device(device_name)?;
        Ok(Self { vision: vision(backbone, side, backbone_side, &device)?, device })
    }

    /// Returns the scores before the softmax, `[images, classes]`, for images `[images, 3, side, side]` in 0..1.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] for a backbone without a classifier.
    pub fn logits(&self, images: ArrayView4<'_, f32>) -> Result<Array2<f32>> {
        let scores = self.vision.logits(convert::array4_to_tensor(images, &self.device));
        let kind = self.vision.kind();
        let scores =
            scores.ok_or_else(|| TrainError::Unsuitable(format!("{kind} has no classifier: use squeezenet1_1")))?;
        Ok(convert::tensor_to_matrix(&scores))
    }
}

pub(crate) fn weights(run: &RunFolder, experiment: &Experiment, phase: Phase) -> Result<Checkpoint> {
    let path = run.weights_file(phase);
    if !path.is_file() {
        let name = phase.name();
        return Err(TrainError::Unsuitable(format!(
            "\"{}\" has no trained {name}; train it first with `afterimage train {name} EXPERIMENT.toml --out RUN`",
            run.root().display()
        )));
    }
    let weights = Checkpoint::parse(&run.read(&path)?, &path)?;
    refuse_other_settings(&weights.progress, experiment, phase, &path)?;
    match weights.not_finite() {
        Some((tensor, value)) => Err(TrainError::NotFinite { tensor: tensor.to_owned(), value, path }),
        None => Ok(weights),
    }
}

/// Refuses an experiment with other settings than those of the run's weights and checkpoints. Keys that no phase reads,
/// such as those of the evaluation, may differ, and so may paths of data, whose hashes are compared instead. Damaged
/// files are ignored here, and files of earlier versions, which contain no settings.
///
/// # Errors
/// [`TrainError::OtherSettings`].
pub fn check_settings(run: &RunFolder, experiment: &Experiment) -> Result<()> {
    for phase in [Phase::Encoder, Phase::Decoder] {
        for path in [run.weights_file(phase), run.checkpoint_file(phase)] {
            if let Ok(progress) = Checkpoint::read_progress(&path) {
                refuse_other_settings(&progress, experiment, phase, &path)?;
            }
        }
    }
    Ok(())
}

fn refuse_other_settings(progress: &Progress, experiment: &Experiment, phase: Phase, path: &Path) -> Result<()> {
    let differences = settings::differences(&progress.settings, &experiment.settings_of(phase));
    if differences.is_empty() {
        return Ok(());
    }
    Err(TrainError::OtherSettings { path: path.to_path_buf(), differences: settings::in_words(&differences) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Axis, concatenate, s};

    /// The cache of features stores one image at a time.
    #[test]
    fn features_of_an_image_do_not_depend_on_its_batch() {
        let extractor = FeatureExtractor::with_backbone_side(
            BackboneKind::SqueezeNet11,
            &["relu1", "fire3", "fire5", "fire9"],
            64,
            96,
            "cpu",
        )
        .unwrap();
        let images = Array4::from_shape_fn((7, 3, 64, 64), |(n, c, y, x)| {
            ((n * 97 + c * 31 + y * 7 + x * x) % 251) as f32 / 250.0
        });
        let together = extractor.extract(images.view());
        let parts = [(0, 1), (1, 4), (4, 7)].map(|(a, b)| extractor.extract(images.slice(s![a..b, .., .., ..])));
        for (tap, whole) in together.iter().enumerate() {
            let views: Vec<_> = parts.iter().map(|part| part[tap].view()).collect();
            assert_eq!(concatenate(Axis(0), &views).unwrap(), whole, "tap {tap}");
        }
    }

    #[test]
    fn unknown_tap_and_small_images_are_refused() {
        let refusal = |tap, side| {
            FeatureExtractor::with_backbone_side(BackboneKind::SqueezeNet11, &[tap], side, 0, "cpu")
                .err()
                .unwrap()
                .to_string()
        };
        assert!(refusal("fire10", 64).contains("it has relu1, pool1"));
        assert!(refusal("fire9", 2).contains("too small"));
    }

    #[test]
    fn only_networks_with_a_classifier_classify() {
        let images = Array4::from_elem((2, 3, 64, 64), 0.5);
        let scores = Classifier::new(BackboneKind::SqueezeNet11, 64, 96, "cpu").unwrap().logits(images.view()).unwrap();
        assert_eq!(scores.dim(), (2, 1000));
        assert_eq!(scores.row(0), scores.row(1));
    }
}
