//! Scores that their inputs leave undefined: a reason, never a number.

use std::collections::BTreeMap;

use afterimage_eval::averaging::{Decoded, averaging_scores};
use afterimage_eval::*;
use ndarray::{Array2, Array4, ArrayView4, Axis};

fn context(n: usize) -> Context {
    Context { resamples: 50, permutations: 50, ..crate::support::context(n) }
}

fn images(n: usize, step: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 3, 16, 16), |(i, c, y, x)| {
        (((i + 2) * (step * y + 3) + 7 * c + 11 * x * (i + step)) % 23) as f32 / 22.0
    })
}

fn reason<T>(result: Result<T>) -> String {
    let error = result.err().expect("an undefined score");
    assert!(error.is_undefined(), "{error}");
    error.to_string()
}

/// A network that gives the same value everywhere, such as 0 where a ReLU met a NaN.
struct Same(f32, &'static [usize]);

impl Features for Same {
    fn name(&self) -> String {
        "broken".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        let n = images.len_of(Axis(0));
        Ok(self.1.iter().map(|&channels| Array4::from_elem((n, channels, 3, 3), self.0)).collect())
    }
}

#[test]
fn features_that_are_the_same_for_all_images_are_no_perfect_score() {
    let ctx = context(6);
    let (a, b) = (images(6, 3), images(6, 5));
    for value in [0.0, 0.7] {
        let alex = Same(value, &[64, 192, 384, 256, 256]);
        let lpips = Lpips::new(LpipsNet::Alex, &alex);
        let one = Same(value, &[5]);
        let perceptual = PerceptualDistance::new(&one, vec![1.0]).unwrap();
        let correlation = FeatureCorrelation { features: &one, tap: 0, key: "toy".into() };
        let all: [&dyn Distance; 3] = [&lpips, &perceptual, &correlation];
        for distance in all {
            let matrix = DistanceMatrix::compute(distance, a.view(), b.view(), &mut no_candidates(), &ctx);
            let said = reason(matrix);
            assert!(said.contains("the same for all 12 images"), "{said}");
        }
    }
}

#[test]
fn features_that_are_not_finite_are_no_score() {
    let ctx = context(4);
    let (a, b) = (images(4, 3), images(4, 5));
    for value in [f32::NAN, f32::INFINITY] {
        let features = Same(value, &[64, 192, 384, 256, 256]);
        let lpips = Lpips::new(LpipsNet::Alex, &features);
        let said = reason(DistanceMatrix::compute(&lpips, a.view(), b.view(), &mut no_candidates(), &ctx));
        assert!(said.contains("not finite") && said.contains("broken"), "{said}");
    }
}

#[test]
fn image_without_contrast_has_no_identification_and_the_others_keep_theirs() {
    let ctx = context(6);
    let shown = images(6, 3);
    let mut flat = shown.clone();
    flat.index_axis_mut(Axis(0), 2).fill(0.5);
    // A constant shown image is at distance 1 from all; where every other one is farther than that it would win.
    for (reconstructions, shown) in [(&flat, &shown), (&shown, &flat)] {
        let (a, b) = (reconstructions.view(), shown.view());
        let matrix = DistanceMatrix::compute(&PixelCorrelation, a, b, &mut no_candidates(), &ctx).unwrap();
        let (pixcorr, missing) = pixcorr_scores(a, b, &ctx).unwrap();
        assert!(missing.is_empty());
        for score in pairwise_scores(&matrix, &ctx).unwrap().iter().chain(&pixcorr) {
            assert_eq!((score.n, score.per_item[2]), (5, None), "{}", score.name);
            assert!((score.value - 1.0).abs() < 1e-6, "{}: {}", score.name, score.value);
            assert!(score.p.is_some() && score.chance.is_some_and(|chance| chance < 1.0));
        }
    }
    let grey = Array4::from_elem((6, 3, 16, 16), 0.25);
    let mut darker = grey.clone();
    darker.index_axis_mut(Axis(0), 1).fill(0.1);
    let (scores, missing) = pixcorr_scores(grey.view(), darker.view(), &ctx).unwrap();
    assert!(scores.iter().all(|s| s.value.is_nan() && s.n == 0) && missing[0].reason.contains("constant"));
    assert!(reason(diversity_scores(shown.view(), grey.view(), &ctx)).contains("all shown images are equal"));
}

#[test]
fn classifier_that_answers_all_images_alike_is_not_always_right() {
    let ctx = context(5);
    let scores = Array2::from_shape_fn((5, 8), |(_, class)| class as f32);
    let said = reason(class_protocol_scores(scores.view(), scores.view(), "dead", &[2], &ctx));
    assert!(said.contains("all 5 shown images are the same"), "{said}");
}

#[test]
fn constant_responses_have_no_encoder_score() {
    let ctx = context(4);
    let constant = Array2::<f32>::zeros((4, 3));
    let said = reason(encoder_scores(constant.view(), constant.view(), None, &BTreeMap::new(), &ctx));
    assert!(said.contains("no voxel varies"), "{said}");
    let varied = Array2::from_shape_fn((4, 3), |(i, v)| ((i * 5 + v * 3) % 7) as f32);
    let matrix = encoding_matrix(varied.view(), constant.view(), None, &ctx).unwrap();
    assert!(reason(encoding_scores(&matrix, &[2], &ctx)).contains("constant"));
}

#[test]
fn one_two_and_three_items_give_scores_or_reasons() {
    for n in 1..=3 {
        let ctx = context(n);
        let (a, b) = (images(n, 3), images(n, 5));
        let table = |step: usize| Array2::from_shape_fn((n, 7), |(i, v)| ((i * step + v * 3 + i * v) % 11) as f32);
        let mut pool = InMemory { names: (0..5).map(|i| i.to_string()).collect(), images: images(5, 9) };
        let matrix = DistanceMatrix::compute(&PixelCorrelation, a.view(), b.view(), &mut pool, &ctx).unwrap();
        let decoded = [Decoded { repeats: 1, draws: vec![a.clone()] }];
        let external = external_scores(&matrix, &[2, 5], &ctx).unwrap();
        assert!(external.iter().all(|s| s.value.is_finite() && s.p.is_some() == (n > 1)));
        let mut scores = image_scores(a.view(), b.view(), &ctx).unwrap();
        scores.extend(ms_ssim_scores(a.view(), b.view(), &ctx).unwrap());
        assert!(scores.iter().all(|s| s.value.is_finite() && s.interval.is_some() == (n > 1)), "{scores:?}");
        let averaging =
            averaging_scores(&decoded, b.view(), &PixelCorrelation, &mut no_candidates(), None, &ctx).map(drop);
        let missing = pixcorr_scores(a.view(), b.view(), &ctx).unwrap().1;
        let results = [
            (2, pairwise_scores(&matrix, &ctx).map(drop)),
            (2, averaging),
            (3, diversity_scores(a.view(), b.view(), &ctx).map(drop)),
            (3, encoder_scores(table(3).view(), table(5).view(), None, &BTreeMap::new(), &ctx).map(drop)),
        ];
        for (needed, result) in results {
            if n >= needed {
                result.unwrap();
            } else {
                let said = reason(result);
                assert!(said.contains(&format!("needs at least {needed} items, got {n}")), "{said}");
            }
        }
        assert_eq!(missing.len(), usize::from(n < 2));
    }
}
