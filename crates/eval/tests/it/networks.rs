//! Resizing, MS-SSIM, LPIPS and the feature metrics against torchvision, pytorch-msssim, lpips, NumPy and SciPy;
//! `golden/networks.py` made the values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use afterimage_config::BackboneKind;
use afterimage_eval::{
    BoxError, Context, Distance, DistanceMatrix, FEATURE_METRICS, FeatureMetric, Features, HeldOut, Lpips, LpipsNet,
    feature_scores::Comparison, lpips_score, ms_ssim::Pyramid, ms_ssim_scores, no_candidates, resize::resize_images,
};
use afterimage_model::backbone::{Architecture as _, WeightSource};
use afterimage_model::foreign::{FOREIGN, ForeignNetwork, foreign};
use afterimage_run::{pictures::Pictures, scores::Score};
use afterimage_train::apply::FeatureExtractor;
use ndarray::{Array4, ArrayView4, Axis, concatenate, s};
use serde::Deserialize;

const ITEMS: usize = 6;
const SIDE: usize = 64;

#[derive(Deserialize)]
struct Golden {
    resize: Vec<Resize>,
    ms_ssim_direct: Vec<f64>,
    ms_ssim: Vec<f64>,
    lpips: BTreeMap<String, Vec<Vec<f64>>>,
    features: BTreeMap<String, Compared>,
}

#[derive(Deserialize)]
struct Resize {
    from: usize,
    to: usize,
    values: Vec<f64>,
    sum: f64,
}

#[derive(Deserialize)]
struct Compared {
    pairwise: Vec<f64>,
    distance: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../golden/networks.json")).unwrap()
}

fn pattern(number: usize, side: usize) -> Array4<f32> {
    let value = |c: usize, y: usize, x: usize| (((5 + number) * y * x + 37 * c + 11 * y + 7 * x) % 101) as f32 / 100.0;
    Array4::from_shape_fn((1, 3, side, side), |(_, c, y, x)| value(c, y, x))
}

/// Reconstructions and shown images.
fn images() -> (Array4<f32>, Array4<f32>) {
    let shown: Vec<_> = (0..ITEMS).map(|n| pattern(n, SIDE)).collect();
    let of = |n: usize| &shown[n] * 0.6 + &shown[(n + 3) % ITEMS] * 0.4;
    let reconstructions: Vec<_> = (0..ITEMS).map(of).collect();
    let stack =
        |images: &[Array4<f32>]| concatenate(Axis(0), &images.iter().map(|i| i.view()).collect::<Vec<_>>()).unwrap();
    (stack(&reconstructions), stack(&shown))
}

fn context() -> Context {
    let picture = |n: usize| Pictures {
        name: n.to_string(),
        class: None,
        stimulus: n as u32,
        repeats: 1,
        shown: String::new(),
        reconstruction: String::new(),
        rival: None,
        rival_name: None,
        photograph: None,
    };
    let mut context = Context::new(HeldOut::from_pictures(&(0..ITEMS).map(picture).collect::<Vec<_>>()), 1);
    (context.resamples, context.permutations) = (100, 100);
    context
}

fn assert_items(score: &Score, expected: &[f64], tolerance: f64) {
    assert_eq!(score.n, ITEMS);
    for (got, expected) in score.per_item.iter().zip(expected) {
        let got = got.unwrap();
        assert!((got - expected).abs() < tolerance, "{}: {got} {expected}", score.name);
    }
    let mean = expected.iter().sum::<f64>() / ITEMS as f64;
    assert!((score.value - mean).abs() < tolerance, "{}: {} {mean}", score.name, score.value);
}

/// A backbone or a stand-in.
enum Network {
    Own(FeatureExtractor),
    Foreign(ForeignNetwork),
}

