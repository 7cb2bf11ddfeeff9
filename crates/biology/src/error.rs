//! The error type of this crate.

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BiologyError {
    /// The shape of an array does not match the others.
    #[error("{what} have shape {got:?}, expected {expected}")]
    Shape {
        /// The array.
        what: String,
        /// Its shape.
        got: Vec<usize>,
        /// The expected shape.
        expected: String,
    },
    /// A number is out of range.
    #[error("{key} is {value}, expected {expected}")]
    Value {
        /// Name of the number.
        key: &'static str,
        /// The value given.
        value: String,
        /// The accepted values.
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
