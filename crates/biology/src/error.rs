//! What can go wrong.

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BiologyError {
    /// An array does not fit its partners.
    #[error("{what} have shape {got:?}, expected {expected}")]
    Shape {
        /// The array.
        what: String,
        /// Its shape.
        got: Vec<usize>,
        /// The shape that fits.
        expected: String,
    },
    /// A number that makes no sense.
    #[error("{key} is {value}, expected {expected}")]
    Value {
        /// What it is.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// The encoder failed on a probe.
    #[error("the responses to probes could not be computed: {0}")]
    Probes(String),
}

impl BiologyError {
    pub(crate) fn shape(what: &str, got: &[usize], expected: impl Into<String>) -> Self {
        Self::Shape { what: what.into(), got: got.to_vec(), expected: expected.into() }
    }
}
