//! What the images of another data set share with those that a run was trained on.

use afterimage_data::audit::{Audit, Check, Verdict, shared_with_trained};
use afterimage_run::artefact::AuditFile;

use super::Other;
use crate::error::{Result, in_words};
use crate::pool::{self, Pool};
use crate::{Session, baseline, choice};

/// Checks about the run; the others of an audit are about the data set by itself.
const OF_RUN: [&str; 2] = ["the run's", "unpaired"];
/// Shared items that a sentence names.
const SHOWN: usize = 3;

/// The audit of the other data set, which begins with what it shares with the images that the run was trained on. What its own
/// parts share says nothing of the run.
pub(super) fn audit(session: &Session, other: &Other) -> Result<AuditFile<Audit>> {
    let mut checks = shared_with_trained(&other.data.held_out(), &other.trained_on)?;
    let unpaired = unpaired(session, other);
    if let Err(error) = &unpaired {
        checks.push(Check {
            name: "same image in test and unpaired, as in training".into(),
            verdict: Verdict::NotApplicable,
            detail: format!("the unpaired images that the run was trained on cannot be read: {}", in_words(error)),
            items: Vec::new(),
        });
    }
    let audit = pool::audit(&other.data, unpaired.ok().flatten().as_ref(), session.observer())?;
    let mut audit = audit.without_own_parts();
    audit.checks.splice(0..0, checks);
    Ok(AuditFile(audit))
}

/// The unpaired images that the run was trained on, or retrieved from.
fn unpaired(session: &Session, other: &Other) -> Result<Option<Pool>> {
    let kept = session.choice()?;
    let (kept, data, experiment) = (kept.as_ref(), &other.trained_on, &session.experiment);
    match &session.manifest.baseline {
        Some(baseline) if baseline.name == "retrieval" => baseline::to_retrieve(kept, data, experiment, None).map(Some),
        Some(_) => Ok(None),
        None => choice::unpaired(kept, data, experiment, None),
    }
}

/// What is shared, a sentence for each check.
pub(super) fn sentences(audit: &AuditFile<Audit>) -> Vec<String> {
    of_run(audit).map(sentence).collect()
}

/// The sentences that a reader must see next to the scores.
pub(super) fn warnings(audit: &AuditFile<Audit>) -> Vec<String> {
    of_run(audit).filter(|check| matches!(check.verdict, Verdict::Fail | Verdict::Warn)).map(sentence).collect()
}

fn of_run(audit: &AuditFile<Audit>) -> impl Iterator<Item = &Check> {
    audit.0.checks.iter().filter(|check| OF_RUN.iter().any(|about| check.name.contains(about)))
}

fn sentence(check: &Check) -> String {
    let named: Vec<&str> = check.items.iter().take(SHOWN).map(String::as_str).collect();
    let more = check.items.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = if named.is_empty() { String::new() } else { format!(" ({}{more})", named.join(", ")) };
    format!("{}: {}{named}", check.name, check.detail)
}
