//! Volumes and series of volumes, read one at a time.
//!
//! NIfTI and MGH differ only in their headers, which [`crate::nifti`] and [`crate::mgh`] read. Numbers in column order
//! follow, gzipped or not. This module reads them one volume at a time, so that a series may have any length.
//!
//! ```no_run
//! # fn main() -> Result<(), afterimage_formats::Error> {
//! let betas = afterimage_formats::volume::Volume::open("betas_session01.nii.gz".as_ref())?; // [81, 104, 83, 750]
//! for volume in betas.volumes()? {
//!     let volume = volume?; // [81, 104, 83]
//!     let _ = volume[[40, 50, 40]];
//! }
//! # Ok(()) }
//! ```

pub mod grid;
#[cfg(test)]
mod tests;
mod walk;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ndarray::{Array3, ArrayD};

use crate::numbers::{Element, Numbers, Order, count, swap};
use crate::packed::{self, Tail};
use crate::{Error, Result, mgh, nifti};

use walk::Stream;
pub use walk::Volumes;

/// Source of an affine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffineSource {
    /// The three rows stored in NIfTI's sform.
    Sform,
    /// The quaternion, offset and voxel sizes of NIfTI.
    Qform,
    /// The direction cosines and centre of MGH.
    Directions,
    /// Only voxel sizes, with the centre of the volume at the origin.
    Sizes,
}

/// Content of a header.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeHeader {
    /// The shape, `[x, y, z]` or `[x, y, z, t]`, as the header has it.
    pub shape: Vec<usize>,
    /// The type of the stored numbers.
    pub element: Element,
    /// True if the numbers are big-endian.
    pub big_endian: bool,
    /// Slope: each stored number is multiplied by this.
    pub slope: f64,
    /// Intercept: added after the slope.
    pub intercept: f64,
    /// Affine from voxel indices `(i, j, k, 1)` to millimetres `(x, y, z, 1)`.
    pub affine: [[f64; 4]; 4],
    /// Source of the affine.
    pub affine_source: AffineSource,
    /// Voxel size along each spatial axis, in the unit of the header, mostly millimetres.
    pub voxel_size: [f64; 3],
    /// Time between volumes, if the header states it with its unit.
    pub tr_secs: Option<f64>,
    /// The header's free text.
    pub description: String,
    /// Offset of the numbers, in bytes.
    pub(crate) offset: u64,
}

/// An open volume or series.
#[derive(Debug)]
pub struct Volume {
    path: PathBuf,
    format: &'static str,
    header: VolumeHeader,
}

impl VolumeHeader {
    /// Shape of one volume; axes missing from the header have length 1.
    pub fn volume_shape(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.shape.get(axis).copied().unwrap_or(1))
    }

    /// The number of volumes.
    pub fn count(&self) -> usize {
        self.shape.iter().skip(3).product()
    }

    fn volume_bytes(&self) -> usize {
        self.volume_shape().iter().product::<usize>() * self.element.size()
    }

    fn scales(&self) -> bool {
        (self.slope, self.intercept) != (1.0, 0.0)
    }
}

