//! Field size against eccentricity.

use afterimage_run::biology::Biology;

use super::{Figure, by_region, cell, row};
use crate::plot::{Cloud, Scatter, scatter};

/// Sizes from stimulation with the line of each region.
pub(super) fn sizes(found: &Biology) -> Option<Figure> {
    let mut table = vec![row(&["region", "voxel", "eccentricity_px", "sigma_px", "slope", "intercept_px"])];
    let mut clouds = Vec::new();
    for (region, voxels) in by_region(found) {
        // Without regions, the line is that of all.
        let value = |name: &str| {
            let of_region = found.get(&format!("size.stimulation.{name}.{region}"));
            let whole = found.get(&format!("size.stimulation.{name}")).filter(|_| found.own_regions().is_empty());
            of_region.or(whole).map(|m| m.value)
        };
        let line = value("intercept").zip(value("slope"));
        let points: Vec<(f64, f64)> =
            voxels.iter().filter_map(|v| v.stimulation).map(|f| (f.eccentricity_px, f.sigma_px)).collect();
        for voxel in voxels.iter().filter(|v| v.stimulation.is_some()) {
            let field = voxel.stimulation.map_or([f64::NAN; 2], |f| [f.eccentricity_px, f.sigma_px]);
            let (intercept, slope) = line.unwrap_or((f64::NAN, f64::NAN));
            let numbers = [field[0], field[1], slope, intercept].map(cell);
            table.push([vec![region.clone(), voxel.column.to_string()], numbers.to_vec()].concat());
        }
        clouds.push(Cloud { name: region, points, line });
    }
    let svg = scatter(&Scatter {
        x_title: "eccentricity, px from the centre of the image",
        y_title: "field size (sd), px",
        label: "Field size against eccentricity",
        square: None,
        diagonal: false,
        cross: false,
        clouds,
    })?;
    let caption =
        "Size of receptive fields against eccentricity, by stimulation, with the least-squares line of each region."
            .into();
    Some(Figure { name: "size", caption, svg, table })
}
