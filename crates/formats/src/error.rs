//! The error type of this crate.

use std::path::{Path, PathBuf};

/// Errors of reading and writing files; every variant names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system reports a failed read or write.
    #[error("cannot {action} \"{}\": {source}", path.display())]
    Io {
        /// The failed action, a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The content does not match the file's name or header.
    #[error("\"{}\" is not readable as {format}: {reason}", path.display())]
    Malformed {
        /// The format that was expected.
        format: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong and, if known, what to do.
        reason: String,
    },
    /// An archive contains no member with that name.
    #[error("\"{}\" contains no array \"{name}\"; it contains {}", path.display(), list(available))]
    NoSuchArray {
        /// The archive.
        path: PathBuf,
        /// The requested name.
        name: String,
        /// The existing names.
        available: Vec<String>,
    },
    /// One array of a file cannot be read; others may be readable.
    #[error("array \"{name}\" in \"{}\" is not readable as {format}: {reason}", path.display())]
    Array {
        /// The format that was expected.
        format: &'static str,
        /// The file.
        path: PathBuf,
        /// The array, with the groups or fields that lead to it.
        name: String,
        /// What is wrong and, if known, what to do.
        reason: String,
    },
    /// A text table has no column with that name.
    #[error("\"{}\" has no column \"{name}\"; it has {}", path.display(), list(available))]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The requested name.
        name: String,
        /// The existing names.
        available: Vec<String>,
    },
    /// A field of a text table has the wrong type for its column.
    #[error("\"{}\", line {line}, column \"{column}\" contains \"{got}\", expected {expected}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column's name, or its number from 1.
        column: String,
        /// The text found.
        got: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A shape does not fit its use.
    #[error("array in \"{}\" has shape {got:?}, expected {expected}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The shape found.
        got: Vec<usize>,
        /// The expected shape.
        expected: String,
    },
    /// Images of a folder or an archive have no content, such as links to files that were not fetched.
    #[error("{count} of {total} images in \"{}\" cannot be read, the first is \"{first}\": {reason}", path.display())]
    Unreadable {
        /// The folder or archive.
        path: PathBuf,
        /// Number of unreadable images.
        count: usize,
        /// Number of all images.
        total: usize,
        /// Name of the first unreadable image.
        first: String,
        /// Why it cannot be read, and what to do.
        reason: String,
    },
    /// A path contains no images.
    #[error("\"{}\" contains no images: give a folder with .jpg, .png, .bmp or .tiff files, a .zip of them, or an .npy \
             of shape [n, height, width, 3]", path.display())]
    NoImages {
        /// The path.
        path: PathBuf,
    },
}

/// Result alias of this crate.
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
