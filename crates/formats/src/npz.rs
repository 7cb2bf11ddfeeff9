//! NumPy's `.npz` files: zip archives of named `.npy` files.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use ndarray::{ArrayD, ArrayViewD};
use zip::ZipArchive;

use crate::{Error, Result, npy, packed};

const SUFFIX: &str = ".npy";

/// Names of the arrays in an archive, in stored order.
///
/// # Errors
/// [`Error::Io`], or [`Error::Malformed`] if it is not an archive.
pub fn names(path: &Path) -> Result<Vec<String>> {
    let archive = open(path)?;
    let members = archive.file_names().filter_map(|name| Some(name.ok()?.strip_suffix(SUFFIX)?.to_owned()));
    Ok(members.collect())
}

/// Reads one array by name as `f32` (see [`npy::read_f32`]).
///
/// # Errors
/// See [`names`]; [`Error::NoSuchArray`] with the existing names; [`Error::Array`] if it is damaged or its checksum
/// does not match.
pub fn read_f32(path: &Path, name: &str) -> Result<ArrayD<f32>> {
    member(path, name, |stream, length| npy::read_stream_f32(stream, length, path))
}

/// Reads one array of strings by name (NumPy's types `U` and `S`), in stored order.
///
/// # Errors
/// See [`read_f32`]; [`Error::Malformed`] if its elements are not strings.
pub fn read_texts(path: &Path, name: &str) -> Result<Vec<String>> {
    member(path, name, |stream, length| npy::read_stream_texts(stream, length, path))
}

/// An array of an archive that is written.
#[derive(Debug, Clone)]
pub enum Member<'a> {
    /// Numbers, `float32`.
    Numbers(ArrayViewD<'a, f32>),
    /// Strings, one axis.
    Texts(&'a [String]),
}

/// Writes named arrays, as `numpy.savez_compressed` does.
///
/// # Errors
/// [`Error::Io`]; [`Error::Malformed`] for an array that the archive cannot hold.
pub fn write(path: &Path, members: &[(&str, Member<'_>)]) -> Result<()> {
    let file = File::create(path).map_err(Error::io("create", path))?;
    let mut archive = zip::ZipWriter::new(std::io::BufWriter::new(file));
    for (name, array) in members {
        let bytes = match array {
            Member::Numbers(values) => npy::to_bytes_f32(values.view()),
            Member::Texts(texts) => npy::to_bytes_texts(texts),
        };
        let options = zip::write::SimpleFileOptions::default().large_file(bytes.len() > u32::MAX as usize);
        let started = archive.start_file(format!("{name}{SUFFIX}"), options);
        started.map_err(|error| Error::malformed(".npz", path, error))?;
        archive.write_all(&bytes).map_err(Error::io("write", path))?;
    }
    let mut file = archive.finish().map_err(|error| Error::malformed(".npz", path, error))?;
    file.flush().map_err(Error::io("write", path))
}

fn member<T>(path: &Path, name: &str, read: impl FnOnce(&mut dyn Read, u64) -> Result<T>) -> Result<T> {
    let mut archive = open(path)?;
    let member = format!("{name}{SUFFIX}");
    let available = names(path)?;
    if !available.iter().any(|known| known == name) {
        return Err(Error::NoSuchArray { path: path.to_owned(), name: name.to_owned(), available });
    }
    let mut file = archive.by_name(&member).map_err(|error| Error::malformed(".npz", path, error))?;
    let length = file.size();
    let array = read(&mut file, length)?;
    let rest = packed::finish(&mut file);
    rest.map_err(|error| Error::array(".npz", path, name, format!("{error}: it is damaged, copy it again")))?;
    Ok(array)
}

fn open(path: &Path) -> Result<ZipArchive<File>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    ZipArchive::new(file).map_err(|error| Error::malformed(".npz", path, error))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(members: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        (folder, path)
    }

    fn npy_bytes(values: &[f32]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        npy::write_f32(&path, ndarray::ArrayView1::from(values).into_dyn()).unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn named_array_is_read() {
        let (_folder, path) = archive(&[("arr_0.npy", npy_bytes(&[1.0, 2.0])), ("V1.npy", npy_bytes(&[3.0]))]);
        assert_eq!(names(&path).unwrap(), ["arr_0", "V1"]);
        assert_eq!(read_f32(&path, "V1").unwrap(), ndarray::array![3.0].into_dyn());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.npz");
        let values = ndarray::array![[1.5_f32, -2.0], [0.0, 3.0]].into_dyn();
        let names = ["a".to_owned(), "größe".to_owned()];
        let members = [("responses", Member::Numbers(values.view())), ("images", Member::Texts(&names))];
        write(&path, &members).unwrap();
        assert_eq!(super::names(&path).unwrap(), ["responses", "images"]);
        assert_eq!(
            (read_f32(&path, "responses").unwrap(), read_texts(&path, "images").unwrap()),
            (values, names.to_vec())
        );
    }

    #[test]
    fn unknown_name_is_answered_with_the_known_ones() {
        let (_folder, path) = archive(&[("arr_0.npy", npy_bytes(&[1.0]))]);
        let message = read_f32(&path, "arr_1").unwrap_err().to_string();
        assert!(message.ends_with("contains no array \"arr_1\"; it contains \"arr_0\""), "{message}");
    }

    /// `numpy.array(["ab", "é"]).tobytes()` and its header, as NumPy 2.2 writes them.
    fn texts(endian: char, padding: usize) -> Vec<u8> {
        let text = format!("{{'descr': '{endian}U2', 'fortran_order': False, 'shape': (2,), }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.bytes());
        for character in ['a', 'b', 'é', '\0'] {
            let value = character as u32;
            bytes.extend(if endian == '>' { value.to_be_bytes() } else { value.to_le_bytes() });
        }
        bytes.truncate(bytes.len() - padding);
        bytes
    }

    #[test]
    fn strings_are_read_in_either_byte_order() {
        for endian in ['<', '>'] {
            let (_folder, path) = archive(&[("names.npy", texts(endian, 0))]);
            assert_eq!(read_texts(&path, "names").unwrap(), ["ab", "é"]);
        }
        let (_folder, path) = archive(&[("names.npy", texts('<', 1)), ("x.npy", npy_bytes(&[1.0]))]);
        assert!(read_texts(&path, "names").unwrap_err().to_string().contains("copy it again"));
        assert!(read_texts(&path, "x").unwrap_err().to_string().contains("not strings"));
    }

    #[test]
    fn truncated_archive_is_refused() {
        let (_folder, path) = archive(&[("arr_0.npy", npy_bytes(&[1.0; 500]))]);
        let whole = std::fs::read(&path).unwrap();
        for end in [0, 10, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(read_f32(&path, "arr_0").is_err(), "{end}");
        }
    }
}
