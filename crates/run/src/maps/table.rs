//! Voxels as a table for other programs.

use super::Column;
use crate::{table, voxels::Voxels};

/// Returns a table with one row per voxel: `voxel` (its column among the data set's responses), where it lies (`i`, `j`, `k`, `x_mm`, `y_mm`,
/// `z_mm`; `hemisphere`, `vertex`), and the columns. An empty field is undefined.
pub fn csv(voxels: &Voxels, columns: &[Column]) -> String {
    let mut names = vec!["voxel"];
    if voxels.volume.is_some() {
        names.extend(["i", "j", "k", "x_mm", "y_mm", "z_mm"]);
    }
    if voxels.surface.is_some() {
        names.extend(["hemisphere", "vertex"]);
    }
    names.extend(columns.iter().map(|column| column.name.as_str()));
    let head = names.into_iter().map(String::from).collect();
    let rows = voxels.ids.iter().enumerate().map(|(row, id)| {
        let mut fields = vec![id.to_string()];
        if let Some(volume) = &voxels.volume {
            let place = volume.indices[row];
            fields.extend(place.map(|index| index.to_string()));
            fields.extend(volume.millimetres(place).map(|value| (value as f32).to_string()));
        }
        if let Some(surface) = &voxels.surface {
            let [side, vertex] = surface.places[row];
            fields.extend([super::HEMISPHERES[side as usize].short().into(), vertex.to_string()]);
        }
        let finite = |column: &Column| column.values.get(row).copied().filter(|value| value.is_finite());
        fields.extend(columns.iter().map(|column| finite(column).map_or_else(String::new, |value| value.to_string())));
        fields
    });
    table::csv(std::iter::once::<Vec<String>>(head).chain(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voxels::{Surface, Volume};

    #[test]
    fn rows_state_places_and_leave_undefined_values_empty() {
        let affine = [[2.0, 0.0, 0.0, -1.0], [0.0, 2.0, 0.0, 0.5], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        let volume = Volume { shape: [2, 2, 2], affine, indices: vec![[1, 0, 1], [0, 1, 0]] };
        let mut voxels = Voxels { volume: Some(volume), ..Voxels::new(vec![3, 8], 9) };
        let r = Column { name: "r".into(), meaning: String::new(), values: vec![0.25, f32::NAN] };
        let wanted = "voxel,i,j,k,x_mm,y_mm,z_mm,r\n3,1,0,1,1,0.5,2,0.25\n8,0,1,0,-1,2.5,0,\n";
        assert_eq!(csv(&voxels, std::slice::from_ref(&r)), wanted);
        voxels.volume = None;
        voxels.surface = Some(Surface { vertices: [5, 5], places: vec![[0, 4], [1, 2]] });
        assert_eq!(csv(&voxels, &[]), "voxel,hemisphere,vertex\n3,lh,4\n8,rh,2\n");
    }
}
