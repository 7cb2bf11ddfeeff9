//! Prediction accuracy against the noise ceiling.

use afterimage_run::biology::Biology;

use super::{Figure, by_region, cell, row};
use crate::plot::{Cloud, Scatter, range, scatter};

/// r against its ceiling, one mark per voxel.
pub(super) fn accuracy(found: &Biology, width: f64) -> Option<Figure> {
    let mut table = vec![row(&["region", "voxel", "ceiling", "r"])];
    let mut clouds = Vec::new();
    for (region, voxels) in by_region(found) {
        let mut points = Vec::new();
        for voxel in voxels {
            let Some((ceiling, r)) = voxel.ceiling.zip(voxel.r) else { continue };
            points.push((ceiling, r));
            table.push(vec![region.clone(), voxel.column.to_string(), cell(ceiling), cell(r)]);
        }
        clouds.push(Cloud { name: region, points, line: None });
    }
    let least = range(clouds.iter().flat_map(|c| c.points.iter().flat_map(|p| [p.0, p.1])).chain([0.0]))?.0;
    let (svg, size) = scatter(&Scatter {
        width,
        x_title: "noise ceiling of r",
        y_title: "r of prediction and measurement",
        label: "Prediction accuracy against noise ceiling",
        square: Some(((least * 5.0).floor() / 5.0, 1.0)),
        diagonal: true,
        cross: false,
        clouds,
    })?;
    let caption =
        "Prediction accuracy on held-out images against the noise ceiling, one mark per voxel. On the dashed \
                   line a voxel is predicted as well as noise allows; points above it are chance, since both are \
                   estimates."
            .into();
    Some(Figure { name: "accuracy".into(), caption, svg, size, table })
}
