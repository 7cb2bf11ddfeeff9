//! Elements of an `.npy` as text labels; numbers are not rounded, so that different numbers stay different.

use std::fmt::Display;
use std::io::Read;
use std::path::Path;

use half::f16;

use super::header::{self, Element, Header};
use super::{open, read_bytes, read_stream_texts};
use crate::{Error, Result};

/// Reads an array with one label per item as text: whole numbers of any width, floating-point numbers with the fewest
/// digits that identify them, strings (`U` and `S`) without padding.
///
/// All axes but one must have length 1.
///
/// # Errors
/// [`Error::Io`]; [`Error::Malformed`] if the file is damaged, its elements are neither numbers nor strings (Python
/// objects are refused, for only Python can read them), a label is not a number, or there are several axes.
pub fn read_labels(path: &Path) -> Result<Vec<String>> {
    let mut start = Vec::new();
    let file = || std::fs::File::open(path).map_err(Error::io("open", path));
    file()?.take(1 << 16).read_to_end(&mut start).map_err(Error::io("read", path))?;
    let malformed = |reason: String| Error::malformed("labels", path, reason);
    let kind = header::kind(&mut start.as_slice()).map_err(malformed)?;
    refuse_axes(&kind.shape).map_err(malformed)?;
    match kind.descr.trim_start_matches(['<', '>', '|', '=']).chars().next() {
        Some('U' | 'S') => {
            let length = file()?.metadata().map_err(Error::io("read", path))?.len();
            read_stream_texts(std::io::BufReader::new(file()?), length, path)
        }
        Some('b' | 'u' | 'i' | 'f') => {
            let (mut file, header) = open(path)?;
            let bytes = read_bytes(&mut file, &header, path)?;
            texts(&header, &bytes).map_err(malformed)
        }
        _ => Err(malformed(format!(
            "its elements are \"{}\", neither numbers nor strings: save them as strings, \
             numpy.save(file, labels.astype(str)), or as a text file with one label per line",
            kind.descr
        ))),
    }
}

fn refuse_axes(shape: &[usize]) -> std::result::Result<(), String> {
    if shape.iter().filter(|&&n| n != 1).count() > 1 {
        return Err(format!("its shape is {shape:?}, expected one label per item: save one column of it"));
    }
    Ok(())
}

fn texts(header: &Header, bytes: &[u8]) -> std::result::Result<Vec<String>, String> {
    macro_rules! each {
        ($type:ty, $text:expr) => {{
            let value = |chunk: &[u8]| {
                let mut raw = [0; size_of::<$type>()];
                raw.copy_from_slice(chunk);
                if header.big_endian {
                    raw.reverse();
                }
                <$type>::from_le_bytes(raw)
            };
            bytes.chunks_exact(size_of::<$type>()).map(|chunk| $text(value(chunk))).collect()
        }};
    }
    match header.element {
        Element::Bool => Ok(bytes.iter().map(|&byte| (byte != 0).to_string()).collect()),
        Element::U8 => each!(u8, exact),
        Element::I8 => each!(i8, exact),
        Element::U16 => each!(u16, exact),
        Element::I16 => each!(i16, exact),
        Element::U32 => each!(u32, exact),
        Element::I32 => each!(i32, exact),
        Element::U64 => each!(u64, exact),
        Element::I64 => each!(i64, exact),
        Element::F16 => each!(f16, |value: f16| number(value.to_f32())),
        Element::F32 => each!(f32, number),
        Element::F64 => each!(f64, number),
    }
}

fn exact(value: impl Display) -> std::result::Result<String, String> {
    Ok(value.to_string())
}

/// Shortest decimal text that parses to the same number; negative zero becomes zero.
fn number<T: Display + Copy + Into<f64>>(value: T) -> std::result::Result<String, String> {
    let number: f64 = value.into();
    if number.is_nan() {
        return Err("one of its labels is not a number (NaN): give each item a label".into());
    }
    Ok(if number == 0.0 { "0".into() } else { value.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a version 1.0 file.
    fn file(descr: &str, shape: &str, values: &[u8]) -> tempfile::NamedTempFile {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        let padding = 64 - (10 + text.len() + 1) % 64;
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(((text.len() + padding + 1) as u16).to_le_bytes());
        bytes.extend(text.bytes().chain(std::iter::repeat_n(b' ', padding)).chain([b'\n']));
        bytes.extend(values);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn labels(descr: &str, shape: &str, values: &[u8]) -> Result<Vec<String>> {
        read_labels(file(descr, shape, values).path())
    }

    #[test]
    fn numbers_that_differ_have_different_labels() {
        let doubles: Vec<u8> =
            [1518878.010042, 1518878.010043, 3.0, -0.0].into_iter().flat_map(f64::to_le_bytes).collect();
        assert_eq!(labels("<f8", "(4,)", &doubles).unwrap(), ["1518878.010042", "1518878.010043", "3", "0"]);
        let large: Vec<u8> = [16777216_i64, 16777217, i64::MAX].into_iter().flat_map(i64::to_be_bytes).collect();
        assert_eq!(labels(">i8", "(3, 1)", &large).unwrap(), ["16777216", "16777217", "9223372036854775807"]);
        assert_eq!(labels("<u8", "(1,)", &u64::MAX.to_le_bytes()).unwrap(), ["18446744073709551615"]);
        assert_eq!(labels("|b1", "(2,)", &[1, 0]).unwrap(), ["true", "false"]);
        assert_eq!(labels("<f4", "(1,)", &0.1_f32.to_le_bytes()).unwrap(), ["0.1"]);
        assert_eq!(labels("<f2", "(1,)", &f16::from_f32(0.5).to_le_bytes()).unwrap(), ["0.5"]);
    }

    #[test]
    fn strings_are_read_without_their_padding() {
        let wide: Vec<u8> = ['é', 'a', '\0', 'b'].into_iter().flat_map(|c| (c as u32).to_le_bytes()).collect();
        assert_eq!(labels("<U2", "(2,)", &wide).unwrap(), ["éa", "\0b"]);
        assert_eq!(labels("|S3", "(1, 2)", b"abcd\0\0").unwrap(), ["abc", "d"]);
    }

    #[test]
    fn what_is_no_list_of_labels_is_refused_with_what_to_do() {
        let said = |descr: &str, shape: &str, values: &[u8]| labels(descr, shape, values).unwrap_err().to_string();
        assert!(said("|O", "(2,)", b"\x80\x04").contains("astype(str)"));
        assert!(said("<f8", "(2,)", &[f64::NAN, 1.0].map(f64::to_le_bytes).concat()).contains("NaN"));
        assert!(said("<i2", "(2, 2)", &[0; 8]).contains("[2, 2]"));
        assert!(said("<M8[D]", "(1,)", &[0; 8]).contains("\"<M8[D]\", neither numbers nor strings"));
        assert!(said("<i8", "(2,)", &[0; 8]).contains("truncated"));
    }
}
