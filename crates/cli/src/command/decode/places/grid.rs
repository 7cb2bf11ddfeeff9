//! The grid and the hemisphere of a source against those of the run.

use std::path::Path;

use anyhow::{Result, bail};

use afterimage_formats::hemisphere::Hemisphere;
use afterimage_formats::volume::grid::{Affine, apart};
use afterimage_run::maps::HEMISPHERES;
use afterimage_run::voxels::Voxels;

/// Hemisphere of all voxels of the run: 0 left, 1 right.
pub(super) fn only_side(voxels: &Voxels) -> Option<usize> {
    let places = &voxels.surface.as_ref()?.places;
    let side = places.first()?[0];
    places.iter().all(|place| place[0] == side).then_some(side as usize)
}

/// Refuses a file whose name states the other hemisphere than the run's.
pub(super) fn refuse_other_side(path: &Path, voxels: &Voxels) -> Result<()> {
    let ours = only_side(voxels).map(|side| HEMISPHERES[side]);
    match (ours, Hemisphere::of(path)) {
        (Some(ours), Some(theirs)) if ours != theirs => bail!(
            "\"{}\" is of {} by its name, but the run's voxels are of {}: give that hemisphere",
            path.display(),
            theirs.short(),
            ours.short()
        ),
        _ => Ok(()),
    }
}

/// Refuses another grid: its voxels lie elsewhere in the brain, whatever their indices.
pub(super) fn refuse_other_grid(
    path: &Path,
    shape: &[usize; 3],
    affine: &Affine,
    (expected, expected_affine): (&[usize; 3], &Affine),
    of: &str,
) -> Result<()> {
    if shape != expected {
        bail!("\"{}\" has volumes {shape:?}, {of} has {expected:?}: resample it to that grid", path.display());
    }
    let Some((off, _)) = apart(affine, expected_affine, *shape) else { return Ok(()) };
    bail!(
        "\"{}\" has another affine than {of}, with voxels up to {off:.3} mm off: resample it to that grid",
        path.display()
    )
}
