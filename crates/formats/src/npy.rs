//! NumPy's `.npy` files: one array per file.
//!
//! Not taken from a crate, because the element type is known only at run time, half precision and big-endian files
//! occur, and a header that promises more than the file contains must not allocate memory.

mod header;
mod labels;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ndarray::{Array2, ArrayD, ArrayViewD, IxDyn, ShapeBuilder};

pub use header::{Element, Header};
pub use labels::read_labels;

use crate::{Error, Result};

/// Reads only the header of a file and checks its shape against the file's length.
///
/// # Errors
/// [`Error::Io`], or [`Error::Malformed`] if the header is damaged, has a type that is not numeric, or promises more
/// than the file contains.
pub fn read_header(path: &Path) -> Result<Header> {
    open(path).map(|(_, header)| header)
}

/// Reads any float, integer or boolean array as `f32`, in the array's own shape, whatever its order on disk.
///
/// Integers beyond 2^24 and doubles are rounded to the nearest `f32`.
///
/// # Errors
/// See [`read_header`].
pub fn read_f32(path: &Path) -> Result<ArrayD<f32>> {
    let (mut file, header) = open(path)?;
    decode_f32(&mut file, &header, path)
}

/// Reads an `u8` array.
///
/// # Errors
/// See [`read_header`]; [`Error::Malformed`] if the elements are not bytes.
pub fn read_u8(path: &Path) -> Result<ArrayD<u8>> {
    let (mut file, header) = open(path)?;
    if header.element != Element::U8 {
        return Err(Error::malformed("8-bit array", path, format!("its elements are {}", header.element)));
    }
    let bytes = read_bytes(&mut file, &header, path)?;
    shape(bytes, &header, path)
}

/// Reads rows `first..first + count` along the first axis as `f32`; only these are read from disk.
///
/// # Errors
/// See [`read_header`]; [`Error::Malformed`] for Fortran order, whose rows are not contiguous, and for rows beyond the
/// end.
pub fn read_rows_f32(path: &Path, first: usize, count: usize) -> Result<ArrayD<f32>> {
    let (mut file, mut header) = open(path)?;
    let rows = header.shape.first().copied().unwrap_or(0);
    if header.fortran_order || first.checked_add(count).is_none_or(|end| end > rows) {
        let reason = format!("rows {first}..{first}+{count} cannot be read from {rows} rows in C order");
        return Err(Error::malformed(".npy", path, reason));
    }
    let row_bytes = header.bytes() / rows.max(1);
    let offset = (first * row_bytes) as i64;
    file.seek_relative(offset).map_err(Error::io("seek in", path))?;
    header.shape[0] = count;
    decode_f32(&mut file, &header, path)
}

/// Writes an `f32` array in C order, little-endian, format version 1.0.
///
/// # Errors
/// [`Error::Io`].
pub fn write_f32(path: &Path, array: ArrayViewD<'_, f32>) -> Result<()> {
    write(path, Element::F32, array.shape(), array.iter().map(|value| value.to_le_bytes()))
}

/// Writes an `f32` array `[rows, columns]` as [`write_f32`] does, block by block of whole rows.
///
/// # Errors
/// [`Error::Io`]; [`Error::Malformed`] if the blocks are not of the `shape` together; those of the blocks.
pub fn write_rows_f32<E: From<Error>>(
    path: &Path,
    shape: [usize; 2],
    blocks: impl Iterator<Item = Result<Array2<f32>, E>>,
) -> Result<(), E> {
    let file = File::create(path).map_err(Error::io("create", path))?;
    let mut out = std::io::BufWriter::new(file);
    out.write_all(&header::encode(Element::F32, &shape)).map_err(Error::io("write", path))?;
    let unfit = || Error::malformed(".npy", path, format!("its blocks do not fit the shape {shape:?}"));
    let mut rows = 0;
    for block in blocks {
        let block = block?;
        rows += block.nrows();
        if block.ncols() != shape[1] || rows > shape[0] {
            return Err(unfit().into());
        }
        for value in &block {
            out.write_all(&value.to_le_bytes()).map_err(Error::io("write", path))?;
        }
    }
    if rows != shape[0] {
        return Err(unfit().into());
    }
    Ok(out.flush().map_err(Error::io("write", path))?)
}

/// Writes an `u8` array in C order, format version 1.0.
///
/// # Errors
/// [`Error::Io`].
pub fn write_u8(path: &Path, array: ArrayViewD<'_, u8>) -> Result<()> {
    write(path, Element::U8, array.shape(), array.iter().map(|value| [*value]))
}

fn write<const N: usize>(
    path: &Path,
    element: Element,
    shape: &[usize],
    values: impl Iterator<Item = [u8; N]>,
) -> Result<()> {
    let file = File::create(path).map_err(Error::io("create", path))?;
    let mut out = std::io::BufWriter::new(file);
    let all = || -> std::io::Result<()> {
        out.write_all(&header::encode(element, shape))?;
        for value in values {
            out.write_all(&value)?;
        }
        out.flush()
    };
    all().map_err(Error::io("write", path))
}

