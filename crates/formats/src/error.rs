//! The one error type of this crate.

use std::path::{Path, PathBuf};

/// What can be wrong with a file, each variant naming it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a read or a write.
    #[error("cannot {action} \"{}\": {source}", path.display())]
    Io {
        /// What was tried, a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The bytes are not what the file's name or header promises.
    #[error("\"{}\" is not readable as {format}: {reason}", path.display())]
    Malformed {
        /// The format that was expected.
        format: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong and, where known, what to do.
        reason: String,
    },
    /// An archive has no member of that name.
    #[error("\"{}\" holds no array \"{name}\"; it holds {}", path.display(), list(available))]
    NoSuchArray {
        /// The archive.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names it has.
        available: Vec<String>,
    },
    /// One array of a file cannot be read, while others may.
    #[error("array \"{name}\" in \"{}\" is not readable as {format}: {reason}", path.display())]
    Array {
        /// The format that was expected.
        format: &'static str,
        /// The file.
        path: PathBuf,
        /// The array, with the groups or fields that lead to it.
        name: String,
        /// What is wrong and, where known, what to do.
        reason: String,
    },
    /// A table of text has no column of that name.
    #[error("\"{}\" has no column \"{name}\"; it has {}", path.display(), list(available))]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names it has.
        available: Vec<String>,
    },
    /// One field of a table of text is not what its column should hold.
    #[error("\"{}\", line {line}, column \"{column}\" holds \"{got}\", expected {expected}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column's name, or its number from 1.
        column: String,
        /// The text found.
        got: String,
        /// What was wanted, in words.
        expected: &'static str,
    },
    /// A shape does not fit its use.
    #[error("array in \"{}\" has shape {got:?}, expected {expected}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The shape found.
        got: Vec<usize>,
        /// The shape wanted, in words.
        expected: String,
    },
    /// Images of a folder or an archive are there by name only, such as links to content that was not fetched.
    #[error("{count} of {total} images in \"{}\" cannot be read, the first is \"{first}\": {reason}", path.display())]
    Unreadable {
        /// The folder or archive.
        path: PathBuf,
        /// How many cannot be read.
        count: usize,
        /// Of how many.
        total: usize,
        /// The name of the first.
        first: String,
        /// Why it cannot be read, and what to do.
        reason: String,
    },
    /// A path that leads to nothing images can be read from.
    #[error("\"{}\" holds no images: give a folder with .jpg, .png, .bmp or .tiff files, a .zip of them, or an .npy of shape [n, height, width, 3]", path.display())]
    NoImages {
        /// The path.
        path: PathBuf,
    },
}

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn malformed(format: &'static str, path: &Path, reason: impl ToString) -> Self {
        Self::Malformed { format, path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn array(format: &'static str, path: &Path, name: &str, reason: impl ToString) -> Self {
        Self::Array { format, path: path.to_owned(), name: name.to_owned(), reason: reason.to_string() }
    }
}

fn list(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(20).map(|name| format!("\"{name}\"")).collect();
    let rest = names.len().saturating_sub(shown.len());
    match (names.is_empty(), rest) {
        (true, _) => "none".into(),
        (_, 0) => shown.join(", "),
        _ => format!("{} and {rest} more", shown.join(", ")),
    }
}
