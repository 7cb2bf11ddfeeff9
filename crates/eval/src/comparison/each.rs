//! Runs against the first of them, whatever tells them apart.

use std::borrow::Borrow;

use afterimage_run::comparison::Comparison;

use super::group::{Group, is_one_experiment};
use super::{Options, ScoredRun, of_groups, same};
use crate::Result;

/// Compares runs with the first, each as a variant of its own.
///
/// Unlike in [`super::compare`], runs that differ only in their seed are not averaged. `options.baseline` and
/// `options.subjects` have no effect.
///
/// # Errors
/// [`crate::EvalError::NotTheSameImages`] if the held-out images differ and differences were requested
/// (`options.paired`); [`crate::EvalError::NoSuchScore`].
pub fn compare_each<R: Borrow<ScoredRun>>(runs: &[R], options: &Options) -> Result<Comparison> {
    let groups: Vec<Group> = runs.iter().map(|run| Group::of(run.borrow())).collect();
    if options.paired {
        same::check(&groups)?;
    }
    let mut comparison = of_groups(&groups, &Options { subjects: false, ..options.clone() })?;
    if is_one_experiment(runs) {
        let note = "The runs are one experiment with other seeds, each in a column of its own: a difference is between two \
                    trainings of the same method.";
        comparison.notes.insert(0, note.into());
    }
    Ok(comparison)
}
