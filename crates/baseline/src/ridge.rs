//! Ridge regression of many targets with a penalty for each.
//!
//! For inputs `X` `[items, inputs]` and one target `y` `[items]`, both centred by their means,
//!
//! ```text
//! b = argmin |y - X b|^2 + lambda |b|^2 = (X'X + lambda I)^-1 X'y        prediction(z) = mean(y) + (z - mean(x)) b
//! ```
//!
//! so that the intercept is not penalised. Each target has the penalty whose models, fitted on all folds but one, have
//! the smallest mean squared error on that one, averaged over folds. Means are those of the items a model is fitted on.
//! The same as `RidgeCV(alphas, fit_intercept=True)` of himalaya, and for one penalty as scikit-learn's `Ridge`; tested
//! against both.
//!
//! Source: Hoerl and Kennard, Technometrics 12, 1970.

use faer::Mat;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::error::{finite, shape};
use crate::factor::{Factor, Inputs};
use crate::folds::Folds;
use crate::matrix::{PANEL, gather, means, product};
use crate::select::{BLOCK, errors, smallest};
use crate::{BaselineError, Result};

/// Items predicted at once.
const ROWS: usize = 1024;
/// Targets whose coefficients are computed at once.
const TARGETS: usize = 2048;

/// Ridge regression whose penalties are chosen by cross-validation.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeCv {
    lambdas: Vec<f64>,
}

/// A fitted ridge regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    x_mean: Vec<f64>,
    y_mean: Vec<f64>,
    coefficients: Array2<f32>,
    lambdas: Vec<f64>,
}

/// Which penalty each target has, and how well it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Place in [`RidgeCv::lambdas`], one a target.
    pub index: Vec<usize>,
    /// Mean squared error on items left out, averaged over folds, one a target.
    pub error: Vec<f64>,
}

impl RidgeCv {
    /// With these penalties to choose from.
    ///
    /// # Errors
    /// [`BaselineError::Penalty`] for an empty list, or a penalty that is not finite and above 0.
    pub fn new(mut lambdas: Vec<f64>) -> Result<Self> {
        if let Some(bad) = lambdas.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
            return Err(BaselineError::Penalty { got: bad.to_string() });
        }
        if lambdas.is_empty() {
            return Err(BaselineError::Penalty { got: "nothing".into() });
        }
        lambdas.sort_by(f64::total_cmp);
        Ok(Self { lambdas })
    }

    /// The penalties, ascending.
    pub fn lambdas(&self) -> &[f64] {
        &self.lambdas
    }

    /// Chooses and fits; `x` `[items, inputs]`, `y` `[items, targets]`.
    ///
    /// # Errors
    /// [`BaselineError::Shape`] where the numbers of items differ, [`BaselineError::NotFinite`] for a NaN,
    /// [`BaselineError::Eigen`].
    pub fn fit(&self, x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>, folds: &Folds) -> Result<Ridge> {
        Ok(self.fit_with_choice(x, y, folds)?.0)
    }

    /// As [`RidgeCv::fit`], with what was chosen.
    ///
    /// # Errors
    /// As there.
    pub fn fit_with_choice(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView2<'_, f32>,
        folds: &Folds,
    ) -> Result<(Ridge, Choice)> {
        check(x, y, folds)?;
        let inputs = Inputs::new(x, Some(folds));
        let (errors, whole) = errors(&inputs, y, folds, &self.lambdas, true)?;
        let choice = chosen(errors.view());
        let lambdas = choice.index.iter().map(|&index| self.lambdas[index]).collect();
        let factor = whole.map_or_else(|| inputs.whole(), Ok)?;
        Ok((Ridge::solve(&inputs, &factor, y, lambdas), choice))
    }

    /// Chooses alone.
    ///
    /// # Errors
    /// As [`RidgeCv::fit`].
    pub fn choose(&self, x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>, folds: &Folds) -> Result<Choice> {
        check(x, y, folds)?;
        Ok(chosen(errors(&Inputs::new(x, Some(folds)), y, folds, &self.lambdas, false)?.0.view()))
    }
}

fn chosen(errors: ArrayView2<'_, f64>) -> Choice {
    let index = smallest(errors);
    let error = index.iter().enumerate().map(|(target, &index)| errors[[index, target]]).collect();
    Choice { index, error }
}

impl Ridge {
    /// Fits with given penalties, one a target.
    ///
    /// # Errors
    /// As [`RidgeCv::new`] and [`RidgeCv::fit`].
    pub fn fit(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>, lambdas: Vec<f64>) -> Result<Self> {
        same_items(x, y)?;
        RidgeCv::new(lambdas.clone())?;
        if lambdas.len() != y.ncols() {
            return Err(shape("the list of penalties", &[lambdas.len()], format!("[{}]", y.ncols())));
        }
        let inputs = Inputs::new(x, None);
        Ok(Self::solve(&inputs, &inputs.whole()?, y, lambdas))
    }

