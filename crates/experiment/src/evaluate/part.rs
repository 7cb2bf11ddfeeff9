//! What a part of the evaluation returns: scores, those that these items leave undefined, with the reason, and what they were
//! computed with.

use afterimage_eval::EvalError;
use afterimage_model::backbone::WeightOrigin;
use afterimage_run::{
    manifest::Input,
    scores::{NotComputed, Score},
};

use crate::error::Result;

/// Scores, and what was not computed, each in the order in which they stand in `scores.json`.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) scores: Vec<Score>,
    pub(crate) not_computed: Vec<NotComputed>,
    /// Networks that only score, by name.
    pub(crate) networks: Vec<(String, WeightOrigin)>,
    /// Further inputs.
    pub(crate) inputs: Vec<Input>,
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
        Self::all_without([name.into()], reason)
    }

    /// None of `names`, for a reason.
    pub(crate) fn all_without(names: impl IntoIterator<Item = String>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let missing = |name| NotComputed { name, reason: reason.clone() };
        Self { not_computed: names.into_iter().map(missing).collect(), ..Self::default() }
    }

    /// Appends another part.
    pub(crate) fn add(&mut self, other: Self) {
        self.scores.extend(other.scores);
        self.not_computed.extend(other.not_computed);
        self.networks.extend(other.networks);
        self.inputs.extend(other.inputs);
    }
}

impl From<(Vec<Score>, Vec<NotComputed>)> for Part {
    fn from((scores, not_computed): (Vec<Score>, Vec<NotComputed>)) -> Self {
        Self { scores, not_computed, ..Self::default() }
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
    Ok(Err(Part::all_without(names.iter().map(|name| name.as_ref().into()), reason)))
}

/// Why a score is undefined; `None` for errors of another kind.
fn reason(error: &crate::Error) -> Option<String> {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<EvalError>())?;
    found.is_undefined().then(|| found.to_string())
}
