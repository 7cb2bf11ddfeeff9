//! `afterimage biology`: receptive fields and hierarchy of a run's encoder.

use anyhow::{Result, bail};

use afterimage_experiment::{biology::Options, voxels};
use afterimage_run::biology::Measure;
use afterimage_statistics::RecordedUnit;

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
    let (found, unit) = (session.biology(&options)?, voxels::unit(&session));
    afterimage_report::write_figures(&session.run)?;
    if args.json {
        return say::json(&serde_json::json!({ "measures": found.measures, "not_computed": found.not_computed }));
    }
    if args.verbose {
        found.measures.iter().filter(|m| is_main(m)).try_for_each(|measure| say::line(line(measure, unit)))?;
    } else {
        summary(&found.measures, unit).iter().try_for_each(say::line)?;
    }
    found.not_computed.iter().try_for_each(|m| say::line(format!("not computed: {}: {}", m.name, m.reason)))?;
    let (table, count) = (session.run.biology_table("measures"), found.measures.len());
    let more = if args.verbose { "" } else { "; --verbose prints more of them" };
    say::line(format!("all {count} measures: {}{more}", table.display()))?;
    let figures = session.run.figures_dir();
    say::line(format!("figures: {}; in the report: afterimage report {}", figures.display(), args.run.display()))
}

/// Measures of all voxels that a summary has, in its order.
const SUMMARY: [&str; 6] = [
    "accuracy.of_ceiling.median",
    "agreement.centre.r",
    "split_half.stimulation.map.r",
    "size.stimulation.median",
    "contralateral.stimulation",
    "depth.mean",
];

/// A line for each measure of [`SUMMARY`] that was computed, with its values by region for the last.
fn summary(measures: &[Measure], unit: RecordedUnit) -> Vec<String> {
    let of_all = |name: &&str| measures.iter().find(|m| m.name == **name);
    let mut lines: Vec<String> = SUMMARY.iter().filter_map(of_all).map(|measure| line(measure, unit)).collect();
    let by_region = |m: &Measure| {
        let region = m.region.as_ref().filter(|_| m.name.starts_with("depth.mean."))?;
        Some(format!("{region} {:.2}", m.value))
    };
    let regions: Vec<String> = measures.iter().filter_map(by_region).collect();
    if !regions.is_empty() {
        lines.push(format!("Preferred depth by region: {}", regions.join(", ")));
    }
    lines
}

/// True for the main measures: those of all voxels together, and depth and size of each region.
fn is_main(measure: &Measure) -> bool {
    let name = measure.name.as_str();
    match &measure.region {
        None => !name.contains(".intercept") && !name.contains(".q") && name != "depth.median",
        Some(_) => name.starts_with("depth.mean") || name.starts_with("size.stimulation.median"),
    }
}

fn line(measure: &Measure, unit: RecordedUnit) -> String {
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
    text + &format!(" {}, n = {}", measure.unit, measure.sample_text(unit, |n| n.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(name: &str, region: Option<&str>, value: f64) -> Measure {
        Measure {
            name: name.into(),
            title: format!("Title of {name}"),
            region: region.map(str::to_owned),
            value,
            unit: "depth".into(),
            interval: None,
            chance: None,
            p: None,
            n: 10,
            definition: String::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn summary_has_few_lines_in_order_and_regions_in_one() {
        let measures = [
            measure("agreement.x.r", None, 0.9),
            measure("depth.mean", None, 0.25),
            measure("agreement.centre.r", None, 0.5),
            measure("depth.mean.V1", Some("V1"), 0.125),
            measure("depth.mean.V4", Some("V4"), 0.375),
            measure("size.stimulation.median.V1", Some("V1"), 7.0),
        ];
        let expected = [
            "Title of agreement.centre.r: 0.500 depth, n = 10 neurons",
            "Title of depth.mean: 0.250 depth, n = 10 neurons",
            "Preferred depth by region: V1 0.12, V4 0.38",
        ];
        assert_eq!(summary(&measures, RecordedUnit::Neuron), expected);
    }
}
