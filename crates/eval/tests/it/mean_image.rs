//! The level of the mean training image is the score of a run whose every reconstruction it is, and moves nothing else.

use crate::support::context;
use afterimage_eval::*;
use afterimage_run::scores::{NotComputed, Score};
use ndarray::{Array3, Array4, Axis};

const ITEMS: usize = 13;

fn noise(n: usize, side: usize, salt: usize) -> Array4<f32> {
    let value =
        |i: usize, c: usize, y: usize, x: usize| (i * 7919 + c * 104_729 + y * 1301 + x * 31 + salt) * 2_654_435_761;
    Array4::from_shape_fn((n, 3, side, side), |(i, c, y, x)| (value(i, c, y, x) >> 7 & 0xffff) as f32 / 65_535.0)
}

fn every_score(reconstructions: &Array4<f32>, shown: &Array4<f32>, ctx: &Context) -> Vec<Score> {
    let (decoded, shown) = (reconstructions.view(), shown.view());
    let names = (0..40).map(|i| format!("candidate {i}")).collect();
    let mut pool = InMemory { names, images: noise(40, 16, 5) };
    let matrix = DistanceMatrix::compute(&PixelCorrelation, decoded, shown, &mut pool, ctx).unwrap();
    let clusters: Vec<usize> = (0..ITEMS).map(|i| i % 3).collect();
    let mut scores = external_scores(&matrix, &[2, 5, 20], ctx).unwrap();
    scores.extend(pairwise_scores(&matrix, ctx).unwrap());
    scores.extend(pairwise_by_cluster(&matrix, &clusters, "numbers", ctx).unwrap());
    let (pixcorr, missing): (Vec<Score>, Vec<NotComputed>) = pixcorr_scores(decoded, shown, ctx).unwrap();
    assert!(missing.is_empty());
    scores.extend(pixcorr);
    scores.extend(ssim_scores(decoded, shown, ctx).unwrap());
    scores
}

#[test]
fn level_of_the_mean_image_is_the_score_of_it_as_every_reconstruction() {
    let shown = noise(ITEMS, 16, 1);
    let mean: Array3<f32> = noise(7, 16, 2).mean_axis(Axis(0)).unwrap();
    let plain = context(ITEMS);
    let ctx = Context { mean_image: Some(mean.clone()), ..plain.clone() };
    let blend = &shown * 0.4 + &noise(ITEMS, 16, 3) * 0.6;
    let copies = ndarray::stack(Axis(0), &[mean.view(); ITEMS]).unwrap();
    let (with, without) = (every_score(&blend, &shown, &ctx), every_score(&blend, &shown, &plain));
    for ((score, before), of_copies) in with.iter().zip(&without).zip(every_score(&copies, &shown, &plain)) {
        let level = score.mean_image.unwrap_or_else(|| panic!("{} lacks the level", score.name));
        assert!((level - of_copies.value).abs() < 1e-9, "{}: {level} {}", score.name, of_copies.value);
        assert!(before.mean_image.is_none());
        assert_eq!(Score { mean_image: None, ..score.clone() }, *before, "nothing else depends on it");
    }
    let pairwise = with.iter().find(|score| score.name == "identification.pairwise.pixels").unwrap();
    assert!((pairwise.mean_image.unwrap() - 0.5).abs() < 1e-12);
}

#[test]
fn constant_mean_image_has_no_level_by_correlation() {
    let shown = noise(ITEMS, 16, 1);
    let ctx = Context { mean_image: Some(Array3::from_elem((3, 16, 16), 0.5)), ..context(ITEMS) };
    for score in every_score(&noise(ITEMS, 16, 3), &shown, &ctx) {
        assert_eq!(score.mean_image.is_some(), score.name.starts_with("image.ssim"), "{}", score.name);
    }
}
