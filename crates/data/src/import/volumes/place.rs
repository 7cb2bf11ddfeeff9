//! Whether two files have their voxels in the same places: one grid, one hemisphere.

use std::path::{Path, PathBuf};

use afterimage_formats::volume::{AffineSource, Volume, VolumeHeader};

use crate::{Error, Result};

/// How far apart two grids may have a voxel, in voxels: headers of 32 bits round, and no tool resamples for less.
const TOLERANCE: f64 = 0.01;
/// Entities of BIDS whose value is no hemisphere, whatever it is called.
const NOT_SIDES: [&str; 7] = ["sub", "ses", "task", "acq", "run", "dir", "rec"];

/// A hemisphere of the cortex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Side {
    /// The hemisphere that a file's name states, or else the folder it lies in: `lh.` or `rh.` as FreeSurfer has it,
    /// `hemi-L` or `hemi-R` as BIDS has it, or `lh` and `rh` between points and underscores. A name with both states none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
        let folder = || path.parent().and_then(name).filter(|folder| !folder.contains(['.', '_']));
        let of_file = name(path).map(|name| sides(&name)).unwrap_or_default();
        match of_file {
            [false, false] => folder().and_then(|folder| one(sides(&folder))),
            found => one(found),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

fn one(found: [bool; 2]) -> Option<Side> {
    match found {
        [true, false] => Some(Side::Left),
        [false, true] => Some(Side::Right),
        _ => None,
    }
}

/// Whether a name in small letters states the left, and whether the right hemisphere.
fn sides(name: &str) -> [bool; 2] {
    let mut found = [false; 2];
    for word in name.split(['.', '_']) {
        let parts: Vec<&str> = word.split('-').collect();
        match parts[..] {
            ["hemi", "l" | "left"] => found[0] = true,
            ["hemi", "r" | "right"] => found[1] = true,
            [first, ..] if parts.len() > 1 && NOT_SIDES.contains(&first) => {}
            _ => {
                found[0] |= parts.contains(&"lh");
                found[1] |= parts.contains(&"rh");
            }
        }
    }
    found
}

/// Where the voxels of a file lie.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    shape: [usize; 3],
    affine: [[f64; 4]; 4],
    source: AffineSource,
    /// The hemisphere, and the file whose name states it.
    side: Option<(Side, PathBuf)>,
}

impl Place {
    pub(crate) fn of(volume: &Volume) -> Self {
        let (header, path) = (volume.header(), volume.path());
        Self {
            path: path.to_owned(),
            shape: header.volume_shape(),
            affine: header.affine,
            source: header.affine_source,
            side: Side::of(path).map(|side| (side, path.to_owned())),
        }
    }

    /// Takes the hemisphere that the name of another file states, if this one states none.
    pub(crate) fn take_side(&mut self, path: &Path) {
        self.side = self.side.take().or_else(|| Side::of(path).map(|side| (side, path.to_owned())));
    }

    pub(crate) fn side(&self) -> Option<Side> {
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
        match (&self.side, Side::of(path)) {
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
        let off = distance(&header.affine, &self.affine, self.shape);
        let size = smallest(&header.affine).min(smallest(&self.affine));
        // A distance that is not a number fails too.
        if off <= TOLERANCE * size {
            return Ok(());
        }
        let (axes, others) = (orientation(&header.affine), orientation(&self.affine));
        let turned =
            if axes == others { String::new() } else { format!("; its axes run {axes}, those of the other {others}") };
        let reason = format!(
            "its affine ({}) has voxels up to {off:.3} mm, {:.2} voxels, from where the affine ({}) of \"{}\" has \
             them{turned}: resample it to that grid, as nilearn.image.resample_to_img does (labels by nearest \
             neighbour), or copy the header if only the header is wrong",
            words(header.affine_source),
            off / size,
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

/// The largest distance of a voxel's places by two affines, mm: it is reached at a corner of the volume.
fn distance(a: &[[f64; 4]; 4], b: &[[f64; 4]; 4], shape: [usize; 3]) -> f64 {
    let corner = |corner: usize| {
        let off = (0..3).map(|row| {
            let difference = |column: usize| a[row][column] - b[row][column];
            let along = |axis: usize| {
                if (corner >> axis) & 1 == 1 { difference(axis) * (shape[axis].max(1) - 1) as f64 } else { 0.0 }
            };
            ((0..3).map(along).sum::<f64>() + difference(3)).powi(2)
        });
        off.sum::<f64>().sqrt()
    };
    // `f64::max` would pass over what is not a number.
    (0..8).map(corner).fold(0.0, |most, off| if off > most || off.is_nan() { off } else { most })
}

/// The smallest distance of neighbouring voxels.
fn smallest(affine: &[[f64; 4]; 4]) -> f64 {
    let length = |axis: usize| (0..3).map(|row| affine[row][axis].powi(2)).sum::<f64>().sqrt();
    (0..3).map(length).fold(f64::INFINITY, f64::min)
}

/// The directions in which the three axes mostly run, such as `RAS`.
fn orientation(affine: &[[f64; 4]; 4]) -> String {
    const ENDS: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['I', 'S']];
    let letter = |axis: usize| {
        let longest = (0..3).max_by(|&a, &b| affine[a][axis].abs().total_cmp(&affine[b][axis].abs())).unwrap_or(axis);
        ENDS[longest][usize::from(affine[longest][axis] > 0.0)]
    };
    (0..3).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hemisphere_is_read_from_names_of_the_field() {
        let side = |name: &str| Side::of(Path::new(name));
        for left in [
            "lh.prf-visualrois.mgz",
            "sub-01_hemi-L_space-fsnative_bold.mgh",
            "V1_lh.nii.gz",
            "a/lh/V1.nii.gz",
            "lh-V1.nii",
            "LH_V1.nii",
        ] {
            assert_eq!(side(left), Some(Side::Left), "{left}");
        }
        for right in ["rh.betas.mgz", "sub-01_task-x_hemi-R_bold.func.mgh", "rois/hemi-R/V1.nii.gz", "lh/rh.V1.mgz"] {
            assert_eq!(side(right), Some(Side::Right), "{right}");
        }
        for neither in ["sub-RH_bold.nii.gz", "task-lh_bold.nii", "lh.rh.V1.nii", "rhesus.nii.gz", "bold.nii.gz"] {
            assert_eq!(side(neither), None, "{neither}");
        }
    }

    #[test]
    fn distance_is_that_of_the_worst_corner_and_not_a_number_counts() {
        let at = |x: f64| [[2.0, 0.0, 0.0, x], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        let mirrored = [[-2.0, 0.0, 0.0, 6.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        assert_eq!(distance(&at(0.0), &at(3.0), [4, 5, 3]), 3.0);
        assert_eq!(distance(&at(0.0), &mirrored, [4, 5, 3]), 6.0);
        assert!(distance(&at(0.0), &at(f64::NAN), [4, 5, 3]).is_nan());
        assert_eq!((orientation(&at(0.0)), orientation(&mirrored)), ("RAS".into(), "LAS".into()));
        assert_eq!(smallest(&mirrored), 2.0);
    }
}
