//! Positions of the receptive fields on the image.

use afterimage_run::biology::Biology;

use super::{Figure, Length, both, by_region, cell, row};
use crate::plot::{Cloud, Scatter, scatter};

/// Centres from stimulation, relative to the middle of the image, in one panel per region.
pub(super) fn retinotopy(found: &Biology, width: f64) -> Option<Figure> {
    let (length, middle) = (Length::of(found), found.side_px as f64 / 2.0);
    let heads =
        ["region", "voxel", "x_px", "y_px", "sigma_px", "r2", "right_of_centre_deg", "above_centre_deg", "sigma_deg"];
    let mut table = vec![row(&heads)];
    let mut clouds = Vec::new();
    for (region, voxels) in by_region(found) {
        let mut points = Vec::new();
        for voxel in voxels {
            let Some(field) = voxel.stimulation else { continue };
            let (right, above) = (field.x_px - middle, middle - field.y_px);
            points.push((length.at(right), length.at(above)));
            let numbers = [field.x_px, field.y_px, field.sigma_px, field.r2].map(cell);
            let degrees = [right, above, field.sigma_px].map(|px| both(found, px)[1].clone());
            table.push([vec![region.clone(), voxel.column.to_string()], numbers.to_vec(), degrees.to_vec()].concat());
        }
        clouds.push(Cloud { name: region, points, line: None });
    }
    let shown: usize = clouds.iter().map(|c| c.points.len()).sum();
    // Fields centred beyond the image are drawn at its edge.
    let (svg, size) = scatter(&Scatter {
        width,
        x_title: &format!("right of the centre, {}", length.name),
        y_title: &format!("above the centre, {}", length.name),
        label: &format!("Centres of {shown} receptive fields"),
        square: Some((length.at(-middle), length.at(middle))),
        diagonal: false,
        cross: true,
        clouds,
    })?;
    let caption = format!(
        "Centres of receptive fields, by stimulation: {shown} of {}, one mark each. The axes span the image; a field \
         centred beyond it is drawn at its edge.{}",
        found.voxels.len(),
        length.note(found)
    );
    Some(Figure { name: "retinotopy".into(), caption, svg, size, table })
}
