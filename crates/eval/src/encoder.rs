//! Scores of an encoder: Pearson r and R^2 of predicted and measured responses, voxel by voxel.
//!
//! Both tables are held-out items, `[items, voxels]`. A voxel whose measured or predicted response is
//! constant over the items has no correlation: NaN in [`VoxelFit`], null in a score, left out of medians and tests.

mod averaging;
mod resampling;
mod scores;

use ndarray::{ArrayView2, Ix2};

pub use averaging::averaging_encoder_scores;
pub use scores::{Ceilings, encoder_scores};

use crate::error::{finite_rows, shape};
use crate::{Context, EvalError, HeldOutArray, Result};

/// Fit of each voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct VoxelFit {
    /// Pearson correlation; NaN if undefined.
    pub r: Vec<f64>,
    /// `R^2 = 1 - sum (y - yhat)^2 / sum (y - mean y)^2`, at most 1, negative below the mean's own fit; NaN for a
    /// constant voxel.
    pub r2: Vec<f64>,
}

/// Pearson r and R^2 of each voxel over the items.
///
/// # Errors
/// [`EvalError::Shape`], [`EvalError::NotFinite`]; [`EvalError::TooFewItems`] below three items.
pub fn voxel_fit<'a>(
    predicted: ArrayView2<f32>,
    measured: impl HeldOutArray<'a, Ix2>,
    ctx: &Context,
) -> Result<VoxelFit> {
    let measured = measured.values();
    check(predicted, measured, ctx)?;
    let sums = resampling::Sums::new(predicted, measured);
    let once = ndarray::Array2::ones((1, ctx.len()));
    let (r, r2) = sums.fit(&once);
    Ok(VoxelFit { r: r.into_raw_vec_and_offset().0, r2: r2.into_raw_vec_and_offset().0 })
}

fn check(predicted: ArrayView2<f32>, measured: ArrayView2<f32>, ctx: &Context) -> Result<()> {
    if measured.nrows() != ctx.len() || measured.ncols() == 0 {
        let expected = format!("[{}, voxels], one row for each held-out item", ctx.len());
        return Err(shape("the array of measured responses", measured.shape(), expected));
    }
    if predicted.dim() != measured.dim() {
        let expected = format!("{:?}, as the measured responses", measured.shape());
        return Err(shape("the array of predicted responses", predicted.shape(), expected));
    }
    if ctx.len() < 3 {
        return Err(EvalError::TooFewItems { what: "a correlation over images".into(), got: ctx.len(), needed: 3 });
    }
    finite_rows("the array of measured responses", &measured)?;
    finite_rows("the array of predicted responses", &predicted)
}
