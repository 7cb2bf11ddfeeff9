//! Whether the order of the trials can be that in time.

use std::collections::BTreeSet;

use super::{Header, Provenance};

/// The order of `[voxels, stimuli, repeats]`.
pub(crate) const BY_STIMULUS: &str = "by stimulus and repeat";
/// What a step of an earlier version says of such a table, which had no other mark.
const EARLIER: &str = " table with repeats, ";

impl Provenance {
    fn said_untimed(&self) -> Option<&str> {
        let earlier = || self.steps.iter().any(|step| step.what.contains(EARLIER)).then_some(BY_STIMULUS);
        self.untimed.as_deref().or_else(earlier)
    }
}

impl Header {
    /// Why the order of the trials within a run is not known to be that in time, as a clause; `None` if nothing speaks against
    /// it.
    pub(crate) fn untimed(&self) -> Option<String> {
        if let Some(order) = self.provenance.said_untimed() {
            return Some(format!("its trials are ordered {order}, and when they were recorded is not known"));
        }
        if let Some(row) = self.trials.iter().position(|trial| trial.averaged > 1) {
            let averaged = self.trials[row].averaged;
            return Some(format!(
                "its rows are means of repeats (row {row} of {averaged}), which have no one place in time"
            ));
        }
        let run = |row: usize| (self.trials[row].session, self.trials[row].run);
        let mut begun = BTreeSet::new();
        let again =
            (0..self.trials.len()).find(|&row| (row == 0 || run(row) != run(row - 1)) && !begun.insert(run(row)))?;
        let (session, run) = run(again);
        Some(format!(
            "the trials of session {session}, run {run} are not consecutive (they go on at row {again}), so their order in time is \
             not known"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Step, TrialInfo, Voxels};

    fn header(places: &[(u16, u16)], averaged: u16) -> Header {
        let trial = |&(session, run)| TrialInfo { stimulus: 0, repeat: 0, session, run, averaged };
        let trials = places.iter().map(trial).collect();
        Header { trials, ..Header::new(Vec::new(), Voxels::new(1), 0, Provenance::default()) }
    }

    #[test]
    fn order_in_time_is_unknown_of_means_of_interrupted_runs_and_where_it_is_said() {
        let consecutive = header(&[(0, 0), (0, 0), (0, 1), (1, 0)], 1);
        assert_eq!(consecutive.untimed(), None);
        let of = |header: Header| header.untimed().unwrap();
        assert!(of(header(&[(0, 0), (0, 1), (0, 0)], 1)).contains("session 0, run 0 are not consecutive"));
        assert!(of(header(&[(0, 0), (0, 0)], 12)).contains("row 0 of 12"));
        let mut said = consecutive.clone();
        said.provenance.untimed = Some("by the names of images".into());
        assert!(of(said).contains("ordered by the names of images"));
        let mut earlier = consecutive;
        earlier.provenance.steps = vec![Step::plain("10 x 5 x 3 table with repeats, 0 absent ones (NaN) left out")];
        assert!(of(earlier).contains(BY_STIMULUS));
    }
}
