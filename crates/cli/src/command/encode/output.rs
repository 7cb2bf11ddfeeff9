//! Writes predicted responses in the format given by the file extension.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use ndarray::Array2;

use afterimage_data::VOXEL_COLUMN;
use afterimage_experiment::Units;
use afterimage_formats::npz::{self, Member};
use afterimage_formats::{gifti, nifti, npy};
use afterimage_run::{atomic, maps, table, voxels::Voxels};

use super::{DESCRIBED, RESPONSES, UNITS};

const ENDINGS: [(&str, Format); 6] = [
    (".npy", Format::Npy),
    (".npz", Format::Npz),
    (".csv", Format::Csv),
    (".nii.gz", Format::Nifti),
    (".nii", Format::Nifti),
    (".func.gii", Format::Gifti),
];
/// Maximum number of volumes in a NIfTI-1 file.
const MOST: usize = i16::MAX as usize;

/// File format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `[images, voxels]`
    Npy,
    /// `responses` `[images, voxels]`, with the names of `images` and the `units`.
    Npz,
    /// One row per image, with its name and the unit.
    Csv,
    /// One volume per image.
    Nifti,
    /// One map per image, one file per hemisphere.
    Gifti,
}

/// What is written besides the values.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) names: &'a [String],
    pub(super) voxels: &'a Voxels,
    /// Unit of the responses; `None` if the values are standard deviations of responses.
    pub(super) units: Option<Units>,
}

impl Format {
    /// Chooses the format by the extension of a name.
    pub(super) fn of(path: &Path) -> Result<Self> {
        match ending(path) {
            Some((_, format)) => Ok(format),
            None => {
                bail!("\"{}\" has no known extension: use .npy, .npz, .csv, .nii, .nii.gz or .func.gii", path.display())
            }
        }
    }

    /// Whether `decode` reads the unit from a file of the format.
    pub(super) fn holds_unit(self) -> bool {
        matches!(self, Self::Npz | Self::Csv | Self::Nifti)
    }

    /// Refuses a format that cannot be written, before anything is computed.
    pub(super) fn refuse(self, path: &Path, voxels: &Voxels) -> Result<()> {
        let name = path.display();
        match self {
            Self::Nifti if voxels.volume.is_none() => bail!(
                "cannot write \"{name}\": the run's data set does not store volume positions of its voxels; write .npy \
                 or .csv, or import the recording from volumes with a mask (`afterimage import nifti` or `nsd`)"
            ),
            Self::Gifti if voxels.surface.is_none() => bail!(
                "cannot write \"{name}\": the run's data set does not store the vertices of its voxels; write .npy or \
                 .csv, or import the recording from lh.NAME.mgh or rh.NAME.mgh"
            ),
            _ => Ok(()),
        }
    }

    /// Refuses more images than a file of the format can hold.
    pub(super) fn refuse_many(self, path: &Path, images: usize) -> Result<()> {
        if self == Self::Nifti && images > MOST {
            bail!("\"{}\" can hold {MOST} volumes, not {images}: encode fewer images", path.display());
        }
        Ok(())
    }

