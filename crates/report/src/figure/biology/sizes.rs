//! Field size against eccentricity.

use afterimage_run::biology::Biology;

use super::{Figure, Length, both, by_region, cell, row};
use crate::plot::{Cloud, Scatter, scatter};

/// Sizes from stimulation with the line of each region.
pub(super) fn sizes(found: &Biology, width: f64) -> Option<Figure> {
    let length = Length::of(found);
    let heads =
        ["region", "voxel", "eccentricity_px", "sigma_px", "slope", "intercept_px", "eccentricity_deg", "sigma_deg"];
    let mut table = vec![row(&heads)];
    let mut clouds = Vec::new();
    for (region, voxels) in by_region(found) {
        // Without regions, the line is that of all.
        let value = |name: &str| {
            let of_region = found.get(&format!("size.stimulation.{name}.{region}"));
            let whole = found.get(&format!("size.stimulation.{name}")).filter(|_| found.own_regions().is_empty());
            of_region.or(whole).map(|m| m.value)
        };
        let line = value("intercept").zip(value("slope"));
        let (intercept, slope) = line.unwrap_or((f64::NAN, f64::NAN));
        let mut points = Vec::new();
        for voxel in voxels {
            let Some(field) = voxel.stimulation else { continue };
            points.push((length.at(field.eccentricity_px), length.at(field.sigma_px)));
            let [eccentricity, sigma] = [field.eccentricity_px, field.sigma_px].map(|px| both(found, px));
            let pixels = vec![eccentricity[0].clone(), sigma[0].clone(), cell(slope), cell(intercept)];
            let degrees = vec![eccentricity[1].clone(), sigma[1].clone()];
            table.push([vec![region.clone(), voxel.column.to_string()], pixels, degrees].concat());
        }
        let line = line.map(|(intercept, slope)| (length.at(intercept), slope));
        clouds.push(Cloud { name: region, points, line });
    }
    let (svg, size) = scatter(&Scatter {
        width,
        x_title: &format!("eccentricity, {} from the centre of the image", length.name),
        y_title: &format!("field size (sd), {}", length.name),
        label: "Field size against eccentricity",
        square: None,
        diagonal: false,
        cross: false,
        clouds,
    })?;
    let caption = format!(
        "Size of receptive fields against eccentricity, by stimulation, with the least-squares line of each region; thin \
         grey lines are those of the other regions.{}",
        length.note(found)
    );
    Some(Figure { name: "size".into(), caption, svg, size, table })
}
