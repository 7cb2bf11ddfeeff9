//! One number per voxel, for other tools: as a volume (NIfTI), on a surface (GIFTI), as a table.
//!
//! Values outside the voxels, and undefined values, are NaN, never 0.

mod table;

use std::path::{Path, PathBuf};

use afterimage_formats::hemisphere::Hemisphere;
use afterimage_formats::{gifti, nifti};
use ndarray::Array3;
use serde::Serialize;

use crate::scores::ScoreFile;
use crate::voxels::{Surface, Volume, Voxels};
use crate::{Result, RunError, atomic};

pub use table::csv;

/// The hemispheres in the order of [`Surface::vertices`].
pub const HEMISPHERES: [Hemisphere; 2] = [Hemisphere::Left, Hemisphere::Right];

/// A named number per voxel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Its name, from which files are named: letters, digits, `_`, `-` and `.`.
    pub name: String,
    /// What it is, in one sentence, with its unit.
    pub meaning: String,
    /// `[voxels]` in the order of [`Voxels::ids`], NaN where undefined.
    #[serde(skip)]
    pub values: Vec<f32>,
}

impl Volume {
    /// Returns `[x, y, z]`: the values at their voxels, NaN elsewhere.
    pub fn fill(&self, values: impl IntoIterator<Item = f32>) -> Array3<f32> {
        let mut volume = Array3::from_elem(self.shape, f32::NAN);
        for (index, value) in self.indices.iter().zip(values) {
            volume[index.map(|axis| axis as usize)] = value;
        }
        volume
    }
}

impl Surface {
    /// Returns the values of a hemisphere (0 left, 1 right) at their vertices, NaN elsewhere; empty if it has no vertices.
    pub fn fill(&self, side: usize, values: impl IntoIterator<Item = f32>) -> Vec<f32> {
        let mut vertices = vec![f32::NAN; self.vertices[side]];
        for (&[of, vertex], value) in self.places.iter().zip(values) {
            if of as usize == side {
                vertices[vertex as usize] = value;
            }
        }
        vertices
    }
}

/// Writes `voxels.csv`, `maps.json` (what each column is), and for every column `NAME.nii.gz` if the voxels lie in a
/// volume, `lh.NAME.shape.gii` and `rh.NAME.shape.gii` if they lie on a surface. Returns the paths of the files.
///
/// # Errors
/// [`RunError::Map`] for a column of another length or a name that can't name a file; [`RunError::Io`] and
/// [`RunError::Format`] if a file cannot be written.
pub fn write(folder: &Path, voxels: &Voxels, columns: &[Column]) -> Result<Vec<PathBuf>> {
    check(folder, voxels, columns)?;
    let (table, meanings) = (folder.join("voxels.csv"), folder.join("maps.json"));
    atomic::write(&table, csv(voxels, columns).as_bytes())?;
    atomic::write_json(&meanings, &columns)?;
    let mut files = vec![table, meanings];
    for column in columns {
        let values = || column.values.iter().copied();
        if let Some(volume) = &voxels.volume {
            let path = folder.join(format!("{}.nii.gz", column.name));
            let map = volume.fill(values());
            atomic::through(&path, |path| Ok(nifti::write_f32(path, map.view().into_dyn(), &volume.affine)?))?;
            files.push(path);
        }
        let Some(surface) = &voxels.surface else { continue };
        for (side, hemisphere) in HEMISPHERES.into_iter().enumerate().filter(|(side, _)| surface.vertices[*side] > 0) {
            let path = folder.join(format!("{}.{}.shape.gii", hemisphere.short(), column.name));
            let names = std::slice::from_ref(&column.name);
            atomic::through(&path, |path| {
                let write = |_| surface.fill(side, values());
                Ok(gifti::write_f32(path, hemisphere, surface.vertices[side], names, write)?)
            })?;
            files.push(path);
        }
    }
    Ok(files)
}

