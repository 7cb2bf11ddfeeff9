//! Images that have given features.

use afterimage_baseline::{Standard, pool::to_grid};
use afterimage_config::{BackboneKind, Experiment};

use super::*;

const SIDE: usize = 32;
const GRID: usize = 4;

fn extractor() -> FeatureExtractor {
    FeatureExtractor::new(BackboneKind::SqueezeNet11, &["relu1", "fire3"], SIDE, "cpu").unwrap()
}

/// Smooth images, `[n, 3, side, side]`.
fn images(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 3, SIDE, SIDE), |(n, c, y, x)| {
        let phase = 0.3 * n as f32 * (x as f32 * 0.2 + c as f32) + 0.17 * y as f32 * (1.0 + n as f32 % 3.0);
        0.5 + 0.4 * phase.sin()
    })
}

/// The true features of the last `n` of the images as targets, standardised over the others.
fn targets(extractor: &FeatureExtractor, images: &Array4<f32>, n: usize) -> Vec<LayerTargets> {
    let training = images.len_of(Axis(0)) - n;
    let of = |maps: Array4<f32>| {
        let features = to_grid(maps.view(), GRID);
        let standard = Standard::fit(features.slice(s![..training, ..])).unwrap();
        let mut targets = features.slice(s![training.., ..]).to_owned();
        standard.apply(&mut targets).unwrap();
        LayerTargets { grid: GRID, standard: standard.columns().collect(), targets }
    };
    extractor.extract(images.view()).into_iter().map(of).collect()
}

fn settings(prior: ImagePrior, steps: usize) -> Inversion {
    let learning_rate = if prior == ImagePrior::Pixels { 0.05 } else { 3e-3 };
    Inversion { prior, steps, learning_rate, variation_weight: 0.0, seed: 3 }
}

fn loss(extractor: &FeatureExtractor, layers: &[LayerTargets], images: &Array4<f32>) -> f32 {
    let on = layers.iter().zip(&extractor.taps).map(|(l, tap)| extractor.on_device(l, tap, l.targets.clone()));
    let objective = Objective { extractor, layers: on.collect(), variation_weight: 0.0 };
    convert::values(&objective.loss(convert::array4_to_tensor(images.view(), &extractor.device)))[0]
}

#[test]
fn images_with_the_features_lose_nothing_and_descent_comes_near_them() {
    let (extractor, images) = (extractor(), images(14));
    let layers = targets(&extractor, &images, 2);
    let shown = images.slice(s![12.., .., .., ..]).to_owned();
    assert!(loss(&extractor, &layers, &shown) < 1e-6, "pooling and standardisation are those of the arrays");
    let mean = images.slice(s![..12, .., .., ..]).mean_axis(Axis(0)).unwrap();
    let begin = ndarray::stack(Axis(0), &[mean.view(), mean.view()]).unwrap();
    let before = loss(&extractor, &layers, &begin);
    let small =
        Experiment::preset("demo").unwrap().with_settings(&["decoder.channels=16".into(), "decoder.groups=4".into()]);
    for prior in [ImagePrior::Pixels, ImagePrior::Deep(Box::new(small.unwrap().decoder))] {
        let made =
            extractor.invert(&layers, mean.view(), &settings(prior.clone(), 60), &mut |_| true).unwrap().unwrap();
        assert_eq!(made.dim(), (2, 3, SIDE, SIDE));
        assert!(made.iter().all(|x| (0.0..=1.0).contains(x)));
        let after = loss(&extractor, &layers, &made);
        assert!(after < 0.6 * before, "{prior:?}: {before} {after}");
    }
}

#[test]
fn an_image_does_not_depend_on_the_others_and_a_stop_gives_none() {
    let (extractor, images) = (extractor(), images(14));
    let mean = images.mean_axis(Axis(0)).unwrap();
    let two = targets(&extractor, &images, 2);
    let mut second = two.clone();
    second.iter_mut().for_each(|layer| layer.targets = layer.targets.slice(s![1.., ..]).to_owned());
    let how = settings(ImagePrior::Pixels, 3);
    let invert = |layers: &[LayerTargets]| extractor.invert(layers, mean.view(), &how, &mut |_| true).unwrap().unwrap();
    let (both, alone) = (invert(&two), invert(&second));
    let worst = both.index_axis(Axis(0), 1).iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-4, "{worst}");
    let mut left = 2;
    let stop = &mut |_| {
        left -= 1;
        left > 0
    };
    assert!(extractor.invert(&two, mean.view(), &how, stop).unwrap().is_none());
}
