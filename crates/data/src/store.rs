//! The data set on disk: a folder with a Zarr v3 group.
//!
//! | path | content |
//! |---|---|
//! | `zarr.json` | group metadata; attribute `afterimage` holds the header, its SHA-256 and that of its provenance, the layout version, the fingerprint and the lengths of the chunk files |
//! | `responses` | `f32 [trials, voxels]`, chunks of whole rows |
//! | `stimuli` | `u8 [n, height, width, 3]` RGB, shards of many images with one image a chunk |
//!
//! Zarr, because readers exist in Python, Julia, C++ and JavaScript, because each chunk is read by itself (a data set may
//! be larger than memory), and because a damaged chunk is noticed: every Zstandard frame ends in a checksum. (A checksum
//! codec of Zarr's own would be skipped whenever a chunk is read in part.) A chunk file that is missing or cut is noticed
//! when the data set is opened, as is a header that was edited; [`DataSet::verify`] reads and compares all of it.
//! In Python, `zarr.open_group("NAME.afterimage")["responses"][:]` gives the responses.

mod buffer;
mod chunks;
mod fingerprint;
mod partial;
mod reader;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zarrs::filesystem::FilesystemStore;
use zarrs::storage::ReadableWritableListableStorage;

use crate::header::Header;
use crate::{Error, Result};

pub(crate) use partial::Partial;
pub use reader::DataSet;
pub use writer::DataSetWriter;

/// File that makes a folder a Zarr group.
const GROUP: &str = "zarr.json";
const ATTRIBUTE: &str = "afterimage";
const RESPONSES: &str = "/responses";
const STIMULI: &str = "/stimuli";

/// What lies in the group's attribute.
#[derive(Serialize, Deserialize)]
struct Stored {
    layout: u32,
    fingerprint: String,
    /// SHA-256 of what the fingerprint covers of the header; data sets written before there was one lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header_sha256: Option<String>,
    /// Likewise, SHA-256 of the provenance without what is for people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provenance_sha256: Option<String>,
    /// Likewise, the lengths of the chunk files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk_bytes: Option<chunks::Lengths>,
    header: Header,
}

/// Whether a folder is a data set, damaged or not: what may be replaced by another.
fn is_data_set(path: &Path) -> bool {
    let text = std::fs::read(path.join(GROUP)).unwrap_or_default();
    let group: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    group["attributes"].get(ATTRIBUTE).is_some()
}

fn storage(path: &Path) -> Result<ReadableWritableListableStorage> {
    let store = FilesystemStore::new(path).map_err(|error| Error::store(path, error))?;
    Ok(Arc::new(store))
}
