//! The classes of an experiment: opened from files, or embedded.

use std::path::{Path, PathBuf};

use crate::error::{Result, bail};

use afterimage_config::Experiment;
use afterimage_data::{Exclusions, UnpairedPool};
use afterimage_eval::classes::{Bank, Selection};
use afterimage_eval::{Features, cache::Cache};
use afterimage_train::Observer;
use afterimage_train::apply::FeatureExtractor;

use crate::evaluate::material::Taps;

/// Images decoded at a time.
const BLOCK: usize = 128;

/// The embedding of an experiment's classification.
///
/// # Errors
/// If its weights are not installed.
pub fn embedding(experiment: &Experiment) -> Result<Taps> {
    let config = &experiment.evaluation.classification;
    let (side, larger) = (experiment.image.side, config.backbone_side);
    let extractor = FeatureExtractor::with_backbone_side(
        config.backbone,
        &[config.tap.as_str()],
        side,
        larger,
        &experiment.device.name,
    )?;
    let shown_at = if larger == 0 { side } else { larger };
    Ok(Taps { extractor, name: format!("{} at {}, {side} px enlarged to {shown_at}", config.backbone, config.tap) })
}

/// The classes of an experiment: its bank files, and a bank of its image sources, which the cache keeps.
pub(super) fn open_bank(
    experiment: &Experiment,
    features: &Taps,
    cache: Option<&Cache>,
    observer: &dyn Observer,
) -> Result<Bank> {
    let (files, sources) = by_kind(&experiment.evaluation.classification.classes);
    let mut banks = Vec::new();
    if !sources.is_empty() {
        banks.push(build_bank(&sources, experiment, features, cache, observer)?);
    }
    for path in &files {
        banks.push(read_bank(path, experiment, features)?);
    }
    Ok(Bank::merge(banks)?)
}

/// A bank file, refused where it was made with other features than the experiment asks for.
fn read_bank(path: &Path, experiment: &Experiment, features: &Taps) -> Result<Bank> {
    let bank = Bank::read(path)?;
    if Some(&bank.embedding) != features.identity().as_ref() || bank.side != experiment.image.side {
        bail!(
            "bank of classes \"{}\" was made with {} at {} px, the experiment asks for {} at {} px: build it again with `afterimage classes build --experiment`",
            path.display(),
            bank.embedding,
            bank.side,
            features.identity().unwrap_or_default(),
            experiment.image.side
        );
    }
    Ok(bank)
}

/// Names of the classes of an experiment, for a look at them before anything is embedded: bank files are read, of image sources
/// the first image of each class is decoded.
pub(crate) fn names(experiment: &Experiment, features: &Taps) -> Result<Vec<String>> {
    let paths = &experiment.evaluation.classification.classes;
    let (files, sources) = by_kind(paths);
    let mut names = Vec::new();
    for path in &files {
        names.extend(read_bank(path, experiment, features)?.names());
    }
    if !sources.is_empty() {
        let (pool, selection) = selection(&sources, experiment)?;
        let first: Vec<usize> = selection.images.iter().filter_map(|of_class| of_class.first().copied()).collect();
        for block in first.chunks(BLOCK) {
            pool.read(block)?;
        }
        names.extend(selection.names);
    }
    Ok(names)
}

/// Bank files, and sources of images.
fn by_kind(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    paths.iter().cloned().partition(|path| path.extension().is_some_and(|e| e == "safetensors"))
}

/// The images of a bank by class.
fn selection(sources: &[PathBuf], experiment: &Experiment) -> Result<(UnpairedPool, Selection)> {
    let pool = UnpairedPool::open(sources, experiment.image.side as u32, &Exclusions::default())?;
    let selection = Selection::of(&pool, experiment.evaluation.classification.images_per_class)?;
    Ok((pool, selection))
}

/// The bank of image sources, read from the cache where these very images were embedded before.
///
/// # Errors
/// If an image can't be read, or there is no class.
pub fn build_bank(
    sources: &[PathBuf],
    experiment: &Experiment,
    features: &Taps,
    cache: Option<&Cache>,
    observer: &dyn Observer,
) -> Result<Bank> {
    let (pool, selection) = selection(sources, experiment)?;
    let contents = selection.contents(&pool)?;
    let identity = features.identity().unwrap_or_default();
    let kept = cache.map(|cache| {
        cache.folder().join("banks").join(format!("{}.safetensors", &selection.key(&pool, &contents, &identity)[..32]))
    });
    if let Some((cache, path)) = cache.zip(kept.as_deref()).filter(|(_, path)| path.is_file()) {
        cache.touch(path);
        // A damaged one is made again.
        if let Ok(mut bank) = Bank::read(path) {
            bank.sources = sources.to_vec();
            return Ok(bank);
        }
    }
    let total = contents.iter().map(Vec::len).sum::<usize>() as u64;
    let progress = |done| observer.progress("classes", done as u64, total);
    progress(0);
    let bank = Bank::build(&pool, sources, &selection, &contents, features, progress)?;
    if let Some((cache, path)) = cache.zip(kept).filter(|(cache, _)| cache.make_room(bank.bytes())) {
        match bank.write(&path) {
            Ok(()) => cache.touch(&path),
            Err(problem) => observer.note(&format!("note: {problem}; it will be computed again next time")),
        }
    }
    Ok(bank)
}
