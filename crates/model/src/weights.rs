//! Pretrained weights: which exist, their folder, and how they are installed.
//!
//! SqueezeNet's weights are part of the program. The others are installed once into a folder of the user
//! ([`folder`]), downloaded from their publisher or copied from a file ([`get`]). Every file is read
//! completely and its SHA-256 compared with those of the [`REGISTRY`] before it is kept; values that are not finite are refused
//! then and whenever a network is loaded.

mod download;
mod file;
pub(crate) mod install;
mod registry;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{ModelError, Result};
use afterimage_config::BackboneKind;

pub use file::TensorFile;
pub use install::{Installed, Progress, get};
pub use registry::{Entry, Published, REGISTRY, entry, published};

/// Environment variable that names the folder of installed weights.
pub const FOLDER_VARIABLE: &str = "AFTERIMAGE_WEIGHTS";

/// Returns the folder of installed weights: `AFTERIMAGE_WEIGHTS`, or `afterimage/weights` in the platform's cache folder.
pub fn folder() -> PathBuf {
    set(FOLDER_VARIABLE).unwrap_or_else(|| cache_folder().join("weights"))
}

/// `afterimage` in the platform's cache folder.
pub fn cache_folder() -> PathBuf {
    let cache = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Caches"))
    } else {
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))
    };
    cache.unwrap_or_else(std::env::temp_dir).join("afterimage")
}

/// An environment variable that is not empty, as a path.
fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The installed file of a backbone's weights.
///
/// # Errors
/// [`ModelError::WeightsMissing`], which says what to run, or what to fetch without internet access.
pub fn find(kind: BackboneKind) -> Result<PathBuf> {
    find_in(&folder(), kind)
}

/// As [`find`], in another folder.
///
/// # Errors
/// As [`find`].
pub fn find_in(folder: &Path, kind: BackboneKind) -> Result<PathBuf> {
    let stem = folder.join(kind.name());
    let candidates = file::EXTENSIONS.map(|extension| stem.with_extension(extension));
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| ModelError::WeightsMissing {
        name: kind.name(),
        looked_for: stem.with_extension(file::EXTENSIONS[0]),
        hint: entry(kind).map_or_else(|| "they are built in: use no file".to_owned(), Entry::hint),
    })
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// [`ModelError::Io`] if the file cannot be read.
pub fn checksum(path: &Path) -> Result<String> {
    let io = |source| ModelError::Io { action: "read", path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer).map_err(io)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// SHA-256 of bytes, in hexadecimal.
pub fn checksum_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