impl Volume {
    /// Opens `.nii`, `.nii.gz`, a pair `.hdr` and `.img`, `.mgh` or `.mgz`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] for a damaged header, a type that is not real numbers, or a header that
    /// promises more than the file contains.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if [".mgh", ".mgz"].iter().any(|ending| name.ends_with(ending)) { mgh::open(path) } else { nifti::open(path) }
    }

    /// Opens the numbers of a file, given its header.
    pub(crate) fn new(path: PathBuf, format: &'static str, header: VolumeHeader) -> Result<Self> {
        let length = std::fs::metadata(&path).map_err(Error::io("read", &path))?.len();
        let packed = packed::is_packed(&path)?;
        let most = if packed { length.saturating_mul(crate::hdf5::LARGEST_RATIO) } else { length };
        let bytes = count(&header.shape).and_then(|count| (count as u64).checked_mul(header.element.size() as u64));
        match bytes.and_then(|bytes| bytes.checked_add(header.offset)) {
            Some(wanted) if wanted <= most => Ok(Self { path, format, header }),
            _ => {
                let reason = format!(
                    "its header promises shape {:?} of {}, but the file has {length} bytes: it is truncated, copy it \
                     again",
                    header.shape, header.element
                );
                Err(Error::malformed(format, &path, reason))
            }
        }
    }

    /// Path of the file with the numbers.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The header.
    pub fn header(&self) -> &VolumeHeader {
        &self.header
    }

    /// Reads everything, scaled, in the header's shape.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] if the file is truncated, or its checksum does not match.
    pub fn read(&self) -> Result<ArrayD<f32>> {
        let numbers = self.numbers()?;
        if !self.header.scales() {
            return Ok(numbers.to_f32());
        }
        Ok(numbers.to_f64().mapv(|value| self.scale(value)))
    }

    /// Reads the stored numbers, not scaled, in the header's shape.
    ///
    /// # Errors
    /// See [`Volume::read`].
    pub fn numbers(&self) -> Result<Numbers> {
        let mut stream = self.stream(0)?;
        let bytes = count(&self.header.shape).unwrap_or(0) * self.header.element.size();
        let numbers = self.decode(&mut stream, bytes, self.header.shape.clone())?;
        self.finish(&mut stream)?;
        Ok(numbers)
    }

    /// Iterates over the volumes, each `[x, y, z]` and scaled.
    ///
    /// The checksum of a gzipped file is verified before the last volume is returned. To stop earlier, call
    /// [`Volumes::finish`].
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be opened; the items as [`Volume::read`].
    pub fn volumes(&self) -> Result<Volumes<'_>> {
        Ok(Volumes { volume: self, stream: self.stream(0)?, left: self.header.count() })
    }

    /// Reads one volume `[x, y, z]`; a gzipped file is unpacked to its end.
    ///
    /// # Errors
    /// See [`Volume::read`]; [`Error::Shape`] for one beyond the last.
    pub fn volume(&self, index: usize) -> Result<Array3<f32>> {
        if index >= self.header.count() {
            let expected = format!("more than {index} volumes");
            return Err(Error::Shape { path: self.path.clone(), got: self.header.shape.clone(), expected });
        }
        let skip = index as u64 * self.header.volume_bytes() as u64;
        let mut stream = self.stream(skip)?;
        let volume = self.next_volume(&mut stream)?;
        self.finish(&mut stream)?;
        Ok(volume)
    }

    fn next_volume(&self, stream: &mut impl Read) -> Result<Array3<f32>> {
        let shape = self.header.volume_shape();
        let numbers = self.decode(stream, self.header.volume_bytes(), shape.to_vec())?;
        let values =
            if self.header.scales() { numbers.to_f64().mapv(|value| self.scale(value)) } else { numbers.to_f32() };
        values.into_shape_with_order(shape).map_err(|error| Error::malformed(self.format, &self.path, error))
    }

    fn scale(&self, value: f64) -> f32 {
        (value * self.header.slope + self.header.intercept) as f32
    }

    fn decode(&self, stream: &mut impl Read, wanted: usize, shape: Vec<usize>) -> Result<Numbers> {
        let wrong = |reason: String| Error::malformed(self.format, &self.path, reason);
        let mut bytes = Vec::new();
        // The length of a gzipped file is known only after unpacking.
        let read = stream.take(wanted as u64).read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(error))?;
        if bytes.len() < wanted {
            return Err(wrong(format!("it ends after {} of {wanted} bytes of voxels: copy it again", bytes.len())));
        }
        let element = self.header.element;
        if self.header.big_endian {
            swap(&mut bytes, element.size());
        }
        Numbers::new(element, Order::Column, shape, bytes).ok_or_else(|| wrong("its shape is damaged".into()))
    }

    /// Bytes of the numbers from `skip` on.
    fn stream(&self, skip: u64) -> Result<Stream> {
        let start = self.header.offset + skip;
        if packed::is_packed(&self.path)? {
            let mut stream = packed::open(&self.path, Tail::Ignored)?;
            let skipped = std::io::copy(&mut (&mut stream).take(start), &mut std::io::sink());
            skipped.map_err(|error| self.unreadable(error))?;
            return Ok(Stream { bytes: Box::new(stream), packed: true });
        }
        let mut file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        file.seek(SeekFrom::Start(start)).map_err(Error::io("seek in", &self.path))?;
        Ok(Stream { bytes: Box::new(BufReader::with_capacity(1 << 16, file)), packed: false })
    }

    /// Reads the rest of a gzipped file, so that its checksum is verified.
    fn finish(&self, stream: &mut Stream) -> Result<()> {
        if stream.packed {
            packed::finish(&mut stream.bytes).map_err(|error| self.unreadable(error))?;
        }
        Ok(())
    }

    fn unreadable(&self, error: std::io::Error) -> Error {
        Error::malformed(self.format, &self.path, format!("its voxels cannot be read ({error}): copy it again"))
    }
}
