//! The hidden folder next to a data set in which it grows, and what earlier, killed writers left of theirs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Held open and locked by the writer; the system lets go of it however the writer ends.
const LOCK: &str = ".lock";

/// A folder to write into; dropped, it is gone unless it was [published](Partial::publish).
#[derive(Debug)]
pub(crate) struct Partial {
    folder: PathBuf,
    lock: Option<File>,
}

impl Partial {
    /// Makes the folder next to `path`, and clears those of writers that ended.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let name = path.file_name().ok_or_else(|| Error::write(path, "the path names no folder"))?.to_string_lossy();
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        clear(parent, &format!(".{name}."));
        // A hidden sibling, on the same file system so that the final move is one step.
        let folder = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let mut made = Self { folder, lock: None };
        let lock = lock_file(&made.folder).map_err(Error::io("create", &made.folder))?;
        // Where the file system has no locks, a killed writer's folder stays for its user to remove.
        let _ = lock.try_lock();
        made.lock = Some(lock);
        Ok(made)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves the finished folder to `path`; a data set that is there goes only once the new one is in its place.
    pub(crate) fn publish(mut self, path: &Path) -> Result<()> {
        let lock = self.folder.join(LOCK);
        fs::remove_file(&lock).map_err(Error::io("remove", &lock))?;
        self.lock = None;
        let moved = Error::io("move the finished data set to", path);
        if !path.exists() {
            return fs::rename(&self.folder, path).map_err(moved);
        }
        // The old one steps aside first, so that a failing move can be undone.
        let aside = self.folder.with_extension("old");
        fs::rename(path, &aside).map_err(Error::io("replace", path))?;
        if let Err(error) = fs::rename(&self.folder, path) {
            let _ = fs::rename(&aside, path);
            return Err(moved(error));
        }
        discard(&aside);
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        discard(&self.folder);
    }
}

/// Makes the folder with its lock file. Another writer may remove the folder as long as it is empty.
fn lock_file(folder: &Path) -> io::Result<File> {
    loop {
        fs::create_dir_all(folder)?;
        match File::create(folder.join(LOCK)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            made => return made,
        }
    }
}

/// Removing is best effort: the error that led here is the one to report.
fn discard(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

/// Removes the folders whose lock no process holds, and those of writers that were killed before they had a lock, which are empty.
fn clear(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(prefix) && name.ends_with(".partial") {
            let _ = fs::remove_dir(entry.path());
            if is_abandoned(&entry.path()) {
                discard(&entry.path());
            }
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)).map(|lock| lock.try_lock()) {
        Ok(Ok(())) => true,
        Ok(Err(TryLockError::WouldBlock | TryLockError::Error(_))) | Err(_) => false,
    }
}
