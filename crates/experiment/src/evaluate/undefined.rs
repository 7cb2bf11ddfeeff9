//! Scores that these items leave undefined: listed with the reason, while the others are computed.

use crate::error::Result;

use afterimage_eval::EvalError;
use afterimage_run::scores::{NotComputed, Score, ScoreFile};

/// Adds the scores, or the reason why those of `names` are undefined.
///
/// # Errors
/// Any other error of the scores.
pub(crate) fn add(
    file: &mut ScoreFile,
    names: &[impl AsRef<str>],
    scores: Result<Vec<Score>, impl Into<crate::Error>>,
) -> Result<()> {
    if let Some(scores) = or_reason(file, names, scores)? {
        file.scores.extend(scores);
    }
    Ok(())
}

/// What was computed, or `None` with the reason noted for each of `names`.
///
/// # Errors
/// As [`add`].
pub(crate) fn or_reason<T>(
    file: &mut ScoreFile,
    names: &[impl AsRef<str>],
    computed: Result<T, impl Into<crate::Error>>,
) -> Result<Option<T>> {
    let error = match computed {
        Ok(value) => return Ok(Some(value)),
        Err(error) => error.into(),
    };
    let Some(reason) = reason(&error) else { return Err(error) };
    let missing = |name: &dyn AsRef<str>| NotComputed { name: name.as_ref().into(), reason: reason.clone() };
    file.not_computed.extend(names.iter().map(|name| missing(name)));
    Ok(None)
}

/// Why a score is undefined; `None` for errors of another kind.
pub(super) fn reason(error: &crate::Error) -> Option<String> {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<EvalError>())?;
    found.is_undefined().then(|| found.to_string())
}
