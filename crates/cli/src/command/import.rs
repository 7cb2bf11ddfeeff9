//! `import`.

use anyhow::Result;

use afterimage_data::{Manifest, MiyawakiOptions, Progress, Summary, WriteOptions, import_generic, import_miyawaki};

use super::data::show;
use crate::args::import::{Kind, Miyawaki, Out, Side};
use crate::progress::Bar;

/// `afterimage import`.
pub(super) fn import(kind: &Kind) -> Result<()> {
    match kind {
        Kind::Generic(args) => {
            let manifest = Manifest::read(&args.manifest)?;
            finish(&args.out, |bar| import_generic(&manifest, &args.out.out, args.out.overwrite, bar))
        }
        Kind::Miyawaki(args) => {
            let options = miyawaki(args);
            finish(&args.out, |bar| import_miyawaki(&options, &args.out.out, write(&args.out, &args.side), bar))
        }
    }
}

fn miyawaki(args: &Miyawaki) -> MiyawakiOptions {
    MiyawakiOptions {
        file: args.file.clone(),
        test: args.test,
        validation: args.validation,
        test_figures: args.test_figures.clone(),
        seed: args.seed,
    }
}

fn write(out: &Out, side: &Side) -> WriteOptions {
    WriteOptions { image_side: side.image_side.into(), overwrite: out.overwrite }
}

/// Runs an import under a progress bar and shows what came of it.
fn finish(out: &Out, import: impl FnOnce(&mut dyn FnMut(Progress)) -> afterimage_data::Result<Summary>) -> Result<()> {
    let mut bar: Option<Bar> = None;
    let summary = import(&mut |progress| {
        bar.get_or_insert_with(|| Bar::new("import", 0, progress.total as u64)).set(progress.done as u64);
    })?;
    if let Some(bar) = &bar {
        bar.finish();
    }
    show(&summary, out.json)
}
