//! Links to other files, which are named in errors and not followed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hdf5_reader::{ExternalLinkResolver, Hdf5File};

/// Names of the linked files.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Mutex<BTreeSet<String>>);

impl ExternalLinkResolver for Elsewhere {
    fn resolve_external_link(&self, file: &str) -> Result<Option<Hdf5File>, hdf5_reader::error::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_owned());
        Ok(None)
    }
}

impl Elsewhere {
    /// Resets the list before a path is looked up.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Hint about the links that were found; `None` without any.
    pub(super) fn reason(&self) -> Option<String> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<_> = files.iter().map(|name| format!("\"{name}\"")).collect();
        let reason = format!(
            "it is a link to another file ({}), which is not read: give that file, or copy the array into this one",
            names.join(", ")
        );
        (!names.is_empty()).then_some(reason)
    }
}
