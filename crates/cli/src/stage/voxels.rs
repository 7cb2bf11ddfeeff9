//! The voxels of a run: where they lie, and what is known of each.

use anyhow::{Context as _, Result};

pub(crate) use afterimage_experiment::voxels::of;
use afterimage_run::{maps, scores::ScoreFile, voxels::Voxels};
use afterimage_train::prepare::Statistics;

use super::Session;

/// The voxels of a run; of one that an earlier version made, from its data set.
pub(crate) fn read(session: &Session) -> Result<Voxels> {
    if session.run.voxels_file().is_file() {
        return Ok(Voxels::read(&session.run)?);
    }
    let statistics = Statistics::read(&session.run)?;
    let data = session.data().context("the run was made before runs kept the places of their voxels")?;
    Ok(of(&data, &statistics))
}

/// Writes the scores of single voxels into the run, where it is known where they lie.
pub(crate) fn write_maps(session: &Session, scores: &ScoreFile) -> Result<()> {
    let voxels = read(session)?;
    if voxels.volume.is_some() || voxels.surface.is_some() {
        maps::write(&session.run.maps_dir(), &voxels, &maps::of_scores(scores, &voxels))?;
    }
    Ok(())
}
