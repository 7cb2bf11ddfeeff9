//! Vectors of images kept on disk, so that they are computed once.
//!
//! A vector has two digests as its key: that of the computation (network, weights, taps, sizes) and that of the image's
//! content. A changed image or network gets a new entry, so entries are never out of date. Each process adds its own
//! files, which appear complete under a name derived from their content, so any number of processes may write at once.
//! Every vector has a checksum; a damaged file is removed and its vectors are computed again. The total size stays
//! below a limit: the least recently used files are removed first, never those that this process has read or written.
//!
//! A file is `FOLDER/KIND/NAME.safetensors` with `vectors` f32 `[n, length]`, `digests` u8 `[n, 32]` and `checksums`
//! (CRC-32 of digest and vector) u32 `[n]`. Other results that are costly to compute lie next to them as `.safetensors` or `.json`
//! files, each in a folder of its kind.

mod shard;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use afterimage_formats::digest::sha256_bytes;

use shard::Shard;

/// Digest of the content of an image.
pub type Digest = [u8; 32];

/// Memory of vectors that are not yet written, bytes.
const PENDING: usize = 64 << 20;
/// Age at which partial files of killed processes are removed.
const STALE: Duration = Duration::from_secs(3600);

/// A folder of vectors with a limit on its size.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    limit: u64,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    in_use: HashSet<PathBuf>,
    problem: Option<String>,
}

impl Cache {
    /// A cache in a folder, which is made when something is kept, of at most `limit` bytes.
    pub fn new(folder: impl Into<PathBuf>, limit: u64) -> Self {
        Self { folder: folder.into(), limit, state: RefCell::default() }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Why something could not be kept, if so: a full disk, or no right to write. The numbers do not depend on it.
    pub fn problem(&self) -> Option<String> {
        self.state.borrow().problem.clone()
    }

    /// The vectors computed in the way that `identity` describes.
    pub fn open(&self, identity: &str) -> Rows<'_> {
        let folder = self.folder.join(&sha256_bytes(identity.as_bytes())[..16]);
        let mut rows = Rows {
            cache: self,
            folder,
            length: None,
            shards: Vec::new(),
            places: HashMap::new(),
            inserted: HashSet::new(),
            pending: Vec::new(),
            values: Vec::new(),
        };
        for (path, ..) in files(&rows.folder) {
            match Shard::open(&path) {
                Ok(shard) => rows.add(shard),
                Err(_) => drop(std::fs::remove_file(&path)),
            }
        }
        rows
    }

    fn note(&self, problem: impl std::fmt::Display) {
        self.state.borrow_mut().problem.get_or_insert_with(|| format!("\"{}\": {problem}", self.folder.display()));
    }

    /// Notes that a file of the cache is used, so that it stays.
    pub fn touch(&self, path: &Path) {
        if self.state.borrow_mut().in_use.insert(path.to_owned()) {
            let _ = File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
        }
    }

    /// Makes room for `bytes` by removing the least recently used files; false if that is not possible.
    pub fn make_room(&self, bytes: u64) -> bool {
        let mut all: Vec<_> = subfolders(&self.folder).iter().flat_map(|folder| files(folder)).collect();
        all.sort_by_key(|(path, _, used)| (*used, path.clone()));
        let mut total: u64 = all.iter().map(|(_, size, _)| size).sum();
        for (path, size, _) in all {
            if total + bytes <= self.limit {
                break;
            }
            if !self.state.borrow().in_use.contains(&path) && std::fs::remove_file(&path).is_ok() {
                total -= size;
            }
        }
        total + bytes <= self.limit
    }
}

/// The vectors of one kind; what was inserted is written when enough is there and when this is dropped.
pub struct Rows<'a> {
    cache: &'a Cache,
    folder: PathBuf,
    length: Option<usize>,
    shards: Vec<Shard>,
    /// File and row.
    places: HashMap<Digest, (usize, usize)>,
    inserted: HashSet<Digest>,
    pending: Vec<Digest>,
    values: Vec<f32>,
}

impl Rows<'_> {
    /// Length of a vector; `None` while there is none.
    pub fn length(&self) -> Option<usize> {
        self.length
    }

    /// True if a vector is kept, as far as can be told without reading it.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.places.contains_key(digest)
    }

    /// Reads a vector into `into`, which has [`Rows::length`]; `None` if it is not there or damaged.
    pub fn read(&mut self, digest: &Digest, into: &mut [f32]) -> Option<()> {
        let (file, row) = *self.places.get(digest)?;
        let shard = &mut self.shards[file];
        self.cache.touch(shard.path());
        if shard.read(row, into).is_some() {
            return Some(());
        }
        let _ = std::fs::remove_file(shard.path());
        self.places.retain(|_, place| place.0 != file);
        None
    }

    /// Keeps a vector, if there is room.
    pub fn insert(&mut self, digest: Digest, vector: &[f32]) {
        let fits = !vector.is_empty() && *self.length.get_or_insert(vector.len()) == vector.len();
        if !fits || self.contains(&digest) || !self.inserted.insert(digest) {
            return;
        }
        self.pending.push(digest);
        self.values.extend_from_slice(vector);
        if self.values.len() * size_of::<f32>() >= PENDING {
            self.flush();
        }
    }

    fn add(&mut self, shard: Shard) {
        if *self.length.get_or_insert(shard.length()) != shard.length() {
            return;
        }
        let file = self.shards.len();
        self.places.extend(shard.digests().iter().enumerate().map(|(row, digest)| (*digest, (file, row))));
        self.shards.push(shard);
    }

    fn flush(&mut self) {
        let (digests, values) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.values));
        let bytes = (values.len() * size_of::<f32>() + digests.len() * 36) as u64 + 4096;
        if digests.is_empty() || !self.cache.make_room(bytes) {
            return;
        }
        remove_stale(&self.folder);
        match Shard::write(&self.folder, &digests, &values) {
            Ok(path) => self.cache.touch(&path),
            Err(problem) => self.cache.note(problem),
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).collect()
}

/// Whole files of a folder with size and time of last use, by name.
fn files(folder: &Path) -> Vec<(PathBuf, u64, SystemTime)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "safetensors" || ending == "json"))
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            Some((entry.path(), about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
        })
        .collect();
    found.sort();
    found
}

fn remove_stale(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().ok().and_then(|about| about.modified().ok()?.elapsed().ok());
        if entry.path().extension().is_some_and(|ending| ending == "tmp") && age.is_some_and(|age| age > STALE) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests;
