//! `import`.

use std::path::Path;

use anyhow::Result;

use afterimage_data::{
    AlgonautsOptions, Bold5000Options, BrainDiffuserOptions, GodOptions, Manifest, MiyawakiOptions, NiftiOptions,
    NsdOptions, Progress, SsrOptions, Summary, ThingsOptions, Vim1Options, Watch, WriteOptions, import_algonauts,
    import_bold5000, import_brain_diffuser, import_generic, import_god, import_miyawaki, import_nifti, import_nsd,
    import_ssr, import_things, import_vim1,
};

use super::data::show;
use crate::args::import::{Algonauts2023, Bold5000, God, Kind, Miyawaki, Out, Side, Ssr, Things, Vim1};
use crate::progress::{Bar, listen, was_interrupted};

/// `afterimage import`.
pub(super) fn import(kind: Kind) -> Result<()> {
    match kind {
        Kind::Generic(args) => {
            let manifest = Manifest::read(&args.manifest)?;
            finish(&args.out, |out, bar| import_generic(&manifest, out, args.out.overwrite, bar))
        }
        Kind::Miyawaki(Miyawaki { file, test, test_figures, validation, seed, side, out }) => {
            let options = MiyawakiOptions { file, test, validation, test_figures, seed };
            finish(&out, |path, bar| import_miyawaki(&options, path, write(&out, &side), bar))
        }
        Kind::God(God { file, test_file, images, image_lists, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let options = GodOptions { file, test_file, images, image_lists, roi, validation, seed };
            finish(&out, |path, bar| import_god(&options, path, write(&out, &side), bar))
        }
        Kind::Ssr(Ssr { file, images, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let options = SsrOptions { file, images, roi, validation, seed };
            finish(&out, |path, bar| import_ssr(&options, path, write(&out, &side), bar))
        }
        Kind::Nsd(args) => {
            let (write, out) = (write(&args.out, &args.side), args.out);
            let options = NsdOptions {
                subject: args.subject.into(),
                betas: args.betas,
                mask: args.mask,
                regions: args.regions,
                region_threshold: args.region_threshold,
                mask_threshold: args.mask_threshold,
                ncsnr: args.ncsnr,
                design: args.design,
                stimuli: args.stimuli,
                roi: args.choice.roi,
                validation: args.choice.validation,
                seed: args.choice.seed,
            };
            finish(&out, |path, bar| import_nsd(&options, path, write, bar))
        }
        Kind::BrainDiffuser(args) => {
            let (write, out) = (write(&args.out, &args.side), args.out);
            let options = BrainDiffuserOptions {
                train: args.train,
                test: args.test,
                train_images: args.train_images,
                test_images: args.test_images,
                order: args.order.map(Into::into),
                validation: args.validation,
                seed: args.seed,
            };
            finish(&out, |path, bar| import_brain_diffuser(&options, path, write, bar))
        }
        Kind::Algonauts2023(Algonauts2023 { folder, test, order, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let order = order.map(Into::into);
            let options = AlgonautsOptions { folder, roi, test, order, validation, seed };
            finish(&out, |path, bar| import_algonauts(&options, path, write(&out, &side), bar))
        }
        Kind::Bold5000(Bold5000 { responses, lists, order, repeated, images, test, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let order = order.map(Into::into);
            let options = Bold5000Options { responses, lists, order, repeated, images, test, roi, validation, seed };
            finish(&out, |path, bar| import_bold5000(&options, path, write(&out, &side), bar))
        }
        Kind::Things(Things { responses, voxels, stimuli, images, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let options = ThingsOptions { responses, voxels, stimuli, images, roi, validation, seed };
            finish(&out, |path, bar| import_things(&options, path, write(&out, &side), bar))
        }
        Kind::Vim1(Vim1 { responses, stimuli, subject, choice, side, out }) => {
            let (roi, validation, seed) = (choice.roi, choice.validation, choice.seed);
            let options = Vim1Options { responses, stimuli, subject: subject.into(), roi, validation, seed };
            finish(&out, |path, bar| import_vim1(&options, path, write(&out, &side), bar))
        }
        Kind::Nifti(args) => {
            let (write, out) = (write(&args.out, &args.side), args.out);
            let options = NiftiOptions {
                series: args.series,
                tables: args.tables,
                mask: args.mask,
                regions: args.regions,
                region_threshold: args.region_threshold,
                mask_threshold: args.mask_threshold,
                roi: args.choice.roi,
                images: args.images,
                test_runs: args.test_runs,
                validation_runs: args.validation_runs,
                test: args.test,
                validation: args.choice.validation,
                seed: args.choice.seed,
                delay_secs: args.delay,
                tr_secs: args.tr,
                rest: args.rest,
                detrend: args.detrend,
                zscore: args.zscore,
            };
            finish(&out, |path, bar| import_nifti(&options, path, write, bar))
        }
    }
}

fn write(out: &Out, side: &Side) -> WriteOptions {
    WriteOptions { image_side: side.image_side.into(), overwrite: out.overwrite }
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
