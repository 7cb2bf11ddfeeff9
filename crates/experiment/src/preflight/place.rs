//! Whether a folder can be written to.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context as _, Result, bail};

/// Refuses a folder that exists and takes no files, or one that cannot be made. Leaves nothing behind.
///
/// # Errors
/// If it is not writable, with the path.
pub fn refuse_unwritable(folder: &Path) -> Result<()> {
    let whole = std::path::absolute(folder).with_context(|| format!("\"{}\"", folder.display()))?;
    let near = existing(&whole);
    let cannot = || format!("cannot write into \"{}\"", folder.display());
    if !near.is_dir() {
        bail!("{}: \"{}\" is not a folder; choose another place", cannot(), near.display());
    }
    // A folder and not a file: its making and removal touch no data.
    let probe = near.join(format!(".afterimage-{}", std::process::id()));
    fs::create_dir(&probe).and_then(|()| fs::remove_dir(&probe)).with_context(cannot)
}

/// The nearest part of a path that exists: itself, or a parent.
pub(super) fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_can_be_made_pass_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        refuse_unwritable(folder.path()).unwrap();
        refuse_unwritable(&folder.path().join("a/b/c")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let said = refuse_unwritable(&folder.path().join("file/run")).unwrap_err().to_string();
        assert!(said.contains("file/run") && said.contains("is not a folder"), "{said}");
    }
}
