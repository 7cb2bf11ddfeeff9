//! An encoder with one receptive field a voxel: feature-weighted receptive fields, fitted by ridge regression.
//!
//! The maps `f_k` of all channels of some layers are summed over a Gaussian field g,
//!
//! ```text
//! phi_k(image; g) = sum_ij g(i, j) f_k(image)_ij        response = b_0 + sum_k b_k z(phi_k)
//! ```
//!
//! with z standardising over the training items. Every candidate field is tried for every voxel: a ridge regression for each
//! penalty, fitted on all folds but one, predicts that one. The field and penalty of the smallest mean squared error,
//! averaged over folds, are the voxel's, and its weights are fitted again on all training items.
//!
//! Source: St-Yves and Naselaris, NeuroImage 180, 2018, who learn the weights by gradient descent and choose the field on one
//! held-out part; here they are those of ridge regression, and folds choose.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array2, Array3, ArrayView2, Axis};
use rayon::prelude::*;

use crate::error::shape;
use crate::ridge::Choice;
use crate::{BaselineError, BoxError, Field, Folds, Result, Ridge, RidgeCv, Standard, penalties};

/// Gives the sums of every item's maps over some fields, `[fields, items, channels]`.
pub type Pooled<'a> = dyn FnMut(&[Field]) -> std::result::Result<Array3<f32>, BoxError> + 'a;

/// What to choose from.
#[derive(Debug, Clone)]
pub struct Candidates<'a> {
    /// Receptive fields; of equally good ones the first is taken.
    pub fields: &'a [Field],
    /// Penalties relative to the number of features that vary, ascending.
    pub relative: &'a [f64],
    /// Parts of the training items.
    pub folds: &'a Folds,
    /// Fields whose features are held at once.
    pub at_once: usize,
}

/// Called with the number of candidate fields that were tried; false requests a stop.
pub type Tried<'a> = dyn Fn(usize) -> bool + Sync + 'a;

/// The field and the penalty of each voxel, chosen by cross-validation. Fitting with a choice that was kept gives the bits of
/// choosing again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Place of each voxel's field in [`Candidates::fields`].
    pub field: Vec<usize>,
    /// Place of each voxel's penalty in [`Candidates::relative`].
    pub penalty: Vec<usize>,
}

/// A fitted encoder.
#[derive(Debug, Clone)]
pub struct FieldModel {
    fields: Vec<Field>,
    at_once: usize,
    field_of: Vec<usize>,
    penalty_of: Vec<usize>,
    parts: Vec<Part>,
}

/// The voxels of one field.
#[derive(Debug, Clone)]
struct Part {
    field: usize,
    voxels: Vec<usize>,
    standard: Standard,
    ridge: Ridge,
}

impl FieldModel {
    /// Chooses and fits for responses `y` `[items, voxels]`; `pooled` gives the features of the same items.
    ///
    /// # Errors
    /// As [`RidgeCv::fit`]; [`BaselineError::Shape`] for no field or features that do not fit; those of `pooled`.
    pub fn fit(y: ArrayView2<'_, f32>, candidates: &Candidates<'_>, pooled: &mut Pooled<'_>) -> Result<Self> {
        let chosen = Chosen::of(y, candidates, pooled, &|_| true)?;
        Self::with(y, chosen, candidates, pooled)
    }

    /// As [`FieldModel::fit`], with fields and penalties that were chosen before.
    ///
    /// # Errors
    /// [`BaselineError::Shape`] for a choice of other voxels or candidates; otherwise as [`FieldModel::fit`].
    pub fn with(
        y: ArrayView2<'_, f32>,
        chosen: Chosen,
        candidates: &Candidates<'_>,
        pooled: &mut Pooled<'_>,
    ) -> Result<Self> {
        let Chosen { field: field_of, penalty: penalty_of } = chosen;
        let fits = |of: &[usize], count: usize| of.len() == y.ncols() && of.iter().all(|&place| place < count);
        if !fits(&field_of, candidates.fields.len()) || !fits(&penalty_of, candidates.relative.len()) {
            let got = [field_of.len(), penalty_of.len()];
            return Err(shape("the choice of fields and penalties", &got, "one of the candidates for each voxel"));
        }
        let mut used = field_of.clone();
        used.sort_unstable();
        used.dedup();
        let mut parts = Vec::with_capacity(used.len());
        for block in used.chunks(candidates.at_once.max(1)) {
            let fields: Vec<Field> = block.iter().map(|&field| candidates.fields[field]).collect();
            let features = checked(pooled(&fields)?, fields.len(), y.nrows())?;
            let fitted: Result<Vec<Part>> = block
                .par_iter()
                .enumerate()
                .map(|(place, &field)| {
                    let (x, standard, scale) = standardised(features.index_axis(Axis(0), place).to_owned())?;
                    let voxels: Vec<usize> = (0..y.ncols()).filter(|&voxel| field_of[voxel] == field).collect();
                    let lambdas = voxels.iter().map(|&voxel| candidates.relative[penalty_of[voxel]] * scale).collect();
                    let ridge = Ridge::fit(x.view(), y.select(Axis(1), &voxels).view(), lambdas)?;
                    Ok(Part { field, voxels, standard, ridge })
                })
                .collect();
            parts.extend(fitted?);
        }
        Ok(Self { fields: candidates.fields.to_vec(), at_once: candidates.at_once.max(1), field_of, penalty_of, parts })
    }

