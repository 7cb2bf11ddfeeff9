//! The ascent on a small encoder with initial weights: the arithmetic is that of a trained one.

use afterimage_model::encoder::Encoder;
use afterimage_model::term::scalar;

use super::*;

const SIDE: usize = 64;
const VOXELS: usize = 6;

fn experiment() -> Experiment {
    let settings = ["image.side=64", "decoder.channels=16", "decoder.groups=4"].map(String::from);
    Experiment::preset("demo").unwrap().with_settings(&settings).unwrap()
}

fn driver(prior: Prior) -> Driver {
    let (experiment, device) = (experiment(), Device::flex());
    let vision = apply::vision(afterimage_config::BackboneKind::SqueezeNet11, SIDE, 0, &device).unwrap();
    let encoder = Encoder::new(&experiment.encoder, &vision, VOXELS).unwrap();
    let state = encoder.init(3, &device);
    let decoder = (prior == Prior::Decoder).then(|| {
        let decoder = Decoder::new(&experiment.decoder, SIDE, &device);
        let params = decoder.init(VOXELS, 5, &device);
        (decoder, params)
    });
    Driver::new(FrozenEncoder { encoder, state, vision }, decoder, device)
}

fn settings(prior: Prior) -> Settings {
    Settings {
        prior,
        minimise: false,
        steps: 40,
        learning_rate: 0.1,
        variation_weight: 0.3,
        jitter_px: 1,
        starts: 2,
        seed: 7,
    }
}

fn target(weights: [f32; VOXELS]) -> Target {
    Target { name: "t".into(), weights: weights.to_vec(), sd: 0.5 }
}

const FIRST: [f32; VOXELS] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const CONTRAST: [f32; VOXELS] = [0.5, 0.5, -0.25, -0.25, -0.25, -0.25];

fn drive(driver: &Driver, target: &Target, settings: &Settings) -> Driven {
    driver.drive(target, settings, &mut || true).unwrap().unwrap()
}

fn responses(driver: &Driver, images: ArrayView4<'_, u8>, target: &Target) -> Vec<f32> {
    driver.predict(images).dot(&ndarray::Array1::from(target.weights.clone())).to_vec()
}

#[test]
fn driven_images_go_beyond_every_other_image_and_minimised_ones_below() {
    let driver = driver(Prior::Pixels);
    let natural = Array4::from_shape_fn((60, SIDE, SIDE, 3), |(n, y, x, c)| {
        let wave = (0.05 * n as f32 * x as f32 + 0.11 * (n % 7) as f32 * y as f32 + c as f32 * n as f32).sin();
        (127.5 + 127.5 * wave * (0.3 + 0.7 * (n % 3) as f32 / 2.0)) as u8
    });
    for weights in [FIRST, CONTRAST] {
        let target = target(weights);
        let others = responses(&driver, natural.view(), &target);
        let (low, high) = (others.iter().copied().reduce(f32::min), others.iter().copied().reduce(f32::max));
        let up = drive(&driver, &target, &settings(Prior::Pixels));
        let reached = responses(&driver, up.images.view(), &target);
        assert!(reached.iter().all(|&r| Some(r) > high), "{reached:?} {high:?}");
        for (course, &last) in up.courses.iter().zip(&reached) {
            assert_eq!(course.len(), 4);
            assert!(course.windows(2).all(|w| w[1] > w[0]) && f64::from(last) > course[0], "{course:?} {last}");
        }
        let down = drive(&driver, &target, &Settings { minimise: true, ..settings(Prior::Pixels) });
        let reached = responses(&driver, down.images.view(), &target);
        assert!(reached.iter().all(|&r| Some(r) < low), "{reached:?} {low:?}");
    }
}

#[test]
fn decoded_images_rise_too() {
    let driver = driver(Prior::Decoder);
    let still = Settings { jitter_px: 0, ..settings(Prior::Decoder) };
    let found = drive(&driver, &target(FIRST), &still);
    let reached = responses(&driver, found.images.view(), &target(FIRST));
    for (course, last) in found.courses.iter().zip(reached) {
        assert!(f64::from(last) > course[0] && course[3] > course[0], "{course:?} {last}");
    }
}

