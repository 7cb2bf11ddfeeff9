//! Masks and regions from volumes, and the voxels they pick.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use afterimage_formats::volume::{AffineSource, Volume};
use ndarray::Array3;

use crate::header::{SurfaceGeometry, VolumeGeometry, Voxels};
use crate::{Error, Result};

/// The voxels above zero in a mask, in C order of `(x, y, z)`.
#[derive(Debug, Clone)]
pub(super) struct Mask {
    pub(super) geometry: VolumeGeometry,
    /// 0 left, 1 right, where the voxels are the vertices of a hemisphere.
    hemisphere: Option<u32>,
}

impl Mask {
    /// # Errors
    /// [`Error::Format`] for an unreadable file; [`Error::Mismatch`] when no voxel is above zero.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let volume = Volume::open(path)?;
        let values = volume.volume(0)?;
        let inside = values.indexed_iter().filter(|(_, value)| **value > 0.0);
        let indices: Vec<[u32; 3]> = inside.map(|((x, y, z), _)| [x as u32, y as u32, z as u32]).collect();
        if indices.is_empty() {
            return Err(Error::mismatch(path, "no voxel of the mask is above zero: give a mask of the visual cortex"));
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
        Self { geometry: VolumeGeometry { shape, affine, indices }, hemisphere: hemisphere(volume) }
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

    /// Reads the first volume of a file of the same shape, at the voxels.
    pub(super) fn read_values(&self, path: &Path) -> Result<Vec<f32>> {
        let volume = Volume::open(path)?;
        self.refuse_other_shape(path, volume.header().volume_shape())?;
        Ok(self.pick(&volume.volume(0)?))
    }

    pub(super) fn refuse_other_shape(&self, path: &Path, shape: [usize; 3]) -> Result<()> {
        match shape == self.geometry.shape {
            true => Ok(()),
            false => {
                let reason = format!(
                    "its volumes are {shape:?}, those of the mask {:?}: give files of one subject in one space",
                    self.geometry.shape
                );
                Err(Error::mismatch(path, reason))
            }
        }
    }

    /// The voxels with their coordinates in millimetres, or their vertices, and the regions of further volumes.
    pub(super) fn voxels(&self, regions: &[PathBuf]) -> Result<Voxels> {
        let mut voxels = Voxels::new(self.count());
        let indices = &self.geometry.indices;
        match self.hemisphere {
            // The affine of a surface's file says nothing of where the vertices lie.
            Some(side) => {
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
        for path in regions {
            voxels.regions.extend(self.regions(path)?);
        }
        Ok(voxels)
    }

    /// One region for each value above zero, named by the label table beside the file, or the file itself.
    fn regions(&self, path: &Path) -> Result<BTreeMap<String, Vec<bool>>> {
        let values = self.read_values(path)?;
        let labels = labels(path)?;
        let codes: BTreeSet<i64> =
            values.iter().filter(|value| **value > 0.0).map(|value| value.round() as i64).collect();
        let stem = stem(path);
        let name = |code: i64| match labels.get(&code) {
            Some(name) => name.clone(),
            None if codes.len() == 1 => stem.clone(),
            None => format!("{stem}-{code}"),
        };
        let region = |&code: &i64| (name(code), values.iter().map(|value| value.round() as i64 == code).collect());
        Ok(codes.iter().map(region).collect())
    }
}

/// The hemisphere of an MGH file of one row, whose name begins with `lh.` or `rh.` as FreeSurfer has it.
fn hemisphere(volume: &Volume) -> Option<u32> {
    let header = volume.header();
    let is_surface = header.affine_source == AffineSource::Directions && header.volume_shape()[1..] == [1, 1];
    let name = volume.path().file_name()?.to_string_lossy().into_owned();
    match name.split('.').next() {
        Some("lh") if is_surface => Some(0),
        Some("rh") if is_surface => Some(1),
        _ => None,
    }
}

fn millimetres(geometry: &VolumeGeometry, index: &[u32; 3]) -> [f32; 3] {
    std::array::from_fn(|row| {
        let affine = geometry.affine[row];
        (0..3).map(|axis| affine[axis] * f64::from(index[axis])).sum::<f64>() as f32 + affine[3] as f32
    })
}

/// A file's name without `.nii`, `.gz`, `.mgz`.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.')
        .next()
        .filter(|first| !["lh", "rh"].contains(first))
        .map_or_else(|| name.split('.').take(2).collect::<Vec<_>>().join("."), str::to_owned)
}

/// FreeSurfer's colour table: a code and a name on each line. It lies beside the volume as `NAME.ctab`,
/// `NAME.mgz.ctab` or `NAME.nii.gz.ctab`; without one the map is empty.
fn labels(path: &Path) -> Result<BTreeMap<i64, String>> {
    let stem = stem(path);
    let beside = ["ctab", "mgz.ctab", "nii.gz.ctab"].map(|ending| path.with_file_name(format!("{stem}.{ending}")));
    let Some(table) = beside.into_iter().find(|table| table.is_file()) else { return Ok(BTreeMap::new()) };
    let text = std::fs::read_to_string(&table).map_err(Error::io("read", &table))?;
    let mut labels = BTreeMap::new();
    for (line, content) in text.lines().enumerate().filter(|(_, content)| !content.trim().is_empty()) {
        let mut words = content.split_whitespace();
        match (words.next().and_then(|word| word.parse().ok()), words.next()) {
            (Some(code), Some(name)) => labels.insert(code, name.to_owned()),
            _ => return Err(Error::manifest(&table, format!("line {} has not a code and a name", line + 1))),
        };
    }
    Ok(labels)
}
