//! Does the decoder collapse to a few outputs?
//!
//! A decoder that answers every response with much the same image can score well on SSIM. Both measures
//! here compare the spread of the reconstructions with that of the shown images; 1 is equal spread.

use afterimage_run::scores::Score;
use afterimage_statistics::draws::{Purpose, blocks, bootstrap_counts, stream};
use afterimage_statistics::{Sample, jackknife_interval, percentile_interval, pseudo_values};
use ndarray::{Array2, ArrayView2, ArrayView4, Axis, Ix4};
use rayon::prelude::*;

use crate::error::{finite_rows, shape, undefined};
use crate::score::Draft;
use crate::{Context, EvalError, HeldOutArray, Result, images};

/// Below this share of the shown images' pairwise distance, or of their effective rank, [`collapse_warning`] speaks.
pub const COLLAPSE: f64 = 0.5;

/// A spread below this share of the images' own squares is what rounding leaves of equal images.
const ROUNDING: f64 = 1e-12;

/// `diversity.distance` and `diversity.rank`, of reconstructions relative to shown images.
///
/// With X the images as vectors of RGB values at their own size, `[items, values]`: distance is the mean over pairs of
/// `||x_i - x_j||`, for the reconstructions divided by that for the shown images; rank is `(sum l)^2 / sum l^2` over
/// the eigenvalues l of the covariance of X, the same way divided. Both arrays f32 `[items, 3, height, width]`.
///
/// Neither is a mean over images: both carry jackknife pseudo-values for paired tests between runs. The interval of the
/// distance is a bootstrap over images. That of the rank is a jackknife, since images drawn twice would lower a rank.
///
/// # Errors
/// [`EvalError::Shape`], [`EvalError::NotFinite`]; [`EvalError::TooFewItems`] below three items;
/// [`EvalError::Undefined`] if all shown images are equal.
pub fn diversity_scores<'a>(
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let shown = shown.values();
    images::check("the array of reconstructions", reconstructions, ctx)?;
    images::check("the array of shown images", shown, ctx)?;
    if ctx.len() < 3 {
        return Err(EvalError::TooFewItems { what: "output diversity".into(), got: ctx.len(), needed: 3 });
    }
    let (ours, theirs) = (centred_gram(reconstructions), centred_gram(shown));
    if theirs.iter().all(|&product| product == 0.0) {
        return Err(undefined("output diversity", "all shown images are equal"));
    }
    Ok(vec![distance_score(&ours, &theirs, ctx), rank_score(&ours, &theirs, ctx)])
}

/// A warning for the report if the outputs are much less diverse than the shown images.
pub fn collapse_warning(scores: &[Score]) -> Option<String> {
    let low: Vec<String> = scores
        .iter()
        .filter(|s| s.protocol == "diversity" && s.value < COLLAPSE)
        .map(|s| format!("{} {:.2}", s.name, s.value))
        .collect();
    (!low.is_empty()).then(|| {
        format!(
            "the reconstructions differ from each other much less than the shown images do ({}, equal spread is 1): the decoder may have collapsed to a few outputs",
            low.join(", ")
        )
    })
}

/// Inner products of the images after subtracting their mean, `[items, items]`.
fn centred_gram(images: ArrayView4<f32>) -> Array2<f64> {
    let n = images.len_of(Axis(0));
    let mut flat = Array2::<f32>::zeros((n, images.len() / n.max(1)));
    for (mut row, image) in flat.rows_mut().into_iter().zip(images.outer_iter()) {
        row.iter_mut().zip(image.iter()).for_each(|(r, v)| *r = *v);
    }
    centred_products(flat)
}

/// Inner products of rows after subtracting their mean, `[rows, rows]`.
fn centred_products(mut flat: Array2<f32>) -> Array2<f64> {
    let n = flat.nrows();
    let scale = |flat: &Array2<f32>| flat.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>();
    let before = scale(&flat);
    if let Some(mean) = flat.mean_axis(Axis(0)) {
        flat -= &mean;
    }
    if scale(&flat) <= ROUNDING * before {
        return Array2::zeros((n, n));
    }
    flat.dot(&flat.t()).mapv(f64::from)
}

fn distances(gram: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn(gram.dim(), |(i, j)| {
        (gram[[i, i]] + gram[[j, j]] - 2.0 * gram[[i, j]]).max(0.0).sqrt() * f64::from(u8::from(i != j))
    })
}

/// `(sum l)^2 / sum l^2`: the Gram matrix has the covariance's eigenvalues, so its trace and norm suffice.
fn effective_rank(gram: &Array2<f64>) -> f64 {
    let squares: f64 = gram.iter().map(|v| v * v).sum();
    if squares > 0.0 { gram.diag().sum().powi(2) / squares } else { 0.0 }
}

/// As [`effective_rank`], of the images without image i, centred again.
///
/// With g the rows of the centred Gram matrix, which sum to 0, the row sums without i are `-g_ji` and their total is
/// `g_ii`.
fn effective_rank_without(gram: &Array2<f64>, i: usize) -> f64 {
    let (m, own) = ((gram.nrows() - 1) as f64, gram[[i, i]]);
    let row: f64 = gram.row(i).iter().map(|v| v * v).sum();
    let squares = gram.iter().map(|v| v * v).sum::<f64>() - 2.0 * row + own * own;
    let squares = squares - 2.0 / m * (row - own * own) + (own / m).powi(2);
    let trace = gram.diag().sum() - own - own / m;
    if squares > 0.0 { trace.powi(2) / squares } else { 0.0 }
}

