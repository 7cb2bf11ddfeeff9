//! The data set on disk: a folder with a Zarr v3 group.
//!
//! | path | content |
//! |---|---|
//! | `zarr.json` | group metadata; attribute `afterimage` holds the header, the layout version and the fingerprint |
//! | `responses` | `f32 [trials, voxels]`, chunks of whole rows |
//! | `stimuli` | `u8 [n, height, width, 3]` RGB, shards of many images with one image a chunk |
//!
//! Zarr, because readers exist in Python, Julia, C++ and JavaScript, because its chunks are read alone (a data set may
//! be larger than memory), and because a damaged chunk is noticed: every Zstandard frame ends in a checksum. (A checksum
//! codec of Zarr's own would be skipped whenever a chunk is read in part.)
//! In Python, `zarr.open_group("NAME.afterimage")["responses"][:]` gives the responses.

mod buffer;
mod fingerprint;
mod partial;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zarrs::filesystem::FilesystemStore;
use zarrs::storage::ReadableWritableListableStorage;

use crate::header::Header;
use crate::{Error, Result};

pub use reader::DataSet;
pub use writer::DataSetWriter;

const ATTRIBUTE: &str = "afterimage";
const RESPONSES: &str = "/responses";
const STIMULI: &str = "/stimuli";

/// What lies in the group's attribute.
#[derive(Serialize, Deserialize)]
struct Stored {
    layout: u32,
    fingerprint: String,
    header: Header,
}

fn storage(path: &Path) -> Result<ReadableWritableListableStorage> {
    let store = FilesystemStore::new(path).map_err(|error| Error::store(path, error))?;
    Ok(Arc::new(store))
}
