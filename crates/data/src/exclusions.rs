//! What training must not see.

use std::collections::BTreeSet;
use std::path::Path;

use afterimage_formats::names::nfc;
use afterimage_formats::text;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Images to leave out of an [`crate::UnpairedPool`], by class, by name or by content, and stimuli to leave out of the
/// training and validation parts of a data set. As TOML it is the list that `afterimage audit --fix` writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exclusions {
    /// Classes, compared without regard to case.
    pub classes: BTreeSet<String>,
    /// Names as [`crate::UnpairedPool::names`] gives them, or the part after the last `/`.
    pub names: BTreeSet<String>,
    /// SHA-256 of the stored bytes (the image file, or the row of an array), lower-case hexadecimal.
    pub sha256: BTreeSet<String>,
    /// Names of stimuli: see [`crate::DataSet::leave_out`].
    pub stimuli: BTreeSet<String>,
}

impl Exclusions {
    /// Reads a list from a TOML file.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::Manifest`] naming the key that is unknown.
    pub fn read(path: &Path) -> Result<Self> {
        toml::from_str(&text::read(path)?).map_err(|error| Error::manifest(path, error.message()))
    }

    /// Writes it so that [`Exclusions::read`] reads it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Manifest`] when it cannot be written as TOML.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self).map_err(|error| Error::manifest(path, error))?;
        std::fs::write(path, text).map_err(Error::io("write", path))
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        [&self.classes, &self.names, &self.sha256, &self.stimuli].iter().all(|set| set.is_empty())
    }

    /// Adds all that another excludes.
    pub fn extend(&mut self, other: &Self) {
        self.classes.extend(other.classes.iter().cloned());
        self.names.extend(other.names.iter().cloned());
        self.sha256.extend(other.sha256.iter().cloned());
        self.stimuli.extend(other.stimuli.iter().cloned());
    }

    /// Whether an image is left out by its name or its class.
    pub fn drops(&self, name: &str, class: Option<&str>) -> bool {
        let last = name.rsplit('/').next().unwrap_or(name);
        let same = |known: &str, class: &str| {
            known.eq_ignore_ascii_case(class)
                || (!class.is_ascii() && nfc(known).to_lowercase() == nfc(class).to_lowercase())
        };
        let by_class = |class: &str| self.classes.iter().any(|known| same(known, class));
        // Names may be spelt composed or not, as the systems do that wrote the list and the folder.
        let by_name = || self.names.iter().any(|known| [nfc(name), nfc(last)].contains(&nfc(known)));
        self.names.contains(name)
            || self.names.contains(last)
            || (!name.is_ascii() && by_name())
            || class.is_some_and(by_class)
    }
}