impl Features for Network {
    fn name(&self) -> String {
        "a network of the test".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> Result<Vec<Array4<f32>>, BoxError> {
        Ok(match self {
            Self::Own(network) => network.extract(images),
            Self::Foreign(network) => vec![network.features(images)?.insert_axis(Axis(2)).insert_axis(Axis(3))],
        })
    }
}

/// A file of weights that are a formula: uniform with variance `2 / fan_in`, biases within 0.1.
fn by_formula(kind: BackboneKind, folder: &Path) -> PathBuf {
    let parameters: Vec<_> =
        kind.parameters().into_iter().map(|(name, shape)| (values(&name, &shape), name, shape)).collect();
    let views = parameters.iter().map(|(values, name, shape)| {
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), values);
        (name.as_str(), view.unwrap())
    });
    let path = folder.join(format!("{kind}.safetensors"));
    safetensors::serialize_to_file(views, None, &path).unwrap();
    path
}

fn values(name: &str, shape: &[usize]) -> Vec<u8> {
    let seed = name.bytes().fold(2_166_136_261_u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(16_777_619));
    let fan_in = shape[1..].iter().product::<usize>() as f64;
    let scale = if shape.len() == 1 { 0.1 } else { (6.0 / fan_in).sqrt() };
    let value = |k: usize| {
        let mut x = (k as u32).wrapping_mul(2_654_435_761).wrapping_add(seed);
        x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
        x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
        x ^= x >> 16;
        ((f64::from(x >> 8) / 16_777_216.0 * 2.0 - 1.0) * scale) as f32
    };
    (0..shape.iter().product()).flat_map(|k| value(k).to_le_bytes()).collect()
}

fn own(backbone: BackboneKind, weights: &WeightSource, taps: &[&str], side: usize) -> Network {
    Network::Own(FeatureExtractor::from_source(backbone, weights, taps, side, "cpu").unwrap())
}

#[test]
fn resizing_equals_torchvision() {
    for case in golden().resize {
        let resized = resize_images(pattern(1, case.from).view(), case.to);
        assert_eq!(resized.dim(), (1, 3, case.to, case.to));
        for (got, expected) in resized.iter().step_by(37).zip(&case.values) {
            assert!((f64::from(*got) - expected).abs() < 1e-7, "{} to {}: {got} {expected}", case.from, case.to);
        }
        let sum: f64 = resized.iter().map(|&v| f64::from(v)).sum();
        assert!((sum - case.sum).abs() < 1e-6 * case.sum, "{} to {}", case.from, case.to);
    }
}

#[test]
fn ms_ssim_equals_pytorch_msssim() {
    let crop = |number| pattern(number, 200).slice(s![0, .., ..190, ..177]).mapv(f64::from);
    let (a, b) = (crop(1), crop(1) * 0.7 + crop(2) * 0.3);
    let got = Pyramid::new(a.view()).unwrap().ms_ssim(&Pyramid::new(b.view()).unwrap());
    let expected = golden().ms_ssim_direct[0];
    // The package's window is in single precision.
    assert!((got - expected).abs() < 1e-6, "{got} {expected}");
    let (reconstructions, shown) = images();
    let scores = ms_ssim_scores(reconstructions.view(), shown.view(), &context()).unwrap();
    assert_items(&scores[0], &golden().ms_ssim, 1e-6);
}

fn assert_lpips(net: LpipsNet, network: &Network, expected: &[Vec<f64>]) {
    let (reconstructions, shown) = images();
    let lpips = Lpips::new(net, network);
    let (a, b, ctx) = (reconstructions.view(), shown.view(), context());
    let matrix = DistanceMatrix::compute(&lpips, a, b, &mut no_candidates(), &ctx).unwrap();
    for ((i, j), got) in matrix.shown().indexed_iter() {
        assert!((got - expected[i][j]).abs() < 1e-5, "{} {i} {j}: {got} {}", lpips.key(), expected[i][j]);
    }
    let score = lpips_score(&lpips, &matrix, a, b, &ctx).unwrap();
    let own: Vec<f64> = (0..ITEMS).map(|i| expected[i][i]).collect();
    assert_items(&score, &own, 1e-6);
    assert!(!score.higher_is_better && score.chance.unwrap() > score.value);
}

