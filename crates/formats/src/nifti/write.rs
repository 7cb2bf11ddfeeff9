//! Writes NIfTI-1 files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ndarray::{Array3, ArrayViewD};

use super::quaternion::Rotation;
use crate::{Error, Result};

const OFFSET: usize = 352;
/// Free text of the header, 80 bytes with the final zero.
const DESCRIPTION: &str = "Afterimage";
/// Code for a space aligned with another file: that of the recording.
const ALIGNED: i16 = 2;

/// Writes an array of one to seven axes, `[x, y, z]` or `[x, y, z, t]`, as `float32`, little-endian; gzipped if the
/// name ends in `.gz`.
///
/// The affine maps voxel indices `(i, j, k, 1)` to millimetres. It is stored as the sform and, unless it is sheared,
/// also as the qform.
///
/// # Errors
/// [`Error::Io`]; [`Error::Shape`] for no axes, more than seven, or an axis longer than 32 767.
pub fn write_f32(path: &Path, values: ArrayViewD<'_, f32>, affine: &[[f64; 4]; 4]) -> Result<()> {
    create(path, values.shape(), affine, DESCRIPTION, |out| put_column_order(out, values.view()))
}

/// Writes a series `[x, y, z, t]` with one volume in memory at a time; otherwise like [`write_f32`].
///
/// # Errors
/// See [`write_f32`]; [`Error::Shape`] also for a volume of another shape, or if the number of volumes is not `count`.
pub fn write_series(
    path: &Path,
    shape: [usize; 3],
    count: usize,
    affine: &[[f64; 4]; 4],
    volumes: impl Iterator<Item = Array3<f32>>,
) -> Result<()> {
    write_described_series(path, shape, count, affine, DESCRIPTION, volumes)
}

/// As [`write_series`], with free text in the header, of which the first 79 bytes are kept.
///
/// # Errors
/// See [`write_series`].
pub fn write_described_series(
    path: &Path,
    shape: [usize; 3],
    count: usize,
    affine: &[[f64; 4]; 4],
    description: &str,
    volumes: impl Iterator<Item = Array3<f32>>,
) -> Result<()> {
    let [x, y, z] = shape;
    let (mut written, mut strange) = (0, None);
    create(path, &[x, y, z, count], affine, description, |out| {
        for volume in volumes {
            if volume.shape() != shape {
                strange = Some(volume.shape().to_vec());
            }
            put_column_order(out, volume.view().into_dyn())?;
            written += 1;
        }
        Ok(())
    })?;
    let got = strange.or_else(|| (written != count).then(|| vec![x, y, z, written]));
    let expected = format!("{count} volumes {shape:?}");
    got.map_or(Ok(()), |got| Err(Error::Shape { path: path.to_owned(), got, expected }))
}

fn create(
    path: &Path,
    shape: &[usize],
    affine: &[[f64; 4]; 4],
    description: &str,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    if shape.is_empty() || shape.len() > 7 || shape.iter().any(|&n| n > i16::MAX as usize) {
        let expected = "one to seven axes of at most 32767 voxels".into();
        return Err(Error::Shape { path: path.to_owned(), got: shape.to_vec(), expected });
    }
    let file = BufWriter::new(File::create(path).map_err(Error::io("create", path))?);
    let header = header(shape, affine, description);
    let packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let written = if packed {
        let mut out = GzEncoder::new(file, Compression::default());
        out.write_all(&header).and_then(|()| fill(&mut out)).and_then(|()| out.finish()?.flush())
    } else {
        let mut out = file;
        out.write_all(&header).and_then(|()| fill(&mut out)).and_then(|()| out.flush())
    };
    written.map_err(Error::io("write", path))
}

/// The transpose in row order is the array in column order.
fn put_column_order(out: &mut dyn Write, values: ArrayViewD<'_, f32>) -> std::io::Result<()> {
    values.t().iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

fn header(shape: &[usize], affine: &[[f64; 4]; 4], description: &str) -> [u8; OFFSET] {
    let mut bytes = [0; OFFSET];
    let mut put = |at: usize, raw: &[u8]| bytes[at..at + raw.len()].copy_from_slice(raw);
    put(0, &348_i32.to_le_bytes());
    put(40, &(shape.len() as i16).to_le_bytes());
    for axis in 0..7 {
        let length = shape.get(axis).copied().unwrap_or(1) as i16;
        put(42 + 2 * axis, &length.to_le_bytes());
    }
    put(70, &16_i16.to_le_bytes());
    put(72, &32_i16.to_le_bytes());
    put(76, &1_f32.to_le_bytes());
    for axis in 0..7 {
        put(80 + 4 * axis, &(voxel_size(affine, axis) as f32).to_le_bytes());
    }
    put(108, &(OFFSET as f32).to_le_bytes());
    put(112, &1_f32.to_le_bytes());
    // Millimetres and seconds.
    put(123, &[2 | 8]);
    put(148, &description.as_bytes()[..description.len().min(79)]);
    put(254, &ALIGNED.to_le_bytes());
    for (row, values) in affine.iter().enumerate().take(3) {
        for (column, value) in values.iter().enumerate() {
            put(280 + 16 * row + 4 * column, &(*value as f32).to_le_bytes());
        }
    }
    if let Some(Rotation { quaternion, flip }) = Rotation::of(affine) {
        put(76, &flip.to_le_bytes());
        put(252, &ALIGNED.to_le_bytes());
        let offset = [0, 1, 2].map(|row| affine[row][3]);
        for (at, value) in quaternion.into_iter().chain(offset).enumerate() {
            put(256 + 4 * at, &(value as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    bytes
}

/// Length of the affine's column; 1 for axes beyond space.
fn voxel_size(affine: &[[f64; 4]; 4], axis: usize) -> f64 {
    if axis > 2 { 1.0 } else { affine[..3].iter().map(|row| row[axis].powi(2)).sum::<f64>().sqrt() }
}
