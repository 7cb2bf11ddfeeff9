//! Whether the responses of another data set can be in the unit of the run's own.

use afterimage_data::{Averaging, DataSet};
use afterimage_train::prepare::Statistics;
use ndarray::Axis;

use crate::error::{Result, bail};
use crate::{Remedy, Session, TrainedRun, UnitVerdict, Units};

/// What makes responses pass that cannot be in the unit.
const FORCE: &str = "--force-units takes them as they are";

/// Refuses held-out responses that cannot be in the unit of the run's data set, as `decode` does; returns the doubts. Where
/// both data sets state the same unit, responses that lie elsewhere are those of other images: that is a doubt only.
pub(super) fn check(
    session: &Session,
    trained_on: &DataSet,
    data: &DataSet,
    statistics: &Statistics,
    force: bool,
) -> Result<Vec<String>> {
    let path = data.path().display();
    let mut doubts = Vec::new();
    let [ours, theirs] = [trained_on, data].map(|set| set.header().provenance.standardised.clone());
    if ours != theirs {
        let [ours, theirs] = [ours, theirs]
            .map(|how| how.map_or_else(|| "not standardised".into(), |how| format!("standardised {how}")));
        let said = format!(
            "the responses of \"{path}\" are {theirs}, those of the run's data set {ours}: prepare them in the same way with \
             `afterimage prepare`"
        );
        if !force {
            bail!("{said}; {FORCE}");
        }
        doubts.push(said);
    }
    let responses = data.held_out().items(Averaging::Trials)?.responses.select(Axis(1), &statistics.voxels);
    let run = TrainedRun::of(Session::open(session.run.root(), &session.caller)?)?;
    let [ours, theirs] = [trained_on, data].map(|set| set.header().provenance.units.as_deref());
    let is_stated = ours.is_some() && ours == theirs;
    for verdict in run.check_units(responses.view(), Units::Recorded)?.verdicts {
        let said = if is_stated { of_other_images(&verdict) } else { in_words(&verdict) };
        if verdict.is_impossible && !force && !is_stated {
            bail!("\"{path}\": {said}; {FORCE}");
        }
        doubts.push(said);
    }
    Ok(doubts)
}

/// A verdict with its remedy; there is no option here that states a unit.
fn in_words(verdict: &UnitVerdict) -> String {
    if matches!(verdict.remedy, Remedy::State(_)) { verdict.reason.clone() } else { verdict.in_words("") }
}

/// A verdict on responses in a unit that both data sets state.
fn of_other_images(verdict: &UnitVerdict) -> String {
    format!(
        "{}; both data sets state the same unit, so other images explain it, or another preparation",
        verdict.reason
    )
}