fn open(path: &Path) -> Result<(BufReader<File>, Header)> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let length = file.metadata().map_err(Error::io("read", path))?.len();
    let mut file = BufReader::new(file);
    let header = header::decode(&mut file, length).map_err(|reason| Error::malformed(".npy", path, reason))?;
    file.seek(SeekFrom::Start(header.offset)).map_err(Error::io("seek in", path))?;
    Ok((file, header))
}

/// Parses the bytes of a file, like [`read_f32`]; `path` is used in messages.
///
/// # Errors
/// [`Error::Malformed`] if the bytes are damaged, have a type that is not numeric, or are fewer than the header
/// promises.
pub fn parse_f32(bytes: &[u8], path: &Path) -> Result<ArrayD<f32>> {
    read_stream_f32(bytes, bytes.len() as u64, path)
}

/// Parses only the header from the bytes of a file, like [`read_header`]; `path` is used in messages.
///
/// # Errors
/// See [`parse_f32`].
pub fn parse_header(bytes: &[u8], path: &Path) -> Result<Header> {
    header::decode(&mut &bytes[..], bytes.len() as u64).map_err(|reason| Error::malformed(".npy", path, reason))
}

/// Bytes of the file that [`write_f32`] writes.
pub fn to_bytes_f32(array: ArrayViewD<'_, f32>) -> Vec<u8> {
    let mut bytes = header::encode(Element::F32, array.shape());
    array.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

/// Bytes of a file with one axis of strings, NumPy's type `U`.
pub(crate) fn to_bytes_texts<S: AsRef<str>>(texts: &[S]) -> Vec<u8> {
    let width = texts.iter().map(|text| text.as_ref().chars().count()).max().unwrap_or(0).max(1);
    let mut bytes = header::encode_type(&format!("<U{width}"), &[texts.len()]);
    for text in texts {
        let characters = text.as_ref().chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
        characters.for_each(|character| bytes.extend(character.to_le_bytes()));
    }
    bytes
}

/// Reads an array from a stream of known length, such as a member of an archive.
pub(crate) fn read_stream_f32(mut stream: impl Read, length: u64, path: &Path) -> Result<ArrayD<f32>> {
    let header = header::decode(&mut stream, length).map_err(|reason| Error::malformed(".npy", path, reason))?;
    decode_f32(&mut stream, &header, path)
}

/// Reads an array of strings in stored order.
pub(crate) fn read_stream_texts(mut stream: impl Read, length: u64, path: &Path) -> Result<Vec<String>> {
    let malformed = |reason: String| Error::malformed(".npy", path, reason);
    let header = header::decode_text(&mut stream, length).map_err(malformed)?;
    let size = header.width * header.bytes;
    let mut bytes = Vec::new();
    stream.take((size * header.count) as u64).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() < size * header.count {
        return Err(malformed("it ends before its last string: copy it again".into()));
    }
    let character = |raw: &[u8]| {
        let value = raw.iter().rev().fold(0_u32, |value, &byte| value << 8 | u32::from(byte));
        char::from_u32(if header.big_endian && raw.len() == 4 { value.swap_bytes() } else { value })
    };
    let text = |raw: &[u8]| {
        let text: Option<String> = raw.chunks_exact(header.bytes).map(character).collect();
        let text = text.ok_or_else(|| malformed("a string contains an invalid character: copy it again".into()))?;
        Ok(text.trim_end_matches('\0').to_owned())
    };
    bytes.chunks_exact(size).map(text).collect()
}

fn decode_f32(stream: &mut impl Read, header: &Header, path: &Path) -> Result<ArrayD<f32>> {
    let bytes = read_bytes(stream, header, path)?;
    shape(header.element.to_f32(&bytes, header.big_endian), header, path)
}

fn read_bytes(stream: &mut impl Read, header: &Header, path: &Path) -> Result<Vec<u8>> {
    let wanted = header.bytes();
    let mut bytes = Vec::new();
    // The stated length of an archive member is only a promise, so the buffer grows with the bytes that arrive.
    stream.take(wanted as u64).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() < wanted {
        let reason = format!("it ends after {} of {wanted} bytes of values: copy it again", bytes.len());
        return Err(Error::malformed(".npy", path, reason));
    }
    Ok(bytes)
}

fn shape<T: Clone>(values: Vec<T>, header: &Header, path: &Path) -> Result<ArrayD<T>> {
    let dimensions = IxDyn(&header.shape).set_f(header.fortran_order);
    let array = ArrayD::from_shape_vec(dimensions, values).map_err(|error| Error::malformed(".npy", path, error))?;
    Ok(if header.fortran_order { array.as_standard_layout().into_owned() } else { array })
}
