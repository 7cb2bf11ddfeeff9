//! The penalty of each target, by cross-validation.

use faer::Mat;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use crate::Result;
use crate::factor::{Factor, Inputs};
use crate::folds::Folds;
use crate::matrix::{gather, means, product};

/// Targets handled at once by a thread.
pub(crate) const BLOCK: usize = 256;

/// Memory for the factorisations that are under way at the same time, bytes; one is, whatever it takes.
const MEMORY: usize = 8 << 30;

/// Mean over the folds of the mean squared error on the fold, of models fitted on the other folds, `[penalties, targets]`;
/// and the factor of all items where it is asked for.
///
/// Inputs and targets are centred by the mean of the items that the model is fitted on. The products with the eigenvectors
/// are in double precision, as division by small eigenvalues follows; the predictions of each penalty, whose terms are
/// then as exact as they are stored, are summed in single precision.
///
/// # Errors
/// [`crate::BaselineError::Eigen`].
pub(crate) fn errors(
    inputs: &Inputs<'_>,
    y: ArrayView2<'_, f32>,
    folds: &Folds,
    lambdas: &[f64],
    with_whole: bool,
) -> Result<(Array2<f64>, Option<Factor>)> {
    // The largest first; its neighbours in a chunk share the threads.
    let tasks: Vec<Option<usize>> =
        with_whole.then_some(None).into_iter().chain((0..folds.count()).map(Some)).collect();
    let at_once = (MEMORY / inputs.factor_bytes().max(1)).max(1);
    let (mut sum, mut whole) = (Array2::<f64>::zeros((lambdas.len(), y.ncols())), None);
    for tasks in tasks.chunks(at_once) {
        let done: Vec<Result<Done>> = tasks
            .par_iter()
            .map(|task| match task {
                None => Ok(Done::Whole(inputs.whole()?)),
                Some(fold) => Ok(Done::Fold(errors_on(*fold, inputs, y, folds, lambdas)?)),
            })
            .collect();
        for done in done {
            match done? {
                Done::Whole(factor) => whole = Some(factor),
                Done::Fold(errors) => sum += &errors,
            }
        }
    }
    sum /= folds.count() as f64;
    Ok((sum, whole))
}

enum Done {
    Whole(Factor),
    Fold(Array2<f64>),
}

fn errors_on(
    fold: usize,
    inputs: &Inputs<'_>,
    y: ArrayView2<'_, f32>,
    folds: &Folds,
    lambdas: &[f64],
) -> Result<Array2<f64>> {
    let mut errors = Array2::zeros((lambdas.len(), y.ncols()));
    let factor = inputs.without(fold, folds)?;
    let (test, train) = folds.split(fold);
    let part = Part { mean: means(y, &train), y, train: &train, test: &test, factor: &factor };
    let left_out = Mat::from_fn(factor.test.nrows(), factor.test.ncols(), |i, j| factor.test[(i, j)] as f32);
    let blocks = errors.axis_chunks_iter_mut(Axis(1), BLOCK).into_par_iter().enumerate();
    blocks.for_each(|(block, out)| part.fill_errors(block * BLOCK, &left_out, lambdas, out));
    Ok(errors)
}

/// For each target the penalty of the smallest error, the larger one where several are equal.
pub(crate) fn smallest(errors: ArrayView2<'_, f64>) -> Vec<usize> {
    let of = |column: ndarray::ArrayView1<'_, f64>| {
        column.iter().enumerate().fold(0, |best, (index, error)| if *error <= column[best] { index } else { best })
    };
    errors.columns().into_iter().map(of).collect()
}

/// Targets of one fold.
struct Part<'a> {
    y: ArrayView2<'a, f32>,
    /// Mean of the targets over the items fitted on.
    mean: Vec<f64>,
    train: &'a [usize],
    test: &'a [usize],
    factor: &'a Factor,
}

impl Part<'_> {
    fn fill_errors(&self, first: usize, left_out: &Mat<f32>, lambdas: &[f64], mut out: ArrayViewMut2<'_, f64>) {
        let columns = first..first + out.ncols();
        let centred = gather(self.y, self.train, columns.clone(), &self.mean);
        let along = product(self.factor.train.transpose(), centred.as_ref()); // [rank, targets]
        let measured = gather(self.y, self.test, columns, &self.mean);
        for (lambda, mut out) in lambdas.iter().zip(out.outer_iter_mut()) {
            let shrink: Vec<f64> = self.factor.values.iter().map(|value| 1.0 / (value + lambda)).collect();
            let weights = Mat::from_fn(along.nrows(), along.ncols(), |i, j| (along[(i, j)] * shrink[i]) as f32);
            let predicted = product(left_out.as_ref(), weights.as_ref());
            for (j, error) in out.iter_mut().enumerate() {
                let square = |i: usize| (measured[(i, j)] - f64::from(predicted[(i, j)])).powi(2);
                *error = (0..measured.nrows()).map(square).sum::<f64>() / measured.nrows() as f64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn equal_errors_take_the_larger_penalty() {
        assert_eq!(smallest(array![[2.0, 1.0, 0.0], [1.0, 1.0, 3.0], [3.0, 2.0, 3.0]].view()), [1, 1, 0]);
    }
}
