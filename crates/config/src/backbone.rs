//! The names of the backbones.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;

/// A pretrained convolutional network whose activations are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum BackboneKind {
    /// SqueezeNet 1.1 (Iandola et al. 2016), 1.2 million parameters, Caffe lineage; its weights are built in.
    #[serde(rename = "squeezenet1_1")]
    SqueezeNet11,
    /// SqueezeNet 1.1 as torchvision trained it: other weights, which LPIPS was fitted to.
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
}

impl fmt::Display for BackboneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The quoted name. Checkpoints keep configurations in this form, and those of versions in which a backbone was text resume.
impl fmt::Debug for BackboneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.name(), f)
    }
}

impl FromStr for BackboneKind {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| ConfigError::unknown_name("backbone", name, &Self::ALL.map(Self::name)))
    }
}
