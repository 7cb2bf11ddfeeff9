//! Every network and loss gives on another device what it gives on the processor, forward and backward.
//!
//! The device is that of the variable `AFTERIMAGE_DEVICE`, such as `cuda`, and the build needs its feature; without it these
//! tests are skipped. `AFTERIMAGE_TOLERANCE` is a factor on the allowed differences, for devices that round products to
//! fewer bits (TF32).
//!
//!     AFTERIMAGE_DEVICE=cuda cargo test --release -p afterimage-model --features cuda --test devices

use afterimage_config::{BackboneKind, Experiment, SnrSource};
use afterimage_model::{
    backbone::{AnyBackbone, Architecture as _},
    convert,
    decoder::{Decoder, DecoderPenalty, ReadyDecoder},
    device::device,
    encoder::{Encoder, EncoderPenalty, Mode},
    loss::{
        image::{Group, ImageLoss},
        response::response_terms,
    },
    params::{Init, Params},
    vision::Vision,
};
use burn::tensor::{Device, Tensor};
use ndarray::Array2;

/// Side of the test images.
const SIDE: usize = 64;
/// Largest difference of values in float32, as a share of their root mean square.
const VALUES: f64 = 1e-3;
/// Of gradients: a ReLU or a pooling at a kink passes another element on.
const GRADIENTS: f64 = 2e-2;

/// The other device, where one is asked for.
fn other() -> Option<Device> {
    let Ok(name) = std::env::var("AFTERIMAGE_DEVICE") else {
        afterimage_probe::skipped("set AFTERIMAGE_DEVICE to compare another device with the processor");
        return None;
    };
    Some(device(&name).unwrap_or_else(|problem| panic!("{problem}")))
}

fn cpu() -> Device {
    device("cpu").unwrap()
}

