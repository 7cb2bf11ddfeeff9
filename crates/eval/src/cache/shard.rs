//! One file of vectors.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use afterimage_formats::digest::sha256_bytes;
use safetensors::{Dtype, tensor::TensorView};

use super::Digest;

/// Headers beyond this are taken for garbage: real ones have a few hundred bytes.
const MAX_HEADER: u64 = 1 << 16;

/// An open file of vectors.
#[derive(Debug)]
pub(super) struct Shard {
    path: PathBuf,
    file: File,
    length: usize,
    digests: Vec<Digest>,
    checksums: Vec<u32>,
    /// Where the first vector begins.
    start: u64,
}

impl Shard {
    /// Opens a file and reads all but its vectors.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut size = [0; 8];
        file.read_exact(&mut size)?;
        let size = u64::from_le_bytes(size);
        if size > MAX_HEADER {
            return Err(damage_error());
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header)?;
        let header: serde_json::Value = serde_json::from_slice(&header)?;
        let whole = file.metadata()?.len();
        let find = |name: &str, dtype: &str| -> Option<(Vec<u64>, u64, u64)> {
            let about = header.get(name).filter(|about| about["dtype"] == dtype)?;
            let numbers = |key: &str| -> Option<Vec<u64>> {
                about[key].as_array()?.iter().map(serde_json::Value::as_u64).collect()
            };
            let (shape, ends) = (numbers("shape")?, numbers("data_offsets")?);
            let (&from, &to) = (ends.first()?, ends.get(1)?);
            Some((shape, (8 + size).checked_add(from)?, (8 + size).checked_add(to).filter(|&to| to <= whole)?))
        };
        let tensors = (find("vectors", "F32"), find("digests", "U8"), find("checksums", "U32"));
        let (Some(vectors), Some(digests), Some(checksums)) = tensors else { return Err(damage_error()) };
        let (&[n, length], &[m, 32], &[k]) = (&vectors.0[..], &digests.0[..], &checksums.0[..]) else {
            return Err(damage_error());
        };
        let bytes = |(_, from, to): &(Vec<u64>, u64, u64)| to.checked_sub(*from);
        let whole = n.checked_mul(length).and_then(|values| values.checked_mul(4)) == bytes(&vectors)
            && bytes(&digests) == m.checked_mul(32)
            && bytes(&checksums) == k.checked_mul(4);
        if !whole || n != m || n != k {
            return Err(damage_error());
        }
        let digests = section(&mut file, &digests)?.as_chunks::<32>().0.to_vec();
        let checksums =
            section(&mut file, &checksums)?.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
        Ok(Self { path: path.to_owned(), file, length: length as usize, digests, checksums, start: vectors.1 })
    }

    /// Writes vectors into a folder, under a name made of their digests.
    pub(super) fn write(folder: &Path, digests: &[Digest], values: &[f32]) -> io::Result<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (n, length) = (digests.len(), values.len() / digests.len());
        let mut vectors = Vec::with_capacity(4 * values.len());
        values.iter().for_each(|value| vectors.extend_from_slice(&value.to_le_bytes()));
        let rows = vectors.chunks_exact(4 * length).zip(digests);
        let checksums: Vec<u8> = rows.flat_map(|(row, digest)| checksum(digest, row).to_le_bytes()).collect();
        let digests = digests.concat();
        let view = |dtype, shape, bytes| TensorView::new(dtype, shape, bytes).map_err(io::Error::other);
        let tensors = HashMap::from([
            ("vectors", view(Dtype::F32, vec![n, length], &vectors)?),
            ("digests", view(Dtype::U8, vec![n, 32], &digests)?),
            ("checksums", view(Dtype::U32, vec![n], &checksums)?),
        ]);
        std::fs::create_dir_all(folder)?;
        let unique = format!("{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let (unfinished, path) =
            (folder.join(unique), folder.join(format!("{}.safetensors", &sha256_bytes(&digests)[..32])));
        let written = safetensors::serialize_to_file(tensors, None, &unfinished)
            .map_err(io::Error::other)
            .and_then(|()| std::fs::rename(&unfinished, &path));
        if written.is_err() {
            let _ = std::fs::remove_file(&unfinished);
        }
        written.map(|()| path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn digests(&self) -> &[Digest] {
        &self.digests
    }

    /// Reads a vector; `None` if it is damaged.
    pub(super) fn read(&mut self, row: usize, into: &mut [f32]) -> Option<()> {
        let mut bytes = vec![0; 4 * self.length];
        self.file.seek(SeekFrom::Start(self.start + (row * bytes.len()) as u64)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        if into.len() != self.length || checksum(&self.digests[row], &bytes) != self.checksums[row] {
            return None;
        }
        for (value, bytes) in into.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *value = f32::from_le_bytes(*bytes);
        }
        Some(())
    }
}

/// CRC-32 of a digest and its vector, so that neither can be taken for another's.
fn checksum(digest: &Digest, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(digest);
    hasher.update(bytes);
    hasher.finalize()
}

fn section(file: &mut File, (_, from, to): &(Vec<u64>, u64, u64)) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; (to - from) as usize];
    file.seek(SeekFrom::Start(*from))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damage_error() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged file of vectors")
}
