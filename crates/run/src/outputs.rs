//! Hashes of what a run wrote: recorded when a file is written, compared when it is read.
//!
//! `run.json` keeps the SHA-256 of each file under `outputs`. It is written at the end of a stage; until then the hashes
//! of that stage stand in a journal beside it, and a hash stands there before its file takes its name. Whenever the
//! process is killed, a file is therefore the one that `run.json` tells or the one that the journal tells, and a file
//! that is neither was changed by something else.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterimage_formats::digest;
use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder, atomic, manifest::Manifest};

/// The hashes that a file may have, by its relative path; several only where a process was killed.
type Known = BTreeMap<String, Vec<String>>;

/// The hashes of a run, shared by all handles of its folder; read from disk when first needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs(Arc<Mutex<Option<Known>>>);

/// A line of the journal.
#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    sha256: String,
}

/// The part of `run.json` that matters here.
#[derive(Deserialize)]
struct Recorded {
    #[serde(default)]
    outputs: BTreeMap<String, String>,
}

impl RunFolder {
    /// Writes a file of the run and records its hash.
    ///
    /// # Errors
    /// As [`atomic::write`].
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let sha256 = digest::sha256_bytes(bytes);
        self.announce(path, &sha256)?;
        atomic::write(path, bytes)?;
        self.settle(path, sha256)
    }

    /// As [`RunFolder::write`], but a file that holds these bytes already is left as it is, and only its hash recorded.
    ///
    /// # Errors
    /// As [`atomic::write`].
    pub fn keep(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        if !fs::read(path).is_ok_and(|known| known == bytes) {
            return self.write(path, bytes);
        }
        let sha256 = digest::sha256_bytes(bytes);
        self.announce(path, &sha256)?;
        self.settle(path, sha256)
    }

    /// As [`RunFolder::write`], with `value` as indented JSON.
    ///
    /// # Errors
    /// As [`atomic::write_json`].
    pub fn write_json<T: Serialize>(&self, path: &Path, value: &T) -> Result<()> {
        let mut bytes =
            serde_json::to_vec_pretty(value).map_err(|source| RunError::Json { path: path.to_path_buf(), source })?;
        bytes.push(b'\n');
        self.write(path, &bytes)
    }

    /// As [`RunFolder::write`], for writers that take a path: see [`atomic::through`].
    ///
    /// # Errors
    /// Those of `make`, and [`RunError::Io`].
    pub fn write_through(&self, path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let mut sha256 = String::new();
        atomic::through(path, |temporary| {
            make(temporary)?;
            sha256 = digest::sha256(temporary)?;
            self.announce(path, &sha256)
        })?;
        self.settle(path, sha256)
    }

    /// Reads a file of the run, refused where it is not the one that the run wrote. A file without a recorded hash, as
    /// earlier versions left it, is read as it is: see [`RunFolder::unchecked`].
    ///
    /// # Errors
    /// [`RunError::Io`] where it can't be read, [`RunError::Changed`].
    pub fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes =
            fs::read(path).map_err(|source| RunError::Io { action: "read", path: path.to_path_buf(), source })?;
        if self.known(path)?.is_some() {
            self.compare(path, &digest::sha256_bytes(&bytes))?;
        }
        Ok(bytes)
    }

    /// As [`RunFolder::read`], of a JSON file.
    ///
    /// # Errors
    /// As there, and [`RunError::Json`] where it is not as expected.
    pub fn read_json<T: serde::de::DeserializeOwned>(&self, path: &Path) -> Result<T> {
        let bytes = self.read(path)?;
        serde_json::from_slice(&bytes).map_err(|source| RunError::Json { path: path.to_path_buf(), source })
    }

    /// As [`RunFolder::read_json`], of a file whose key `version` must be `expected`.
    ///
    /// # Errors
    /// As there, and [`RunError::Version`] where it has another.
    pub fn read_versioned<T: serde::de::DeserializeOwned>(&self, path: &Path, expected: u32) -> Result<T> {
        let bytes = self.read(path)?;
        atomic::parse_versioned(&bytes, path, expected, || self.remedy(&self.relative(path)))
    }

    /// Refuses a file that is not the one that the run wrote, for readers that take a path.
    ///
    /// # Errors
    /// As [`RunFolder::read`].
    pub fn check(&self, path: &Path) -> Result<()> {
        match self.known(path)? {
            Some(_) => self.compare(path, &digest::sha256(path)?),
            None => Ok(()),
        }
    }

    /// Relative paths of files that are there and have no recorded hash.
    ///
    /// # Errors
    /// [`RunError::Io`] and [`RunError::Json`] of `run.json`.
    pub fn unchecked(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for path in self.read_again().into_iter().filter(|path| path.is_file()) {
            if self.known(&path)?.is_none() {
                names.push(self.relative(&path));
            }
        }
        Ok(names)
    }

    /// One hash for each file, for `run.json`. Where a killed process left two, the file says which one it has.
    pub(crate) fn recorded(&self) -> Result<BTreeMap<String, String>> {
        let mut guard = self.held()?;
        let known = guard.get_or_insert_with(Known::new);
        for (name, hashes) in known.iter_mut().filter(|(_, hashes)| hashes.len() > 1) {
            let now = digest::sha256(&self.root().join(name)).ok();
            let kept = hashes.iter().find(|hash| Some(*hash) == now.as_ref()).or(hashes.last()).cloned();
            *hashes = kept.into_iter().collect();
        }
        Ok(known.iter().filter_map(|(name, hashes)| Some((name.clone(), hashes.last()?.clone()))).collect())
    }

    /// Forgets the journal, once `run.json` has its hashes.
    pub(crate) fn close_journal(&self) -> Result<()> {
        let path = self.journal_file();
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::Io { action: "remove", path, source })
            }
            _ => Ok(()),
        }
    }

    /// Notes in the journal what a file is about to be. A folder without `run.json` keeps no hashes.
    fn announce(&self, path: &Path, sha256: &str) -> Result<()> {
        if !self.manifest_file().is_file() {
            return Ok(());
        }
        let line = Line { path: self.relative(path), sha256: sha256.to_owned() };
        let mut guard = self.held()?;
        let journal = self.journal_file();
        let mut text =
            serde_json::to_string(&line).map_err(|source| RunError::Json { path: journal.clone(), source })?;
        text.push('\n');
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&journal)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| RunError::Io { action: "write", path: journal, source })?;
        guard.get_or_insert_with(Known::new).entry(line.path).or_default().push(line.sha256);
        Ok(())
    }

    /// The file has its name: no other hash is right now.
    fn settle(&self, path: &Path, sha256: String) -> Result<()> {
        if self.manifest_file().is_file() {
            self.held()?.get_or_insert_with(Known::new).insert(self.relative(path), vec![sha256]);
        }
        Ok(())
    }

    fn known(&self, path: &Path) -> Result<Option<Vec<String>>> {
        let guard = self.held()?;
        Ok(guard.as_ref().and_then(|known| known.get(&self.relative(path))).cloned())
    }

    fn compare(&self, path: &Path, got: &str) -> Result<()> {
        let fits = |hashes: Option<Vec<String>>| hashes.is_none_or(|hashes| hashes.iter().any(|hash| hash == got));
        if fits(self.known(path)?) {
            return Ok(());
        }
        // Another process may have written the file since its hash was read.
        *self.outputs.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let recorded = self.known(path)?;
        if fits(recorded.clone()) {
            return Ok(());
        }
        let remedy = match Manifest::read(self)?.baseline {
            Some(baseline) => format!("make it again with `afterimage baseline {}`", baseline.name),
            None => self.remedy(&self.relative(path)),
        };
        Err(RunError::Changed {
            path: path.to_path_buf(),
            got: got.to_owned(),
            recorded: recorded.into_iter().flatten().next_back().unwrap_or_default(),
            remedy,
        })
    }

    /// The hashes, read from disk where they were not.
    fn held(&self) -> Result<MutexGuard<'_, Option<Known>>> {
        let mut guard = self.outputs.0.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.is_none() {
            *guard = Some(self.load()?);
        }
        Ok(guard)
    }

    fn load(&self) -> Result<Known> {
        let manifest = self.manifest_file();
        if !manifest.is_file() {
            return Ok(Known::new());
        }
        // The journal first: what leaves it meanwhile is in `run.json` by then.
        let journal = fs::read_to_string(self.journal_file()).unwrap_or_default();
        let recorded: Recorded = atomic::read_json(&manifest)?;
        let mut known: Known = recorded.outputs.into_iter().map(|(name, hash)| (name, vec![hash])).collect();
        // A line that a kill cut off announced a file that was not written.
        for line in journal.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            known.entry(line.path).or_default().push(line.sha256);
        }
        Ok(known)
    }
}

#[cfg(test)]
mod tests;
