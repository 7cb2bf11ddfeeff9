//! The error type of this crate.

use std::path::PathBuf;

use crate::place;

/// Errors of reading and checking an experiment file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read \"{}\": {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The experiment file is not valid TOML or has wrong types.
    #[error("\"{}\" is not a valid experiment: {message}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Message of the parser.
        message: String,
    },
    /// The experiment file contains an unknown key.
    #[error("unknown key \"{key}\" in \"{}\"{}", path.display(), suggestion(nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The dotted key.
        key: String,
        /// The nearest valid key.
        nearest: Option<String>,
    },
    /// A value is not accepted.
    #[error("{key} = {got} is impossible: expected {expected}")]
    BadValue {
        /// The dotted key.
        key: String,
        /// The value found.
        got: String,
        /// What is accepted.
        expected: String,
    },
    /// A name, such as that of a preset, is unknown.
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
    /// An error with its place in what the user wrote.
    #[error("{source}\n{place}")]
    Placed {
        /// The error.
        source: Box<ConfigError>,
        /// The line with its number, and carets below the value.
        place: String,
    },
    /// A path is not valid UTF-8.
    #[error("the path \"{}\" is not valid UTF-8, and experiment.toml contains only text: rename the folder or \
             file", path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
}

impl ConfigError {
    /// The error with the place of its key or value in a text; `name` is the file, or the option of the command line.
    pub(crate) fn placed(self, name: &str, text: &str) -> Self {
        let range = match &self {
            Self::UnknownKey { key, .. } | Self::BadValue { key, .. } => place::of_key(text, key),
            Self::UnknownName { got, .. } => place::of_string(text, got),
            _ => None,
        };
        match range {
            Some(range) => Self::Placed { place: place::excerpt(name, text, range), source: Box::new(self) },
            None => self,
        }
    }

    /// `got` is none of the `known` names.
    pub(crate) fn unknown_name(what: &'static str, got: &str, known: &[&str]) -> Self {
        Self::UnknownName {
            what,
            got: got.to_owned(),
            nearest: crate::nearest_name(got, known.iter().copied()),
            known: known.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default()
}
