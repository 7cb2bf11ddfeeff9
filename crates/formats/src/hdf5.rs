//! HDF5 files: arrays and attributes in groups, read in parts.
//!
//! The crate `hdf5-reader` decodes the bytes: pure Rust, MIT or Apache-2.0, without a build script, written for
//! untrusted files. Of the crates tried it is the only one that opens every fixture, from the oldest layout to that of
//! h5py with `libver="latest"`. `hdf5-pure` 0.47 refuses the latter's compressed arrays. A bundled C library would need
//! a C compiler and may crash on a damaged file. This module adds the LZF filter, half precision, booleans, records and
//! pandas frames.
//!
//! Files are read, not memory-mapped, so that a file that is truncated while open gives an error and not a signal. A
//! [`Dataset`] reads any part of itself; only the chunks that the part touches are decoded, so an array of any size can
//! be walked with [`Dataset::blocks`].
//!
//! ```no_run
//! # fn main() -> Result<(), afterimage_formats::Error> {
//! let file = afterimage_formats::hdf5::File::open("nsd_stimuli.hdf5".as_ref())?;
//! let brick = file.dataset("/imgBrick")?; // [73000, 425, 425, 3]
//! let image = brick.range(&[46_002..46_003, 0..425, 0..425, 0..3])?; // [1, 425, 425, 3]
//! assert_eq!(image.shape(), [1, 425, 425, 3]);
//! # Ok(()) }
//! ```

mod attribute;
mod dataset;
mod elsewhere;
mod frame;
mod kind;
mod lzf;
mod pickle;
mod records;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::{BlockCacheStorage, FileStorage, FilterRegistry, Hdf5File, OpenOptions};

pub use attribute::Attribute;
pub use dataset::{Blocks, Dataset};
pub use frame::Frame;
pub use kind::Kind;
pub use records::Records;

use crate::{Error, Result};

use elsewhere::Elsewhere;

pub(crate) const FORMAT: &str = "HDF5";

/// Deflate expands a byte to at most this many, so no valid array is larger than the file times this.
pub(crate) const LARGEST_RATIO: u64 = 1032;

/// Groups nested deeper than this are treated as an attack.
const DEEPEST: usize = 64;

/// A column of a table: numbers, or text.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; the first axis is the table's rows.
    Numbers(crate::numbers::Numbers),
    /// One string per row.
    Text(Vec<String>),
}

/// An open HDF5 file.
pub struct File {
    path: PathBuf,
    inner: Hdf5File,
    /// Links that lead to other files.
    elsewhere: Arc<Elsewhere>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "hdf5::File({})", self.path.display())
    }
}

