//! Hashes of the files that a run wrote: recorded when a file is written, compared when it is read.
//!
//! `run.json` keeps the SHA-256 of each file under `outputs`. It is written at the end of a stage. Until then a journal
//! next to it has the hashes of that stage, each before its file takes its name. So whenever the process is killed, each
//! file has the hash of `run.json` or of the journal; a file with neither was changed by another program.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterimage_formats::digest;
use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder, atomic, layout::FILES, manifest::Manifest};

/// The hashes that a file may have, by its relative path; several only after a process was killed.
type Known = BTreeMap<String, Vec<String>>;

/// The hashes of a run, shared by all clones of its `RunFolder`; read from disk when first needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs(Arc<Mutex<Option<Known>>>);

/// A line of the journal.
#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    sha256: String,
}

/// The hashes in `run.json`.
#[derive(Deserialize)]
struct Recorded {
    #[serde(default)]
    outputs: BTreeMap<String, String>,
}

impl RunFolder {
    /// Writes a file of the run and records its hash. A file that has these bytes already is not written again.
    ///
    /// # Errors
    /// See [`atomic::write`].
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let sha256 = digest::sha256_bytes(bytes);
        self.announce(path, &sha256)?;
        if !fs::read(path).is_ok_and(|known| known == bytes) {
            atomic::write(path, bytes)?;
        }
        self.settle(path, sha256)
    }

    /// Writes as [`RunFolder::write`] does, with a writer that takes a path: see [`atomic::through`].
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

    /// Reads a file of the run, and refuses one that the run did not write. A file without a recorded hash, of an earlier
    /// version, is not checked: see [`RunFolder::unchecked`].
    ///
    /// # Errors
    /// [`RunError::Io`] if it can't be read, [`RunError::Changed`].
    pub fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes = atomic::read(path)?;
        if self.known(path)?.is_some() {
            self.compare(path, &digest::sha256_bytes(&bytes))?;
        }
        Ok(bytes)
    }

    /// Refuses a file that the run did not write, for readers that take a path.
    ///
    /// # Errors
    /// See [`RunFolder::read`].
    pub fn check(&self, path: &Path) -> Result<()> {
        match self.known(path)? {
            Some(_) => self.compare(path, &digest::sha256(path)?),
            None => Ok(()),
        }
    }

    /// Returns the relative paths of files that exist and have no recorded hash.
    ///
    /// # Errors
    /// [`RunError::Io`] and [`RunError::Json`] of `run.json`.
    pub fn unchecked(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for path in FILES.iter().map(|file| self.path(*file)).filter(|path| path.is_file()) {
            if self.known(&path)?.is_none() {
                names.push(self.relative(&path));
            }
        }
        Ok(names)
    }

    /// Returns one hash per file, for `run.json`. If a killed process left two, the file decides.
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

    /// Removes the journal, once `run.json` has its hashes.
    pub(crate) fn close_journal(&self) -> Result<()> {
        let path = self.journal_file();
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::Io { action: "remove", path, source })
            }
            _ => Ok(()),
        }
    }

    /// Writes the next hash of a file to the journal. A folder without `run.json` keeps no hashes.
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

    /// Keeps one hash of a file, which now has its name.
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

    /// Returns the hashes; reads them from disk at first.
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
        // The journal first: another process may move its hashes to `run.json` meanwhile.
        let journal = fs::read_to_string(self.journal_file()).unwrap_or_default();
        let recorded: Recorded = atomic::read_json(&manifest)?;
        let mut known: Known = recorded.outputs.into_iter().map(|(name, hash)| (name, vec![hash])).collect();
        // A line that a kill cut off belongs to a file that was not written.
        for line in journal.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            known.entry(line.path).or_default().push(line.sha256);
        }
        Ok(known)
    }
}

#[cfg(test)]
mod tests;
