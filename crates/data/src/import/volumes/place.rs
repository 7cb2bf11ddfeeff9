//! Whether two files have their voxels in the same places: one grid, one hemisphere.

use std::path::{Path, PathBuf};

use afterimage_formats::hemisphere::Hemisphere;
use afterimage_formats::volume::{
    AffineSource, Volume, VolumeHeader,
    grid::{Affine, apart, orientation},
};

use crate::{Error, Result};

/// Where the voxels of a file lie.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    shape: [usize; 3],
    affine: Affine,
    source: AffineSource,
    /// The hemisphere, and the file whose name states it.
    side: Option<(Hemisphere, PathBuf)>,
}

impl Place {
    pub(crate) fn of(volume: &Volume) -> Self {
        let (header, path) = (volume.header(), volume.path());
        Self {
            path: path.to_owned(),
            shape: header.volume_shape(),
            affine: header.affine,
            source: header.affine_source,
            side: Hemisphere::of(path).map(|side| (side, path.to_owned())),
        }
    }

    /// Takes the hemisphere that the name of another file states, if this one does not.
    pub(crate) fn take_side(&mut self, path: &Path) {
        self.side = self.side.take().or_else(|| Hemisphere::of(path).map(|side| (side, path.to_owned())));
    }

    pub(crate) fn side(&self) -> Option<Hemisphere> {
        self.side.as_ref().map(|(side, _)| *side)
    }

    /// One row of values: the vertices of a surface, whose affine says nothing of where they lie.
    pub(crate) fn is_row(&self) -> bool {
        self.shape[1..] == [1, 1] && (self.source == AffineSource::Directions || self.side.is_some())
    }

    /// # Errors
    /// [`Error::Mismatch`] naming both files for another number of voxels along an axis.
    pub(crate) fn refuse_other_shape(&self, path: &Path, shape: [usize; 3]) -> Result<()> {
        if shape == self.shape {
            return Ok(());
        }
        let reason = format!(
            "its volumes are {shape:?}, those of \"{}\" {:?}: give files of one subject in one space",
            self.path.display(),
            self.shape
        );
        Err(Error::mismatch(path, reason))
    }

    /// # Errors
    /// [`Error::Mismatch`] naming both files where the names state different hemispheres.
    pub(crate) fn refuse_other_side(&self, path: &Path) -> Result<()> {
        match (&self.side, Hemisphere::of(path)) {
            (Some((side, of)), Some(other)) if *side != other => {
                let reason = format!(
                    "its name says {} hemisphere, that of \"{}\" {}: import each hemisphere as a data set",
                    other.word(),
                    of.display(),
                    side.word()
                );
                Err(Error::mismatch(path, reason))
            }
            _ => Ok(()),
        }
    }

    /// Whether the grids can be compared by their affines: a file without one says nothing.
    pub(crate) fn knows_affine(&self, header: &VolumeHeader) -> bool {
        ![self.source, header.affine_source].contains(&AffineSource::Sizes)
    }

    /// # Errors
    /// [`Error::Mismatch`] naming both files where shape or affine differ by more than a hundredth of a voxel.
    pub(crate) fn refuse_other_grid(&self, path: &Path, header: &VolumeHeader) -> Result<()> {
        self.refuse_other_shape(path, header.volume_shape())?;
        if self.is_row() || !self.knows_affine(header) {
            return Ok(());
        }
        let Some((off, voxels)) = apart(&header.affine, &self.affine, self.shape) else { return Ok(()) };
        let (axes, others) = (orientation(&header.affine), orientation(&self.affine));
        let turned =
            if axes == others { String::new() } else { format!("; its axes run {axes}, those of the other {others}") };
        let reason = format!(
            "its affine ({}) has voxels up to {off:.3} mm, {voxels:.2} voxels, from where the affine ({}) of \"{}\" has \
             them{turned}: resample it to that grid, as nilearn.image.resample_to_img does (labels by nearest \
             neighbour), or copy the header if only the header is wrong",
            words(header.affine_source),
            words(self.source),
            self.path.display(),
        );
        Err(Error::mismatch(path, reason))
    }
}

fn words(source: AffineSource) -> &'static str {
    match source {
        AffineSource::Sform => "sform",
        AffineSource::Qform => "qform",
        AffineSource::Directions => "directions",
        AffineSource::Sizes => "voxel sizes only",
    }
}