impl File {
    /// Opens a file; a leading user block, as written by MATLAB, is skipped.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] if it is not HDF5 or its first structures are damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
        let length = file.metadata().map_err(Error::io("read", path))?.len();
        let wrong = |error| Error::malformed(FORMAT, path, reason(&error));
        let storage = Arc::new(FileStorage::from_file(file).map_err(wrong)?);
        let storage = Arc::new(BlockCacheStorage::new(storage, 1 << 16, 64));
        let elsewhere = Arc::new(Elsewhere::default());
        let options = options(length).with_external_link_resolver(elsewhere.clone());
        let inner = Hdf5File::from_storage_with_options(storage, options).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), inner, elsewhere })
    }

    /// True if the HDF5 signature stands at one of the offsets that the format allows.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn is_hdf5(path: &Path) -> Result<bool> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = std::fs::File::open(path).map_err(Error::io("open", path))?;
        for offset in [0, 512, 1024, 2048] {
            let mut start = [0; 8];
            file.seek(SeekFrom::Start(offset)).map_err(Error::io("seek in", path))?;
            if file.read_exact(&mut start).is_ok() && &start == b"\x89HDF\r\n\x1a\n" {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Paths of all datasets, such as `/betas` or `/metadata/key`; within a group, datasets come before subgroups.
    ///
    /// # Errors
    /// [`Error::Array`] if a group is damaged, or the file contains only links to other files.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![("/".to_owned(), 0)];
        while let Some((at, depth)) = open.pop() {
            // Not by `group`, whose error would list the names.
            let group = self.find_group(&at).map_err(|error| self.wrong(&at, &error))?;
            // A file may link a group into itself.
            if depth > DEEPEST || !seen.insert(group.address()) {
                continue;
            }
            let (groups, datasets) = group.member_names().map_err(|error| self.wrong(&at, &error))?;
            let below = |name: &String| format!("{}/{name}", at.trim_end_matches('/'));
            names.extend(datasets.iter().map(below));
            open.extend(groups.iter().rev().map(|name| (below(name), depth + 1)));
        }
        match self.elsewhere.reason() {
            Some(reason) if names.is_empty() => Err(Error::array(FORMAT, &self.path, "/", reason)),
            _ => Ok(names),
        }
    }

    /// Names of the groups and datasets directly in a group.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`], or [`Error::Array`] if the group is damaged.
    pub fn members(&self, group: &str) -> Result<(Vec<String>, Vec<String>)> {
        self.group(group)?.member_names().map_err(|error| self.wrong(group, &error))
    }

    /// True if a dataset with that path exists.
    pub fn contains(&self, dataset: &str) -> bool {
        self.inner.dataset(dataset).is_ok()
    }

    /// Opens a dataset by its path, such as `/betas`.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`] with the existing paths; [`Error::Array`] if its description is damaged.
    pub fn dataset(&self, path: &str) -> Result<Dataset> {
        match self.inner.dataset(path) {
            Ok(inner) => Ok(Dataset::new(inner, path, &self.path)),
            Err(error) if is_missing(&error) => Err(self.missing(path)),
            Err(error) => Err(self.wrong(path, &error)),
        }
    }

    /// Attributes of a group or a dataset, by name.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`], or [`Error::Array`] if one is damaged.
    pub fn attributes(&self, object: &str) -> Result<Vec<(String, Attribute)>> {
        let found = match self.inner.dataset(object) {
            Ok(dataset) => dataset.attributes(),
            Err(_) => self.group(object)?.attributes().map_err(|error| self.wrong(object, &error))?,
        };
        Ok(found.into_iter().map(|attribute| (attribute.name.clone(), Attribute::new(attribute))).collect())
    }

    /// One attribute, if it exists.
    ///
    /// # Errors
    /// See [`File::attributes`].
    pub fn attribute(&self, object: &str, name: &str) -> Result<Option<Attribute>> {
        let all = self.attributes(object)?;
        Ok(all.into_iter().find(|(known, _)| known == name).map(|(_, attribute)| attribute))
    }

    pub(crate) fn group(&self, path: &str) -> Result<Group> {
        let found = self.find_group(path);
        found.map_err(|error| if is_missing(&error) { self.missing(path) } else { self.wrong(path, &error) })
    }

    fn find_group(&self, path: &str) -> Result<Group, hdf5_reader::error::Error> {
        if path.trim_matches('/').is_empty() { self.inner.root_group() } else { self.inner.group(path) }
    }

    fn missing(&self, path: &str) -> Error {
        self.elsewhere.forget();
        if self.inner.dataset(path).is_err()
            && let Some(reason) = self.elsewhere.reason()
        {
            return Error::array(FORMAT, &self.path, path, reason);
        }
        match self.names() {
            Ok(available) => Error::NoSuchArray { path: self.path.clone(), name: path.to_owned(), available },
            // A listing error says more than "no such array".
            Err(error) => error,
        }
    }

    pub(crate) fn wrong(&self, name: &str, error: &hdf5_reader::error::Error) -> Error {
        Error::array(FORMAT, &self.path, name, reason(error))
    }
}

fn options(length: u64) -> OpenOptions {
    let justified = usize::try_from(length.saturating_mul(LARGEST_RATIO)).unwrap_or(usize::MAX);
    let chunk = justified.clamp(1 << 16, hdf5_reader::DEFAULT_MAX_CHUNK_BYTES);
    let mut filters = FilterRegistry::new();
    let unpack = move |filter: &hdf5_reader::messages::filter_pipeline::FilterDescription, packed: &[u8], _: usize| {
        lzf::unpack(packed, filter.client_data.get(2).copied(), chunk)
    };
    filters.register(lzf::NUMBER, Box::new(unpack));
    OpenOptions::default()
        .with_chunk_cache_bytes(16 << 20)
        .with_filter_registry(filters)
        .with_max_chunk_bytes(chunk)
        .with_max_read_bytes(justified.max(1 << 24))
}

fn is_missing(error: &hdf5_reader::error::Error) -> bool {
    use hdf5_reader::error::Error::{Context, DatasetNotFound, GroupNotFound};
    match error {
        DatasetNotFound(_) | GroupNotFound(_) => true,
        Context { source, .. } => is_missing(source),
        _ => false,
    }
}

/// Message of the decoder, with a hint if known.
pub(crate) fn reason(error: &hdf5_reader::error::Error) -> String {
    use hdf5_reader::error::Error as Inner;
    match error {
        Inner::Context { source, .. } => reason(source),
        Inner::UnsupportedFilter(_) => format!("{error}: pack it with gzip, for example by h5repack -f GZIP=4"),
        Inner::UnexpectedEof { .. } | Inner::OffsetOutOfBounds(_) => format!("{error}: it is truncated, copy it again"),
        Inner::UnsupportedLayoutClass(3) => {
            "it is a virtual data set, whose values lie in other files and are not read: save it as an ordinary array \
             (in Python: h5py.File(\"x.h5\", \"w\")[\"x\"] = file[\"x\"][:])"
                .to_owned()
        }
        Inner::InvalidData(what) | Inner::Other(what) if what.starts_with("external raw data file") => {
            format!("its values lie in another file ({what}): save it as an ordinary array")
        }
        Inner::ResourceLimit(_) => format!("{error}, which is more than the file can hold; read it in parts"),
        _ => error.to_string(),
    }
}
