//! EfficientNet-Lite0 from its real ONNX file equals PyTorch; `golden/lite0.py` made the values.
//!
//! Skipped where the network is not installed (docs/metrics.md says how).

use afterimage_eval::resize::resize_images;
use afterimage_model::foreign::{ForeignNetwork, find, foreign};
use ndarray::Array4;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    every_16th: Vec<f32>,
    sum: f64,
}

#[test]
fn features_of_the_real_network_equal_pytorch() {
    let kind = foreign("efficientnet_lite0").unwrap();
    if find(kind).is_err() {
        return afterimage_probe::skipped(&format!("efficientnet_lite0 is not installed; {}", kind.hint()));
    }
    let network = ForeignNetwork::load(kind).unwrap();
    let golden: Vec<Expected> = serde_json::from_str(include_str!("../../golden/lite0.json")).unwrap();
    let images = Array4::from_shape_fn((golden.len(), 3, 64, 64), |(n, c, y, x)| {
        (((5 + n) * y * x + 37 * c + 11 * y + 7 * x) % 101) as f32 / 100.0
    });
    let features = network.features(resize_images(images.view(), kind.side).view()).unwrap();
    for (row, expected) in features.outer_iter().zip(golden) {
        for (got, expected) in row.iter().step_by(16).zip(&expected.every_16th) {
            assert!((got - expected).abs() < 1e-4, "{got} {expected}");
        }
        let sum: f64 = row.iter().map(|&v| f64::from(v)).sum();
        assert!((sum - expected.sum).abs() < 1e-4 * expected.sum, "{sum} {}", expected.sum);
    }
}
