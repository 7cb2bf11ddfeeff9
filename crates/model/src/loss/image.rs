//! The decoder's loss on images: pixels, perceptual features and total variation.

use std::ops::Range;

use burn::tensor::{Tensor, s};

use afterimage_config::ImageLossConfig;

use crate::{ModelError, Result, device::Engine, processor, term::Terms, vision::Vision};

/// L_img of Gaziv et al. 2022.
#[derive(Debug, Clone)]
pub struct ImageLoss {
    config: ImageLossConfig,
    vision: Vision,
    /// Mean absolute value of each channel over the training images.
    channel_mean: [f32; 3],
}

/// An image to be matched: its pixels, and its features at unit length over channels. No gradient flows into it.
#[derive(Debug, Clone)]
pub struct Target {
    /// `[batch, 3, side, side]` in 0..1.
    pub pixels: Tensor<4>,
    /// One `[batch, channels, side, side]` for each tap of the loss.
    pub features: Vec<Tensor<4>>,
}

/// Images of a batch that are averaged, weighted and logged together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Put before the names of the terms.
    pub prefix: &'static str,
    /// The images of the batch.
    pub images: Range<usize>,
    /// Weight of all the group's terms.
    pub weight: f64,
}

impl Target {
    /// The images of several targets as one batch.
    ///
    /// # Panics
    /// If there is none.
    pub fn cat(targets: Vec<Self>) -> Self {
        let count = targets[0].features.len();
        let features = (0..count).map(|i| Tensor::cat(targets.iter().map(|t| t.features[i].clone()).collect(), 0));
        let features = features.collect();
        Self { pixels: Tensor::cat(targets.into_iter().map(|t| t.pixels).collect(), 0), features }
    }
}

impl ImageLoss {
    /// A loss whose pixel term is relative to `channel_mean`, the mean absolute value of each channel over the
    /// training images.
    ///
    /// # Errors
    /// [`ModelError::UnknownTap`] for a tap the backbone lacks.
    pub fn new(config: &ImageLossConfig, vision: Vision, channel_mean: [f32; 3]) -> Result<Self> {
        if let Some(tap) = config.taps.iter().find(|tap| vision.tap_channels(tap).is_none()) {
            return Err(ModelError::UnknownTap {
                backbone: vision.kind().to_string(),
                tap: tap.clone(),
                known: vision.tap_names().join(", "),
            });
        }
        Ok(Self { config: config.clone(), vision, channel_mean })
    }

    /// The backbone it sees with.
    pub fn vision(&self) -> &Vision {
        &self.vision
    }

    /// Number of values in the [`Target`] of one image.
    pub fn target_len(&self) -> usize {
        let features = |tap: &str| self.vision.tap_channels(tap).unwrap_or(0) * self.vision.tap_side(tap).pow(2);
        3 * self.vision.image_side().pow(2) + self.taps().into_iter().map(features).sum::<usize>()
    }

    /// What has to be known of target images, and the raw activations of `also`, in one forward pass.
    pub fn target(&self, images: Tensor<4>, also: &[&str]) -> (Target, Vec<Tensor<4>>) {
        let own = self.taps();
        let taps: Vec<&str> = own.iter().chain(also).copied().collect();
        let mut features = if taps.is_empty() { Vec::new() } else { self.vision.forward(images.clone(), &taps) };
        let extra = features.split_off(own.len());
        (Target { pixels: images, features: features.into_iter().map(unit_length).collect() }, extra)
    }

    /// The weighted terms `pixel`, `perceptual.TAP` for each tap, and `variation`, for each group of images.
    ///
    /// One forward pass serves all groups; each term is a mean over the images of its group.
    pub fn terms(&self, predicted: Tensor<4>, target: &Target, groups: &[Group]) -> Terms {
        let mut terms = Terms::default();
        let mut add = |name: &str, weight: f64, per_image: Tensor<1>| {
            for group in groups {
                let mean = per_image.clone().slice(s![group.images.clone()]).mean();
                terms.push(&format!("{}{name}", group.prefix), mean * (weight * group.weight));
            }
        };
        if self.config.pixel_weight > 0.0 {
            let scale = self.channel_mean.map(|m| 1.0 / m.max(1e-6));
            let scale = Tensor::<1>::from_floats(scale, &predicted.device()).reshape([1, 3, 1, 1]);
            let difference = (predicted.clone() - target.pixels.clone()).abs() * scale;
            add("pixel", self.config.pixel_weight, per_image(difference));
        }
        let taps = self.taps();
        if !taps.is_empty() {
            let features = self.vision.forward(predicted.clone(), &taps);
            for (index, (feature, unit)) in features.into_iter().zip(&target.features).enumerate() {
                let distance = cosine_distance(feature, unit.clone());
                add(&format!("perceptual.{}", taps[index]), self.config.weights[index], distance);
            }
        }
        if self.config.variation_weight > 0.0 {
            add("variation", self.config.variation_weight, variation(predicted));
        }
        terms
    }

