//! The names of the backbones and of their taps.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::input::Input;
use super::{Plan, Window, alexnet, squeezenet, vgg};
use crate::{ModelError, Result};

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

/// The networks known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BackboneKind {
    /// SqueezeNet 1.1 (Iandola et al. 2016), 1.2 million parameters, Caffe lineage; its weights are built in.
    #[serde(rename = "squeezenet1_1")]
    SqueezeNet11,
    /// The same network as torchvision trained it anew: other weights, which LPIPS was fitted to.
    #[serde(rename = "squeezenet1_1-torchvision")]
    SqueezeNet11Torchvision,
    /// VGG16 (Simonyan and Zisserman 2015, configuration D).
    #[serde(rename = "vgg16")]
    Vgg16,
    /// VGG19 (the same paper, configuration E).
    #[serde(rename = "vgg19")]
    Vgg19,
    /// AlexNet (Krizhevsky 2014, one column, as in torchvision).
    #[serde(rename = "alexnet")]
    AlexNet,
}

impl BackboneKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::SqueezeNet11, Self::SqueezeNet11Torchvision, Self::Vgg16, Self::Vgg19, Self::AlexNet];

    /// The name in configurations and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::SqueezeNet11 => "squeezenet1_1",
            Self::SqueezeNet11Torchvision => "squeezenet1_1-torchvision",
            Self::Vgg16 => "vgg16",
            Self::Vgg19 => "vgg19",
            Self::AlexNet => "alexnet",
        }
    }

    /// The taps, from the image inwards.
    pub fn taps(self) -> &'static [Tap] {
        match self {
            Self::SqueezeNet11 | Self::SqueezeNet11Torchvision => squeezenet::TAPS,
            Self::Vgg16 => vgg::TAPS_16,
            Self::Vgg19 => vgg::TAPS_19,
            Self::AlexNet => alexnet::TAPS,
        }
    }

    /// Name and shape of every parameter, as its file must hold them.
    pub fn parameters(self) -> Vec<(String, Vec<usize>)> {
        self.plan().parameters()
    }

    /// The windows of its layers from the image up to `tap`.
    ///
    /// # Panics
    /// For a tap the network lacks.
    pub fn windows(self, tap: &str) -> Vec<Window> {
        assert!(self.taps().iter().any(|t| t.name == tap), "{self} has no tap {tap}");
        self.plan().windows(tap)
    }

    pub(crate) fn plan(self) -> Plan {
        match self {
            Self::SqueezeNet11 => squeezenet::plan(Input::Caffe),
            Self::SqueezeNet11Torchvision => squeezenet::plan(Input::Torchvision),
            Self::Vgg16 => vgg::plan(vgg::CONVOLUTIONS_16, vgg::TAPS_16),
            Self::Vgg19 => vgg::plan(vgg::CONVOLUTIONS_19, vgg::TAPS_19),
            Self::AlexNet => alexnet::plan(),
        }
    }
}

impl fmt::Display for BackboneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for BackboneKind {
    type Err = ModelError;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| ModelError::UnknownBackbone {
            got: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}