    /// Writes `[images, voxels]` and returns the files.
    pub(super) fn write(self, path: &Path, values: &Array2<f32>, with: &Written<'_>) -> Result<Vec<PathBuf>> {
        let Written { names, voxels, units } = *with;
        let unit: Vec<String> = units.map(|units| units.name().to_owned()).into_iter().collect();
        match (self, &voxels.volume, &voxels.surface) {
            (Self::Csv, ..) => atomic::write(path, csv(values, with).as_bytes())?,
            (Self::Nifti, Some(volume), _) => {
                atomic::through(path, |path| {
                    let volumes = values.outer_iter().map(|row| volume.fill(row.iter().copied()));
                    let (shape, count, affine) = (volume.shape, names.len(), &volume.affine);
                    let text = units.map_or("Afterimage".into(), |units| format!("{DESCRIBED}{}", units.name()));
                    Ok(nifti::write_described_series(path, shape, count, affine, &text, volumes)?)
                })?;
            }
            (Self::Gifti, _, Some(surface)) => {
                let mut files = Vec::new();
                for (side, hemisphere) in maps::HEMISPHERES.into_iter().enumerate() {
                    if surface.vertices[side] == 0 {
                        continue;
                    }
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let file = path.with_file_name(format!("{}.{name}", hemisphere.short()));
                    atomic::through(&file, |path| {
                        let of_image = |row: usize| surface.fill(side, values.row(row).iter().copied());
                        Ok(gifti::write_f32(path, hemisphere, surface.vertices[side], names, of_image)?)
                    })?;
                    files.push(file);
                }
                return Ok(files);
            }
            (Self::Npz, ..) => atomic::through(path, |path| Ok(npz::write(path, &members(values, names, &unit))?))?,
            (Self::Npy, ..) => atomic::through(path, |path| Ok(npy::write_f32(path, values.view().into_dyn())?))?,
            (Self::Nifti | Self::Gifti, ..) => self.refuse(path, voxels)?,
        }
        Ok(vec![path.to_owned()])
    }
}

fn members<'a>(values: &'a Array2<f32>, names: &'a [String], units: &'a [String]) -> Vec<(&'static str, Member<'a>)> {
    let values = Member::Numbers(values.view().into_dyn());
    // Standard deviations are no responses, and have no unit to decode them in.
    let name = if units.is_empty() { "standard_deviation" } else { RESPONSES };
    let mut members = vec![(name, values), ("images", Member::Texts(names))];
    if !units.is_empty() {
        members.push((UNITS, Member::Texts(units)));
    }
    members
}

/// First the image's name, then the unit of responses, then one column per voxel, named by [`Voxels::name_of`].
fn csv(values: &Array2<f32>, with: &Written<'_>) -> String {
    let Written { names, voxels, units } = *with;
    let line = |name: &str, unit: &str, fields: &mut dyn Iterator<Item = String>| {
        let unit = units.map(|_| unit.to_owned());
        std::iter::once(name.to_owned()).chain(unit).chain(fields).collect::<Vec<_>>()
    };
    let columns = &mut voxels.ids.iter().map(|&id| format!("{VOXEL_COLUMN}{}", voxels.name_of(id)));
    let head = line("image", UNITS, columns);
    let finite = |value: &f32| if value.is_finite() { value.to_string() } else { String::new() };
    let unit = units.map_or("", Units::name);
    let rows = names.iter().zip(values.outer_iter()).map(|(name, row)| line(name, unit, &mut row.iter().map(finite)));
    table::csv(std::iter::once(head).chain(rows))
}

/// Inserts a mark before the extension: `a/NAME.nii.gz` to `a/NAME.sd.nii.gz`.
pub(super) fn with_mark(path: &Path, mark: &str) -> PathBuf {
    let (stem, end) = parts(path);
    path.with_file_name(format!("{stem}{mark}{end}"))
}

fn parts(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let length = ending(path).map_or(0, |(end, _)| end.len());
    let (stem, end) = name.split_at(name.len() - length);
    (stem.to_owned(), end.to_owned())
}

fn ending(path: &Path) -> Option<(&'static str, Format)> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    ENDINGS.into_iter().find(|(ending, _)| name.len() > ending.len() && name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_made_from_the_whole_ending() {
        let path = Path::new("out/predicted.nii.gz");
        assert_eq!(Format::of(path).unwrap(), Format::Nifti);
        assert_eq!(with_mark(path, ".sd"), Path::new("out/predicted.sd.nii.gz"));
        assert_eq!(super::super::sidecar::beside(path), Path::new("out/predicted.nii.gz.json"));
        assert!(Format::of(Path::new("predicted.gii")).unwrap_err().to_string().contains(".func.gii"));
        assert!(Format::of(Path::new(".npy")).is_err());
    }
}
