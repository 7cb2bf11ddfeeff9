//! Images as the scores take them: f32 RGB in 0..1, `[items, 3, height, width]`.

use ndarray::{Array2, Array4, ArrayView3, ArrayView4};

use crate::error::{finite_rows, shape};
use crate::{Context, EvalError, Result};

/// Weights of R, G and B in the grey value that scikit-image's `rgb2gray` uses.
pub(crate) const GREY: [f64; 3] = [0.2125, 0.7154, 0.0721];

/// Stored pixels, u8 `[items, height, width, 3]`, as f32 `[items, 3, height, width]` in 0..1.
pub fn from_bytes(bytes: ArrayView4<u8>) -> Array4<f32> {
    bytes.permuted_axes([0, 3, 1, 2]).map(|&v| f32::from(v) / 255.0)
}

/// Values this far outside 0..1 are rounding, those beyond are another scale.
const TOLERANCE: f32 = 1e-3;

/// Refuses images that do not fit the items, are not RGB, or hold a value that is not finite or not in 0..1.
pub(crate) fn check(what: &str, images: ArrayView4<f32>, ctx: &Context) -> Result<()> {
    let (n, channels, height, width) = images.dim();
    if n != ctx.len() || channels != 3 || height == 0 || width == 0 {
        return Err(shape(
            what,
            images.shape(),
            format!("[{}, 3, height, width], one image for each held-out item", ctx.len()),
        ));
    }
    in_range(what, images)
}

/// Refuses images with a value that is not finite or not in 0..1.
pub(crate) fn in_range(what: &str, images: ArrayView4<f32>) -> Result<()> {
    finite_rows(what, &images)?;
    for (item, image) in images.outer_iter().enumerate() {
        if let Some(&value) = image.iter().find(|v| !(-TOLERANCE..=1.0 + TOLERANCE).contains(*v)) {
            return Err(EvalError::Range { what: what.into(), item, value });
        }
    }
    Ok(())
}

/// Refuses reconstructions and shown images that do not fit the items, or differ in size.
pub(crate) fn check_pair(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>, ctx: &Context) -> Result<()> {
    check("the array of reconstructions", reconstructions, ctx)?;
    check("the array of shown images", shown, ctx)?;
    if reconstructions.dim() == shown.dim() {
        return Ok(());
    }
    Err(shape(
        "the array of reconstructions",
        reconstructions.shape(),
        format!("{:?}, as the shown images", shown.shape()),
    ))
}

/// The grey value of each pixel, `[height, width]`.
pub(crate) fn grey(image: ArrayView3<f32>) -> Array2<f64> {
    let (_, height, width) = image.dim();
    let mut out = Array2::zeros((height, width));
    for (plane, weight) in image.outer_iter().zip(GREY) {
        out.zip_mut_with(&plane, |o, &v| *o += weight * f64::from(v));
    }
    out
}
