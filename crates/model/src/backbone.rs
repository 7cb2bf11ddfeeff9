//! Frozen convolutional networks with named taps.
//!
//! The encoder reads a backbone's activations, the image loss compares them. All four networks are one
//! interpreter (`network`) over a list of layers (`plan`), on the processor by the crate `afterimage-kernels` (through
//! `crate::processor`), elsewhere by the framework's operations; a network differs only in its list, its input
//! normalisation and its weights. Weights are plain tensors outside any gradient graph: a backward pass reaches
//! the image and makes no gradient for a parameter.

mod alexnet;
mod input;
mod kind;
mod network;
mod plan;
mod source;
mod squeezenet;
mod vgg;

#[cfg(test)]
mod classification;
#[cfg(test)]
mod parity;

use std::sync::Arc;

use afterimage_config::BackboneKind;
use burn::tensor::{Device, Tensor};

use crate::Result;
use kind::plan;
use network::Network;

pub use kind::{Architecture, Tap};
pub use source::{WeightOrigin, WeightSource};

pub use plan::Window;

pub(crate) use plan::Plan;

/// A frozen network whose activations can be read at named places.
pub trait Backbone {
    /// Which network it is.
    fn kind(&self) -> BackboneKind;

    /// The places it can be read at, from the image inwards, all after their ReLU.
    fn taps(&self) -> &'static [Tap];

    /// Activations `[batch, channels, side, side]` at `taps`, in that order, in one pass that runs only as deep as
    /// the deepest of them. A tap may be asked for twice.
    ///
    /// `images` are `[batch, 3, height, width]`, RGB in 0..1; the normalisation the network was trained with is
    /// applied here. Gradients flow only to `images`.
    ///
    /// # Panics
    /// For a tap the network lacks, and for images too small for it: ask [`Backbone::taps`] and
    /// [`Backbone::tap_side`] before.
    fn forward(&self, images: Tensor<4>, taps: &[&str]) -> Vec<Tensor<4>>;

    /// Side of the grid at `tap` for square images of `image_side`, by the layers' own arithmetic (unpadded
    /// convolutions, pooling rounded up if the network does so). Zero if the image is too small.
    ///
    /// # Panics
    /// For a tap the network lacks.
    fn tap_side(&self, tap: &str, image_side: usize) -> usize;
}

/// Any of the backbones. Cloning shares the weights.
#[derive(Debug, Clone)]
pub struct AnyBackbone {
    kind: BackboneKind,
    origin: WeightOrigin,
    network: Arc<Network>,
}

impl AnyBackbone {
    /// A pretrained backbone.
    ///
    /// # Errors
    /// [`ModelError::WeightsMissing`](crate::ModelError::WeightsMissing) says what to fetch and from where if the
    /// weights are not installed; a file that is not this network's is refused with its name, the tensor, and the
    /// shapes found and expected.
    pub fn load(kind: BackboneKind, source: &WeightSource, device: &Device) -> Result<Self> {
        let (mut tensors, origin) = source.open(kind)?;
        let plan = plan(kind);
        let network = Network::build(&plan, device, |name, shape| tensors.read(name, shape))?;
        Ok(Self { kind, origin, network: Arc::new(network) })
    }

    /// A backbone of random weights (normal, variance `2 / fan_in`; biases 0): for benchmarks and tests.
    pub fn random(kind: BackboneKind, seed: u64, device: &Device) -> Self {
        let plan = plan(kind);
        let network = Network::build(&plan, device, |name, shape| Ok(plan.random_values(seed, name, shape)));
        let network = network.expect("random values cannot be missing");
        Self { kind, origin: WeightOrigin::random(seed), network: Arc::new(network) }
    }

    /// Source of the weights, for the record of a run.
    pub fn origin(&self) -> &WeightOrigin {
        &self.origin
    }

    /// Multiplications for one image of `image_side` up to the last of `taps`, as the definition of the layers has them.
    pub fn products(&self, image_side: usize, taps: &[&str]) -> u64 {
        plan(self.kind).products(image_side, taps)
    }

    /// ImageNet class scores `[batch, 1000]`, before the softmax, of images `[batch, 3, height, width]` in 0..1.
    /// `None` for a backbone that was loaded without its classifier: all but SqueezeNet.
    pub fn logits(&self, images: Tensor<4>) -> Option<Tensor<2>> {
        self.network.logits(images)
    }
}

impl Backbone for AnyBackbone {
    fn kind(&self) -> BackboneKind {
        self.kind
    }

    fn taps(&self) -> &'static [Tap] {
        self.kind.taps()
    }

    fn forward(&self, images: Tensor<4>, taps: &[&str]) -> Vec<Tensor<4>> {
        self.network.forward(images, taps)
    }

    fn tap_side(&self, tap: &str, image_side: usize) -> usize {
        self.network.tap_side(tap, image_side)
    }
}
