//! HDF5: arrays and attributes in groups, read in parts.
//!
//! The bytes are decoded by the crate `hdf5-reader`: pure Rust, MIT or Apache-2.0, no build script, made for files that
//! cannot be trusted, and the only one of those tried that opened every file of the fixtures, from the oldest layout to
//! the one that h5py writes today with `libver="latest"`. `hdf5-pure` 0.47 refused the latter's compressed arrays, and
//! a bundled C library would cost a C compiler and the guarantee of no crash on a damaged file. What it lacks is added
//! here: the LZF filter, half precision, booleans, records, pandas frames.
//!
//! Files are read with ordinary reads, not mapped, so that one that is cut short while open gives an error and not a
//! signal. A [`Dataset`] reads any part of itself; only the chunks that the part touches are decoded, so an array of
//! any size can be walked with [`Dataset::blocks`].
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

/// Deflate never unpacks a byte to more than this many, so no honest array is larger than the file times this.
pub(crate) const LARGEST_RATIO: u64 = 1032;

/// Groups nested deeper than this are taken for an attack.
const DEEPEST: usize = 64;

/// A column of a table: numbers, or text.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; the first axis is the table's rows.
    Numbers(crate::numbers::Numbers),
    /// One string for each row.
    Text(Vec<String>),
}

/// An open HDF5 file.
pub struct File {
    path: PathBuf,
    inner: Hdf5File,
    /// Where links led out of the file.
    elsewhere: Arc<Elsewhere>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "hdf5::File({})", self.path.display())
    }
}

impl File {
    /// Opens a file; a user block before it, as MATLAB writes, is passed over.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] when it is not HDF5 or its first structures are damaged.
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

    /// Whether the file begins as HDF5 does, at any of the places where the format allows it.
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

    /// The path it was opened from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The paths of all datasets, such as `/betas` or `/metadata/key`, groups after the datasets beside them.
    ///
    /// # Errors
    /// [`Error::Array`] where a group is damaged, or the file has nothing but links to other files.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![("/".to_owned(), 0)];
        while let Some((at, depth)) = open.pop() {
            // Not by `group`, whose error lists the names.
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

    /// The names of the groups and of the datasets directly in a group.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`], or [`Error::Array`] where the group is damaged.
    pub fn members(&self, group: &str) -> Result<(Vec<String>, Vec<String>)> {
        self.group(group)?.member_names().map_err(|error| self.wrong(group, &error))
    }

    /// Whether there is a dataset of that path.
    pub fn contains(&self, dataset: &str) -> bool {
        self.inner.dataset(dataset).is_ok()
    }

    /// Opens a dataset by its path, such as `/betas`.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`] with the paths there are; [`Error::Array`] where its description is damaged.
    pub fn dataset(&self, path: &str) -> Result<Dataset> {
        match self.inner.dataset(path) {
            Ok(inner) => Ok(Dataset::new(inner, path, &self.path)),
            Err(error) if is_missing(&error) => Err(self.missing(path)),
            Err(error) => Err(self.wrong(path, &error)),
        }
    }

    /// The attributes of a group or a dataset, by name.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`], or [`Error::Array`] where one is damaged.
    pub fn attributes(&self, object: &str) -> Result<Vec<(String, Attribute)>> {
        let found = match self.inner.dataset(object) {
            Ok(dataset) => dataset.attributes(),
            Err(_) => self.group(object)?.attributes().map_err(|error| self.wrong(object, &error))?,
        };
        Ok(found.into_iter().map(|attribute| (attribute.name.clone(), Attribute::new(attribute))).collect())
    }

    /// One attribute, where there is one of that name.
    ///
    /// # Errors
    /// As [`File::attributes`].
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
            // What is there cannot be listed, which is the better answer than that nothing is.
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

/// The reason in the words of the decoder, with what to do where that is known.
pub(crate) fn reason(error: &hdf5_reader::error::Error) -> String {
    use hdf5_reader::error::Error as Inner;
    match error {
        Inner::Context { source, .. } => reason(source),
        Inner::UnsupportedFilter(_) => format!("{error}: pack it with gzip, for example by h5repack -f GZIP=4"),
        Inner::UnexpectedEof { .. } | Inner::OffsetOutOfBounds(_) => format!("{error}: it is cut short, copy it again"),
        Inner::UnsupportedLayoutClass(3) => {
            "it is a virtual data set, whose values lie in other files, and such are not followed: write it out as an \
             array of its own (in Python: h5py.File(\"x.h5\", \"w\")[\"x\"] = file[\"x\"][:])"
                .to_owned()
        }
        Inner::InvalidData(what) | Inner::Other(what) if what.starts_with("external raw data file") => {
            format!("its values lie in another file ({what}): write it out as an array of its own")
        }
        Inner::ResourceLimit(_) => format!("{error}, which is more than the file can hold; read it in parts"),
        _ => error.to_string(),
    }
}
