//! Responses that look like a mistake in the table they are from.

use super::checks;
use super::{Check, Verdict};
use crate::Result;
use crate::oddities::Oddities;
use crate::store::DataSet;

/// Trials read at a time.
const ROWS: usize = 256;

/// Voxels that never change, trials without a response, copies of trials or voxels.
pub(super) fn check(data: &DataSet) -> Result<Check> {
    let name = "responses";
    let mut odd = Oddities::default();
    let trials = data.header().trials.len();
    for first in (0..trials).step_by(ROWS) {
        odd.see(data.responses(first, ROWS.min(trials - first))?.view());
    }
    let unit = data.header().provenance.unit();
    let warnings = odd.warnings(unit);
    if warnings.is_empty() {
        let detail = format!(
            "no {} is constant, no trial is 0 in all of them, and no two are copies of each other",
            unit.singular()
        );
        return Ok(checks::check(name, Verdict::Pass, detail, Vec::new()));
    }
    let unit = unit.singular();
    let constant = odd.silent().into_iter().map(|voxel| format!("{unit} {voxel} is constant"));
    let zeros = odd.zeros().iter().map(|trial| format!("trial {trial} is 0"));
    let trials = odd.repeated_trials().iter().map(|[a, b]| format!("trial {b} = trial {a}"));
    let voxels = odd.repeated_voxels().into_iter().map(|[a, b]| format!("{unit} {b} = {unit} {a}"));
    let items = zeros.chain(trials).chain(voxels).chain(constant).collect();
    Ok(checks::check(name, Verdict::Warn, warnings.join("; and "), items))
}
