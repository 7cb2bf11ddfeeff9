//! Every backbone equals PyTorch, from both file formats; files of other networks are refused.
//!
//! The fixtures are written by `scripts/export_backbones.py`: the published layers with fewer channels.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};

use super::network::Network;
use super::{AnyBackbone, Architecture as _, Backbone, Plan, WeightSource};
use crate::weights::TensorFile;
use crate::{ModelError, Result};
use afterimage_config::BackboneKind;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)
}

fn narrow(kind: BackboneKind) -> Plan {
    let vgg = matches!(kind, BackboneKind::Vgg16 | BackboneKind::Vgg19);
    super::plan(kind).narrowed(if vgg { 32 } else { 16 })
}

fn network(kind: BackboneKind, file: &Path) -> Result<Network> {
    let mut tensors = TensorFile::open(file)?;
    Network::build(&narrow(kind), &Device::flex(), |name, shape| tensors.read(name, shape))
}

/// The image of the script, by the same formula.
fn image(kind: BackboneKind) -> Tensor<4> {
    let (height, width) = if kind == BackboneKind::AlexNet { (64, 72) } else { (44, 52) };
    let value = |c: usize, y: usize, x: usize| ((37 * c + 11 * y + 7 * x + x * y) % 101) as f32 / 100.0;
    let mut values = Vec::new();
    for c in 0..3 {
        (0..height).for_each(|y| values.extend((0..width).map(|x| value(c, y, x))));
    }
    Tensor::from_data(TensorData::new(values, [1, 3, height, width]), &Device::flex())
}

/// Largest difference relative to the largest expected value.
fn difference<const D: usize>(got: Tensor<D>, expected: &[f32]) -> f32 {
    let got: Vec<f32> = got.into_data().try_to_vec().expect("float32");
    assert_eq!(got.len(), expected.len());
    let scale = expected.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(scale > 0.0, "a fixture of zeros proves nothing");
    got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / scale
}

fn assert_parity(kind: BackboneKind, extension: &str) {
    let network = network(kind, &fixture(&format!("{kind}.{extension}"))).expect("the fixture");
    let mut expected = TensorFile::open(&fixture(&format!("{kind}.expected.safetensors"))).expect("the fixture");
    let taps: Vec<&str> = kind.taps().iter().map(|tap| tap.name).collect();
    for (tap, activation) in taps.iter().zip(network.forward(image(kind), &taps)) {
        let [_, channels, height, width] = activation.dims();
        let (rows, columns) = (height.min(3), width.min(3));
        let sums = expected.read(&format!("{tap}.sum"), &[channels]).expect("the sum");
        let corner = expected.read(tap, &[1, channels, rows, columns]).expect("the corner");
        let total = activation.clone().sum_dim(3).sum_dim(2);
        assert!(difference(total, &sums) < 1e-4, "{kind} {tap}");
        let got = activation.slice([0..1, 0..channels, height - rows..height, width - columns..width]);
        assert!(difference(got, &corner) < 1e-4, "{kind} {tap}");
    }
}

#[test]
fn safetensors_give_the_activations_of_pytorch() {
    BackboneKind::ALL.into_iter().for_each(|kind| assert_parity(kind, "safetensors"));
}

#[test]
fn pth_gives_the_activations_of_pytorch() {
    BackboneKind::ALL.into_iter().for_each(|kind| assert_parity(kind, "pth"));
}

#[test]
fn file_of_another_network_is_refused_with_both_shapes() {
    let error = network(BackboneKind::Vgg16, &fixture("alexnet.pth")).expect_err("another network");
    let ModelError::TensorShape { file, tensor, got, expected } = error else { panic!("{error}") };
    assert!(file.ends_with("alexnet.pth"));
    assert_eq!((tensor.as_str(), got, expected), ("features.0.weight", vec![4, 3, 11, 11], vec![2, 3, 3, 3]));
}

#[test]
fn missing_tensor_is_named() {
    let error = network(BackboneKind::Vgg19, &fixture("squeezenet1_1.expected.safetensors")).expect_err("no weights");
    assert!(matches!(&error, ModelError::TensorMissing { tensor, .. } if tensor == "features.0.weight"), "{error}");
}

#[test]
fn file_cut_short_is_refused() {
    let whole = std::fs::read(fixture("alexnet.safetensors")).expect("the fixture");
    for length in [0, 7, 20, whole.len() / 2, whole.len() - 1] {
        let source = Box::new(Cursor::new(whole[..length].to_vec()));
        let read = TensorFile::safetensors("cut".into(), source).and_then(|mut tensors| {
            let parameters = narrow(BackboneKind::AlexNet).parameters();
            parameters.iter().try_for_each(|(name, shape)| tensors.read(name, shape).map(drop))?;
            tensors.read("classifier.0.weight", &[2, 2])
        });
        assert!(matches!(read, Err(ModelError::WeightsFormat { .. })), "{length} bytes");
    }
}

#[test]
fn tap_side_is_the_side_of_the_activation() {
    let device = Device::flex();
    for kind in BackboneKind::ALL {
        let backbone = AnyBackbone::random(kind, 1, &device);
        let taps: Vec<&str> = backbone.taps().iter().map(|tap| tap.name).collect();
        for side in [64, 71] {
            let activations = backbone.forward(Tensor::ones([1, 3, side, side], &device), &taps);
            for (tap, activation) in backbone.taps().iter().zip(activations) {
                let expected = backbone.tap_side(tap.name, side);
                assert_eq!(activation.dims(), [1, tap.channels, expected, expected], "{kind} {} {side}", tap.name);
            }
        }
    }
}

#[test]
fn gradients_reach_the_image_and_no_weight() {
    let device = Device::flex();
    // Loaded for training, and still outside the graph.
    let training = device.clone().autodiff();
    let backbone =
        AnyBackbone::load(BackboneKind::SqueezeNet11, &WeightSource::Installed, &training).expect("built in");
    let images = Tensor::<4>::random([1, 3, 64, 64], burn::tensor::Distribution::Uniform(0.2, 0.8), &device);
    let leaf = images.clone().autodiff().require_grad();
    let grads = backbone.forward(leaf.clone(), &["fire5"]).remove(0).sum().backward();
    let gradient = leaf.grad(&grads).expect("a gradient at the image");
    assert!(!backbone.forward(images.clone(), &["fire5"]).remove(0).is_autodiff());
    // Central difference along the gradient's own sign; small, since ReLUs and pools switch on the way.
    let step = gradient.clone().sign() * 1e-4;
    let value = |x| backbone.forward(x, &["fire5"]).remove(0).sum().into_scalar::<f32>();
    let numeric = (value(images.clone() + step.clone()) - value(images - step.clone())) / 2.0;
    let analytic = (gradient * step).sum().into_scalar::<f32>();
    assert!((numeric - analytic).abs() < 0.02 * analytic.abs(), "{numeric} {analytic}");
    assert!(backbone.origin().sha256.is_some());
}

#[test]
fn taps_come_in_the_order_asked_and_may_repeat() {
    let device = Device::flex();
    let backbone = AnyBackbone::random(BackboneKind::SqueezeNet11, 3, &device);
    let found = backbone.forward(Tensor::ones([1, 3, 64, 64], &device), &["fire3", "relu1", "fire3"]);
    assert_eq!(found.iter().map(|t| t.dims()[1]).collect::<Vec<_>>(), [128, 64, 128]);
    assert!(backbone.forward(Tensor::ones([1, 3, 64, 64], &device), &[]).is_empty());
}
