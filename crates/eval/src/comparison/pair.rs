//! One run against another, whatever tells them apart.

use afterimage_run::comparison::Comparison;

use super::group::Group;
use super::{Options, ScoredRun, of_groups, same};
use crate::Result;

/// Compares a run with a reference: the first variant is the reference, the second the run.
///
/// Unlike in [`super::compare`], runs that differ only in their seed are two variants. `options.baseline` and
/// `options.subjects` have no effect, and Holm's correction is over this pair only.
///
/// # Errors
/// [`crate::EvalError::NotTheSameImages`] if the held-out images differ and differences were requested
/// (`options.paired`); [`crate::EvalError::NoSuchScore`].
pub fn compare_pair(reference: &ScoredRun, run: &ScoredRun, options: &Options) -> Result<Comparison> {
    let groups = [Group::of(reference), Group::of(run)];
    if options.paired {
        same::check(&groups)?;
    }
    of_groups(&groups, &Options { subjects: false, ..options.clone() })
}