/// The values where all are finite, else none.
fn finite(values: Vec<f64>) -> Vec<f64> {
    if values.iter().all(|v| v.is_finite()) { values } else { Vec::new() }
}

fn distance_score(ours: &Array2<f64>, theirs: &Array2<f64>, ctx: &Context) -> Score {
    let (a, b) = (distances(ours), distances(theirs));
    let n = ctx.len();
    // With counts c, the sum over pairs is c^T D c; pairs of an image with itself add nothing to either sum.
    let ratios = blocks(ctx.resamples)
        .into_par_iter()
        .flat_map_iter(|(block, draws)| {
            let counts = bootstrap_counts(&mut stream(ctx.seed, Purpose::Bootstrap, block), draws, n);
            let quadratic = |d: &Array2<f64>| (counts.dot(d) * &counts).sum_axis(Axis(1));
            (quadratic(&a) / quadratic(&b)).to_vec()
        })
        .collect();
    let draft = Draft {
        name: "diversity.distance".into(),
        title: "Spread of the reconstructions relative to the shown images".into(),
        protocol: "diversity",
        metric: "mean pairwise Euclidean distance of RGB values at the images' own size".into(),
        definition: "Mean distance between two reconstructions divided by that between two shown images; 1 is equal spread, 0 a single output.".into(),
        unit: "ratio",
        higher_is_better: true,
        chance: None,
    };
    let (rows, totals) = ((a.sum_axis(Axis(1)), b.sum_axis(Axis(1))), (a.sum(), b.sum()));
    let per_item: Vec<f64> = rows.0.iter().zip(&rows.1).map(|(a, b)| a / b).collect();
    let without = |(a, b): (&f64, &f64)| (totals.0 - 2.0 * a) / (totals.1 - 2.0 * b);
    let without: Vec<f64> = rows.0.iter().zip(&rows.1).map(without).collect();
    let mut score = draft.build(totals.0 / totals.1, percentile_interval(ratios, &Sample::of(n, "image")), ctx);
    score.pseudo_values = finite(pseudo_values(totals.0 / totals.1, &without));
    score.items = ctx.held_out.names().to_vec();
    score.per_item = per_item.into_iter().map(|v| v.is_finite().then_some(v)).collect();
    score.notes.push("a property of the outputs as a set: no chance level".into());
    score
}

/// `diversity.features`: the effective rank as in [`diversity_scores`], of features `[items, length]` of the reconstructions relative to those
/// of the shown images; `what` names them.
///
/// # Errors
/// [`EvalError::Shape`] and [`EvalError::NotFinite`]; [`EvalError::TooFewItems`] below three items; [`EvalError::Undefined`] if the features of
/// all shown images are equal.
pub fn feature_rank(
    reconstructions: ArrayView2<f32>,
    shown: ArrayView2<f32>,
    what: &str,
    ctx: &Context,
) -> Result<Score> {
    if reconstructions.dim() != shown.dim() || shown.nrows() != ctx.len() {
        return Err(shape("the table of features", reconstructions.shape(), format!("[{}, length]", ctx.len())));
    }
    finite_rows("the table of features", &reconstructions)?;
    finite_rows("the table of features", &shown)?;
    if ctx.len() < 3 {
        return Err(EvalError::TooFewItems { what: "the effective rank".into(), got: ctx.len(), needed: 3 });
    }
    let (ours, theirs) = (centred_products(reconstructions.to_owned()), centred_products(shown.to_owned()));
    if theirs.iter().all(|&product| product == 0.0) {
        return Err(undefined("the effective rank", format!("{what} are the same for all shown images")));
    }
    let mut score = rank_score(&ours, &theirs, ctx);
    score.name = "diversity.features".into();
    score.title = "Effective rank of features of the reconstructions relative to the shown images".into();
    score.metric = format!("participation ratio of the eigenvalues of the covariance of {what}");
    Ok(score)
}

fn rank_score(ours: &Array2<f64>, theirs: &Array2<f64>, ctx: &Context) -> Score {
    let (a, b) = (effective_rank(ours), effective_rank(theirs));
    let draft = Draft {
        name: "diversity.rank".into(),
        title: "Effective rank of the reconstructions relative to the shown images".into(),
        protocol: "diversity",
        metric: "participation ratio of the eigenvalues of the covariance of RGB values".into(),
        definition:
            "Number of directions in which the reconstructions vary, divided by the same number for the shown images."
                .into(),
        unit: "ratio",
        higher_is_better: true,
        chance: None,
    };
    let without: Vec<f64> =
        (0..ctx.len()).map(|i| effective_rank_without(ours, i) / effective_rank_without(theirs, i)).collect();
    let pseudo = pseudo_values(a / b, &without);
    let mut score = draft.build(a / b, jackknife_interval(a / b, &pseudo), ctx);
    score.pseudo_values = finite(pseudo);
    score.notes.push(format!("effective rank {a:.2} of reconstructions, {b:.2} of shown images"));
    score.notes.push("a property of the outputs as a set: no chance level".into());
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array4, s};

    #[test]
    fn rank_without_an_image_is_that_of_the_others() {
        let images = Array4::from_shape_fn((9, 3, 4, 4), |(i, c, y, x)| {
            (((i * 37 + c * 11 + y * 5 + x * 3) * 29) % 101) as f32 / 101.0
        });
        let gram = centred_gram(images.view());
        let others = centred_gram(images.slice(s![1.., .., .., ..]));
        let (fast, direct) = (effective_rank_without(&gram, 0), effective_rank(&others));
        assert!((fast - direct).abs() < 1e-4 * direct, "{fast} {direct}");
    }
}
