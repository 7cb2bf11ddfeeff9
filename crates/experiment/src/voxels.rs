//! The voxels that the networks use, with their places in the data set's volume or surface.

use afterimage_data::{DataSet, VOXEL_NUMBER};
use afterimage_run::voxels::{Surface, Volume, Voxels};
use afterimage_train::prepare::Statistics;

/// The voxels of `statistics`, in the order of the networks' inputs and outputs.
pub fn of(data: &DataSet, statistics: &Statistics) -> Voxels {
    let (all, used) = (&data.header().voxels, &statistics.voxels);
    let volume = all.volume.as_ref().map(|volume| Volume {
        shape: volume.shape,
        affine: volume.affine,
        indices: used.iter().map(|&voxel| volume.indices[voxel]).collect(),
    });
    let surface = all.surface.as_ref().map(|surface| Surface {
        vertices: surface.vertices,
        places: used.iter().map(|&voxel| surface.places[voxel]).collect(),
    });
    let units = data.header().provenance.units.clone();
    let numbers = all.columns.get(VOXEL_NUMBER).map(|column| column.values.iter().map(|&n| n as usize).collect());
    Voxels { units, numbers, volume, surface, ..Voxels::new(used.clone(), all.count) }
}
