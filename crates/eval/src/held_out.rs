//! Held-out data that scores compare with: measured responses and shown images.

use afterimage_data::HeldOutPairs;
use ndarray::{Array4, ArrayView, ArrayView4, Ix2, Ix4};

use crate::images;

/// The measured responses `[items, voxels]` or the shown images f32 `[items, 3, height, width]` that a score compares
/// with.
///
/// [`HeldOutPairs`] are measured responses, and [`Shown`], which only they create, are shown images. Pairs of another
/// part do not compile. Of arrays from elsewhere, the caller answers for nothing having been fitted on them.
///
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, encoder_scores};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, training: &afterimage_data::TrainingPairs, ctx: &Context) -> Result<()> {
/// encoder_scores(predicted, training, None, &Default::default(), ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, encoding_matrix};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, validation: &afterimage_data::ValidationPairs, ctx: &Context) -> Result<()> {
/// encoding_matrix(validation, predicted, None, ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, averaging::averaging_encoder_scores};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, training: &afterimage_data::TrainingPairs, ctx: &Context) -> Result<()> {
/// averaging_encoder_scores(predicted, &[], training, &[], ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, regions::encoding_conditions};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, training: &afterimage_data::TrainingPairs, ctx: &Context) -> Result<()> {
/// encoding_conditions(training, predicted, &[], &[2], ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, regions::matched_scores};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, training: &afterimage_data::TrainingPairs, ctx: &Context) -> Result<()> {
/// matched_scores(training, predicted, &[], 2, 10, ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```compile_fail,E0277
/// # use afterimage_eval::{Context, Result, regions::single_voxels};
/// # fn leak(predicted: ndarray::ArrayView2<'_, f32>, training: &afterimage_data::TrainingPairs, ctx: &Context) -> Result<()> {
/// single_voxels(training, predicted, &[], &[], ctx)?; // scores take held-out pairs
/// # Ok(()) }
/// ```
/// ```no_run
/// # use afterimage_eval::{Context, Result, averaging::averaging_encoder_scores, encoder_scores, encoding_matrix};
/// # use afterimage_eval::regions::{encoding_conditions, matched_scores, single_voxels};
/// # fn no_leak(predicted: ndarray::ArrayView2<'_, f32>, test: &afterimage_data::HeldOutPairs, ctx: &Context) -> Result<()> {
/// encoder_scores(predicted, test, None, &Default::default(), ctx)?;
/// encoding_matrix(test, predicted, None, ctx)?;
/// averaging_encoder_scores(predicted, &[], test, &[], ctx)?;
/// encoding_conditions(test, predicted, &[], &[2], ctx)?;
/// matched_scores(test, predicted, &[], 2, 10, ctx)?;
/// single_voxels(test, predicted, &[], &[], ctx)?;
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "scores take held-out pairs, not `{Self}`",
    note = "measured responses are `&HeldOutPairs`, shown images `&Shown`, or arrays of items that nothing was fitted on"
)]
pub trait HeldOutArray<'a, D>: sealed::Sealed {
    /// The values.
    fn values(self) -> ArrayView<'a, f32, D>;
}

impl<'a, D> HeldOutArray<'a, D> for ArrayView<'a, f32, D> {
    fn values(self) -> Self {
        self
    }
}

impl<'a> HeldOutArray<'a, Ix2> for &'a HeldOutPairs {
    fn values(self) -> ArrayView<'a, f32, Ix2> {
        self.responses()
    }
}

impl<'a> HeldOutArray<'a, Ix4> for &'a Shown {
    fn values(self) -> ArrayView<'a, f32, Ix4> {
        self.images.view()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<D> Sealed for ndarray::ArrayView<'_, f32, D> {}
    impl Sealed for &afterimage_data::HeldOutPairs {}
    impl Sealed for &super::Shown {}
}

/// The images of held-out pairs, one per item, as scores take them.
#[derive(Debug, Clone)]
pub struct Shown {
    images: Array4<f32>,
}

impl Shown {
    /// The shown images, with values in 0..1.
    ///
    /// ```compile_fail,E0308
    /// # use afterimage_data::TrainingPairs;
    /// # fn leak(training: &TrainingPairs) {
    /// afterimage_eval::Shown::of(training); // expected `&HeldOutPairs`, found `&TrainingPairs`
    /// # }
    /// ```
    /// ```no_run
    /// # use afterimage_data::HeldOutPairs;
    /// # fn no_leak(test: &HeldOutPairs) {
    /// afterimage_eval::Shown::of(test);
    /// # }
    /// ```
    pub fn of(pairs: &HeldOutPairs) -> Self {
        Self { images: images::from_bytes(pairs.item_images().view()) }
    }

    /// The images, f32 `[items, 3, side, side]`.
    pub fn images(&self) -> ArrayView4<'_, f32> {
        self.images.view()
    }
}
