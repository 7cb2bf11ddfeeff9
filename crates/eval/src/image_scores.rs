//! PixCorr and SSIM as scores.

use afterimage_run::scores::{NotComputed, Score};
use afterimage_statistics::{mean_of_defined, pairing_test};
use ndarray::{Array2, ArrayView3, ArrayView4, Ix4};

use crate::distance::{DistanceMatrix, OfMeanImage};
use crate::mismatch;
use crate::resize::{SUITE_SIDE, resize};
use crate::score::{Draft, with_pairing_p};
use crate::ssim::{Moments, SMALLEST_SIDE};
use crate::{Context, HeldOutArray, Result, images, pixcorr};

/// Images at the run's own side, in a title.
pub(crate) const OWN_SIZE: &str = "at the run's image size";
/// Mismatched shown images an item in chance and test of SSIM.
const OTHERS: usize = 10;

/// [`pixcorr_scores`] and [`ssim_scores`].
///
/// # Errors
/// [`crate::EvalError::Shape`] and [`crate::EvalError::NotFinite`] for images that do not fit.
pub fn image_scores<'a>(
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let shown = shown.values();
    let (mut scores, _) = pixcorr_scores(reconstructions, shown, ctx)?;
    scores.extend(ssim_scores(reconstructions, shown, ctx)?);
    Ok(scores)
}

/// PixCorr at 425x425 and at the images' own size, with `pairwise` identification by the former.
///
/// Reconstructions and shown images f32 `[items, 3, height, width]` in 0..1, as [`images::from_bytes`] makes them.
/// Names: `image.pixcorr`, `image.pixcorr.native`, `identification.pairwise.pixcorr`. The chance level of an image
/// score is what mismatched images reach, since natural images resemble each other. The identification is among what
/// was not computed with fewer than two items, or where every item has a constant image.
///
/// # Errors
/// See [`image_scores`].
pub fn pixcorr_scores<'a>(
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<(Vec<Score>, Vec<NotComputed>)> {
    let shown = shown.values();
    images::check_pair(reconstructions, shown, ctx)?;
    let of_mean_image = |side| ctx.mean_batch().map(|image| pixcorr::correlations(image, shown, side));
    let both = |side| (pixcorr::correlations(reconstructions, shown, side), of_mean_image(side));
    let (r, of_mean) = both(Some(SUITE_SIDE));
    let mut scores = vec![pixcorr_score(&r, of_mean.as_ref(), Some(SUITE_SIDE), ctx)];
    let (native, of_mean_native) = both(None);
    scores.push(pixcorr_score(&native, of_mean_native.as_ref(), None, ctx));
    match pairwise_pixcorr(&r, of_mean.as_ref(), ctx) {
        Ok(found) => scores.extend(found),
        Err(error) if error.is_undefined() => {
            let missing = NotComputed { name: "identification.pairwise.pixcorr".into(), reason: error.to_string() };
            return Ok((scores, vec![missing]));
        }
        Err(error) => return Err(error),
    }
    Ok((scores, Vec::new()))
}

