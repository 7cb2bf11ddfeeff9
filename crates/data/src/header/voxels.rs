//! What is known of each voxel.

use std::collections::BTreeMap;

use afterimage_schema::in_order;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FittedOn;
use crate::responses::SOURCE_VOXEL;
use crate::{Result, region};

/// The voxels (or neurons, or sensors) of the array `responses`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<Voxels>)]
pub struct Voxels {
    /// Their number.
    pub count: usize,
    /// Named masks of that length; they may overlap.
    #[serde(default)]
    pub regions: BTreeMap<String, Vec<bool>>,
    /// Coordinates in the recording's own space, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Vec<[f32; 3]>>,
    /// What else is known of each voxel, by the name it has in the source: noise ceiling, SNR, pRF parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, VoxelColumn>,
    /// The volume that the voxels were taken from, for writing maps back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeGeometry>,
    /// The cortical surface that they were taken from, where they are vertices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<SurfaceGeometry>,
}

/// A number for each voxel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<VoxelColumn>)]
pub struct VoxelColumn {
    /// What it is, with its unit, in a line.
    pub meaning: String,
    /// Which trials it was computed from: a selection by a column that saw the test part is a leak.
    pub fitted_on: FittedOn,
    /// `[voxels]`, NaN where it is not defined (written as `null`).
    #[serde(with = "gaps")]
    #[schemars(with = "Vec<Option<f32>>")]
    pub values: Vec<f32>,
}

/// Where voxels lie in a volume, so that a value per voxel can be written as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<VolumeGeometry>)]
pub struct VolumeGeometry {
    /// Voxels along the three axes of the volume.
    pub shape: [usize; 3],
    /// From voxel indices `(i, j, k, 1)` to millimetres, row by row, as NIfTI's sform.
    pub affine: [[f64; 4]; 4],
    /// `[voxels]` index along each axis.
    pub indices: Vec<[u32; 3]>,
}

/// Where voxels lie on the surface of the cortex, so that a value per voxel can be written as one for each vertex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<SurfaceGeometry>)]
pub struct SurfaceGeometry {
    /// Vertices of the whole surface of the left and of the right hemisphere; 0 if unknown.
    pub vertices: [usize; 2],
    /// `[voxels]` hemisphere (0 left, 1 right) and vertex.
    pub places: Vec<[u32; 2]>,
}

impl SurfaceGeometry {
    /// The first place that is not on the surface, in words.
    fn contradiction(&self) -> Option<String> {
        let outside = |[side, vertex]: &&[u32; 2]| {
            self.vertices.get(*side as usize).is_none_or(|vertices| *vertex as usize >= *vertices)
        };
        let stray = self.places.iter().find(outside)?;
        Some(format!("vertex {stray:?} lies outside its surface {:?}", self.vertices))
    }
}

impl Voxels {
    /// `count` voxels without regions.
    pub fn new(count: usize) -> Self {
        Self { count, ..Self::default() }
    }

    /// The first contradiction, in words.
    pub(super) fn contradiction(&self) -> Option<String> {
        let lengths = (self.regions.iter().map(|(name, mask)| (format!("region \"{name}\""), mask.len())))
            .chain(self.columns.iter().map(|(name, column)| (format!("column \"{name}\""), column.values.len())))
            .chain(self.coordinates.iter().map(|rows| ("the table of coordinates".to_owned(), rows.len())))
            .chain(self.volume.iter().map(|volume| ("the list of volume indices".to_owned(), volume.indices.len())))
            .chain(self.surface.iter().map(|surface| ("the list of vertices".to_owned(), surface.places.len())));
        if let Some((what, length)) = lengths.into_iter().find(|(_, length)| *length != self.count) {
            return Some(format!("{what} has {length} entries for {} voxels", self.count));
        }
        if let Some(reason) = self.surface.as_ref().and_then(SurfaceGeometry::contradiction) {
            return Some(reason);
        }
        let volume = self.volume.as_ref()?;
        let outside = |index: &&[u32; 3]| (0..3).any(|axis| index[axis] as usize >= volume.shape[axis]);
        let stray = volume.indices.iter().find(outside)?;
        Some(format!("voxel {stray:?} lies outside its volume {:?}", volume.shape))
    }

    /// Keeps the voxels of a mask, in their order, with all that is known of them. Where some are left out, the column
    /// [`SOURCE_VOXEL`](crate::SOURCE_VOXEL) says which are left.
    pub fn keep(&self, mask: &[bool]) -> Self {
        fn kept<T: Copy>(values: &[T], mask: &[bool]) -> Vec<T> {
            values.iter().zip(mask).filter(|&(_, &inside)| inside).map(|(&value, _)| value).collect()
        }
        let mut columns = self.columns.clone();
        if mask.contains(&false) {
            columns.entry(SOURCE_VOXEL.into()).or_insert_with(|| self.places());
        }
        columns.values_mut().for_each(|column| column.values = kept(&column.values, mask));
        Self {
            count: mask.iter().filter(|&&inside| inside).count(),
            regions: self.regions.iter().map(|(name, region)| (name.clone(), kept(region, mask))).collect(),
            coordinates: self.coordinates.as_ref().map(|rows| kept(rows, mask)),
            columns,
            volume: self
                .volume
                .as_ref()
                .map(|volume| VolumeGeometry { indices: kept(&volume.indices, mask), ..volume.clone() }),
            surface: self
                .surface
                .as_ref()
                .map(|surface| SurfaceGeometry { places: kept(&surface.places, mask), ..surface.clone() }),
        }
    }

    /// The place of each voxel, for those of which some are left out.
    fn places(&self) -> VoxelColumn {
        VoxelColumn {
            meaning: "place of the voxel among all of the source, from 0".into(),
            fitted_on: FittedOn::Nothing,
            values: (0..self.count).map(|place| place as f32).collect(),
        }
    }

    /// The mask of a region expression such as `"V1 + V2 - FFA"`: names joined by `+` (or) and `-` (and not), read from
    /// left to right; `all` is every voxel. A name that contains `+`, `-` or spaces goes in double quotes.
    ///
    /// # Errors
    /// [`crate::Error::Region`] with the names there are.
    pub fn mask(&self, expression: &str) -> Result<Vec<bool>> {
        region::evaluate(self, expression)
    }
}

/// JSON has no NaN: an undefined value is `null`.
mod gaps {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|value| value.is_finite().then_some(*value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        let values = Vec::<Option<f32>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect())
    }
}
