//! Features of images and the scores of classifiers, as arrays.

use afterimage_config::{BackboneKind, Experiment};
use afterimage_model::{
    backbone::{AnyBackbone, WeightOrigin, WeightSource},
    convert,
    device::device,
    vision::Vision,
};
use burn::tensor::Device;
use ndarray::{Array2, Array4, ArrayView4};

use super::vision;
use crate::{Result, TrainError};

/// Extracts features of images for scoring: some taps of a backbone.
pub struct FeatureExtractor {
    pub(super) vision: Vision,
    pub(super) taps: Vec<String>,
    pub(super) device: Device,
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

    /// Returns an extractor of one of the taps, with the same weights.
    ///
    /// # Panics
    /// If there are not so many taps.
    #[must_use]
    pub fn only(&self, tap: usize) -> Self {
        Self { vision: self.vision.clone(), taps: vec![self.taps[tap].clone()], device: self.device.clone() }
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
