//! PixCorr and SSIM as scores.

use afterimage_run::scores::Score;
use ndarray::{Array2, ArrayView4, Axis};
use rayon::prelude::*;

use crate::distance::DistanceMatrix;
use crate::draws::{Purpose, generator, shuffle};
use crate::resize::{SUITE_SIDE, resize};
use crate::score::{Draft, with_test};
use crate::ssim::{Moments, SMALLEST_SIDE};
use crate::statistics::{PairingTest, pairing_test, within_item_test};
use crate::{Context, Result, images, pixcorr};

/// Mismatched images per item in the test of SSIM.
const MISMATCHES: usize = 10;
/// Items whose SSIM is computed together, to share the moments of shown images.
const BLOCK: usize = 16;

/// PixCorr and SSIM at 425x425 and at the images' own size, with `pairwise` identification by PixCorr.
///
/// Reconstructions and shown images f32 `[items, 3, height, width]` in 0..1, as
/// [`images::from_bytes`] makes them. Names: `image.pixcorr`, `image.pixcorr.native`, `image.ssim`,
/// `image.ssim.native` (from 11 pixels), `identification.pairwise.pixcorr`. The chance level of an image score is what
/// mismatched images reach, since natural images resemble each other.
///
/// # Errors
/// [`crate::EvalError::Shape`] and [`crate::EvalError::NotFinite`] for images that do not fit.
pub fn image_scores(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, ctx: &Context) -> Result<Vec<Score>> {
    images::check("the array of reconstructions", reconstructions, ctx)?;
    images::check("the array of shown images", shown, ctx)?;
    if reconstructions.dim() != shown.dim() {
        return Err(crate::error::shape(
            "the array of reconstructions",
            reconstructions.shape(),
            format!("{:?}, as the shown images", shown.shape()),
        ));
    }
    let r = pixcorr::correlations(reconstructions, shown, Some(SUITE_SIDE));
    let mut scores = vec![pixcorr_score(&r, Some(SUITE_SIDE), ctx)];
    scores.push(ssim_score(reconstructions, shown, Some(SUITE_SIDE), ctx));
    scores.push(pixcorr_score(&pixcorr::correlations(reconstructions, shown, None), None, ctx));
    let (_, _, height, width) = shown.dim();
    if height.min(width) >= SMALLEST_SIDE {
        scores.push(ssim_score(reconstructions, shown, None, ctx));
    }
    if ctx.len() >= 2 {
        scores.extend(pairwise_pixcorr(&r, ctx)?);
    }
    Ok(scores)
}

/// Name suffix and words for a size.
fn size(side: Option<usize>) -> (&'static str, String) {
    match side {
        Some(side) => ("", format!("resized to {side}x{side} (bilinear, antialiased)")),
        None => (".native", "at the images' own size".into()),
    }
}

fn pixcorr_score(r: &Array2<f64>, side: Option<usize>, ctx: &Context) -> Score {
    let (suffix, words) = size(side);
    let test = pairing_test(r.view(), ctx.permutations, ctx.seed);
    let draft = Draft {
        name: format!("image.pixcorr{suffix}"),
        title: format!("Pixel correlation{}", if side.is_none() { ", own size" } else { "" }),
        protocol: "image",
        metric: format!("Pearson correlation of flattened RGB, {words}"),
        definition: "Mean over images of the correlation of all RGB values of reconstruction and shown image.".into(),
        unit: "correlation",
        higher_is_better: true,
        chance: test.as_ref().map(|_| mismatched_mean(r)),
    };
    with_test(draft.mean_over_images(&r.diag().to_vec(), ctx), test, 1.0)
}

/// Mean off the diagonal.
fn mismatched_mean(scores: &Array2<f64>) -> f64 {
    let n = scores.nrows() as f64;
    (scores.sum() - scores.diag().sum()) / (n * (n - 1.0))
}

fn pairwise_pixcorr(r: &Array2<f64>, ctx: &Context) -> Result<Vec<Score>> {
    // An undefined correlation says nothing about the pairing and counts as 0.
    let distances = r.mapv(|r| if r.is_finite() { 1.0 - r } else { 1.0 });
    let metric = format!("1 - Pearson correlation of flattened RGB, {}", size(Some(SUITE_SIDE)).1);
    let matrix = DistanceMatrix::new("pixcorr", metric, distances, Array2::zeros((ctx.len(), 0)), Vec::new(), ctx)?;
    crate::protocols::pairwise_scores(&matrix, ctx)
}

fn ssim_score(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, side: Option<usize>, ctx: &Context) -> Score {
    let (suffix, words) = size(side);
    let (own, others) = ssim_table(reconstructions, shown, side, ctx);
    let test = within_item_test(&own, others.view(), ctx.permutations, ctx.seed);
    let draft = Draft {
        name: format!("image.ssim{suffix}"),
        title: format!("Structural similarity{}", if side.is_none() { ", own size" } else { "" }),
        protocol: "image",
        metric: format!("SSIM, grey, gaussian weights, sigma 1.5, population covariance, range 1, {words}"),
        definition: "Mean over images of the structural similarity of reconstruction and shown image.".into(),
        unit: "similarity",
        higher_is_better: true,
        chance: test.as_ref().map(|t: &PairingTest| t.shuffled),
    };
    with_test(draft.mean_over_images(&own, ctx), test, 1.0)
}

/// SSIM of each reconstruction with its own shown image, and with some others `[items, others]`.
///
/// The others are the next ones in a seeded random order, so that neighbouring items share moments.
fn ssim_table(
    reconstructions: ArrayView4<f32>,
    shown: ArrayView4<f32>,
    side: Option<usize>,
    ctx: &Context,
) -> (Vec<f64>, Array2<f64>) {
    let n = ctx.len();
    let k = MISMATCHES.min(n.saturating_sub(1));
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(&mut generator(ctx.seed, Purpose::Mismatch, 0), &mut order);
    let moments = |images: ArrayView4<f32>, item: usize| {
        let grey = images::grey(images.index_axis(Axis(0), item));
        Moments::new(match side {
            Some(side) => resize(grey.view(), side),
            None => grey,
        })
    };
    let mut own = vec![f64::NAN; n];
    let mut others = Array2::from_elem((n, k), f64::NAN);
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let window: Vec<_> = (start..end + k).into_par_iter().map(|t| moments(shown, order[t % n])).collect();
        let rows: Vec<Vec<f64>> = (start..end)
            .into_par_iter()
            .map(|t| {
                let reconstruction = moments(reconstructions, order[t]);
                let with = |s: &Option<Moments>| match (&reconstruction, s) {
                    (Some(a), Some(b)) => a.ssim(b),
                    _ => f64::NAN,
                };
                window[t - start..=t - start + k].iter().map(with).collect()
            })
            .collect();
        for (t, row) in (start..end).zip(rows) {
            own[order[t]] = row[0];
            others.row_mut(order[t]).assign(&ndarray::aview1(&row[1..]));
        }
    }
    (own, others)
}
