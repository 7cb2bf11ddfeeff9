//! PixCorr and SSIM against scikit-image and NumPy; `golden/similarity.py` made the values.

use afterimage_eval::{images, pixcorr, resize::resize, ssim::Moments};
use ndarray::{Array2, Array4, ArrayView4};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    height: usize,
    width: usize,
    shown: Vec<u8>,
    reconstruction: Vec<u8>,
    ssim_native: f64,
    ssim_425: f64,
    ssim_13: f64,
    pixcorr_native: f64,
    pixcorr_425: f64,
    pixcorr_13: f64,
}

fn cases() -> Vec<(Case, Array4<f32>, Array4<f32>)> {
    let golden: Golden = serde_json::from_str(include_str!("../../golden/similarity.json")).unwrap();
    golden
        .cases
        .into_iter()
        .map(|case| {
            let image = |bytes: &[u8]| {
                let bytes = ArrayView4::from_shape((1, case.height, case.width, 3), bytes).unwrap();
                images::from_bytes(bytes)
            };
            let (shown, reconstruction) = (image(&case.shown), image(&case.reconstruction));
            (case, shown, reconstruction)
        })
        .collect()
}

/// Grey with the weights of `rgb2gray`, resized where asked.
fn grey(images: &Array4<f32>, side: Option<usize>) -> Array2<f64> {
    let plane = |c: usize| images.slice(ndarray::s![0, c, .., ..]).mapv(f64::from);
    let grey = plane(0) * 0.2125 + plane(1) * 0.7154 + plane(2) * 0.0721;
    side.map_or(grey.clone(), |side| resize(grey.view(), side))
}

#[test]
fn ssim_equals_scikit_image() {
    for (case, shown, reconstruction) in cases() {
        for (side, expected) in [(None, case.ssim_native), (Some(425), case.ssim_425), (Some(13), case.ssim_13)] {
            let a = Moments::new(grey(&shown, side)).unwrap();
            let b = Moments::new(grey(&reconstruction, side)).unwrap();
            let difference = (a.ssim(&b) - expected).abs();
            assert!(difference < 1e-6, "{side:?}: {difference}");
        }
    }
}

#[test]
fn pixcorr_equals_numpy() {
    for (case, shown, reconstruction) in cases() {
        let expected = [(None, case.pixcorr_native), (Some(425), case.pixcorr_425), (Some(13), case.pixcorr_13)];
        for (side, expected) in expected {
            let r = pixcorr::correlations(reconstruction.view(), shown.view(), side)[[0, 0]];
            assert!((r - expected).abs() < 1e-6, "{side:?}: {r} {expected}");
        }
    }
}
