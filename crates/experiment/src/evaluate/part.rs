//! What a part of the evaluation returns: scores, and those that these items leave undefined, with the reason.

use afterimage_eval::EvalError;
use afterimage_run::scores::{NotComputed, Score};

use crate::error::Result;

/// Scores, and what was not computed, each in the order in which they stand in `scores.json`.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) scores: Vec<Score>,
    pub(crate) not_computed: Vec<NotComputed>,
}

impl Part {
    /// The scores, or the reason why those of `names` are undefined.
    ///
    /// # Errors
    /// Any other error of the scores.
    pub(crate) fn of(names: &[impl AsRef<str>], scores: Result<Vec<Score>, impl Into<crate::Error>>) -> Result<Self> {
        Ok(defined(names, scores)?.map_or_else(|undefined| undefined, |scores| Self { scores, ..Self::default() }))
    }

    /// Nothing, for a reason.
    pub(crate) fn without(name: impl Into<String>, reason: impl Into<String>) -> Self {
        let missing = NotComputed { name: name.into(), reason: reason.into() };
        Self { scores: Vec::new(), not_computed: vec![missing] }
    }

    /// Appends another part.
    pub(crate) fn add(&mut self, other: Self) {
        self.scores.extend(other.scores);
        self.not_computed.extend(other.not_computed);
    }
}

impl From<(Vec<Score>, Vec<NotComputed>)> for Part {
    fn from((scores, not_computed): (Vec<Score>, Vec<NotComputed>)) -> Self {
        Self { scores, not_computed }
    }
}

/// What was computed, or a part with the reason for each of `names`.
///
/// # Errors
/// Any error that is not one of undefined scores.
pub(crate) fn defined<T>(
    names: &[impl AsRef<str>],
    computed: Result<T, impl Into<crate::Error>>,
) -> Result<Result<T, Part>> {
    let error = match computed {
        Ok(value) => return Ok(Ok(value)),
        Err(error) => error.into(),
    };
    let Some(reason) = reason(&error) else { return Err(error) };
    let missing = |name: &dyn AsRef<str>| NotComputed { name: name.as_ref().into(), reason: reason.clone() };
    let not_computed = names.iter().map(|name| missing(name)).collect();
    Ok(Err(Part { scores: Vec::new(), not_computed }))
}

/// Why a score is undefined; `None` for errors of another kind.
pub(super) fn reason(error: &crate::Error) -> Option<String> {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<EvalError>())?;
    found.is_undefined().then(|| found.to_string())
}
