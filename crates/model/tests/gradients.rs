//! Every loss, regulariser and network differentiates as finite differences say.
//!
//! For each parameter p, the gradient's component along a direction d of ±1 is compared with
//! (L(p + εd) - L(p - εd)) / 2ε. The direction is the gradient's own sign, where the slope is largest against the
//! rounding of float32 and the kinks of ReLU and pooling; where the gradient is zero the sign is drawn.

use std::collections::BTreeMap;

use afterimage_config::{BackboneKind, Experiment, SnrSource};
use afterimage_model::{
    backbone::{AnyBackbone, WeightSource},
    decoder::{Decoder, DecoderPenalty},
    encoder::{Encoder, EncoderPenalty, Mode},
    loss::{
        image::{Group, ImageLoss},
        response::response_terms,
    },
    params::{Init, Params},
    term::{Terms, scalar},
    vision::Vision,
};
use burn::tensor::{Device, Tensor};

/// Side of the test images.
const SIDE: usize = 64;

fn direction(name: &str, gradient: &[f32]) -> Vec<f32> {
    let drawn = Init::new(3).uniform(&format!("direction {name}"), gradient.len(), 1.0);
    gradient.iter().zip(drawn).map(|(&g, d)| if g == 0.0 { d.signum() } else { g.signum() }).collect()
}

fn moved(params: &Params, name: &str, direction: &[f32], step: f32) -> Params {
    let mut moved = params.clone();
    let along = Tensor::<1>::from_floats(direction, &params.flat(name).device());
    moved.set(name, params.flat(name) + along * step);
    moved
}

/// Compares for each parameter, with steps of `step` at most; `relative` is the largest relative difference allowed.
fn check(what: &str, params: &Params, step: f32, relative: f64, loss: impl Fn(&Params) -> Tensor<1>) {
    let leaves = params.leaves();
    let value = loss(&leaves);
    let size = f64::from(scalar(&value)).abs();
    let mut gradients = value.backward();
    let along: BTreeMap<String, (Vec<f32>, f64)> = leaves
        .iter()
        .map(|(name, leaf)| {
            let gradient = leaf.grad_remove(&mut gradients);
            let gradient: Vec<f32> =
                gradient.map_or_else(|| vec![0.0; leaf.dims()[0]], |g| g.into_data().try_to_vec().unwrap());
            let direction = direction(name, &gradient);
            let slope = gradient.iter().zip(&direction).map(|(g, d)| f64::from(*g) * f64::from(*d)).sum();
            (name.to_owned(), (direction, slope))
        })
        .collect();
    let mut informative = 0;
    for (name, (direction, slope)) in along {
        // The loss moves by half a percent at most, far above its rounding and far below its curvature.
        let step = step.min((0.005 * size / slope.abs().max(1e-12)) as f32);
        let at = |step: f32| f64::from(scalar(&loss(&moved(params, &name, &direction, step))));
        let numeric = (at(step) - at(-step)) / (2.0 * f64::from(step));
        // Float32 rounds the loss itself to about one part in 10^7.
        let rounding = 3e-7 * size / f64::from(step);
        let largest = slope.abs().max(numeric.abs());
        assert!(
            (slope - numeric).abs() <= relative * largest + rounding,
            "{what}, {name}: gradient {slope}, finite difference {numeric}, rounding {rounding}"
        );
        informative += usize::from(largest > 20.0 * rounding);
    }
    assert!(informative > 0, "{what}: no slope stands out of the rounding, the comparison says nothing");
}

fn one(name: &str, shape: &[usize], values: Vec<f32>) -> Params {
    let mut params = Params::default();
    params.insert(name, shape, values, &Device::default());
    params
}

fn noise(name: &str, n: usize, low: f32, high: f32) -> Vec<f32> {
    let middle = (low + high) / 2.0;
    Init::new(11).uniform(name, n, (high - low) / 2.0).iter().map(|v| v + middle).collect()
}

/// The term `name` alone.
fn term(terms: Terms, name: &str) -> Tensor<1> {
    terms.only(name).unwrap_or_else(|| panic!("no term {name}"))
}

