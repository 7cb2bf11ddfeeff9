//! Volumes of voxels, alone or in a series, read one at a time.
//!
//! NIfTI and MGH differ in their headers only: after them come numbers in column order, packed with gzip or not. The
//! headers are read by [`crate::nifti`] and [`crate::mgh`]; this file holds what they have in common, so that a series
//! of any length is walked with one volume in memory.
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

/// Where an affine comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffineSource {
    /// The three rows that NIfTI stores as they are.
    Sform,
    /// The quaternion, offset and voxel sizes of NIfTI.
    Qform,
    /// The direction cosines and centre of MGH.
    Directions,
    /// Nothing but the voxel sizes, with the centre of the volume at the origin.
    Sizes,
}

/// What a header says.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeHeader {
    /// The shape, `[x, y, z]` or `[x, y, z, t]`, as the header has it.
    pub shape: Vec<usize>,
    /// The type of the stored numbers.
    pub element: Element,
    /// Whether they are most significant byte first.
    pub big_endian: bool,
    /// Each stored number is multiplied with this, and then
    pub slope: f64,
    /// this is added.
    pub intercept: f64,
    /// From voxel indices `(i, j, k, 1)` to millimetres `(x, y, z, 1)`.
    pub affine: [[f64; 4]; 4],
    /// Where the affine comes from.
    pub affine_source: AffineSource,
    /// The distance of the voxels' centres along each axis of space, in the header's unit, mostly millimetres.
    pub voxel_size: [f64; 3],
    /// The time from one volume to the next, where the header states it with its unit.
    pub tr_secs: Option<f64>,
    /// The header's free text.
    pub description: String,
    /// Where the numbers begin.
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
    /// The shape of one volume; axes that the header leaves out have length 1.
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
    /// promises more than the file can hold.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if [".mgh", ".mgz"].iter().any(|ending| name.ends_with(ending)) { mgh::open(path) } else { nifti::open(path) }
    }

    /// From a header and the file that holds the numbers.
    pub(crate) fn new(path: PathBuf, format: &'static str, header: VolumeHeader) -> Result<Self> {
        let length = std::fs::metadata(&path).map_err(Error::io("read", &path))?.len();
        let packed = packed::is_packed(&path)?;
        let most = if packed { length.saturating_mul(crate::hdf5::LARGEST_RATIO) } else { length };
        let bytes = count(&header.shape).and_then(|count| (count as u64).checked_mul(header.element.size() as u64));
        match bytes.and_then(|bytes| bytes.checked_add(header.offset)) {
            Some(wanted) if wanted <= most => Ok(Self { path, format, header }),
            _ => {
                let reason = format!(
                    "its header promises shape {:?} of {}, but the file has {length} bytes: it is cut short, copy it again",
                    header.shape, header.element
                );
                Err(Error::malformed(format, &path, reason))
            }
        }
    }

    /// The path that the numbers come from.
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
    /// [`Error::Io`]; [`Error::Malformed`] where the file is cut short, or packed and its checksum does not match.
    pub fn read(&self) -> Result<ArrayD<f32>> {
        let numbers = self.numbers()?;
        if !self.header.scales() {
            return Ok(numbers.to_f32());
        }
        Ok(numbers.to_f64().mapv(|value| self.scale(value)))
    }

    /// Reads everything as it is stored, not scaled, in the header's shape.
    ///
    /// # Errors
    /// As [`Volume::read`].
    pub fn numbers(&self) -> Result<Numbers> {
        let mut stream = self.stream(0)?;
        let bytes = count(&self.header.shape).unwrap_or(0) * self.header.element.size();
        let numbers = self.decode(&mut stream, bytes, self.header.shape.clone())?;
        self.finish(&mut stream)?;
        Ok(numbers)
    }

    /// Walks over the volumes from the first, each `[x, y, z]` and scaled.
    ///
    /// The checksum of a packed file stands at its end: it is compared before the last volume is given. Who stops
    /// earlier calls [`Volumes::finish`].
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be opened; the items as [`Volume::read`].
    pub fn volumes(&self) -> Result<Volumes<'_>> {
        Ok(Volumes { volume: self, stream: self.stream(0)?, left: self.header.count() })
    }

    /// Reads one volume `[x, y, z]`; a packed file is unpacked to its end for it, and the others are dropped.
    ///
    /// # Errors
    /// As [`Volume::read`]; [`Error::Shape`] for one beyond the last.
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
        // What a packed file holds is known only when it has arrived.
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

    /// The numbers' bytes from `skip` on.
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

    /// Reads what is left of a packed file, so that its checksum is compared.
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