/// SSIM at 425x425 and, from 11 pixels, at the images' own size.
///
/// Arrays and chance as in [`pixcorr_scores`], the latter over ten mismatched images an item; see
/// [`afterimage_statistics::pairing_test_within`] for the test. Names: `image.ssim`, `image.ssim.native`.
///
/// # Errors
/// See [`image_scores`].
pub fn ssim_scores<'a>(
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let shown = shown.values();
    images::check_pair(reconstructions, shown, ctx)?;
    let mut scores = vec![ssim_score(reconstructions, shown, Some(SUITE_SIDE), ctx)];
    let (_, _, height, width) = shown.dim();
    if height.min(width) >= SMALLEST_SIDE {
        scores.push(ssim_score(reconstructions, shown, None, ctx));
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

/// The size of the compared images, for a title.
fn at(side: Option<usize>) -> String {
    side.map_or_else(|| OWN_SIZE.into(), |side| format!("at {side} px"))
}

/// `image.pixcorr.native` of [`pixcorr_scores`]; the images were checked.
pub(crate) fn native_pixcorr(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, ctx: &Context) -> Score {
    pixcorr_score(&pixcorr::correlations(reconstructions, shown, None), None, None, ctx)
}

fn pixcorr_score(r: &Array2<f64>, of_mean: Option<&Array2<f64>>, side: Option<usize>, ctx: &Context) -> Score {
    let (suffix, words) = size(side);
    let test = pairing_test(r.view(), ctx.permutations, ctx.seed);
    let draft = Draft {
        name: format!("image.pixcorr{suffix}"),
        title: format!("Pixel correlation {}", at(side)),
        protocol: "image",
        metric: format!("Pearson correlation of flattened RGB, {words}"),
        definition: "Mean over images of the correlation of all RGB values of reconstruction and shown image.".into(),
        unit: "correlation",
        higher_is_better: true,
        chance: test.as_ref().map(|_| mismatched_mean(r)),
    };
    let mut score = with_pairing_p(draft.mean_over_images(&r.diag().to_vec(), ctx), test);
    score.mean_image = mean_of_defined(of_mean.into_iter().flatten().copied());
    score
}

/// Mean off the diagonal, of what is defined.
pub(crate) fn mismatched_mean(scores: &Array2<f64>) -> f64 {
    let n = scores.nrows() as f64;
    let sum = scores.sum() - scores.diag().sum();
    if sum.is_finite() {
        return sum / (n * (n - 1.0));
    }
    let off = scores.indexed_iter().filter(|((i, j), v)| i != j && v.is_finite());
    let (sum, n) = off.fold((0.0, 0.0), |(sum, n), (_, v)| (sum + v, n + 1.0));
    sum / n
}

fn pairwise_pixcorr(r: &Array2<f64>, of_mean: Option<&Array2<f64>>, ctx: &Context) -> Result<Vec<Score>> {
    // Among the wrong candidates an undefined correlation is neither near nor far; the item that it belongs to is left out.
    let distance = |r: f64| if r.is_finite() { 1.0 - r } else { 1.0 };
    let of_mean = of_mean.filter(|r| r.iter().any(|r| r.is_finite())).map(|r| OfMeanImage {
        shown: r.iter().map(|&r| distance(r)).collect(),
        undefined: r.iter().map(|r| !r.is_finite()).collect(),
        candidates: Vec::new(),
    });
    let metric = format!("1 - Pearson correlation of flattened RGB, {}", size(Some(SUITE_SIDE)).1);
    let matrix =
        DistanceMatrix::new("pixcorr", metric, r.mapv(distance), Array2::zeros((ctx.len(), 0)), Vec::new(), ctx)?
            .with_undefined(r.diag().iter().map(|r| !r.is_finite()).collect())
            .with_mean_image(of_mean);
    crate::protocols::pairwise_scores(&matrix, ctx)
}

fn ssim_score(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, side: Option<usize>, ctx: &Context) -> Score {
    let (suffix, words) = size(side);
    let moments = |image: ArrayView3<f32>| {
        let grey = images::grey(image);
        Moments::new(match side {
            Some(side) => resize(grey.view(), side),
            None => grey,
        })
    };
    let pairs = mismatch::pairs(reconstructions, shown, OTHERS, ctx, moments, Moments::ssim);
    let draft = Draft {
        name: format!("image.ssim{suffix}"),
        title: format!("Structural similarity {}", at(side)),
        protocol: "image",
        metric: format!("SSIM, grey, gaussian weights, sigma 1.5, population covariance, range 1, {words}"),
        definition: "Mean over images of the structural similarity of reconstruction and shown image.".into(),
        unit: "similarity",
        higher_is_better: true,
        chance: pairs.mismatched(),
    };
    let mut score = with_pairing_p(draft.mean_over_images(&pairs.own(), ctx), pairs.test(ctx));
    score.mean_image = mismatch::of_mean_image(shown, ctx, moments, Moments::ssim);
    score
}
