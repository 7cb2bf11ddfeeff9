//! What must not be among the unpaired images.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Images to leave out of an [`crate::UnpairedPool`], by class, by name or by content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exclusions {
    /// Classes, compared without regard to case.
    pub classes: BTreeSet<String>,
    /// Names as [`crate::UnpairedPool::names`] gives them, or the part after the last `/`.
    pub names: BTreeSet<String>,
    /// SHA-256 of the stored bytes (the picture file, or the row of an array), lower-case hexadecimal.
    pub sha256: BTreeSet<String>,
}

impl Exclusions {
    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.names.is_empty() && self.sha256.is_empty()
    }

    /// Adds all that another excludes.
    pub fn extend(&mut self, other: &Self) {
        self.classes.extend(other.classes.iter().cloned());
        self.names.extend(other.names.iter().cloned());
        self.sha256.extend(other.sha256.iter().cloned());
    }

    pub(crate) fn drops(&self, name: &str, class: Option<&str>) -> bool {
        let last = name.rsplit('/').next().unwrap_or(name);
        let by_class = |class: &str| self.classes.iter().any(|known| known.eq_ignore_ascii_case(class));
        self.names.contains(name) || self.names.contains(last) || class.is_some_and(by_class)
    }
}
