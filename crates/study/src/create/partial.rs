//! A study during creation: a hidden folder next to its final path.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::folder::{CONSENT, KEYS, PICTURES, SCORES, STIMULI};
use crate::{Result, StudyError, keys, private};

/// Lock file of the creating process; a finished study does not contain it.
const LOCK: &str = ".creating";
/// Possible content of a folder `NAME.tmp` left by a killed earlier version.
const EARLIER: [&str; 6] = [PICTURES, SCORES, KEYS, STIMULI, "pictures.json.tmp", CONSENT];

/// The folder; dropping it removes it.
pub(super) struct Partial {
    path: PathBuf,
    lock: Option<File>,
}

impl Partial {
    /// Creates the folder for a study at `out`, and removes those of killed processes.
    pub(super) fn begin(out: &Path) -> Result<Self> {
        let Some(name) = out.file_name() else {
            return Err(StudyError::File { path: out.into(), message: "is not a folder name: choose another".into() });
        };
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let prefix = format!(".{}.", name.to_string_lossy());
        let path = parent.join(format!("{prefix}{}.tmp", keys::token()?));
        let made = fs::create_dir_all(parent).and_then(|()| {
            clear(parent, &prefix);
            clear_earlier(&out.with_added_extension("tmp"));
            private::create_dir(&path)?;
            let lock = private::create(&path.join(LOCK))?;
            // Without locks on this disk, no process treats it as abandoned either.
            let _ = lock.try_lock();
            Ok(lock)
        });
        match made {
            Ok(lock) => Ok(Self { path, lock: Some(lock) }),
            Err(source) => {
                let _ = fs::remove_dir_all(&path);
                Err(StudyError::Io { action: "create", path: out.into(), source })
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the folder to its final path.
    pub(super) fn finish(mut self, out: &Path) -> Result<()> {
        if cfg!(windows) {
            // On some systems a folder with an open file cannot be renamed.
            self.lock = None;
        }
        let renamed = fs::rename(&self.path, out);
        renamed.map_err(|source| StudyError::Io { action: "create", path: out.into(), source })?;
        let _ = fs::remove_file(out.join(LOCK));
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        self.lock = None;
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders whose lock is no longer held.
fn clear(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let token = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".tmp"));
        if token.is_some_and(keys::is_token) && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    match File::options().write(true).open(folder.join(LOCK)).map(|lock| lock.try_lock()) {
        Ok(Err(TryLockError::WouldBlock | TryLockError::Error(_))) => false,
        Ok(Ok(())) => true,
        // Killed before the first file: the folder is empty.
        Err(_) => fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none()),
    }
}

/// Removes the folder of a killed earlier version. A folder with any other content is kept.
fn clear_earlier(folder: &Path) {
    let is_ours = |name: &str| EARLIER.contains(&name) || name.starts_with("strings.");
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    if names.iter().any(|name| name == PICTURES) && names.iter().all(|name| is_ours(name)) {
        let _ = fs::remove_dir_all(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn killed_makers_are_cleared_and_others_left() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("study");
        // One that was killed, one still at work, folders of an earlier version and of somebody.
        let mut killed = Partial::begin(&out).unwrap();
        fs::write(killed.path().join("keys.toml"), "secret").unwrap();
        let remains = killed.path().to_path_buf();
        drop(killed.lock.take());
        std::mem::forget(killed);
        fs::create_dir_all(folder.path().join("study.tmp/pictures")).unwrap();
        fs::write(folder.path().join("study.tmp/keys.toml"), "secret").unwrap();
        fs::create_dir_all(folder.path().join(".study.mine.tmp")).unwrap();
        let at_work = Partial::begin(&out).unwrap();
        assert!(!remains.exists() && !folder.path().join("study.tmp").exists());
        let other = Partial::begin(&out).unwrap();
        assert!(at_work.path().is_dir() && other.path() != at_work.path());
        drop(at_work);
        other.finish(&out).unwrap();
        assert_eq!(names(folder.path()), [".study.mine.tmp", "study"]);
        assert!(names(&out).is_empty());
    }

    #[test]
    fn folder_of_the_users_own_stays() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("study.tmp");
        fs::create_dir_all(own.join("pictures")).unwrap();
        fs::write(own.join("answers.sqlite"), "mine").unwrap();
        drop(Partial::begin(&folder.path().join("study")).unwrap());
        assert_eq!(names(&own), ["answers.sqlite", "pictures"]);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_the_owners_from_the_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let partial = Partial::begin(&folder.path().join("study")).unwrap();
        assert!(private::tests::exposed(partial.path()).is_empty());
    }
}