#[test]
fn lpips_equals_the_package() {
    let folder = tempfile::tempdir().unwrap();
    for net in LpipsNet::ALL {
        let file = by_formula(net.backbone(), folder.path());
        let network = own(net.backbone(), &WeightSource::File(file), net.taps(), SIDE);
        assert_lpips(net, &network, &golden().lpips[net.key()]);
    }
}

#[test]
fn lpips_over_real_activations_equals_the_package() {
    let network = own(BackboneKind::SqueezeNet11, &WeightSource::Installed, LpipsNet::Squeeze.taps(), SIDE);
    assert_lpips(LpipsNet::Squeeze, &network, &golden().lpips["built-in"]);
}

/// The metric's own network with known weights: AlexNet by formula, the others by stand-ins.
fn network_of(metric: &FeatureMetric, folder: &Path) -> Network {
    match metric.tap {
        Some(tap) => {
            let weights = WeightSource::File(by_formula(metric.network.parse().unwrap(), folder));
            own(metric.network.parse().unwrap(), &weights, &[tap], metric.side)
        }
        None => {
            let kind = foreign(metric.network).unwrap();
            assert_eq!(kind.side, metric.side);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/tests/onnx");
            Network::Foreign(ForeignNetwork::open(kind, &folder.join(kind.name).with_extension("onnx")).unwrap())
        }
    }
}

#[test]
fn feature_metrics_equal_their_definition_in_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let (reconstructions, shown) = images();
    for metric in &FEATURE_METRICS {
        let network = network_of(metric, folder.path());
        let of =
            |metric: &FeatureMetric| metric.scores(&network, reconstructions.view(), shown.view(), &context()).unwrap();
        let (named, scores) = (metric.score_names(), of(metric));
        let belongs = |score: &str, name: &str| score == name || score.starts_with(&format!("{name}."));
        assert!(scores.iter().all(|score| named.iter().any(|name| belongs(&score.name, name))), "{named:?}");
        assert!(named.iter().all(|name| scores.iter().any(|score| belongs(&score.name, name))), "{named:?}");
        // Both comparisons, since the distances say more about the network than the ranks.
        let mut scores = of(&FeatureMetric { comparison: Comparison::Both, ..*metric });
        scores.retain(|score| score.protocol != "retrieval");
        assert_eq!(scores.len(), 2);
        let expected = &golden().features[metric.key];
        for score in &scores {
            let side = format!("resized to {0}x{0} (bilinear, antialiased)", metric.side);
            assert!(score.metric.contains(&side), "{}", score.metric);
            match score.protocol.as_str() {
                "pairwise" => assert_items(score, &expected.pairwise, 1e-9),
                _ => assert_items(score, &expected.distance, 1e-5),
            }
        }
    }
}

#[test]
fn every_foreign_network_serves_a_metric() {
    for kind in FOREIGN {
        let of_kind = |metric: &&FeatureMetric| metric.network == kind.name && metric.tap.is_none();
        assert_eq!(FEATURE_METRICS.iter().filter(of_kind).count(), 1, "{}", kind.name);
    }
    assert_eq!(FeatureMetric::find("swav").unwrap().comparison, Comparison::Distance);
}

/// A network whose features are the same for every image.
struct Constant;

impl Features for Constant {
    fn name(&self) -> String {
        "constant".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> Result<Vec<Array4<f32>>, BoxError> {
        Ok(vec![Array4::from_elem((images.len_of(Axis(0)), 5, 1, 1), 0.3)])
    }
}

#[test]
fn constant_features_are_undefined() {
    let (reconstructions, shown) = images();
    let metric = FeatureMetric::find("efficientnet-lite0").unwrap();
    let error = metric.scores(&Constant, reconstructions.view(), shown.view(), &context()).unwrap_err();
    assert!(error.is_undefined() && error.to_string().contains("the same for all 12 images"), "{error}");
}
