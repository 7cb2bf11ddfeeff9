//! Downloads through the hub's client, where the build has it.

use std::path::PathBuf;

use super::{Entry, Progress};
use crate::{ModelError, Result};

/// Downloads into the hub's own cache and returns the file there.
#[cfg(feature = "download")]
pub(super) fn download(entry: &Entry, progress: Progress<'_>) -> Result<PathBuf> {
    download_with(hf_hub::api::sync::ApiBuilder::from_env(), entry, progress)
}

#[cfg(feature = "download")]
fn download_with(client: hf_hub::api::sync::ApiBuilder, entry: &Entry, progress: Progress<'_>) -> Result<PathBuf> {
    let failed = |error: hf_hub::api::sync::ApiError| refused(entry, error.to_string());
    let Some((repository, file)) = entry.hub else {
        return Err(refused(entry, "the hub has no copy of it that is known here".to_owned()));
    };
    let api = client.build().map_err(failed)?;
    let counter = Counter { total: 0, done: 0, report: progress };
    api.model(repository.to_owned()).download_with_progress(file, counter).map_err(failed)
}

#[cfg(not(feature = "download"))]
pub(super) fn download(entry: &Entry, _: Progress<'_>) -> Result<PathBuf> {
    Err(refused(entry, "this build has no \"download\" feature".to_owned()))
}

fn refused(entry: &Entry, detail: String) -> ModelError {
    ModelError::Download {
        what: entry
            .hub
            .map_or_else(|| entry.kind.to_string(), |(repository, file)| format!("{file} from {repository}")),
        detail,
        mend: match entry.hub {
            Some(_) => format!(
                "fetch {} or {} elsewhere and run `afterimage weights get {} --from FILE`",
                entry.url(),
                entry.torchvision,
                entry.kind
            ),
            None => entry.mend(),
        },
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

#[cfg(all(test, feature = "download"))]
mod tests {
    use super::*;
    use crate::backbone::BackboneKind;

    #[test]
    fn failed_download_says_what_to_fetch_elsewhere() {
        let cache = tempfile::tempdir().expect("a folder");
        // Nothing listens on the discard port of the own machine.
        let client = hf_hub::api::sync::ApiBuilder::new()
            .with_endpoint("http://127.0.0.1:9".to_owned())
            .with_cache_dir(cache.path().to_owned());
        let entry = crate::weights::entry(BackboneKind::Vgg19).expect("VGG19 is fetched");
        let error = download_with(client, entry, &mut |_, _| {}).expect_err("no server");
        let message = error.to_string();
        eprintln!("{message}");
        assert!(message.contains("vgg19-dcbb9e9d.pth") && message.contains("--from FILE"), "{message}");
    }
}
