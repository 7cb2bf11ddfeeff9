//! The voxels of a run: where they lie, and what is known of each.

use crate::error::{Context as _, Result};

use afterimage_data::{DataSet, RecordedUnit, SOURCE_VOXEL, VOXEL_NUMBER};
use afterimage_run::{
    Artefact, maps,
    scores::ScoreFile,
    voxels::{Surface, Volume, Voxels},
};
use afterimage_train::prepare::Statistics;

use super::Session;

/// The voxels that the networks use, with their places in the data set's volume or surface.
pub(crate) fn of(data: &DataSet, statistics: &Statistics) -> Voxels {
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
    let provenance = &data.header().provenance;
    let (units, unit) = (provenance.units.clone(), provenance.unit);
    let (standardised, whole_number_scale) = (provenance.standardised.clone(), provenance.whole_number_scale);
    let column = |name| all.columns.get(name).map(|column| column.values.iter().map(|&n| n as usize).collect());
    let of_more = all.columns.contains_key(SOURCE_VOXEL);
    let numbers = column(VOXEL_NUMBER).or_else(|| column(SOURCE_VOXEL));
    let known = Voxels::new(used.clone(), all.count);
    Voxels { units, unit, standardised, whole_number_scale, numbers, of_more, volume, surface, ..known }
}

/// The voxels of a run; of one that an earlier version made, from its data set.
///
/// # Errors
/// If neither is there.
pub fn read(session: &Session) -> Result<Voxels> {
    if let Some(voxels) = Voxels::read_if_present(&session.run)? {
        return Ok(voxels);
    }
    let statistics = Statistics::read(&session.run)?;
    let data = session.data().context("the run was made before runs kept the places of their voxels")?;
    Ok(of(&data, &statistics))
}

/// What the run's data set holds responses of, for messages: voxels where that is unknown.
pub fn unit(session: &Session) -> RecordedUnit {
    read(session).map(|voxels| voxels.unit()).unwrap_or_default()
}

/// The run's data set in words, with the unit of its responses and how they were standardised, if it states them.
pub(crate) fn data_set(voxels: Option<&Voxels>) -> String {
    let units = voxels.and_then(|voxels| voxels.units.clone());
    let how = voxels.and_then(|voxels| voxels.standardised.as_ref()).map(|how| format!("standardised {how}"));
    let facts: Vec<String> = units.into_iter().chain(how).collect();
    if facts.is_empty() { "the run's data set".into() } else { format!("the run's data set ({})", facts.join(", ")) }
}

/// Writes the scores of single voxels into the run, where it is known where they lie.
pub(crate) fn write_maps(session: &Session, scores: &ScoreFile) -> Result<()> {
    let voxels = read(session)?;
    if voxels.volume.is_some() || voxels.surface.is_some() {
        maps::write(&session.run.maps_dir(), &voxels, &maps::score_columns(scores, &voxels))?;
    }
    Ok(())
}
