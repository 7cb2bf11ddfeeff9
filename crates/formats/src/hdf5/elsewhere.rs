//! Links that lead to other files, which are named and not followed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hdf5_reader::{ExternalLinkResolver, Hdf5File};

/// The names of the files that links led to.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Mutex<BTreeSet<String>>);

impl ExternalLinkResolver for Elsewhere {
    fn resolve_external_link(&self, file: &str) -> Result<Option<Hdf5File>, hdf5_reader::error::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_owned());
        Ok(None)
    }
}

impl Elsewhere {
    /// Starts again, before one path is looked up.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What to do about the links that were met, in words; `None` where there were none.
    pub(super) fn reason(&self) -> Option<String> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<_> = files.iter().map(|name| format!("\"{name}\"")).collect();
        let reason = format!(
            "it is a link to another file ({}), and such links are not followed: give that file, or copy the array into this one",
            names.join(", ")
        );
        (!names.is_empty()).then_some(reason)
    }
}
