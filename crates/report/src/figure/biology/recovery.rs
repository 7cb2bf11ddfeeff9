//! Recovered parameters of a simulated subject against the truth.

use afterimage_run::biology::{Biology, Field, Truth, Voxel};

use super::{Figure, Length, cell, row};
use crate::plot::{Cloud, Scatter, range, scatter};

/// Recovered x and y against true ones; none if no truth is known.
pub(super) fn centres(found: &Biology, width: f64) -> Option<Figure> {
    let pairs = pairs(found);
    let mut table = vec![row(&["voxel", "snr", "true_x_px", "x_px", "true_y_px", "y_px"])];
    for (voxel, field, truth) in &pairs {
        let numbers = [truth.snr, truth.x_px, field.x_px, truth.y_px, field.y_px].map(cell);
        table.push([vec![voxel.column.to_string()], numbers.to_vec()].concat());
    }
    let length = Length::of(found);
    let cloud = |name: &str, of: fn(&Field, &Truth) -> (f64, f64)| {
        let point = |(_, field, truth): &(&Voxel, Field, Truth)| {
            let (true_px, px) = of(field, truth);
            (length.at(true_px), length.at(px))
        };
        Cloud { name: name.into(), points: pairs.iter().map(point).collect(), line: None }
    };
    let (svg, size) = scatter(&Scatter {
        width,
        x_title: &format!("true centre, {}", length.name),
        y_title: &format!("recovered, {}", length.name),
        label: "Recovered against true centres",
        square: Some((0.0, length.at(found.side_px as f64))),
        diagonal: true,
        cross: false,
        clouds: vec![cloud("x", |f, t| (t.x_px, f.x_px)), cloud("y", |f, t| (t.y_px, f.y_px))],
    })?;
    let caption = format!(
        "Recovered centres, from the left and from above, against the truth of the simulated subject, by stimulation, all voxels{}.{}",
        r(found, "centre.r"),
        length.note(found)
    );
    Some(Figure { name: "recovery-centre".into(), caption, svg, size, table })
}

/// Recovered sizes against true ones.
pub(super) fn sizes(found: &Biology, width: f64) -> Option<Figure> {
    let pairs = pairs(found);
    let mut table = vec![row(&["voxel", "snr", "true_effective_px", "sigma_px"])];
    let mut clouds = ["high SNR", "low SNR"].map(|name| Cloud { name: name.into(), points: Vec::new(), line: None });
    let mut snr: Vec<f64> = pairs.iter().map(|(_, _, truth)| truth.snr).collect();
    snr.sort_unstable_by(f64::total_cmp);
    let (middle, length) = (*snr.get(snr.len() / 2)?, Length::of(found));
    for (voxel, field, truth) in &pairs {
        clouds[usize::from(truth.snr < middle)].points.push((length.at(truth.effective_px), length.at(field.sigma_px)));
        let numbers = [truth.snr, truth.effective_px, field.sigma_px].map(cell);
        table.push([vec![voxel.column.to_string()], numbers.to_vec()].concat());
    }
    let most = range(pairs.iter().flat_map(|(_, field, truth)| [field.sigma_px, truth.effective_px]))?.1;
    let (svg, size) = scatter(&Scatter {
        width,
        x_title: &format!("true size in pixel space, {}", length.name),
        y_title: &format!("recovered, {}", length.name),
        label: "Recovered against true sizes",
        square: Some((0.0, length.at((most / 5.0).ceil() * 5.0))),
        diagonal: true,
        cross: false,
        clouds: clouds.into(),
    })?;
    let caption = format!(
        "Recovered sizes against the truth, by stimulation{}. High and low are above and not above the median.{}",
        r(found, "size.r"),
        length.note(found)
    );
    Some(Figure { name: "recovery-size".into(), caption, svg, size, table })
}

fn pairs(found: &Biology) -> Vec<(&Voxel, Field, Truth)> {
    found.voxels.iter().filter_map(|v| Some((v, v.stimulation?, v.truth?))).collect()
}

/// The correlations for the caption.
fn r(found: &Biology, what: &str) -> String {
    let value = |group: &str| found.get(&format!("truth.stimulation.{group}.{what}")).map(|m| m.value);
    match value("snr_high").zip(value("snr_low")) {
        Some((high, low)) => format!(": r = {high:.3} with SNR above the median, {low:.3} not above"),
        None => String::new(),
    }
}
