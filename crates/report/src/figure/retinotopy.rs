//! Positions of the receptive fields on the image.

use afterimage_run::biology::Biology;

use super::{Figure, by_region, cell, row};
use crate::plot::{Cloud, Scatter, scatter};

/// Centres from stimulation, relative to the middle of the image, coloured by region.
pub(super) fn retinotopy(found: &Biology) -> Option<Figure> {
    let middle = found.side_px as f64 / 2.0;
    let mut table = vec![row(&["region", "voxel", "x_px", "y_px", "sigma_px", "r2"])];
    let mut clouds = Vec::new();
    for (region, voxels) in by_region(found) {
        let mut points = Vec::new();
        for voxel in voxels {
            let Some(field) = voxel.stimulation else { continue };
            points.push((field.x_px - middle, middle - field.y_px));
            let numbers = [field.x_px, field.y_px, field.sigma_px, field.r2].map(cell);
            table.push([vec![region.clone(), voxel.column.to_string()], numbers.to_vec()].concat());
        }
        clouds.push(Cloud { name: region, points, line: None });
    }
    let shown: usize = clouds.iter().map(|c| c.points.len()).sum();
    // Fields centred beyond the image are drawn at its edge.
    let svg = scatter(&Scatter {
        x_title: "px to the right of the centre",
        y_title: "px above the centre",
        label: &format!("Centres of {shown} receptive fields"),
        square: Some((-middle, middle)),
        diagonal: false,
        cross: true,
        clouds,
    })?;
    let caption = format!(
        "Centres of receptive fields, by stimulation: {shown} of {}, one dot each. The axes span the image; a field \
         centred beyond it is drawn at its edge.",
        found.voxels.len()
    );
    Some(Figure { name: "retinotopy", caption, svg, table })
}
