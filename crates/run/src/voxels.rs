//! `voxels.json`: which voxels the networks of a run use, and where they lie.
//!
//! With it the run folder is enough to write predicted responses, or a score per voxel, as a volume or on a surface.

use afterimage_statistics::RecordedUnit;
use serde::{Deserialize, Serialize};

use crate::{Artefact, Result, RunError, RunFolder, layout};

/// Version of the schema below.
pub const VOXELS_VERSION: u32 = 1;

/// The voxels (or neurons, or sensors) of a run, in the order of the networks' inputs and outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voxels {
    /// Schema version, [`VOXELS_VERSION`].
    pub version: u32,
    /// Column of each voxel among the data set's responses.
    pub ids: Vec<usize>,
    /// Columns that the data set has.
    pub columns: usize,
    /// Unit of the recorded responses, if the data set states it.
    pub units: Option<String>,
    /// What each of them is, where the data set states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<RecordedUnit>,
    /// How the responses of the data set were standardised before it was written, such as `in each run`; `None` if they were not,
    /// or if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standardised: Option<String>,
    /// What the import of the data set divided whole numbers of 16 bits by, in volumes without a scale in the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_number_scale: Option<f32>,
    /// `[columns]` number of each voxel of the data set in the names of the table that it was imported from, if they are
    /// not 0 to `columns` - 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<usize>>,
    /// True if the data set lacks voxels of the source: the numbers are those of the source, and only they are used in names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_more: bool,
    /// Where they lie in a volume, if the source states it.
    pub volume: Option<Volume>,
    /// Where they lie on the cortical surface, if the source states it.
    pub surface: Option<Surface>,
}

/// Places in a volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// From voxel indices `(i, j, k, 1)` to millimetres, row by row.
    pub affine: [[f64; 4]; 4],
    /// `[voxels]` index along each axis.
    pub indices: Vec<[u32; 3]>,
}

/// Places on a surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// Vertices of the left and of the right hemisphere; 0 if unknown.
    pub vertices: [usize; 2],
    /// `[voxels]` hemisphere (0 left, 1 right) and vertex.
    pub places: Vec<[u32; 2]>,
}

impl Artefact for Voxels {
    const FILE: layout::RunFile = layout::VOXELS;

    /// On one line: it may list a million numbers.
    fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Refuses lists of other lengths, and places outside the volume or surface.
    fn verify(&self, run: &RunFolder) -> Result<()> {
        match self.contradiction() {
            None => Ok(()),
            Some(message) => Err(RunError::Map { path: Self::path(run), message }),
        }
    }
}

impl Voxels {
    /// Returns voxels without places.
    pub fn new(ids: Vec<usize>, columns: usize) -> Self {
        Self {
            version: VOXELS_VERSION,
            ids,
            columns,
            units: None,
            unit: None,
            standardised: None,
            whole_number_scale: None,
            numbers: None,
            of_more: false,
            volume: None,
            surface: None,
        }
    }

    /// Returns the recorded unit, for messages; voxel if it is unknown.
    pub fn unit(&self) -> RecordedUnit {
        self.unit.unwrap_or_default()
    }

    /// Returns the number in the name of a voxel, `voxel_ID`, by its column among the data set's responses: that of the
    /// source if the data set lacks voxels, else the column.
    pub fn name_of(&self, id: usize) -> usize {
        self.numbers.as_ref().filter(|_| self.of_more).and_then(|numbers| numbers.get(id)).copied().unwrap_or(id)
    }

    /// Returns the number of voxels.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns true without voxels.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn contradiction(&self) -> Option<String> {
        let n = self.len();
        let lists = [self.volume.as_ref().map(|v| v.indices.len()), self.surface.as_ref().map(|s| s.places.len())];
        if let Some(length) = lists.into_iter().flatten().find(|length| *length != n) {
            return Some(format!("places {length} of {n} voxels"));
        }
        if let Some(length) = self.numbers.as_ref().map(Vec::len).filter(|length| *length != self.columns) {
            return Some(format!("numbers {length} of {} voxels of the data set", self.columns));
        }
        let in_volume = |volume: &Volume| {
            volume.indices.iter().all(|index| (0..3).all(|axis| (index[axis] as usize) < volume.shape[axis]))
        };
        let on_surface = |surface: &Surface| {
            let inside = |&[side, vertex]: &[u32; 2]| {
                surface.vertices.get(side as usize).is_some_and(|vertices| (vertex as usize) < *vertices)
            };
            surface.places.iter().all(inside)
        };
        let fits = self.volume.as_ref().is_none_or(in_volume) && self.surface.as_ref().is_none_or(on_surface);
        (!fits).then(|| "places a voxel outside its volume or surface".to_owned())
    }
}

impl Volume {
    /// Converts a voxel index to millimetres.
    pub fn millimetres(&self, index: [u32; 3]) -> [f64; 3] {
        let at = index.map(f64::from);
        [0, 1, 2].map(|row| {
            let affine = self.affine[row];
            affine[0] * at[0] + affine[1] * at[1] + affine[2] * at[2] + affine[3]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back_and_a_stray_place_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path());
        let affine = [[2.0, 0.0, 0.0, -9.0], [0.0, 3.0, 0.0, 1.0], [0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        let volume = Volume { shape: [4, 4, 2], affine, indices: vec![[0, 1, 1], [3, 2, 0]] };
        assert_eq!(volume.millimetres([3, 2, 1]), [-3.0, 7.0, 4.0]);
        let numbers = Some((1..=12).collect());
        let mut voxels = Voxels { volume: Some(volume), numbers, ..Voxels::new(vec![5, 9], 12) };
        voxels.write(&run).unwrap();
        assert_eq!(Voxels::read(&run).unwrap(), voxels);
        voxels.surface = Some(Surface { vertices: [0, 7], places: vec![[1, 6], [1, 7]] });
        voxels.write(&run).unwrap();
        assert!(Voxels::read(&run).unwrap_err().to_string().contains("outside"));
        voxels.surface = Some(Surface { vertices: [0, 7], places: vec![[1, 6]] });
        voxels.write(&run).unwrap();
        assert!(Voxels::read(&run).unwrap_err().to_string().contains("1 of 2"));
        voxels = Voxels { numbers: Some(vec![1]), ..Voxels::new(vec![0], 2) };
        voxels.write(&run).unwrap();
        assert!(Voxels::read(&run).unwrap_err().to_string().contains("numbers 1 of 2"));
    }
}
