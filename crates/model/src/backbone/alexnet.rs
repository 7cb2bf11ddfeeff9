//! AlexNet as torchvision has it: one column, no response normalisation.

use super::input::Input;
use super::kind::Tap;
use super::plan::{Layer, Plan, Step};

pub(super) const TAPS: &[Tap] = &[
    Tap { name: "relu1", channels: 64, stride: 4 },
    Tap { name: "pool1", channels: 64, stride: 8 },
    Tap { name: "relu2", channels: 192, stride: 8 },
    Tap { name: "pool2", channels: 192, stride: 16 },
    Tap { name: "relu3", channels: 384, stride: 16 },
    Tap { name: "relu4", channels: 256, stride: 16 },
    Tap { name: "relu5", channels: 256, stride: 16 },
    Tap { name: "pool5", channels: 256, stride: 32 },
];

/// The layers, named as torchvision and timm name them.
pub(super) fn plan() -> Plan {
    let pool = || Layer::Pool { kernel: 3, stride: 2, ceil: false };
    let layers = [
        Layer::Conv { name: "features.0".into(), channels: 64, kernel: 11, stride: 4, padding: 2 },
        pool(),
        Layer::Conv { name: "features.3".into(), channels: 192, kernel: 5, stride: 1, padding: 2 },
        pool(),
        Layer::conv3("features.6".into(), 384),
        Layer::conv3("features.8".into(), 256),
        Layer::conv3("features.10".into(), 256),
        pool(),
    ];
    let steps = layers.into_iter().zip(TAPS).map(|(layer, tap)| Step::tapped(layer, tap.name)).collect();
    Plan { input: Input::Torchvision, steps, classifier: None }
}
