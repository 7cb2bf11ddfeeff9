//! Masks and regions from volumes, and the voxels they pick.

mod labels;
mod place;
mod regions;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use afterimage_formats::hemisphere::Hemisphere;
use afterimage_formats::volume::{Volume, VolumeHeader};
use ndarray::{Array3, ArrayView1};

use place::Place;
use regions::{Regions, fraction, refuse_threshold};

use crate::header::{LeftOut, Step, SurfaceGeometry, VolumeGeometry, Voxels};
use crate::{Error, Result};

/// The voxels above zero in a mask, in C order of `(x, y, z)`.
#[derive(Debug, Clone)]
pub(super) struct Mask {
    pub(super) geometry: VolumeGeometry,
    place: Place,
}

/// The voxels of a mask, and what is to be said of them.
pub(super) struct Found {
    pub(super) voxels: Voxels,
    pub(super) steps: Vec<Step>,
    pub(super) left_out: Vec<LeftOut>,
}

impl Mask {
    /// Reads a mask: its voxels above zero or, of a mask with fractions, those of `threshold` or more.
    ///
    /// # Errors
    /// [`Error::Format`] for an unreadable file; [`Error::Mismatch`] when no voxel is inside, for several volumes, or for
    /// fractions without a threshold.
    pub(super) fn read(path: &Path, threshold: Option<f32>) -> Result<Self> {
        refuse_threshold(path, threshold)?;
        let volume = Volume::open(path)?;
        let values = single(&volume)?;
        if let (Some(value), None) = (fraction(&values), threshold) {
            let reason = format!(
                "it holds {value}, which is not a whole number: give the value from which a voxel is inside with \
                 --mask-threshold"
            );
            return Err(Error::mismatch(path, reason));
        }
        let is_inside = |value: f32| threshold.map_or(value > 0.0, |threshold| value >= threshold);
        let inside = values.indexed_iter().filter(|(_, value)| is_inside(**value));
        let indices: Vec<[u32; 3]> = inside.map(|((x, y, z), _)| [x as u32, y as u32, z as u32]).collect();
        if indices.is_empty() {
            return Err(Error::mismatch(
                path,
                "no voxel of the mask is above zero, or above the threshold: give a mask of the visual cortex",
            ));
        }
        Ok(Self::new(&volume, indices))
    }

    /// Every voxel of a volume.
    pub(super) fn whole(volume: &Volume) -> Self {
        let shape = volume.header().volume_shape();
        let indices = ndarray::indices(shape).into_iter().map(|(x, y, z)| [x as u32, y as u32, z as u32]).collect();
        Self::new(volume, indices)
    }

    fn new(volume: &Volume, indices: Vec<[u32; 3]>) -> Self {
        let (shape, affine) = (volume.header().volume_shape(), volume.header().affine);
        Self { geometry: VolumeGeometry { shape, affine, indices }, place: Place::of(volume) }
    }

