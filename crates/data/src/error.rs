//! The one error type of this crate.

use std::path::{Path, PathBuf};

/// What can be wrong with recordings, stimuli or a request about them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written as an array or image.
    #[error(transparent)]
    Format(#[from] afterimage_formats::Error),
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
    /// The folder is not a data set, or is damaged.
    #[error("\"{}\" is not a data set this version can read: {reason}", path.display())]
    Store {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is no data set at this path.
    #[error("\"{}\" {reason}", path.display())]
    NoDataSet {
        /// The path.
        path: PathBuf,
        /// What is there instead, and what to do.
        reason: String,
    },
    /// Images are asked of a data set without any.
    #[error(
        "\"{}\" holds responses only: it can be inspected, audited, prepared and decoded, but not trained or scored on; \
         import it again together with the images that were shown",
        path.display()
    )]
    NoImages {
        /// The folder.
        path: PathBuf,
    },
    /// The data set is not as it was written.
    #[error("data set \"{}\" is damaged: {reason}", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What differs, and what to do.
        reason: String,
    },
    /// There is one already.
    #[error("data set \"{}\" exists already: choose another --out, or replace it with --overwrite", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// Something is where plain files are to be written.
    #[error("\"{}\" exists already: choose another --out, or remove it first", path.display())]
    Taken {
        /// The file or folder.
        path: PathBuf,
    },
    /// What was given to a writer contradicts its header.
    #[error("cannot write data set \"{}\": {reason}", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// The contradiction.
        reason: String,
    },
    /// The user stopped it.
    #[error("stopped; partial data set \"{}\" removed", path.display())]
    Interrupted {
        /// The folder that was to be made.
        path: PathBuf,
    },
    /// A manifest has a key that does not exist.
    #[error("unknown key \"{key}\" in \"{}\"{}", path.display(), nearest(suggestion))]
    UnknownKey {
        /// The manifest.
        path: PathBuf,
        /// The key with its table.
        key: String,
        /// The nearest valid one.
        suggestion: Option<String>,
    },
    /// A manifest or a table is not well formed.
    #[error("\"{}\" is not usable: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong, and how to fix it.
        reason: String,
    },
    /// An importer does not take an argument, or not this value of it.
    #[error("import {importer}: argument \"{argument}\" {reason}")]
    Argument {
        /// The importer.
        importer: &'static str,
        /// The argument.
        argument: String,
        /// What is wrong.
        reason: String,
    },
    /// Files that belong together do not fit.
    #[error("\"{}\" does not fit: {reason}", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What differs, and how to fix it.
        reason: String,
    },
    /// A data set cannot be prepared as asked.
    #[error("cannot prepare \"{data_set}\": {reason}")]
    Prepare {
        /// Its title.
        data_set: String,
        /// Why, and how to fix it.
        reason: String,
    },
    /// A region expression names what is not there.
    #[error("region expression \"{expression}\": {reason}; {available}")]
    Region {
        /// The expression.
        expression: String,
        /// What is wrong.
        reason: String,
        /// The names there are, as a clause.
        available: String,
    },
    /// Unpaired images are damaged.
    #[error("{count} of {total} unpaired images cannot be read ({}): {first}: replace them, or take them out of the source", names.join(", "))]
    Unreadable {
        /// How many.
        count: usize,
        /// Of how many.
        total: usize,
        /// The first names.
        names: Vec<String>,
        /// What is wrong with the first.
        first: Box<Error>,
    },
    /// A split has no items.
    #[error("the {split} split of \"{data_set}\" is empty: import the data with a larger one")]
    EmptySplit {
        /// Which.
        split: &'static str,
        /// The data set's title.
        data_set: String,
    },
    /// An array has not the shape a computation needs.
    #[error("{what} has {got}, expected {expected}")]
    Shape {
        /// The array.
        what: &'static str,
        /// What it has.
        got: String,
        /// What it needs.
        expected: String,
    },
}

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn store(path: &Path, reason: impl ToString) -> Self {
        Self::Store { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn write(path: &Path, reason: impl ToString) -> Self {
        Self::Write { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn manifest(path: &Path, reason: impl ToString) -> Self {
        Self::Manifest { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn prepare(data: &crate::DataSet, reason: impl ToString) -> Self {
        Self::Prepare { data_set: data.header().provenance.title.clone(), reason: reason.to_string() }
    }

    pub(crate) fn mismatch(path: &Path, reason: impl ToString) -> Self {
        Self::Mismatch { path: path.to_owned(), reason: reason.to_string() }
    }
}

fn nearest(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|key| format!(": did you mean \"{key}\"?")).unwrap_or_default()
}
