//! The error of this crate.

use std::path::PathBuf;

/// What can go wrong with a run folder or an experiment file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file or folder could not be read or written.
    #[error("cannot {action} \"{}\": {source}{}", path.display(), hint(source))]
    Io {
        /// What was attempted, as a verb ("read", "write", "create").
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A JSON file does not have the expected form.
    #[error("\"{}\" is not valid: {source}; was it written by another version, or edited by hand?", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser found.
        source: serde_json::Error,
    },
    /// A file has a schema of another version.
    #[error("\"{}\" has version {got}, this version of afterimage reads {expected}: {remedy}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found.
        got: u32,
        /// The version that is read.
        expected: u32,
        /// What to do.
        remedy: String,
    },
    /// The experiment file is not valid TOML or has wrong types.
    #[error("\"{}\" is not a valid experiment: {message}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What the parser found.
        message: String,
    },
    /// The experiment file has a key that does not exist.
    #[error("unknown key \"{key}\" in \"{}\"{}", path.display(), suggestion(nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The dotted key.
        key: String,
        /// The nearest valid key.
        nearest: Option<String>,
    },
    /// A value is impossible.
    #[error("{key} = {got} is impossible: expected {expected}")]
    BadValue {
        /// The dotted key.
        key: String,
        /// The value found.
        got: String,
        /// What is accepted.
        expected: String,
    },
    /// A preset, or another named choice, does not exist.
    #[error("unknown {what} \"{got}\"{}; known: {}", suggestion(nearest), known.join(", "))]
    UnknownName {
        /// The kind of thing.
        what: &'static str,
        /// The name given.
        got: String,
        /// The nearest valid name.
        nearest: Option<String>,
        /// All valid names.
        known: Vec<String>,
    },
    /// A file that a run names lies elsewhere.
    #[error("\"{}\" lies outside its run: pictures.json must name files of the run folder", path.display())]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// A file of a run is not the one that the run wrote.
    #[error(
        "\"{}\" is not the file that this run wrote: its SHA-256 is {}, run.json records {}; {remedy}",
        path.display(), short(got), short(recorded)
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// SHA-256 of the file, hexadecimal.
        got: String,
        /// SHA-256 of what was written.
        recorded: String,
        /// What makes it again.
        remedy: String,
    },
    /// Another process writes into the run.
    #[error("\"{}\" is in use by {holder}: wait until it ends, or stop it", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Process, host, start and command, where they are known.
        holder: String,
    },
    /// A path that can't stand in a text file.
    #[error("the path \"{}\" is not valid UTF-8, and experiment.toml holds text only: rename the folder or file", path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// Values of voxels, or their places, do not fit.
    #[error("\"{}\" {message}", path.display())]
    Map {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// A volume or surface could not be written.
    #[error(transparent)]
    Format(#[from] afterimage_formats::Error),
    /// The folder is not a run, or is of a layout this version can't read.
    #[error("\"{}\" {message}", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// Why, and what to do.
        message: String,
    },
}

/// The first digits of a SHA-256, enough to tell two files apart.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default()
}

fn hint(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull => "; free some space and run again with --resume: what was finished is kept",
        std::io::ErrorKind::PermissionDenied => "; choose another folder with --out, or change its permissions",
        std::io::ErrorKind::ReadOnlyFilesystem => "; the file system is read-only: choose another folder with --out",
        _ => "",
    }
}
