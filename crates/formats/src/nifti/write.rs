//! Writes NIfTI-1 for the programs that show brains.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ndarray::ArrayViewD;

use crate::{Error, Result};

const OFFSET: usize = 352;

/// Writes an array of one to seven axes, `[x, y, z]` or `[x, y, z, t]`, as `float32`, little-endian; packed where the
/// name ends in `.gz`.
///
/// The affine goes from voxel indices `(i, j, k, 1)` to millimetres; it is stored as the sform, of a scanner's space.
///
/// # Errors
/// [`Error::Io`]; [`Error::Shape`] for no axis, more than seven, or one longer than 32 767.
pub fn write_f32(path: &Path, values: ArrayViewD<'_, f32>, affine: &[[f64; 4]; 4]) -> Result<()> {
    let shape = values.shape();
    if shape.is_empty() || shape.len() > 7 || shape.iter().any(|&n| n > i16::MAX as usize) {
        let expected = "one to seven axes of at most 32767 voxels".into();
        return Err(Error::Shape { path: path.to_owned(), got: shape.to_vec(), expected });
    }
    let file = BufWriter::new(File::create(path).map_err(Error::io("create", path))?);
    let packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let written = match packed {
        true => {
            let mut out = GzEncoder::new(file, Compression::default());
            stream(&mut out, values, affine).and_then(|()| out.finish()?.flush())
        }
        false => {
            let mut out = file;
            stream(&mut out, values, affine).and_then(|()| out.flush())
        }
    };
    written.map_err(Error::io("write", path))
}

fn stream(out: &mut impl Write, values: ArrayViewD<'_, f32>, affine: &[[f64; 4]; 4]) -> std::io::Result<()> {
    out.write_all(&header(values.shape(), affine))?;
    // The transpose in row order is the array in column order.
    values.t().iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

fn header(shape: &[usize], affine: &[[f64; 4]; 4]) -> [u8; OFFSET] {
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
    put(148, b"Afterimage");
    put(254, &1_i16.to_le_bytes());
    for (row, values) in affine.iter().enumerate().take(3) {
        for (column, value) in values.iter().enumerate() {
            put(280 + 16 * row + 4 * column, &(*value as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    bytes
}

/// The length of the affine's column, 1 for the axes after space.
fn voxel_size(affine: &[[f64; 4]; 4], axis: usize) -> f64 {
    if axis > 2 { 1.0 } else { affine[..3].iter().map(|row| row[axis].powi(2)).sum::<f64>().sqrt() }
}
