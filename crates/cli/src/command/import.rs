//! `import`.

use std::path::Path;

use anyhow::Result;

use afterimage_data::{Progress, Summary, Watch};

use super::data::show;
use super::inputs;
use crate::args::import::{Import, Out};
use crate::progress::{Bar, listen, was_interrupted};

/// `afterimage import`.
pub(super) fn import(args: &Import) -> Result<()> {
    let Import { importer, given, out } = args;
    for manifest in given.get("manifest").into_iter().flatten() {
        inputs::refuse_no_manifest(Path::new(manifest))?;
    }
    finish(out, |path, mut bar| importer.import(given, path, out.overwrite, &mut bar))
}

/// Runs an import under a progress bar and shows what came of it.
pub(super) fn finish(
    out: &Out,
    import: impl FnOnce(&Path, Importing) -> afterimage_data::Result<Summary>,
) -> Result<()> {
    listen();
    let summary = import(&out.out, Importing::default())?;
    show(&summary, out.json)
}

/// Shows an import's progress and stops it at Ctrl-C.
#[derive(Default)]
pub(super) struct Importing {
    bar: Option<Bar>,
}

impl Watch for Importing {
    fn progress(&mut self, progress: Progress) {
        let bar = self.bar.get_or_insert_with(|| Bar::new("import", 0, progress.total_images as u64));
        bar.set(progress.images as u64);
        if progress.trials > 0 {
            bar.message(format!("images, {} trials", progress.trials));
        }
    }

    fn interrupted(&self) -> bool {
        was_interrupted()
    }
}

impl Drop for Importing {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}
