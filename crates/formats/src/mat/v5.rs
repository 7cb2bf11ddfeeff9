//! Version 5 files: a header, then one element per variable, mostly compressed.
//!
//! Opening reads the head of each variable; values are read on demand.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;

use super::element::{COMPRESSED, MATRIX, Parts, tag, word};
use super::{FORMAT, MatValue, matrix};
use crate::{Error, Result, packed};

const HEADER: u64 = 128;

/// Upper bound of a matrix head: eight bytes of flags, four per dimension, a name of at most 63 letters.
const HEAD: u64 = 1 << 10;

#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    big_endian: bool,
    variables: Vec<Variable>,
}

#[derive(Debug)]
struct Variable {
    name: String,
    start: u64,
    length: u64,
    compressed: bool,
}

impl Index {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let wrong = |reason: String| Error::malformed(FORMAT, path, reason);
        let file = File::open(path).map_err(Error::io("open", path))?;
        let length = file.metadata().map_err(Error::io("read", path))?.len();
        let mut file = BufReader::new(file);
        let big_endian = endianness(&mut file).map_err(wrong)?;
        let mut index = Self { path: path.to_owned(), big_endian, variables: Vec::new() };
        let mut at = HEADER;
        while at + 8 <= length {
            let (kind, bytes) = index.tag_at(&mut file, at).map_err(Error::io("read", path))?;
            let (start, end) = (at + 8, at + 8 + bytes);
            if end > length {
                return Err(wrong(format!(
                    "it ends at byte {length}, an array at {end}: it is truncated, copy it again"
                )));
            }
            if kind == COMPRESSED || kind == MATRIX {
                let compressed = kind == COMPRESSED;
                let mut variable = Variable { name: String::new(), start, length: bytes, compressed };
                variable.name = index.name(&variable).map_err(wrong)?;
                index.variables.push(variable);
            }
            at = end;
        }
        // MATLAB stores the workspace of function handles in a nameless array.
        index.variables.retain(|variable| !variable.name.is_empty());
        Ok(index)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.variables.iter().map(|variable| variable.name.clone()).collect()
    }

    pub(super) fn read(&self, name: &str) -> Result<MatValue> {
        let wrong = |reason: String| Error::array(FORMAT, &self.path, name, reason);
        let variable = self.variables.iter().rev().find(|variable| variable.name == name);
        let variable = variable.ok_or_else(|| wrong("it is missing".into()))?;
        let bytes = self.bytes(variable, u64::MAX).map_err(wrong)?;
        matrix::read(&bytes, self.big_endian, 0).map(|(_, value)| value).map_err(wrong)
    }

    fn tag_at(&self, file: &mut BufReader<File>, at: u64) -> std::io::Result<(u32, u64)> {
        let mut raw = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut raw)?;
        let words = raw.as_chunks().0;
        Ok((word(words[0], self.big_endian), u64::from(word(words[1], self.big_endian))))
    }

    fn name(&self, variable: &Variable) -> Result<String, String> {
        let bytes = self.bytes(variable, HEAD)?;
        if bytes.is_empty() {
            return Ok(String::new());
        }
        matrix::head(&mut Parts::new(&bytes, self.big_endian)).map(|head| head.name)
    }

    /// The first `most` unpacked bytes of a matrix; the buffer grows with the bytes that arrive. If they are all of it,
    /// the checksum of a compressed one is verified.
    fn bytes(&self, variable: &Variable, most: u64) -> Result<Vec<u8>, String> {
        let damaged = |error: std::io::Error| format!("it cannot be unpacked ({error}): copy it again");
        let mut file = File::open(&self.path).map_err(damaged)?;
        file.seek(SeekFrom::Start(variable.start)).map_err(damaged)?;
        let stored = BufReader::new(file).take(variable.length);
        let mut bytes = Vec::new();
        if !variable.compressed {
            stored.take(most).read_to_end(&mut bytes).map_err(damaged)?;
            return Ok(bytes);
        }
        let mut unpacked = ZlibDecoder::new(stored);
        let mut raw = [0; 8];
        unpacked.read_exact(&mut raw).map_err(damaged)?;
        let words = raw.as_chunks().0;
        let (kind, length, _) = tag(word(words[0], self.big_endian), word(words[1], self.big_endian));
        if kind != MATRIX {
            return Err(format!("a compressed element is of type {kind}, not an array"));
        }
        let wanted = most.min(length as u64);
        (&mut unpacked).take(wanted).read_to_end(&mut bytes).map_err(damaged)?;
        if (bytes.len() as u64) < wanted {
            return Err(format!("it unpacks to {} of {wanted} bytes: copy it again", bytes.len()));
        }
        if most == u64::MAX {
            packed::finish(&mut unpacked).map_err(damaged)?;
        }
        Ok(bytes)
    }
}

/// True if the file is big-endian.
fn endianness(file: &mut impl Read) -> Result<bool, String> {
    let mut header = [0; HEADER as usize];
    file.read_exact(&mut header).map_err(|_| "it is shorter than the header of version 5")?;
    match &header[124..] {
        [0, 1, b'I', b'M'] => Ok(false),
        [1, 0, b'M', b'I'] => Ok(true),
        [0, 2, ..] | [2, 0, ..] => Err("it says version 7.3 but contains no HDF5: it is truncated, copy it \
                                        again"
            .into()),
        _ => Err("it does not begin like version 5 or 7.3: save a version 4 file again with -v7".into()),
    }
}
