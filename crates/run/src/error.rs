//! The error of this crate.

use std::path::PathBuf;

/// Errors of a run folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file or folder could not be read or written.
    #[error("cannot {action} \"{}\": {source}{}", path.display(), hint(source))]
    Io {
        /// The attempted action, as a verb ("read", "write", "create").
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The experiment of the run.
    #[error(transparent)]
    Config(#[from] afterimage_config::ConfigError),
    /// A JSON file does not have the expected form.
    #[error("\"{}\" is not valid: {source}; was it written by another version, or edited by hand?", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The error of the parser.
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
    /// A file that a run names lies outside its folder.
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
        /// How to make it again.
        remedy: String,
    },
    /// Another process writes into the run.
    #[error("\"{}\" is in use by {holder}: wait until it ends, or stop it", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Process, host, start and command, if they are known.
        holder: String,
    },
    /// A folder is not one that a command may replace.
    #[error("\"{}\" is not replaced: it {message}", path.display())]
    NotReplaced {
        /// The folder.
        path: PathBuf,
        /// Why, and what to do.
        message: String,
    },
    /// Values or places of voxels contradict each other.
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
    /// The folder is not a run folder, or has a layout that this version can't read.
    #[error("\"{}\" {message}", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// Why, and what to do.
        message: String,
    },
}

/// Returns the first digits of a SHA-256, enough to tell two files apart.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

fn hint(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull => "; free some space and run again with --resume: what was finished is kept",
        std::io::ErrorKind::PermissionDenied => "; choose another folder with --out, or change its permissions",
        std::io::ErrorKind::ReadOnlyFilesystem => "; the file system is read-only: choose another folder with --out",
        _ => "",
    }
}
