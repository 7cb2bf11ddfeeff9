//! Errors of scoring.

/// An error from code that the caller supplied, such as a backbone or a reader of images.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// An array does not fit the items or its partner.
    #[error("{what} has shape {got:?}, expected {expected}")]
    Shape {
        /// The array.
        what: String,
        /// Its shape.
        got: Vec<usize>,
        /// The shape that fits.
        expected: String,
    },
    /// A NaN or an infinity among the inputs.
    #[error(
        "{what} of item {item} contains a value that is not finite: did training diverge, or is the input \
             damaged?"
    )]
    NotFinite {
        /// The array.
        what: String,
        /// Row in the array.
        item: usize,
    },
    /// Too few items for the statistic.
    #[error("{what} needs at least {needed} items, got {got}")]
    TooFewItems {
        /// The score.
        what: String,
        /// Items given.
        got: usize,
        /// Items needed.
        needed: usize,
    },
    /// A score that its inputs leave undefined.
    #[error("{what} is undefined: {reason}")]
    Undefined {
        /// The score or the measure.
        what: String,
        /// Why.
        reason: String,
    },
    /// Image values outside 0..1.
    #[error("{what} of item {item} has the value {value}, expected values in 0..1: divide bytes by 255")]
    Range {
        /// The array.
        what: String,
        /// Row in the array.
        item: usize,
        /// The value.
        value: f32,
    },
    /// More ways than candidates allow.
    #[error(
        "{ways}-way identification needs {ways} candidates of which 1 is the truth, got {wrong_candidates} wrong candidates: choose 2 to {}, or add candidates",
        wrong_candidates + 1
    )]
    Ways {
        /// Ways asked for.
        ways: usize,
        /// Wrong candidates at hand.
        wrong_candidates: usize,
    },
    /// Weights and taps differ in number, or a weight is negative or not finite.
    #[error(
        "the perceptual distance has {got} usable weights, the backbone \"{backbone}\" gives {expected} taps: give one \
         weight per tap, zero or more"
    )]
    Weights {
        /// The backbone.
        backbone: String,
        /// Weights that are finite and not negative.
        got: usize,
        /// Taps of the backbone.
        expected: usize,
    },
    /// The backbone failed.
    #[error("features of \"{backbone}\" could not be computed")]
    Features {
        /// The backbone.
        backbone: String,
        /// Its error.
        source: BoxError,
    },
    /// The candidates could not be read.
    #[error("candidate images {from} to {to} could not be read")]
    Candidates {
        /// First row.
        from: usize,
        /// One past the last row.
        to: usize,
        /// The reader's error.
        source: BoxError,
    },
    /// Images or classes could not be read.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
    /// A bank of classes cannot be used or made.
    #[error("bank of classes \"{}\" {reason}", path.display())]
    Bank {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong, and the fix.
        reason: String,
    },
    /// Classes that cannot be used.
    #[error("classes of images: {reason}")]
    Classes {
        /// What is wrong, and the fix.
        reason: String,
    },
    /// Runs that cannot be compared.
    #[error("{reason}")]
    Runs {
        /// Why, and what to do.
        reason: String,
    },
    /// Runs to be paired were scored on other images.
    #[error(
        "\"{first}\" and \"{second}\" were not scored on the same held-out images: {reason}; compare runs on the same test images, or show them side by side with --unpaired"
    )]
    NotTheSameImages {
        /// The first run.
        first: String,
        /// The second run.
        second: String,
        /// What differs.
        reason: String,
    },
    /// A pattern that no score matches.
    #[error("no score matches \"{pattern}\"{}; `*` matches any characters", nearest.as_ref().map(|n| format!(", did \
             you mean \"{n}\"?")).unwrap_or_default())]
    NoSuchScore {
        /// The pattern.
        pattern: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// An experiment folder could not be read.
    #[error(transparent)]
    Run(#[from] afterimage_run::RunError),
}

impl EvalError {
    /// True if the inputs are sound and leave a score undefined, so that others can still be computed.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined { .. } | Self::TooFewItems { .. })
    }
}

/// A score that is undefined, and why.
pub(crate) fn undefined(what: impl Into<String>, reason: impl Into<String>) -> EvalError {
    EvalError::Undefined { what: what.into(), reason: reason.into() }
}

pub(crate) fn shape(what: &str, got: &[usize], expected: impl Into<String>) -> EvalError {
    EvalError::Shape { what: what.into(), got: got.to_vec(), expected: expected.into() }
}

/// Refuses rows with NaN or infinity, by the row's number.
pub(crate) fn finite_rows<D: ndarray::Dimension + ndarray::RemoveAxis>(
    what: &str,
    array: &ndarray::ArrayRef<f32, D>,
) -> crate::Result<()> {
    for (item, row) in array.outer_iter().enumerate() {
        if row.iter().any(|v| !v.is_finite()) {
            return Err(EvalError::NotFinite { what: what.into(), item });
        }
    }
    Ok(())
}