    /// The taps, without those of weight zero at the deep end: a pass need not reach them.
    fn taps(&self) -> Vec<&str> {
        let used = self.config.weights.iter().rposition(|w| *w > 0.0).map_or(0, |last| last + 1);
        self.config.taps[..used].iter().map(String::as_str).collect()
    }
}

/// Length over channels at each position, `[batch, 1, side, side]`.
fn length(features: &Tensor<4>) -> Tensor<4> {
    (features.clone().powi_scalar(2).sum_dim(1) + 1e-10).sqrt()
}

/// Features at unit length over channels; positions without any activation stay zero.
fn unit_length(features: Tensor<4>) -> Tensor<4> {
    let length = length(&features);
    features / length
}

/// Mean over positions of 1 - cosine over channels, per image; a position without activation counts as 1.
fn cosine_distance(features: Tensor<4>, unit: Tensor<4>) -> Tensor<1> {
    match Engine::of(&features.device()) {
        Engine::Kernels => processor::cosine_distance(features, unit),
        Engine::Framework => cosine_distance_anywhere(features, unit),
    }
}

fn cosine_distance_anywhere(features: Tensor<4>, unit: Tensor<4>) -> Tensor<1> {
    let length = length(&features);
    let cosine = (features * unit).sum_dim(1) / length;
    per_image(cosine.neg() + 1.0)
}

/// Mean of each image's values, `[batch]`.
fn per_image(values: Tensor<4>) -> Tensor<1> {
    let [batch, a, b, c] = values.dims();
    values.reshape([batch, a * b * c]).mean_dim(1).reshape([batch])
}

/// Mean of (dx² + dy²)^1.25 over channels and the positions that have both neighbours, per image.
pub fn variation(images: Tensor<4>) -> Tensor<1> {
    let [batch, channels, height, width] = images.dims();
    let part = |y: usize, x: usize| images.clone().slice([0..batch, 0..channels, y..height - 1 + y, x..width - 1 + x]);
    let corner = part(0, 0);
    let (dx, dy) = (part(0, 1) - corner.clone(), part(1, 0) - corner);
    let squares = dx.powi_scalar(2) + dy.powi_scalar(2);
    per_image((squares + 1e-12).powf_scalar(1.25))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::scalar;
    use burn::tensor::Device;

    #[test]
    fn variation_of_a_step_is_known() {
        let images = Tensor::<1>::from_floats([0.0, 1.0, 0.0, 1.0], &Device::default()).reshape([1, 1, 2, 2]);
        assert!((scalar(&variation(images)) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn cosine_distance_ignores_length_and_sees_direction() {
        let device = Device::default();
        let a = Tensor::<1>::from_floats([3.0, 4.0], &device).reshape([1, 2, 1, 1]);
        let b = Tensor::<1>::from_floats([-4.0, 3.0], &device).reshape([1, 2, 1, 1]);
        assert!(scalar(&cosine_distance(a.clone() * 7.0, unit_length(a.clone()))).abs() < 1e-5);
        assert!((scalar(&cosine_distance(b, unit_length(a))) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn cosine_distance_of_the_processor_is_that_of_any_device() {
        let device = Device::flex();
        let wave = |phase: f32| {
            let values: Vec<f32> = (0..2 * 5 * 3 * 4).map(|i| ((i as f32 * 0.7 + phase).sin()).max(0.0)).collect();
            Tensor::<1>::from_floats(values.as_slice(), &device).reshape([2, 5, 3, 4])
        };
        let unit = unit_length(wave(1.0));
        let of = |distance: fn(Tensor<4>, Tensor<4>) -> Tensor<1>| {
            let leaf = wave(0.0).autodiff().require_grad();
            let value = distance(leaf.clone(), unit.clone());
            let weighted = value.clone() * Tensor::<1>::from_floats([1.0, -3.0], &device);
            let gradient = leaf.grad(&weighted.sum().backward()).expect("a gradient").reshape([120]);
            Tensor::cat(vec![value.without_autodiff(), gradient], 0)
        };
        let difference = of(cosine_distance) - of(cosine_distance_anywhere);
        assert!(scalar(&difference.abs().max()) < 1e-6);
    }
}
