//! `encoding`: the image whose predicted response is nearest to the measured one; no decoder involved.

use afterimage_run::scores::Score;
use afterimage_statistics::correlation;
use ndarray::{Array2, ArrayView2, Ix2};

use super::{Words, identification_scores};
use crate::distance::DistanceMatrix;
use crate::error::{finite_rows, shape};
use crate::identification::Pool;
use crate::{Context, HeldOutArray, Result};

/// `1 - Pearson` over voxels of each measured response with the prediction for each shown image and each extra
/// candidate.
///
/// `measured` and `predicted` are `[items, voxels]`; `extra` holds names and predictions `[candidates, voxels]` for
/// further images. A constant row correlates 0 with all, and the item that it belongs to is undefined.
///
/// # Errors
/// [`crate::EvalError::Shape`] if arrays do not fit; [`crate::EvalError::NotFinite`] for a NaN.
pub fn encoding_matrix<'a>(
    measured: impl HeldOutArray<'a, Ix2>,
    predicted: ArrayView2<f32>,
    extra: Option<(&[String], ArrayView2<f32>)>,
    ctx: &Context,
) -> Result<DistanceMatrix> {
    let measured = measured.values();
    if measured.nrows() != ctx.len() {
        return Err(shape("the array of measured responses", measured.shape(), format!("[{}, voxels]", ctx.len())));
    }
    if predicted.dim() != measured.dim() {
        return Err(shape(
            "the array of predicted responses",
            predicted.shape(),
            format!("{:?}, as measured", measured.shape()),
        ));
    }
    finite_rows("the array of measured responses", &measured)?;
    finite_rows("the array of predicted responses", &predicted)?;
    let distance = |to: ArrayView2<f32>| correlation::rows(measured, to).mapv(|r| 1.0 - r);
    let (names, candidates) = match extra {
        Some((names, extra)) => {
            if extra.ncols() != measured.ncols() {
                return Err(shape(
                    "the predictions for candidates",
                    extra.shape(),
                    format!("[candidates, {}]", measured.ncols()),
                ));
            }
            finite_rows("the predictions for candidates", &extra)?;
            (names.to_vec(), distance(extra))
        }
        None => (Vec::new(), Array2::zeros((ctx.len(), 0))),
    };
    let metric = format!("1 - Pearson correlation over {} voxels of measured and predicted response", measured.ncols());
    let constant = correlation::constant_rows(measured).into_iter().zip(correlation::constant_rows(predicted));
    let matrix = DistanceMatrix::new("encoding", metric, distance(predicted), candidates, names, ctx)?;
    Ok(matrix.with_undefined(constant.map(|(measured, predicted)| measured || predicted).collect()))
}

/// n-way identification of the measured response among predicted ones, for each of `ways`, and the mean rank.
///
/// With extra candidates in the matrix these are the wrong candidates (`identification.encoding.external.5way`), without
/// them the other test images (`identification.encoding.50way`).
///
/// # Errors
/// See [`super::external_scores`].
///
/// Source: Kay, Naselaris, Prenger, Gallant, Nature 452, 2008.
pub fn encoding_scores(matrix: &DistanceMatrix, ways: &[usize], ctx: &Context) -> Result<Vec<Score>> {
    let external = !matrix.candidate_names().is_empty();
    let words = Words {
        protocol: "encoding",
        prefix: if external { "identification.encoding.external" } else { "identification.encoding" }.into(),
        title: format!("from responses, among {}", if external { "external images" } else { "the test images" }),
        others: if external { "images of the external set" } else { "other test images" },
        rule: "the encoder's prediction for the shown image correlates best with the measured response",
    };
    let pool = if external { Pool::External } else { Pool::OtherShown };
    identification_scores(matrix, pool, ways, &words, ctx)
}