#[test]
fn gradient_is_that_of_finite_differences() {
    for prior in [Prior::Pixels, Prior::Decoder] {
        let driver = driver(prior);
        let settings = Settings { variation_weight: 2.0, ..settings(prior) };
        let target = target(CONTRAST);
        let weights = Tensor::<2>::from_data(TensorData::new(target.weights.clone(), [VOXELS, 1]), &driver.device);
        let params = driver.start(&target, &settings);
        let value = |params: &Params| {
            f64::from(scalar(&driver.terms(params, (&weights, target.sd), &settings, (1, -1)).0.total()))
        };
        let leaves = params.leaves();
        let gradients = driver.terms(&leaves, (&weights, target.sd), &settings, (1, -1)).0.total().backward();
        let gradient = convert::values(&leaves.flat(LEAF).grad(&gradients).expect("a gradient"));
        let norm = gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let wave = |i: usize| (i as f64 * 0.013).sin() * gradient[i].abs().sqrt() as f64;
        let ways: [Vec<f64>; 2] =
            [gradient.iter().map(|&g| f64::from(g) / norm).collect(), (0..gradient.len()).map(wave).collect()];
        for (index, way) in ways.iter().enumerate() {
            let length = way.iter().map(|d| d * d).sum::<f64>().sqrt();
            let step = 0.002; // a longer one passes kinks of the network
            let moved = |sign: f64| {
                let values = convert::values(&params.flat(LEAF));
                let values: Vec<f32> =
                    values.iter().zip(way).map(|(v, d)| (f64::from(*v) + sign * step * d / length) as f32).collect();
                let count = values.len();
                let mut at = params.clone();
                at.set(LEAF, Tensor::from_data(TensorData::new(values, [count]), &driver.device));
                value(&at)
            };
            let expected = (moved(1.0) - moved(-1.0)) / (2.0 * step);
            let found = gradient.iter().zip(way).map(|(g, d)| f64::from(*g) * d / length).sum::<f64>();
            assert!((found - expected).abs() < 0.03 * norm, "{prior:?}, {index}: {found} {expected} {norm}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_a_start_does_not_depend_on_the_others() {
    let driver = driver(Prior::Pixels);
    let quick = Settings { steps: 5, ..settings(Prior::Pixels) };
    let first = drive(&driver, &target(FIRST), &quick);
    assert_eq!(first, drive(&driver, &target(FIRST), &quick));
    let alone = drive(&driver, &target(FIRST), &Settings { starts: 1, ..quick.clone() });
    let near = |a: u8, b: u8| a.abs_diff(b) <= 1;
    let whole = first.images.index_axis(ndarray::Axis(0), 0);
    assert!(alone.images.index_axis(ndarray::Axis(0), 0).iter().zip(whole).all(|(&a, &b)| near(a, b)));
    assert_ne!(first, drive(&driver, &target(FIRST), &Settings { seed: 8, ..quick.clone() }));
    assert_ne!(first.images.index_axis(ndarray::Axis(0), 0), first.images.index_axis(ndarray::Axis(0), 1));
}

#[test]
fn heavier_variation_gives_smoother_images() {
    let driver = driver(Prior::Pixels);
    let roughness = |weight: f64| {
        let found = drive(&driver, &target(FIRST), &Settings { variation_weight: weight, ..settings(Prior::Pixels) });
        let images = convert::images_to_tensor(found.images.view(), &driver.device);
        scalar(&variation(images).mean())
    };
    // Responses of an untrained encoder are in the hundreds.
    let (rough, smooth) = (roughness(0.0), roughness(1e5));
    assert!(smooth < 0.5 * rough, "{rough} {smooth}");
}

#[test]
fn weights_of_another_brain_are_refused_and_an_interrupt_ends_it() {
    let driver = driver(Prior::Pixels);
    let other = Target { name: "t".into(), weights: vec![1.0; 4], sd: 1.0 };
    let said = driver.drive(&other, &settings(Prior::Pixels), &mut || true).unwrap_err().to_string();
    assert!(said.contains("4 voxels") && said.contains("has 6"), "{said}");
    let still = Target { sd: 0.0, ..target(FIRST) };
    let said = driver.drive(&still, &settings(Prior::Pixels), &mut || true).unwrap_err().to_string();
    assert!(said.contains("does not vary"), "{said}");
    assert!(driver.drive(&target(FIRST), &settings(Prior::Pixels), &mut || false).unwrap().is_none());
}

#[test]
fn shifted_images_repeat_their_edge() {
    let images = Tensor::<1>::from_floats([0., 1., 2., 3., 4., 5., 6., 7., 8.], &Device::flex()).reshape([1, 1, 3, 3]);
    assert_eq!(convert::values(&shift_images(images, (1, -1))), [3., 3., 4., 6., 6., 7., 6., 6., 7.]);
}
