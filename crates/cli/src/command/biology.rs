//! `afterimage biology`: receptive fields and hierarchy of a run's encoder.

use anyhow::{Result, bail};

use afterimage_experiment::biology::Options;
use afterimage_run::biology::Measure;

use super::run::open_to_write;
use crate::args::biology::Biology as Args;
use crate::say;

/// Estimates receptive fields, writes tables and figures, and prints the main measures.
pub(super) fn biology(args: &Args) -> Result<()> {
    if args.fov.is_some_and(|fov| !(fov > 0.0 && fov < 360.0)) {
        bail!("--fov is {}: give the width of the images in degrees, such as 8.4", args.fov.unwrap_or_default());
    }
    let mut session = open_to_write(&args.run)?;
    let options = Options { fov_deg: args.fov, split_half: args.split_half };
    let found = session.biology(&options)?;
    afterimage_report::write_figures(&session.run)?;
    if args.json {
        return say::json(&serde_json::json!({ "measures": found.measures, "not_computed": found.not_computed }));
    }
    found.measures.iter().filter(|m| is_main(m)).try_for_each(|measure| say::line(line(measure)))?;
    found.not_computed.iter().try_for_each(|m| say::line(format!("not computed: {}: {}", m.name, m.reason)))?;
    say::line(format!("{} measures: {}", found.measures.len(), session.run.biology_table("measures").display()))?;
    say::line(format!("figures: {}", session.run.figures_dir().display()))?;
    say::line(format!("add to the report: afterimage report {}", args.run.display()))
}

/// True for the main measures: those of all voxels together, and depth and size of each region.
fn is_main(measure: &Measure) -> bool {
    let name = measure.name.as_str();
    match &measure.region {
        None => !name.contains(".intercept") && !name.contains(".q") && name != "depth.median",
        Some(_) => name.starts_with("depth.mean") || name.starts_with("size.stimulation.median"),
    }
}

fn line(measure: &Measure) -> String {
    let mut text = format!("{}: {:.3}", measure.title, measure.value);
    if let Some(i) = &measure.interval {
        text += &format!(" [{:.0} % interval {:.3} to {:.3}]", 100.0 * i.level, i.low, i.high);
    }
    if let Some(chance) = measure.chance {
        text += &format!(", chance {chance:.3}");
    }
    if let Some(p) = &measure.p {
        text += &format!(", {p}");
    }
    text + &format!(" {}, n = {}", measure.unit, measure.n)
}
