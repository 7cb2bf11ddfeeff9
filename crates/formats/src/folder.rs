//! Walks a folder: its files, and entries without content.
//!
//! Links to folders are followed, as by `find -L`. A link back to a parent folder is skipped, since the walk already
//! covers its target. Broken links are always listed: datalad data sets are full of them until their content is
//! fetched.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// More folders than this are treated as links in a circle.
const MOST: usize = 1 << 20;

/// An entry of a folder: a file, or a name without a readable file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Path relative to the folder, with `/` as separator on every system.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Why the file cannot be read, if so.
    pub(crate) broken: Option<String>,
}

/// Walks a folder in byte order of names; hidden files and folders are left out.
pub(crate) fn walk(root: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let real = fs::canonicalize(root).map_err(Error::io("list", root))?;
    let mut open = vec![(root.to_owned(), vec![real])];
    let mut folders = 0;
    while let Some((folder, way)) = open.pop() {
        folders += 1;
        if folders > MOST {
            let reason = format!("it contains more than {MOST} folders: do its links form a circle?");
            return Err(Error::malformed("folder", root, reason));
        }
        for entry in fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
            let path = entry.map_err(Error::io("list", &folder))?.path();
            if is_hidden(&path) {
                continue;
            }
            let name = relative_name(root, &path);
            match fs::metadata(&path) {
                Ok(about) if about.is_dir() => {
                    let real = real_path(&path, &way).map_err(Error::io("list", &path))?;
                    if !way.contains(&real) {
                        open.push((path, way.iter().cloned().chain([real]).collect()));
                    }
                }
                Ok(about) => {
                    let broken =
                        (!about.is_file()).then(|| "it is not a file, but a pipe, socket or device".to_owned());
                    found.push(Found { name, path, broken });
                }
                Err(error) => found.push(Found { name, broken: Some(reason(&path, &error)), path }),
            }
        }
    }
    found.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    Ok(found)
}

/// Why a link is broken; `None` if it is not, or if the path does not exist.
pub(crate) fn broken_link(path: &Path) -> Option<String> {
    let error = fs::metadata(path).err()?;
    fs::symlink_metadata(path).ok().map(|_| reason(path, &error))
}

fn reason(path: &Path, error: &std::io::Error) -> String {
    match (fs::read_link(path), error.kind()) {
        (Ok(target), ErrorKind::NotFound) => format!(
            "it is a link to \"{}\", which is missing: fetch its content (\"datalad get\" or \"git annex get\"), or remove the link",
            target.display()
        ),
        (Ok(target), _) => format!("it is a link to \"{}\" ({error})", target.display()),
        (Err(_), _) => error.to_string(),
    }
}

/// Path of a folder with all links resolved; `way` contains those of its parents.
fn real_path(folder: &Path, way: &[PathBuf]) -> std::io::Result<PathBuf> {
    match (way.last(), folder.file_name()) {
        (Some(parent), Some(name)) if !folder.is_symlink() => Ok(parent.join(name)),
        _ => fs::canonicalize(folder),
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn relative_name(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(file);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(root: &Path) -> Vec<String> {
        walk(root).unwrap().into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn linked_folders_are_followed_and_loops_end() {
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(outside.path().join("deep")).unwrap();
        fs::write(outside.path().join("deep/c"), b"").unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("sub")).unwrap();
        fs::write(root.path().join("sub/a"), b"").unwrap();
        symlink(outside.path(), root.path().join("linked")).unwrap();
        symlink(root.path().join("sub"), root.path().join("again")).unwrap();
        symlink("..", root.path().join("sub/up")).unwrap();
        symlink(root.path(), outside.path().join("deep/round")).unwrap();
        // A folder is walked once per path that leads to it, and circles are not walked twice.
        let once = ["again/a", "linked/deep/c", "sub/a"];
        let seen = names(root.path());
        assert!(once.iter().all(|name| seen.contains(&(*name).to_owned())), "{seen:?}");
        assert!(seen.iter().all(|name| name.matches("deep/").count() <= 1), "{seen:?}");
        fs::remove_file(outside.path().join("deep/round")).unwrap();
        fs::remove_file(root.path().join("sub/up")).unwrap();
        assert_eq!(names(root.path()), once);
    }

    #[test]
    fn what_cannot_be_read_is_named_with_the_reason() {
        let root = tempfile::tempdir().unwrap();
        symlink(".git/annex/objects/x", root.path().join("a.jpg")).unwrap();
        symlink("b.jpg", root.path().join("b.jpg")).unwrap();
        let found = walk(root.path()).unwrap();
        let reason = |at: usize| found[at].broken.clone().unwrap();
        assert!(reason(0).contains("a link to \".git/annex/objects/x\"") && reason(0).contains("datalad get"));
        assert!(reason(1).contains("a link to \"b.jpg\" ("), "{}", reason(1));
        assert_eq!(broken_link(&root.path().join("a.jpg")), Some(reason(0)));
        assert_eq!((broken_link(root.path()), broken_link(&root.path().join("none"))), (None, None));
    }
}
