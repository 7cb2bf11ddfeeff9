//! The error of this crate.

use ndarray::ArrayView2;

/// An error of the caller's own.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What can stop a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// Arrays that do not fit together.
    #[error("{what} has shape {got:?}, expected {expected}")]
    Shape {
        /// The array.
        what: String,
        /// Its shape.
        got: Vec<usize>,
        /// What would fit.
        expected: String,
    },
    /// A value that no equation can hold.
    #[error(
        "{what} holds {value} in row {row}, column {column}: leave the item or the column out, or fill the value in, before fitting"
    )]
    NotFinite {
        /// The array.
        what: String,
        /// The value.
        value: f32,
        /// Row.
        row: usize,
        /// Column.
        column: usize,
    },
    /// Too few stimuli for so many folds.
    #[error(
        "{folds} folds need as many different stimuli and at least two folds, the training items have {groups} stimuli: ask for fewer folds"
    )]
    Folds {
        /// Folds asked for.
        folds: usize,
        /// Stimuli there are.
        groups: usize,
    },
    /// A penalty that ridge regression does not have.
    #[error("the list of penalties holds {got}, expected one or more finite numbers above 0, ascending")]
    Penalty {
        /// What it holds.
        got: String,
    },
    /// The factorisation found no eigenvalues.
    #[error("the eigenvalues of a matrix of {size} x {size} did not converge: look for columns of very large values")]
    Eigen {
        /// Its side.
        size: usize,
    },
    /// The caller asked for a stop.
    #[error("stopped while {doing}; nothing of it is kept")]
    Stopped {
        /// What was going on.
        doing: &'static str,
    },
    /// Nothing correlates with a constant.
    #[error("the predicted features of item {item} are all equal, so that no image is nearest to them")]
    Constant {
        /// Row of the item.
        item: usize,
    },
    /// No candidate has features that vary.
    #[error("no image to retrieve: the pool is empty, or the features of every image in it are all equal")]
    NoCandidate,
    /// Features that the caller could not give.
    #[error(transparent)]
    Features(#[from] BoxError),
}

/// Refuses NaN and infinities.
pub(crate) fn finite(what: &str, values: ArrayView2<'_, f32>) -> crate::Result<()> {
    match values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), &value)) => Err(BaselineError::NotFinite { what: what.to_owned(), value, row, column }),
        None => Ok(()),
    }
}

pub(crate) fn shape(what: &str, got: &[usize], expected: impl Into<String>) -> BaselineError {
    BaselineError::Shape { what: what.to_owned(), got: got.to_vec(), expected: expected.into() }
}
