//! A frozen backbone with the side of its input images.

use burn::tensor::{Device, Tensor};

use crate::backbone::{AnyBackbone, Backbone, WeightOrigin};
use crate::resample::{Kernel, Matrix, Resample};
use afterimage_config::BackboneKind;

/// A backbone behind an optional bilinear enlargement.
#[derive(Debug, Clone)]
pub struct Vision {
    backbone: AnyBackbone,
    image_side: usize,
    input_side: usize,
    resize: Option<Resample>,
}

impl Vision {
    /// Enlarges images of `image_side` to `backbone_side` pixels for `backbone`; 0 leaves them as they are.
    pub fn new(backbone: AnyBackbone, image_side: usize, backbone_side: usize, device: &Device) -> Self {
        let input_side = if backbone_side == 0 { image_side } else { backbone_side };
        let resize = (input_side != image_side)
            .then(|| Resample::new(&Matrix::resize(image_side, input_side, Kernel::Bilinear), device));
        Self { backbone, image_side, input_side, resize }
    }

    /// Activations of `taps`, in that order, for images `[batch, 3, side, side]` in 0..1.
    pub fn forward(&self, images: Tensor<4>, taps: &[&str]) -> Vec<Tensor<4>> {
        let images = match &self.resize {
            Some(resize) => resize.forward(images),
            None => images,
        };
        self.backbone.forward(images, taps)
    }

    /// ImageNet class scores of images, as [`AnyBackbone::logits`].
    pub fn logits(&self, images: Tensor<4>) -> Option<Tensor<2>> {
        let images = match &self.resize {
            Some(resize) => resize.forward(images),
            None => images,
        };
        self.backbone.logits(images)
    }

    /// Side of the grid of `tap`.
    pub fn tap_side(&self, tap: &str) -> usize {
        self.backbone.tap_side(tap, self.input_side)
    }

    /// Channels of `tap`; `None` if the backbone lacks it.
    pub fn tap_channels(&self, tap: &str) -> Option<usize> {
        self.backbone.taps().iter().find(|t| t.name == tap).map(|t| t.channels)
    }

    /// Multiplications for one image up to the last of `taps`, as the definition of the convolutions has them.
    pub fn products(&self, taps: &[&str]) -> u64 {
        self.backbone.products(self.input_side, taps)
    }

    /// Names of all taps.
    pub fn tap_names(&self) -> Vec<&'static str> {
        self.backbone.taps().iter().map(|t| t.name).collect()
    }

    /// Side of the images before enlargement.
    pub fn image_side(&self) -> usize {
        self.image_side
    }

    /// Side of the images after enlargement.
    pub fn input_side(&self) -> usize {
        self.input_side
    }

    /// Source of the weights.
    pub fn origin(&self) -> &WeightOrigin {
        self.backbone.origin()
    }

    /// The backbone's kind.
    pub fn kind(&self) -> BackboneKind {
        self.backbone.kind()
    }

    /// Whether one forward pass can serve both.
    pub fn sees_the_same_as(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.input_side == other.input_side && self.image_side == other.image_side
    }
}
