//! The files of the chunks: whether all are there, and as long as they were written.
//!
//! Zarr takes a chunk without a file for one of nothing but the fill value, so that a file lost in copying would be read
//! as zeros. Here every chunk is written, and the group keeps the length of each file, which is compared when a data set
//! is opened. Data sets written before that may lack files of chunks of zeros; see [`super::DataSet::open`].

use serde::{Deserialize, Serialize};
use zarrs::array::Array;

use super::buffer::Store;

/// Bytes of the file of each chunk, in the order of the chunks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lengths {
    pub(super) responses: Vec<u64>,
    pub(super) stimuli: Vec<u64>,
}

impl Lengths {
    /// Of arrays that were just written.
    pub(super) fn of(responses: &Array<Store>, stimuli: &Array<Store>) -> Result<Self, String> {
        let all = |array| lengths(array)?.into_iter().map(|(key, length)| length.ok_or(key)).collect::<Result<_, _>>();
        let missing = |key: String| format!("chunk file \"{key}\" was not written");
        Ok(Self { responses: all(responses).map_err(missing)?, stimuli: all(stimuli).map_err(missing)? })
    }
}

/// What opening finds of the files of an array.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// All there, as long as they were written as far as that is known.
    Whole,
    /// A file is missing; in words.
    Missing(String),
    /// A file is shorter or longer than it was written; in words.
    Cut(String),
}

/// Compares the files of an array with the lengths that were written, where these are known.
pub(super) fn check(array: &Array<Store>, written: Option<&[u64]>) -> Result<Files, String> {
    let found = lengths(array)?;
    let total = found.len();
    if let Some(written) = written.filter(|written| written.len() != total) {
        return Ok(Files::Cut(format!(
            "it has {total} chunks in \"{}\", {} were written",
            array.path(),
            written.len()
        )));
    }
    let missing: Vec<&String> = found.iter().filter(|(_, length)| length.is_none()).map(|(key, _)| key).collect();
    if let Some(first) = missing.first() {
        let count = missing.len();
        return Ok(Files::Missing(format!("{count} of {total} chunk files are missing, the first is \"{first}\"")));
    }
    for (index, (key, length)) in found.iter().enumerate() {
        let length = length.unwrap_or(0);
        match written.map(|written| written[index]) {
            Some(wanted) if wanted != length => {
                return Ok(Files::Cut(format!("chunk file \"{key}\" has {length} bytes, {wanted} were written")));
            }
            None if length == 0 => return Ok(Files::Cut(format!("chunk file \"{key}\" is empty"))),
            _ => {}
        }
    }
    Ok(Files::Whole)
}

/// The path below the data set and the length of the file of each chunk; chunks divide the first axis only.
fn lengths(array: &Array<Store>) -> Result<Vec<(String, Option<u64>)>, String> {
    let shape = array.shape();
    if shape.contains(&0) {
        return Ok(Vec::new());
    }
    let mut index = vec![0; shape.len()];
    let rows = array.chunk_shape(&index).map_err(|error| error.to_string())?[0].get();
    let storage = array.storage();
    let of_chunk = |chunk| {
        index[0] = chunk;
        let key = array.chunk_key(&index);
        let length = storage.size_key(&key).map_err(|error| error.to_string())?;
        Ok((key.as_str().to_owned(), length))
    };
    (0..shape[0].div_ceil(rows)).map(of_chunk).collect()
}
