//! A data set that was standardised before.

use super::groups::Scope;
use super::{MEANS, PrepareOptions, split};
use crate::header::{FittedOn, Provenance, Step};

/// How the responses were standardised before, if standardising them again changes something; `None` if they were not.
///
/// Again within smaller groups takes out what these differ in. After a new split, after a drift and after averages the
/// statistics are others, and how a source standardised is not known enough to tell. Else nothing would change but what
/// test trials add.
///
/// # Errors
/// Why not, and what to do.
pub(super) fn before<'a>(from: &'a Provenance, options: &PrepareOptions) -> Result<Option<&'a str>, String> {
    let (Some(scope), Some(words)) = (options.zscore, from.standardised.as_deref()) else { return Ok(None) };
    let last = words.rsplit(THEN).next().unwrap_or(words);
    let is_of_volumes = VOLUMES.contains(&last);
    let Some(known) = Scope::said_by(last).or(is_of_volumes.then_some(Scope::Run)) else { return Ok(Some(words)) };
    let mut since = from.steps.iter().rev().take_while(|step| !step.what.starts_with(STANDARDISED));
    let is_other = options.split.is_some() || options.detrend.is_some() || since.any(changes);
    if scope < known || is_other {
        return Ok(Some(words));
    }
    if is_of_volumes {
        return Err(format!(
            "it was standardised {words} when it was imported, and {} again would only divide by the spread of its trials: leave out \
             --zscore, or import it again without --zscore",
            scope.words()
        ));
    }
    Err(format!(
        "it was standardised {words} already, and {} again would change nothing: leave out --zscore, or start from the data \
         set before that",
        scope.words()
    ))
}

/// Whether a step changes responses or parts, and not only which voxels are kept.
fn changes(step: &Step) -> bool {
    let is_fitted = step.fitted_on != FittedOn::Nothing && !step.what.starts_with("voxels: ");
    step.what.starts_with(split::AGAIN) || step.what == MEANS || is_fitted
}

/// Between the words of one standardisation and those of the next.
pub(super) const THEN: &str = ", then ";
/// How an import of volumes standardises runs: over all volumes, or without those of held-out trials.
pub(crate) const VOLUMES: [&str; 2] =
    ["over all volumes of each run", "over the volumes of each run that no held-out trial takes"];
/// How the step of a standardisation begins.
pub(crate) const STANDARDISED: &str = "each voxel standardised ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_an_import_standardised_are_not_standardised_again() {
        let options = PrepareOptions { zscore: Some(Scope::Run), ..PrepareOptions::default() };
        for words in VOLUMES {
            let from = Provenance { standardised: Some(words.into()), ..Provenance::default() };
            let refused = before(&from, &options).unwrap_err();
            assert!(refused.contains(words) && refused.contains("import it again without --zscore"), "{refused}");
            // After a drift the statistics are others.
            let other = PrepareOptions { detrend: Some(1), ..options.clone() };
            assert_eq!(before(&from, &other), Ok(Some(words)));
        }
    }
}
