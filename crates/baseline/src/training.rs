//! Fits to the training pairs of a data set. Pairs of another part do not compile:
//!
//! ```compile_fail,E0308
//! # use afterimage_baseline::{BaselineError, Folds, RidgeCv};
//! # use afterimage_data::HeldOutPairs;
//! # fn leak(test: &HeldOutPairs, pixels: ndarray::ArrayView2<'_, f32>, folds: &Folds) -> Result<(), BaselineError> {
//! RidgeCv::fit_decoder(test, pixels, &[1.0], folds)?; // expected `&TrainingPairs`, found `&HeldOutPairs`
//! # Ok(()) }
//! ```
//! ```compile_fail,E0308
//! # use afterimage_baseline::{BaselineError, FieldModel, fwrf::{Candidates, Pooled}};
//! # use afterimage_data::HeldOutPairs;
//! # fn leak(test: &HeldOutPairs, candidates: &Candidates<'_>, pooled: &mut Pooled<'_>) -> Result<(), BaselineError> {
//! FieldModel::of_training(test, candidates, pooled)?; // expected `&TrainingPairs`, found `&HeldOutPairs`
//! # Ok(()) }
//! ```
//! ```compile_fail,E0308
//! # use afterimage_baseline::{BaselineError, Standard};
//! # use afterimage_data::HeldOutPairs;
//! # use ndarray::{Array2, ArrayView4};
//! # fn leak(test: &HeldOutPairs, embed: fn(ArrayView4<'_, u8>) -> Array2<f32>) -> Result<(), BaselineError> {
//! Standard::of_training(test, embed)?; // expected `&TrainingPairs`, found `&HeldOutPairs`
//! # Ok(()) }
//! ```
//! ```compile_fail,E0308
//! # use afterimage_baseline::{BaselineError, fwrf::{Candidates, Chosen, Pooled}};
//! # use afterimage_data::HeldOutPairs;
//! # fn leak(test: &HeldOutPairs, candidates: &Candidates<'_>, pooled: &mut Pooled<'_>) -> Result<(), BaselineError> {
//! Chosen::of_training(test, candidates, pooled, &|_| true)?; // expected `&TrainingPairs`, found `&HeldOutPairs`
//! # Ok(()) }
//! ```
//! ```no_run
//! # use afterimage_baseline::{BaselineError, FieldModel, Folds, RidgeCv, Standard, fwrf::{Candidates, Chosen, Pooled}};
//! # use afterimage_data::TrainingPairs;
//! # use ndarray::{Array2, ArrayView2, ArrayView4};
//! # fn no_leak(training: &TrainingPairs, pixels: ArrayView2<'_, f32>, candidates: &Candidates<'_>, pooled: &mut Pooled<'_>,
//! #     embed: fn(ArrayView4<'_, u8>) -> Array2<f32>) -> Result<(), BaselineError> {
//! let folds = Folds::of_training(training, 5, 0)?;
//! RidgeCv::fit_decoder(training, pixels, &[1.0], &folds)?;
//! FieldModel::of_training(training, candidates, pooled)?;
//! Chosen::of_training(training, candidates, pooled, &|_| true)?;
//! Standard::of_training(training, embed)?;
//! # Ok(()) }
//! ```

use afterimage_data::TrainingPairs;
use ndarray::{Array2, ArrayView2, ArrayView4, Axis};

use crate::fwrf::{Candidates, Chosen, Pooled, Tried};
use crate::ridge::Choice;
use crate::{FieldModel, Folds, Result, Ridge, RidgeCv, Standard, penalties};

impl Folds {
    /// Draws folds of training items as [`Folds::of_groups`], the repeats of a stimulus in one fold.
    ///
    /// # Errors
    /// See [`Folds::of_groups`].
    pub fn of_training(training: &TrainingPairs, count: usize, seed: u64) -> Result<Self> {
        Self::of_groups(training.stimulus(), count, seed)
    }
}

impl RidgeCv {
    /// Ridge regression from the training responses to `targets` `[images, targets]` of the training images, with penalties
    /// among `relative` times the mean squared length of an item's responses.
    ///
    /// # Errors
    /// See [`RidgeCv::new`] and [`RidgeCv::fit`].
    pub fn fit_decoder(
        training: &TrainingPairs,
        targets: ArrayView2<'_, f32>,
        relative: &[f64],
        folds: &Folds,
    ) -> Result<(Ridge, Choice)> {
        let x = training.responses();
        let y = targets.select(Axis(0), training.image_of()); // [items, targets]
        let lambdas = penalties::scaled(relative, penalties::scale(x));
        Self::new(lambdas)?.fit_with_choice(x, y.view(), folds)
    }
}

impl FieldModel {
    /// Fits to the training responses as [`FieldModel::fit`].
    ///
    /// # Errors
    /// See [`FieldModel::fit`].
    pub fn of_training(training: &TrainingPairs, candidates: &Candidates<'_>, pooled: &mut Pooled<'_>) -> Result<Self> {
        Self::fit(training.responses(), candidates, pooled)
    }

    /// Fits to the training responses as [`FieldModel::with`].
    ///
    /// # Errors
    /// See [`FieldModel::with`].
    pub fn of_training_with(
        training: &TrainingPairs,
        chosen: Chosen,
        candidates: &Candidates<'_>,
        pooled: &mut Pooled<'_>,
    ) -> Result<Self> {
        Self::with(training.responses(), chosen, candidates, pooled)
    }
}

impl Chosen {
    /// Chooses for the training responses as [`Chosen::of`].
    ///
    /// # Errors
    /// See [`Chosen::of`].
    pub fn of_training(
        training: &TrainingPairs,
        candidates: &Candidates<'_>,
        pooled: &mut Pooled<'_>,
        tried: &Tried<'_>,
    ) -> Result<Self> {
        Self::of(training.responses(), candidates, pooled, tried)
    }
}

impl Standard {
    /// Fits on the features `[images, columns]` that `embed` has for the training images, and returns these standardised.
    ///
    /// # Errors
    /// See [`Standard::fit`].
    pub fn of_training(
        training: &TrainingPairs,
        embed: impl FnOnce(ArrayView4<'_, u8>) -> Array2<f32>,
    ) -> Result<(Self, Array2<f32>)> {
        let mut features = embed(training.images());
        let standard = Self::fit(features.view())?;
        standard.apply(&mut features)?;
        Ok((standard, features))
    }
}