    fn solve(inputs: &Inputs<'_>, factor: &Factor, y: ArrayView2<'_, f32>, lambdas: Vec<f64>) -> Self {
        let all: Vec<usize> = (0..y.nrows()).collect();
        let y_mean = means(y, &all);
        let mut coefficients = Array2::zeros((inputs.mean().len(), y.ncols()));
        for (block, out) in coefficients.axis_chunks_iter_mut(Axis(1), TARGETS).enumerate() {
            let columns = block * TARGETS..block * TARGETS + out.ncols();
            let along = product(factor.train.transpose(), gather(y, &all, columns.clone(), &y_mean).as_ref());
            let lambdas = &lambdas[columns];
            let shrunk =
                Mat::from_fn(along.nrows(), along.ncols(), |i, j| along[(i, j)] / (factor.values[i] + lambdas[j]));
            to_inputs(inputs, factor, &shrunk, out);
        }
        Self { x_mean: inputs.mean().to_vec(), y_mean, coefficients, lambdas }
    }

    /// Coefficients, `[inputs, targets]`.
    pub fn coefficients(&self) -> ArrayView2<'_, f32> {
        self.coefficients.view()
    }

    /// Coefficients and, in the last row, intercepts: `[inputs + 1, targets]`.
    pub fn table(&self) -> Array2<f32> {
        let (inputs, targets) = self.coefficients.dim();
        let intercept = |target: usize| {
            let along = self.coefficients.column(target);
            self.y_mean[target] - self.x_mean.iter().zip(along).map(|(mean, &c)| mean * f64::from(c)).sum::<f64>()
        };
        Array2::from_shape_fn((inputs + 1, targets), |(row, target)| {
            if row < inputs { self.coefficients[[row, target]] } else { intercept(target) as f32 }
        })
    }

    /// The penalty of each target.
    pub fn lambdas(&self) -> &[f64] {
        &self.lambdas
    }

    /// Predictions `[items, targets]` for inputs `[items, inputs]`.
    ///
    /// # Errors
    /// [`BaselineError::Shape`] for another number of inputs, [`BaselineError::NotFinite`] for a NaN.
    pub fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        if x.ncols() != self.x_mean.len() {
            let expected = format!("[items, {}], as fitted on", self.x_mean.len());
            return Err(shape("the table of inputs", x.shape(), expected));
        }
        finite("the table of inputs", x)?;
        let mut out = Array2::zeros((x.nrows(), self.y_mean.len()));
        let no_shift = vec![0.0; self.y_mean.len()];
        let every: Vec<usize> = (0..x.ncols()).collect();
        for (block, mut out) in out.axis_chunks_iter_mut(Axis(0), ROWS).enumerate() {
            let rows: Vec<usize> = (block * ROWS..block * ROWS + out.nrows()).collect();
            let centred = gather(x, &rows, 0..x.ncols(), &self.x_mean);
            out.axis_chunks_iter_mut(Axis(1), BLOCK).into_par_iter().enumerate().for_each(|(block, mut out)| {
                let columns = block * BLOCK..block * BLOCK + out.ncols();
                let coefficients = gather(self.coefficients.view(), &every, columns.clone(), &no_shift);
                let sums = product(centred.as_ref(), coefficients.as_ref());
                out.indexed_iter_mut().for_each(|((i, j), out)| {
                    *out = (sums[(i, j)] + self.y_mean[columns.start + j]) as f32;
                });
            });
        }
        Ok(out)
    }
}

/// Coefficients along the inputs, from those along the eigenvectors.
fn to_inputs(inputs: &Inputs<'_>, factor: &Factor, shrunk: &Mat<f64>, mut out: ArrayViewMut2<'_, f32>) {
    if let Some(vectors) = &factor.vectors {
        let values = product(vectors.as_ref(), shrunk.as_ref());
        out.indexed_iter_mut().for_each(|(at, out)| *out = values[at] as f32);
        return;
    }
    let of_items = product(factor.train.as_ref(), shrunk.as_ref()); // [items, targets]
    let all: Vec<usize> = (0..of_items.nrows()).collect();
    out.axis_chunks_iter_mut(Axis(0), PANEL).into_par_iter().enumerate().for_each(|(panel, mut out)| {
        let columns = panel * PANEL..panel * PANEL + out.nrows();
        let x = gather(inputs.values(), &all, columns, inputs.mean());
        let values = product(x.transpose(), of_items.as_ref());
        out.indexed_iter_mut().for_each(|(at, out)| *out = values[at] as f32);
    });
}

fn same_items(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Result<()> {
    if x.nrows() != y.nrows() || x.nrows() == 0 {
        let expected = format!("[{}, targets], at least one item", x.nrows());
        return Err(shape("the table of targets", y.shape(), expected));
    }
    finite("the table of inputs", x)?;
    finite("the table of targets", y)
}

fn check(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>, folds: &Folds) -> Result<()> {
    same_items(x, y)?;
    if folds.items() != x.nrows() {
        return Err(shape("the list of folds", &[folds.items()], format!("[{}], one an item", x.nrows())));
    }
    Ok(())
}
