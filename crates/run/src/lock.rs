//! One writing process for each run folder.
//!
//! The operating system locks `run.lock`. The lock ends with the process that holds it, however that ends, and a file
//! left by a killed process locks nobody out. The content of the file only states who holds the lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder, atomic};

/// The holder of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process identifier.
    pub pid: u32,
    /// Name of the computer.
    pub host: String,
    /// When the process took the lock, RFC 3339.
    pub since: String,
    /// Its command line.
    pub command: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on {} since {} ({})", self.pid, self.host, self.since, self.command)
    }
}

/// Permission to write into a run, until it is dropped.
#[derive(Debug)]
pub struct RunLock {
    file: Option<File>,
    problem: Option<String>,
}

impl RunLock {
    /// Returns why the file system gave no lock, if it gave none; the run is then written without.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // The lock goes with the file handle; nobody holds it from here on.
            let _ = file.set_len(0);
        }
    }
}

impl RunFolder {
    /// Takes the lock of the run. Creates the folder if it is missing, and removes files that a killed process left unfinished.
    ///
    /// # Errors
    /// [`RunError::Locked`] if another process holds it; [`RunError::Io`] if the folder can't be written.
    pub fn lock(&self, holder: &Holder) -> Result<RunLock> {
        let io = |path: &Path| {
            let path = path.to_path_buf();
            move |source| RunError::Io { action: "write", path, source }
        };
        fs::create_dir_all(self.root()).map_err(io(self.root()))?;
        atomic::probe(self.root())?;
        let path = self.lock_file();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = atomic::read_json::<Holder>(&path).map(|holder| holder.to_string());
                let holder = holder.unwrap_or_else(|_| "another process".into());
                return Err(RunError::Locked { path: self.root().to_path_buf(), holder });
            }
            Err(TryLockError::Error(error)) => {
                let problem = format!("the file system of \"{}\" gives no locks ({error})", self.root().display());
                return Ok(RunLock { file: None, problem: Some(problem) });
            }
        }
        let text = serde_json::to_vec(holder).map_err(|source| RunError::Json { path: path.clone(), source })?;
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&text)).map_err(io(&path))?;
        self.clear_leftovers();
        Ok(RunLock { file: Some(file), problem: None })
    }

    /// Refuses a run with a folder that can't be written, before anything is computed.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn probe(&self) -> Result<()> {
        self.folders().iter().filter(|folder| folder.exists()).try_for_each(|folder| atomic::probe(folder))
    }

    /// Removes unfinished files. No other process writes here, so a killed process left them. Errors are ignored.
    fn clear_leftovers(&self) {
        for folder in self.folders() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if atomic::is_leftover(&entry.file_name().to_string_lossy()) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(pid: u32) -> Holder {
        Holder { pid, host: "here".into(), since: "2026-01-01T00:00:00Z".into(), command: "afterimage run".into() }
    }

    #[test]
    fn second_holder_is_refused_with_the_name_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path().join("run"));
        let first = run.lock(&holder(1234)).unwrap();
        let said = RunFolder::new(run.root()).lock(&holder(2)).unwrap_err().to_string();
        assert!(said.contains("process 1234 on here since 2026-01-01T00:00:00Z (afterimage run)"), "{said}");
        drop(first);
        assert!(run.lock(&holder(2)).is_ok());
    }

    #[test]
    fn folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path());
        fs::write(run.rivals_dir(), "in the way").unwrap();
        let _lock = run.lock(&holder(1)).unwrap();
        let said = run.probe().unwrap_err().to_string();
        assert!(said.contains("cannot write into") && said.contains("rivals"), "{said}");
        assert!(RunFolder::new(run.rivals_dir()).lock(&holder(1)).is_err());
    }

    #[test]
    fn what_a_killed_holder_left_locks_nobody_out_and_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path());
        fs::create_dir(folder.path().join("encoder")).unwrap();
        fs::write(run.lock_file(), serde_json::to_vec(&holder(1)).unwrap()).unwrap();
        let leftovers = [".partial-1-0-run.json", "encoder/.partial-1-7-model.safetensors"];
        leftovers.iter().for_each(|name| fs::write(folder.path().join(name), "half").unwrap());
        fs::write(folder.path().join("encoder/model.safetensors"), "whole").unwrap();
        let _lock = run.lock(&holder(2)).unwrap();
        assert!(leftovers.iter().all(|name| !folder.path().join(name).exists()));
        assert!(folder.path().join("encoder/model.safetensors").is_file());
    }
}