    /// Takes the hemisphere that the first of some names states, if that of the mask does not.
    pub(super) fn take_side<'a>(&mut self, paths: impl IntoIterator<Item = &'a Path>) {
        paths.into_iter().for_each(|path| self.place.take_side(path));
    }

    /// Keeps the voxels of a mask over them.
    pub(super) fn keep(&mut self, inside: &[bool]) {
        let mut inside = inside.iter();
        self.geometry.indices.retain(|_| *inside.next().unwrap_or(&false));
    }

    pub(super) fn count(&self) -> usize {
        self.geometry.indices.len()
    }

    /// The values of a volume at the voxels.
    pub(super) fn pick(&self, volume: &Array3<f32>) -> Vec<f32> {
        self.geometry.indices.iter().map(|&[x, y, z]| volume[[x as usize, y as usize, z as usize]]).collect()
    }

    /// Reads the only volume of a file of the same place, at the voxels.
    pub(super) fn read_values(&self, path: &Path) -> Result<Vec<f32>> {
        let volume = Volume::open(path)?;
        self.refuse_other_place(path, volume.header())?;
        Ok(self.pick(&single(&volume)?))
    }

    /// Reads the only volume of a file with regions. In a volume both hemispheres have their place, whatever its name.
    fn read_region(&self, path: &Path) -> Result<Array3<f32>> {
        let volume = Volume::open(path)?;
        if self.place.is_row() {
            self.place.refuse_other_side(path)?;
        }
        self.place.refuse_other_grid(path, volume.header())?;
        single(&volume)
    }

    /// # Errors
    /// [`Error::Mismatch`] naming both files for another shape, affine or hemisphere.
    pub(super) fn refuse_other_place(&self, path: &Path, header: &VolumeHeader) -> Result<()> {
        self.place.refuse_other_side(path)?;
        self.place.refuse_other_grid(path, header)
    }

    /// For files that hold no affine.
    ///
    /// # Errors
    /// [`Error::Mismatch`] naming both files for another shape or hemisphere.
    pub(super) fn refuse_other_shape(&self, path: &Path, shape: [usize; 3]) -> Result<()> {
        self.place.refuse_other_side(path)?;
        self.place.refuse_other_shape(path, shape)
    }

    /// Whether an affine was compared for a file, rather than the shape only.
    pub(super) fn compares_affine(&self, header: &VolumeHeader) -> bool {
        self.place.knows_affine(header) && !self.place.is_row()
    }

    /// # Errors
    /// [`Error::Mismatch`] with the voxel of the first value that is not finite; `volumes` says where in the file it is.
    pub(super) fn refuse_undefined(&self, path: &Path, values: ArrayView1<'_, f32>, volumes: &str) -> Result<()> {
        let Some(voxel) = values.iter().position(|value| !value.is_finite()) else { return Ok(()) };
        let [i, j, k] = self.geometry.indices[voxel];
        let reason = format!(
            "voxel ({i}, {j}, {k}) is {} in {volumes}: leave such voxels out with a mask, --mask",
            values[voxel]
        );
        Err(Error::mismatch(path, reason))
    }

    /// The voxels with their coordinates in millimetres, or their vertices, and the regions of further volumes.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::Mismatch`] for regions of another place, given twice, or with fractions and no threshold.
    pub(super) fn voxels(&self, regions: &[PathBuf], threshold: Option<f32>) -> Result<Found> {
        let mut voxels = Voxels::new(self.count());
        let indices = &self.geometry.indices;
        match self.place.side().filter(|_| self.place.is_row()) {
            // The affine of a surface's file says nothing of where the vertices lie.
            Some(side) => {
                let side = u32::from(side == Hemisphere::Right);
                let mut vertices = [0; 2];
                vertices[side as usize] = self.geometry.shape[0];
                let places = indices.iter().map(|&[vertex, ..]| [side, vertex]).collect();
                voxels.surface = Some(SurfaceGeometry { vertices, places });
            }
            None => {
                voxels.coordinates = Some(indices.iter().map(|index| millimetres(&self.geometry, index)).collect());
                voxels.volume = Some(self.geometry.clone());
            }
        }
        let mut found = Regions::default();
        for path in regions {
            refuse_threshold(path, threshold)?;
            found.add(self, path, threshold)?;
        }
        found.finish();
        let left_out = found.left_out().collect();
        voxels.regions = found.masks;
        Ok(Found { voxels, steps: found.steps, left_out })
    }
}

/// The volume of a file that must have one.
fn single(volume: &Volume) -> Result<Array3<f32>> {
    let count = volume.header().count();
    if count != 1 {
        let reason = format!("it has {count} volumes where one is needed: give a file with one of them");
        return Err(Error::mismatch(volume.path(), reason));
    }
    Ok(volume.volume(0)?)
}

fn millimetres(geometry: &VolumeGeometry, index: &[u32; 3]) -> [f32; 3] {
    std::array::from_fn(|row| {
        let affine = geometry.affine[row];
        (0..3).map(|axis| affine[axis] * f64::from(index[axis])).sum::<f64>() as f32 + affine[3] as f32
    })
}

/// A file's name without `.nii`, `.gz`, `.mgz` and the like.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let endings = [".nii", ".mgz", ".mgh", ".hdr", ".img"];
    endings.iter().find_map(|ending| plain.strip_suffix(ending)).unwrap_or(plain).to_owned()
}
