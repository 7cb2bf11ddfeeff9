//! `import`.

use std::path::Path;

use anyhow::Result;

use afterimage_data::{Progress, Summary, Watch};

use super::data::show;
use super::inputs;
use crate::args::import::{Import, Out};
use crate::progress::{Bar, listen, was_interrupted};
use crate::say;

/// `afterimage import`.
pub(super) fn import(args: &Import) -> Result<()> {
    match args {
        Import::Template(text) => say::line(text.trim_end()),
        Import::Source { importer, given, out } => {
            for manifest in given.get("manifest").into_iter().flatten() {
                inputs::refuse_no_manifest(Path::new(manifest))?;
            }
            finish(out, |path, mut bar| importer.import(given, path, out.overwrite, &mut bar))?;
            if out.json { Ok(()) } else { next(&format!("afterimage audit {}", quoted(&out.out))) }
        }
    }
}

/// Prints the one command that usually follows.
pub(super) fn next(command: &str) -> Result<()> {
    say::line(format!("       next: {command}"))
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Runs an import under a progress bar and shows what came of it.
pub(super) fn finish(
    out: &Out,
    import: impl FnOnce(&Path, Importing) -> afterimage_data::Result<Summary>,
) -> Result<()> {
    listen();
    let summary = import(&out.out, Importing::labelled("import"))?;
    show(&summary, out.json)
}

/// Shows an import's progress and stops it at Ctrl-C.
pub(super) struct Importing {
    label: &'static str,
    bar: Option<Bar>,
}

impl Importing {
    /// With the name of the work.
    pub(super) fn labelled(label: &'static str) -> Self {
        Self { label, bar: None }
    }
}

impl Watch for Importing {
    fn progress(&mut self, progress: Progress) {
        let bar = self.bar.get_or_insert_with(|| Bar::new(self.label, 0, progress.total_images as u64));
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