fn squeezenet() -> Vision {
    let device = Device::default();
    let backbone = AnyBackbone::load(BackboneKind::SqueezeNet11, &WeightSource::Installed, &device).unwrap();
    Vision::new(backbone, SIDE, 0, &device)
}

fn demo() -> Experiment {
    Experiment::preset("demo").unwrap()
}

#[test]
fn response_loss_differentiates() {
    let predicted = one("predicted", &[4, 30], noise("predicted", 120, -1.5, 1.5));
    let measured = one("measured", &[4, 30], noise("measured", 120, -1.5, 1.5)).get::<2>("measured");
    for name in ["mse", "cosine"] {
        check(name, &predicted, 1e-2, 1e-2, |p| {
            term(response_terms(p.get::<2>("predicted"), measured.clone(), 0.3), name)
        });
    }
}

#[test]
fn image_loss_differentiates_in_every_term() {
    let vision = squeezenet();
    let loss = ImageLoss::new(&demo().decoder.image_loss, vision, [0.4, 0.5, 0.6]).unwrap();
    let shape = [2, 3, SIDE, SIDE];
    let n = shape.iter().product();
    let shown = one("shown", &shape, noise("shown", n, 0.0, 1.0)).get::<4>("shown");
    let (target, _) = loss.target(shown, &[]);
    let images = one("image", &shape, noise("image", n, 0.2, 0.8));
    let groups = [Group { prefix: "", images: 0..2, weight: 1.0 }];
    let terms = |p: &Params| loss.terms(p.get::<4>("image"), &target, &groups);
    for name in terms(&images).values().keys() {
        check(name, &images, 2e-4, 2e-2, |p| term(terms(p), name));
    }
}

#[test]
fn encoder_and_its_regularisers_differentiate() {
    let device = Device::default();
    let (vision, config) = (squeezenet(), demo().encoder);
    let encoder = Encoder::new(&config, &vision, 12).unwrap();
    let state = encoder.init(5, &device);
    let images = one("shown", &[3, 3, SIDE, SIDE], noise("shown", 9 * SIDE * SIDE, 0.0, 1.0)).get::<4>("shown");
    let features = vision.forward(images, &encoder.taps());
    let measured = one("measured", &[3, 12], noise("measured", 36, -1.5, 1.5)).get::<2>("measured");
    check("encoder", &state.params, 1e-3, 2e-2, |p| {
        let mut statistics = state.statistics.clone();
        let mut mode = Mode::Train { statistics: &mut statistics, seed: 9 };
        response_terms(encoder.forward(p, &features, &mut mode), measured.clone(), 0.3).total()
    });
    let penalty = EncoderPenalty::new(&config.regularise, &encoder, &device);
    for name in penalty.terms(&state.params).values().keys() {
        check(name, &state.params, 1e-4, 2e-2, |p| term(penalty.terms(p), name));
    }
}

#[test]
fn decoder_and_its_regularisers_differentiate() {
    let device = Device::default();
    let mut config = demo().decoder;
    config.regularise.snr = SnrSource::Uniform;
    let decoder = Decoder::new(&config, SIDE, &device);
    let params = decoder.init(10, 5, &device);
    let responses = one("responses", &[2, 10], noise("responses", 20, -1.5, 1.5)).get::<2>("responses");
    let target = one("shown", &[2, 3, SIDE, SIDE], noise("shown", 6 * SIDE * SIDE, 0.0, 1.0)).get::<4>("shown");
    check("decoder", &params, 1e-3, 2e-2, |p| {
        (decoder.forward(p, responses.clone()) - target.clone()).powi_scalar(2).mean().reshape([1]) * 100.0
    });
    let penalty = DecoderPenalty::new(&config.regularise, &[1.0; 10], config.channels, decoder.grid(), &device);
    for name in penalty.terms(&params).values().keys() {
        check(name, &params, 1e-5, 2e-2, |p| term(penalty.terms(p), name));
    }
}
