//! The betas of a session: HDF5 or NIfTI; or of all sessions in one table, as MindEye writes them.

use std::path::{Path, PathBuf};

use afterimage_formats::hdf5;
use afterimage_formats::npy::Element;
use afterimage_formats::volume::Volume;
use ndarray::{Array2, Axis};

use crate::header::LeftOut;
use crate::import::matrix::Matrix;
use crate::import::volumes::Mask;
use crate::{Error, Result};

/// Whole numbers in the files are percent signal change times this.
pub(super) const SCALE: f32 = 300.0;
/// Bytes of betas in memory at a time.
const BYTES: usize = 64 << 20;

/// The table of a file of all trials, where `betas` is one.
pub(super) fn table(betas: &Path) -> Result<Option<Matrix>> {
    betas.is_file().then(|| Matrix::open(betas, Some("/betas"))).transpose()
}

/// One file of betas.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) path: PathBuf,
    /// From 1.
    pub(super) number: usize,
}

/// The files `betas_sessionNN` of a folder, in their order; HDF5 where both are there. What is left out comes second.
pub(super) fn find(folder: &Path) -> Result<(Vec<Session>, Vec<LeftOut>)> {
    let (mut sessions, mut others): (Vec<Session>, Vec<String>) = Default::default();
    for entry in std::fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parts = name.strip_prefix("betas_session").and_then(|rest| rest.split_once('.'));
        match parts.map(|(number, ending)| (number.parse(), ending)) {
            Some((Ok(number @ 1..), "hdf5" | "nii.gz" | "nii")) => sessions.push(Session { path, number }),
            _ if name.to_ascii_lowercase().starts_with("betas_session") => others.push(name),
            _ => (),
        }
    }
    others.sort();
    sessions.sort_by_key(|session| (session.number, !session.is_hdf5()));
    let mut passed_over = Vec::new();
    sessions.dedup_by(|later, first| {
        let is_same = later.number == first.number;
        if is_same {
            passed_over.push(later.path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        is_same
    });
    if sessions.is_empty() {
        return Err(Error::mismatch(folder, "it has no betas_sessionNN.hdf5 or betas_sessionNN.nii.gz"));
    }
    let last = sessions.last().map_or(0, |session| session.number);
    let missing = (1..=last).filter(|number| !sessions.iter().any(|session| session.number == *number));
    let left_out = [
        LeftOut::named("file", "whose session is there as HDF5 or under another name", passed_over),
        LeftOut::named("file", "whose name is not that of a session's betas", others),
        LeftOut::named("session", "without a file", missing.map(|number| number.to_string())),
    ];
    Ok((sessions, left_out.into_iter().flatten().collect()))
}

impl Session {
    fn is_hdf5(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending == "hdf5")
    }

    /// The number of trials in the file.
    pub(super) fn trials(&self) -> Result<usize> {
        Ok(if self.is_hdf5() { self.dataset()?.shape()[0] } else { Volume::open(&self.path)?.header().count() })
    }

    fn dataset(&self) -> Result<hdf5::Dataset> {
        let dataset = hdf5::File::open(&self.path)?.dataset("/betas")?;
        match dataset.shape().len() {
            4 => Ok(dataset),
            _ => Err(Error::mismatch(&self.path, format!("betas has shape {:?}, expected four axes", dataset.shape()))),
        }
    }

    /// Whether the affine of the betas is that of the mask, rather than the shape only.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for betas of another grid.
    pub(super) fn compares_affine(&self, mask: &Mask) -> Result<bool> {
        if self.is_hdf5() {
            let shape = self.dataset()?.shape().to_vec();
            mask.refuse_other_shape(&self.path, [shape[3], shape[2], shape[1]])?;
            return Ok(false);
        }
        let series = Volume::open(&self.path)?;
        mask.refuse_other_place(&self.path, series.header())?;
        Ok(mask.compares_affine(series.header()))
    }

    /// `[trials, voxels]` in percent signal change.
    pub(super) fn read(&self, mask: &Mask, trials: usize) -> Result<Array2<f32>> {
        let mut responses = Array2::zeros((trials, mask.count()));
        let read = if self.is_hdf5() { Self::read_hdf5 } else { Self::read_nifti };
        read(self, mask, &mut responses)?;
        for (trial, row) in responses.outer_iter().enumerate() {
            mask.refuse_undefined(&self.path, row, &format!("trial {trial}"))?;
        }
        Ok(responses)
    }

    /// The axes of a volume are the reverse of those of the masks: `[z, y, x]`.
    fn read_hdf5(&self, mask: &Mask, responses: &mut Array2<f32>) -> Result<()> {
        let dataset = self.dataset()?;
        let shape = dataset.shape();
        let places: Vec<usize> = mask
            .geometry
            .indices
            .iter()
            .map(|&[x, y, z]| ((z as usize * shape[2]) + y as usize) * shape[3] + x as usize)
            .collect();
        for block in dataset.blocks(BYTES) {
            let (first, numbers) = block?;
            let scale = scale(numbers.element());
            let volumes = numbers.to_f32();
            for (offset, volume) in volumes.axis_iter(Axis(0)).enumerate() {
                let values = volume.as_slice().unwrap_or_default();
                let mut row = responses.row_mut(first + offset);
                row.iter_mut().zip(&places).for_each(|(to, &place)| *to = values[place] / scale);
            }
        }
        Ok(())
    }

    fn read_nifti(&self, mask: &Mask, responses: &mut Array2<f32>) -> Result<()> {
        let series = Volume::open(&self.path)?;
        let header = series.header();
        // A scale that the header states has been applied already.
        let scale = if (header.slope, header.intercept) == (1.0, 0.0) { scale(header.element) } else { 1.0 };
        for (mut row, volume) in responses.outer_iter_mut().zip(series.volumes()?) {
            row.iter_mut().zip(mask.pick(&volume?)).for_each(|(to, value)| *to = value / scale);
        }
        Ok(())
    }
}

fn scale(element: Element) -> f32 {
    match element {
        Element::I16 => SCALE,
        _ => 1.0,
    }
}
