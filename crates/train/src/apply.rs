//! Trained networks from a run folder, on `ndarray` arrays.

use ndarray::{Array2, Array4, ArrayView2, ArrayView4};

use afterimage_model::{
    backbone::{AnyBackbone, BackboneKind, WeightOrigin, WeightSource},
    convert,
    decoder::{Decoder, ReadyDecoder},
    device::device,
    encoder::{Encoder, EncoderState},
    vision::Vision,
};
use afterimage_run::{Experiment, RunFolder, layout::Phase};
use burn::tensor::Device;

use crate::{Result, TrainError, checkpoint::Checkpoint, decoder, encoder};

/// A frozen backbone for images of `side`, at `backbone_side`.
///
/// # Errors
/// [`TrainError::Model`] for an unknown name or missing weights.
pub fn vision(backbone: &str, side: usize, backbone_side: usize, device: &Device) -> Result<Vision> {
    let kind: BackboneKind = backbone.parse()?;
    let backbone = AnyBackbone::load(kind, &WeightSource::Installed, device)?;
    Ok(Vision::new(backbone, side, backbone_side, device))
}

/// The encoder of a run.
pub struct TrainedEncoder {
    encoder: Encoder,
    state: EncoderState,
    vision: Vision,
    device: Device,
}

impl TrainedEncoder {
    /// Loads it.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] where the run has no trained encoder.
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let weights = weights(run, Phase::Encoder)?;
        let config = &experiment.encoder;
        let vision = vision(&config.backbone, experiment.image.side, config.backbone_side, &device)?;
        let state = encoder::state_of(&weights, &device);
        let voxels = state.params.get::<1>("branch0.bias").dims()[0];
        Ok(Self { encoder: Encoder::new(config, &vision, voxels)?, state, vision, device })
    }

    /// Predicted responses `[images, voxels]`, normalised as in training, for images u8 `[images, side, side, 3]`.
    pub fn predict(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        encoder::predict(&self.encoder, &self.state, &self.vision, images, &self.device)
    }

    /// For phase 2.
    pub fn freeze(self) -> decoder::FrozenEncoder {
        decoder::FrozenEncoder { encoder: self.encoder, state: self.state, vision: self.vision }
    }
}

/// The decoder of a run.
pub struct TrainedDecoder(ReadyDecoder);

impl TrainedDecoder {
    /// Loads it.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] where the run has no trained decoder.
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let params = weights(run, Phase::Decoder)?.params("params", &device);
        let side = experiment.image.side;
        let decoder = Decoder::new(&experiment.decoder, side, &device);
        Ok(Self(ReadyDecoder::new(decoder, params, side, &device)))
    }

    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`, normalised as in training.
    pub fn decode(&self, responses: ArrayView2<'_, f32>) -> Array4<f32> {
        self.0.images(responses)
    }
}

/// Features of images for scoring: a backbone's taps on `ndarray` arrays.
pub struct FeatureExtractor {
    vision: Vision,
    taps: Vec<String>,
    device: Device,
}

impl FeatureExtractor {
    /// The taps of the decoder's perceptual term.
    ///
    /// # Errors
    /// [`TrainError::Model`] for missing weights.
    pub fn of_image_loss(experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let config = &experiment.decoder.image_loss;
        let vision = vision(&config.backbone, experiment.image.side, config.backbone_side, &device)?;
        Ok(Self { vision, taps: config.taps.clone(), device })
    }

    /// Some taps of a backbone, for images of `side`.
    ///
    /// # Errors
    /// As [`FeatureExtractor::of_image_loss`].
    pub fn new(backbone: &str, taps: &[&str], side: usize, device_name: &str) -> Result<Self> {
        let device = device(device_name)?;
        let vision = vision(backbone, side, 0, &device)?;
        Ok(Self { vision, taps: taps.iter().map(|&tap| tap.to_owned()).collect(), device })
    }

    /// Where the weights came from.
    pub fn origin(&self) -> &WeightOrigin {
        self.vision.origin()
    }

    /// One `[images, channels, side, side]` for each tap, for images `[images, 3, side, side]` in 0..1.
    pub fn extract(&self, images: ArrayView4<'_, f32>) -> Vec<Array4<f32>> {
        let taps: Vec<&str> = self.taps.iter().map(String::as_str).collect();
        let features = self.vision.forward(convert::array4_to_tensor(images, &self.device), &taps);
        features.iter().map(convert::tensor_to_array4).collect()
    }
}

fn weights(run: &RunFolder, phase: Phase) -> Result<Checkpoint> {
    let path = run.weights_file(phase);
    if !path.is_file() {
        let name = phase.name();
        return Err(TrainError::Unsuitable(format!(
            "\"{}\" has no trained {name}; train it first with `afterimage train {name} EXPERIMENT.toml --out RUN`",
            run.root().display()
        )));
    }
    Checkpoint::read(&path)
}
