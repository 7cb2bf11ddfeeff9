//! SqueezeNet 1.1: first convolution unpadded, pooling rounded up, in its original Caffe form and in torchvision's alike.

use super::input::Input;
use super::kind::Tap;
use super::plan::{Layer, Plan, Step};

/// The converted weights in half precision; `assets/squeezenet1_1.PROVENANCE.md` says where they come from.
pub(super) const WEIGHTS: &[u8] = include_bytes!("../../assets/squeezenet1_1.f16.safetensors");

pub(super) const TAPS: &[Tap] = &[
    Tap { name: "relu1", channels: 64, stride: 2 },
    Tap { name: "pool1", channels: 64, stride: 4 },
    Tap { name: "fire2", channels: 128, stride: 4 },
    Tap { name: "fire3", channels: 128, stride: 4 },
    Tap { name: "pool3", channels: 128, stride: 8 },
    Tap { name: "fire4", channels: 256, stride: 8 },
    Tap { name: "fire5", channels: 256, stride: 8 },
    Tap { name: "pool5", channels: 256, stride: 16 },
    Tap { name: "fire6", channels: 384, stride: 16 },
    Tap { name: "fire7", channels: 384, stride: 16 },
    Tap { name: "fire8", channels: 512, stride: 16 },
    Tap { name: "fire9", channels: 512, stride: 16 },
];

/// The layers, named as torchvision names them.
pub(super) fn plan(input: Input) -> Plan {
    let pool = || Layer::Pool { kernel: 3, stride: 2, ceil: true };
    let fire = |index: usize, squeeze, expand| Layer::Fire { name: format!("features.{index}"), squeeze, expand };
    let first = Layer::Conv { name: "features.0".into(), channels: 64, kernel: 3, stride: 2, padding: 0 };
    let layers = [
        first,
        pool(),
        fire(3, 16, 64),
        fire(4, 16, 64),
        pool(),
        fire(6, 32, 128),
        fire(7, 32, 128),
        pool(),
        fire(9, 48, 192),
        fire(10, 48, 192),
        fire(11, 64, 256),
        fire(12, 64, 256),
    ];
    let steps = layers.into_iter().zip(TAPS).map(|(layer, tap)| Step::tapped(layer, tap.name)).collect();
    Plan { input, steps, classifier: Some(("classifier.1".into(), 1000)) }
}