/// Root mean square of the difference, over that of `expected`.
fn difference(expected: &[f32], got: &[f32]) -> f64 {
    assert_eq!(expected.len(), got.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let apart = square(&mut expected.iter().zip(got).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    apart / square(&mut expected.iter().map(|&a| f64::from(a))).max(1e-12)
}

/// The factor on the allowed differences; 1 unless `AFTERIMAGE_TOLERANCE` says otherwise.
fn tolerance() -> f64 {
    let Ok(text) = std::env::var("AFTERIMAGE_TOLERANCE") else { return 1.0 };
    let factor = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
    factor.unwrap_or_else(|| panic!("AFTERIMAGE_TOLERANCE is \"{text}\", expected a number above zero"))
}

#[track_caller]
fn close(what: &str, expected: &[f32], got: &[f32], tolerance: f64) {
    let (difference, tolerance) = (difference(expected, got), tolerance * self::tolerance());
    eprintln!("{what}: {difference:.1e}");
    assert!(difference < tolerance, "{what}: relative difference {difference:.1e}, at most {tolerance:.0e} is allowed");
}

fn noise<const D: usize>(name: &str, shape: [usize; D], low: f32, high: f32, device: &Device) -> Tensor<D> {
    let values = Init::new(11).uniform(name, shape.iter().product(), (high - low) / 2.0);
    let mut params = Params::default();
    params.insert(name, &shape, values.iter().map(|v| v + (low + high) / 2.0).collect(), device);
    params.get(name)
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let length: usize = tensor.dims().iter().product();
    convert::values(&tensor.reshape([length]))
}

fn vision(kind: BackboneKind, device: &Device) -> Vision {
    Vision::new(AnyBackbone::random(kind, 1, device), SIDE, 0, device)
}

/// The loss, and its gradient to every parameter.
fn slopes(params: &Params, loss: impl Fn(&Params) -> Tensor<1>) -> (Vec<f32>, Vec<(String, Vec<f32>)>) {
    let leaves = params.leaves();
    let value = loss(&leaves);
    let mut gradients = value.backward();
    let of = leaves.iter().map(|(name, leaf)| {
        let gradient = leaf.grad_remove(&mut gradients).unwrap_or_else(|| panic!("{name} has no gradient"));
        (name.to_owned(), convert::values(&gradient))
    });
    (convert::values(&value), of.collect())
}

/// Compares loss and gradients of one objective on both devices.
fn compare(what: &str, other: &Device, of: impl Fn(&Device) -> (Vec<f32>, Vec<(String, Vec<f32>)>)) {
    let (expected, got) = (of(&cpu()), of(other));
    close(what, &expected.0, &got.0, VALUES);
    for ((name, expected), (_, got)) in expected.1.iter().zip(&got.1) {
        close(&format!("{what}, gradient to {name}"), expected, got, GRADIENTS);
    }
}

#[test]
fn backbones_agree_at_every_tap() {
    let Some(other) = other() else { return };
    for kind in BackboneKind::ALL {
        let taps: Vec<&str> = kind.taps().iter().map(|tap| tap.name).collect();
        let of = |device: &Device| -> Vec<Vec<f32>> {
            let images = noise("images", [2, 3, SIDE, SIDE], 0.0, 1.0, device);
            vision(kind, device).forward(images, &taps).into_iter().map(flat).collect()
        };
        for ((tap, expected), got) in taps.iter().zip(of(&cpu())).zip(of(&other)) {
            close(&format!("{kind} {tap}"), &expected, &got, VALUES);
        }
    }
}

#[test]
fn encoders_agree() {
    let Some(other) = other() else { return };
    let config = Experiment::preset("demo").unwrap().encoder;
    let of = |training: bool| {
        let config = &config;
        move |device: &Device| {
            let vision = vision(BackboneKind::SqueezeNet11, device);
            let encoder = Encoder::new(config, &vision, 12).unwrap();
            let state = encoder.init(5, device);
            let features = vision.forward(noise("images", [3, 3, SIDE, SIDE], 0.0, 1.0, device), &encoder.taps());
            let measured = noise("measured", [3, 12], -1.5, 1.5, device);
            let penalty = EncoderPenalty::new(&config.regularise, &encoder, device);
            slopes(&state.params, |p| {
                let mut statistics = state.statistics.clone();
                let mut mode = if training {
                    Mode::Train { statistics: &mut statistics, seed: 9 }
                } else {
                    Mode::Evaluate { statistics: &statistics }
                };
                let predicted = encoder.forward(p, &features, &mut mode);
                response_terms(predicted, measured.clone(), 0.3).total() + penalty.terms(p).total()
            })
        }
    };
    compare("encoder in training", &other, of(true));
    compare("encoder in evaluation", &other, of(false));
}

#[test]
fn decoders_agree() {
    let Some(other) = other() else { return };
    for preset in ["gaziv2022", "gaziv2022-keras"] {
        let mut config = Experiment::preset(preset).unwrap().decoder;
        config.regularise.snr = SnrSource::Uniform;
        compare(preset, &other, |device| {
            let decoder = Decoder::new(&config, SIDE, device);
            let params = decoder.init(10, 5, device);
            let responses = noise("responses", [2, 10], -1.5, 1.5, device);
            let target = noise("target", [2, 3, SIDE, SIDE], 0.0, 1.0, device);
            let penalty = DecoderPenalty::new(&config.regularise, &[1.0; 10], config.channels, decoder.grid(), device);
            slopes(&params, |p| {
                let apart = decoder.forward(p, responses.clone()) - target.clone();
                apart.powi_scalar(2).mean().reshape([1]) * 100.0 + penalty.terms(p).total()
            })
        });
        let images = |device: &Device| {
            let decoder = Decoder::new(&config, SIDE, device);
            let params = decoder.init(10, 5, device);
            let responses = Array2::from_shape_fn((3, 10), |(i, j)| ((i * 10 + j) as f32 * 0.7).sin());
            ReadyDecoder::new(decoder, params, SIDE, device).images(responses.view()).into_raw_vec_and_offset().0
        };
        close(&format!("{preset}, images"), &images(&cpu()), &images(&other), VALUES);
    }
}

#[test]
fn image_losses_agree() {
    let Some(other) = other() else { return };
    for preset in ["gaziv2022", "gaziv2022-keras", "demo"] {
        let config = Experiment::preset(preset).unwrap().decoder.image_loss;
        compare(preset, &other, |device| {
            let loss = ImageLoss::new(&config, vision(config.backbone, device), [0.4, 0.5, 0.6]).unwrap();
            let (target, _) = loss.target(noise("shown", [2, 3, SIDE, SIDE], 0.0, 1.0, device), &[]);
            let mut images = Params::default();
            let values = flat(noise("image", [2, 3, SIDE, SIDE], 0.2, 0.8, &cpu()));
            images.insert("image", &[2, 3, SIDE, SIDE], values, device);
            let groups = [Group { prefix: "", images: 0..2, weight: 1.0 }];
            slopes(&images, |p| loss.terms(p.get::<4>("image"), &target, &groups).total())
        });
    }
}