fn check(folder: &Path, voxels: &Voxels, columns: &[Column]) -> Result<()> {
    let wrong = |message: String| Err(RunError::Map { path: folder.to_owned(), message });
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    for (at, column) in columns.iter().enumerate() {
        let Column { name, values, .. } = column;
        if values.len() != voxels.len() {
            return wrong(format!(
                "cannot hold \"{name}\": it has {} values for {} voxels",
                values.len(),
                voxels.len()
            ));
        }
        if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
            return wrong(format!(
                "cannot hold a map called \"{name}\": use letters, digits, \"_\", \"-\" and \".\", and do not begin with \".\""
            ));
        }
        if columns[..at].iter().any(|earlier| earlier.name == *name) {
            return wrong(format!("cannot hold two maps called \"{name}\": rename one"));
        }
    }
    Ok(())
}

/// Returns the scores of `scores.json` with one value per voxel. `encoder.r.median`, which has an r per voxel, becomes
/// `encoder_r`. A score of some regions only has no map: its values are those of the whole.
pub fn score_columns(file: &ScoreFile, voxels: &Voxels) -> Vec<Column> {
    let of_all = file.scores.iter().filter(|score| score.item_kind == "voxel" && score.per_item.len() == voxels.len());
    let column = |score: &crate::scores::Score| Column {
        name: score.name.trim_end_matches(".median").replace('.', "_"),
        meaning: format!("{}, a value for each voxel ({}); unit: {}", score.title, score.metric, score.unit),
        values: score.per_item.iter().map(|value| value.map_or(f32::NAN, |value| value as f32)).collect(),
    };
    of_all.map(column).collect()
}

#[cfg(test)]
mod tests {
    use afterimage_formats::volume;

    use super::*;

    const AFFINE: [[f64; 4]; 4] =
        [[-2.0, 0.0, 0.0, 90.0], [0.0, 2.0, 0.0, -126.0], [0.0, 0.0, 2.5, -72.0], [0.0, 0.0, 0.0, 1.0]];

    fn voxels() -> Voxels {
        let indices = vec![[1, 2, 3], [0, 0, 0]];
        let volume = Volume { shape: [2, 3, 4], affine: AFFINE, indices };
        let surface = Surface { vertices: [3, 2], places: vec![[0, 2], [1, 0]] };
        Voxels { volume: Some(volume), surface: Some(surface), ..Voxels::new(vec![4, 7], 9) }
    }

    fn column(name: &str, values: Vec<f32>) -> Column {
        Column { name: name.into(), meaning: "a test, no unit".into(), values }
    }

    #[test]
    fn values_lie_at_their_voxels_and_nan_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), &voxels(), &[column("r", vec![0.5, f32::NAN])]).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["voxels.csv", "maps.json", "r.nii.gz", "lh.r.shape.gii", "rh.r.shape.gii"]);
        let file = volume::Volume::open(&files[2]).unwrap();
        assert_eq!((file.header().affine, file.header().shape.as_slice()), (AFFINE, [2, 3, 4].as_slice()));
        let map = file.volume(0).unwrap();
        assert_eq!((map[[1, 2, 3]], map.iter().filter(|value| value.is_finite()).count()), (0.5, 1));
        let surface = voxels().surface.unwrap();
        let left = surface.fill(0, [0.5, 0.25]);
        assert!(left[0].is_nan() && left[1].is_nan() && left[2] == 0.5);
        assert_eq!(surface.fill(1, [0.5, 0.25])[0], 0.25);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |columns: &[Column]| write(folder.path(), &voxels(), columns).unwrap_err().to_string();
        assert!(refused(&[column("r", vec![0.5])]).contains("1 values for 2 voxels"));
        assert!(refused(&[column("../r", vec![0.5, 0.5])]).contains("letters"));
        let twice = [column("r", vec![0.5, 0.5]), column("r", vec![0.5, 0.5])];
        assert!(refused(&twice).contains("rename"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
