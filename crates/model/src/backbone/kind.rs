//! The taps, parameters and layers of each backbone.

use afterimage_config::BackboneKind;

use super::input::Input;
use super::{Plan, Window, alexnet, squeezenet, vgg};

/// A place where a backbone's activations can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// Its name.
    pub name: &'static str,
    /// Channels there.
    pub channels: usize,
    /// Pixels of the image from one position of the grid to the next.
    pub stride: usize,
}

/// The layers of a backbone.
pub trait Architecture {
    /// The taps, from the image inwards.
    fn taps(self) -> &'static [Tap];

    /// Name and shape of every parameter, as its file must hold them.
    fn parameters(self) -> Vec<(String, Vec<usize>)>;

    /// The windows of its layers from the image up to `tap`.
    ///
    /// # Panics
    /// For a tap the network lacks.
    fn windows(self, tap: &str) -> Vec<Window>;
}

impl Architecture for BackboneKind {
    fn taps(self) -> &'static [Tap] {
        match self {
            Self::SqueezeNet11 | Self::SqueezeNet11Torchvision => squeezenet::TAPS,
            Self::Vgg16 => vgg::TAPS_16,
            Self::Vgg19 => vgg::TAPS_19,
            Self::AlexNet => alexnet::TAPS,
        }
    }

    fn parameters(self) -> Vec<(String, Vec<usize>)> {
        plan(self).parameters()
    }

    fn windows(self, tap: &str) -> Vec<Window> {
        assert!(self.taps().iter().any(|t| t.name == tap), "{self} has no tap {tap}");
        plan(self).windows(tap)
    }
}

/// Its layers as the interpreter runs them.
pub(super) fn plan(kind: BackboneKind) -> Plan {
    match kind {
        BackboneKind::SqueezeNet11 => squeezenet::plan(Input::Caffe),
        BackboneKind::SqueezeNet11Torchvision => squeezenet::plan(Input::Torchvision),
        BackboneKind::Vgg16 => vgg::plan(vgg::CONVOLUTIONS_16, vgg::TAPS_16),
        BackboneKind::Vgg19 => vgg::plan(vgg::CONVOLUTIONS_19, vgg::TAPS_19),
        BackboneKind::AlexNet => alexnet::plan(),
    }
}
