//! Downloads through the hub's client, where the build has it.

use std::path::PathBuf;

use super::{Entry, Progress};
use crate::{ModelError, Result};

/// Downloads into the hub's own cache and returns the file there.
#[cfg(feature = "download")]
pub(super) fn download(entry: &Entry, progress: Progress<'_>) -> Result<PathBuf> {
    let failed = |error: hf_hub::api::sync::ApiError| refused(entry, error.to_string());
    let api = hf_hub::api::sync::ApiBuilder::from_env().build().map_err(failed)?;
    let counter = Counter { total: 0, done: 0, report: progress };
    api.model(entry.repository.to_owned()).download_with_progress(entry.file, counter).map_err(failed)
}

#[cfg(not(feature = "download"))]
pub(super) fn download(entry: &Entry, _: Progress<'_>) -> Result<PathBuf> {
    Err(refused(entry, "this build has no \"download\" feature".to_owned()))
}

fn refused(entry: &Entry, detail: String) -> ModelError {
    ModelError::Download {
        what: format!("{} from {}", entry.file, entry.repository),
        detail,
        mend: format!(
            "fetch {} or {} elsewhere and run `afterimage weights get {} --from FILE`",
            entry.url(),
            entry.torchvision,
            entry.kind
        ),
    }
}

#[cfg(feature = "download")]
struct Counter<'a> {
    total: u64,
    done: u64,
    report: Progress<'a>,
}

#[cfg(feature = "download")]
impl hf_hub::api::Progress for Counter<'_> {
    fn init(&mut self, size: usize, _: &str) {
        self.total = size as u64;
        (self.report)(0, self.total);
    }

    fn update(&mut self, size: usize) {
        self.done += size as u64;
        (self.report)(self.done, self.total);
    }

    fn finish(&mut self) {
        (self.report)(self.total, self.total);
    }
}