    /// Predicted responses `[items, voxels]`; `pooled` gives the features of these items.
    ///
    /// # Errors
    /// [`BaselineError::Shape`], [`BaselineError::NotFinite`] for features that do not fit; those of `pooled`.
    pub fn predict(&self, items: usize, pooled: &mut Pooled<'_>) -> Result<Array2<f32>> {
        let mut out = Array2::zeros((items, self.field_of.len()));
        for block in self.parts.chunks(self.at_once) {
            let fields: Vec<Field> = block.iter().map(|part| self.fields[part.field]).collect();
            let features = checked(pooled(&fields)?, fields.len(), items)?;
            for (part, features) in block.iter().zip(features.outer_iter()) {
                let mut x = features.to_owned();
                part.standard.apply(&mut x)?;
                let predicted = part.ridge.predict(x.view())?;
                for (&voxel, column) in part.voxels.iter().zip(predicted.columns()) {
                    out.column_mut(voxel).assign(&column);
                }
            }
        }
        Ok(out)
    }

    /// The whole model, `[voxels, features + 2]`: for each voxel the place of its field in [`Candidates::fields`], the weights of
    /// its sums of features, not standardised, and the constant.
    pub fn table(&self) -> Array2<f32> {
        let features = self.parts.first().map_or(0, |part| part.ridge.coefficients().nrows());
        let mut table = Array2::zeros((self.field_of.len(), features + 2));
        for part in &self.parts {
            let ridge = part.ridge.table();
            for (&voxel, column) in part.voxels.iter().zip(ridge.columns()) {
                let mut constant = f64::from(column[features]);
                let mut row = table.row_mut(voxel);
                for (feature, (mean, sd)) in part.standard.columns().enumerate() {
                    let weight = if sd > 0.0 { f64::from(column[feature]) / sd } else { 0.0 };
                    row[feature + 1] = weight as f32;
                    constant -= weight * mean;
                }
                (row[0], row[features + 1]) = (part.field as f32, constant as f32);
            }
        }
        table
    }

    /// The receptive field of each voxel.
    pub fn fields(&self) -> Vec<Field> {
        self.field_of.iter().map(|&field| self.fields[field]).collect()
    }

    /// The penalty of each voxel, as its place in [`Candidates::relative`].
    pub fn penalties(&self) -> &[usize] {
        &self.penalty_of
    }
}

impl Chosen {
    /// Chooses for responses `y` `[items, voxels]`, as [`FieldModel::fit`] does; `tried` hears of the progress.
    ///
    /// # Errors
    /// As [`FieldModel::fit`], and [`BaselineError::Stopped`].
    pub fn of(
        y: ArrayView2<'_, f32>,
        candidates: &Candidates<'_>,
        pooled: &mut Pooled<'_>,
        tried: &Tried<'_>,
    ) -> Result<Self> {
        if candidates.fields.is_empty() {
            return Err(shape("the list of receptive fields", &[0], "at least one"));
        }
        if !candidates.relative.is_sorted() {
            return Err(BaselineError::Penalty { got: "numbers that do not ascend".into() });
        }
        let (field, penalty) = choose(y, candidates, pooled, tried)?;
        Ok(Self { field, penalty })
    }
}

/// Field and penalty of each voxel.
fn choose(
    y: ArrayView2<'_, f32>,
    candidates: &Candidates<'_>,
    pooled: &mut Pooled<'_>,
    tried: &Tried<'_>,
) -> Result<(Vec<usize>, Vec<usize>)> {
    let count = AtomicUsize::new(0);
    let voxels = y.ncols();
    let (mut field_of, mut penalty_of, mut smallest) = (vec![0; voxels], vec![0; voxels], vec![f64::INFINITY; voxels]);
    let at_once = candidates.at_once.max(1);
    for (block, fields) in candidates.fields.chunks(at_once).enumerate() {
        let features = checked(pooled(fields)?, fields.len(), y.nrows())?;
        let choices: Result<Vec<Choice>> = (0..fields.len())
            .into_par_iter()
            .map(|place| {
                let (x, _, scale) = standardised(features.index_axis(Axis(0), place).to_owned())?;
                let ridge = RidgeCv::new(penalties::scaled(candidates.relative, scale))?;
                let choice = ridge.choose(x.view(), y, candidates.folds)?;
                if tried(count.fetch_add(1, Ordering::Relaxed) + 1) {
                    Ok(choice)
                } else {
                    Err(BaselineError::Stopped { doing: "trying receptive fields" })
                }
            })
            .collect();
        for (place, choice) in choices?.into_iter().enumerate() {
            for (voxel, (index, error)) in choice.index.into_iter().zip(choice.error).enumerate() {
                if error < smallest[voxel] {
                    smallest[voxel] = error;
                    field_of[voxel] = block * at_once + place;
                    penalty_of[voxel] = index;
                }
            }
        }
    }
    Ok((field_of, penalty_of))
}

/// Standardised features, how they were, and the scale of their penalties.
fn standardised(mut features: Array2<f32>) -> Result<(Array2<f32>, Standard, f64)> {
    let standard = Standard::fit(features.view())?;
    standard.apply(&mut features)?;
    let scale = standard.varying().max(1) as f64;
    Ok((features, standard, scale))
}

fn checked(features: Array3<f32>, fields: usize, items: usize) -> Result<Array3<f32>> {
    let (got_fields, got_items, _) = features.dim();
    if (got_fields, got_items) != (fields, items) {
        return Err(BaselineError::Shape {
            what: "the table of pooled features".into(),
            got: features.shape().to_vec(),
            expected: format!("[{fields}, {items}, channels]"),
        });
    }
    Ok(features)
}
