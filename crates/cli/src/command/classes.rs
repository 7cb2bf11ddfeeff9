//! `afterimage classes`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use afterimage_config::Experiment;
use afterimage_experiment::{classify::bank, evaluate, pool, preflight};
use afterimage_sim::{SimConfig, generate_classes};
use afterimage_statistics::{counted, number_or_range};

use super::{inputs, run};
use crate::args::classes::Classes;
use crate::progress::{Bar, Terminal};
use crate::say;

/// Summary of a bank or of generated classes.
#[derive(Serialize)]
struct Made {
    path: PathBuf,
    classes: usize,
    images: usize,
    fewest: usize,
    most: usize,
}

/// `afterimage classes`.
pub(super) fn classes(command: Classes) -> Result<()> {
    match command {
        Classes::Build { sources, out, experiment, preset, settings, json } => {
            let experiment = match experiment {
                Some(path) => inputs::experiment(&path)?,
                None => Experiment::preset(&preset)?,
            };
            show(&build(&sources, &out, &experiment.with_settings(&settings)?)?, json)
        }
        Classes::Generate { out, classes, images, side, seed, json } => {
            let config = SimConfig { seed, side, classes, class_images: images, ..SimConfig::default() };
            show(&generate(&config, &out)?, json)
        }
    }
}

fn build(sources: &[PathBuf], out: &Path, experiment: &Experiment) -> Result<Made> {
    if out.extension().is_none_or(|ending| ending != "safetensors") {
        bail!("\"{}\" must end in .safetensors: an experiment recognises a bank by this extension", out.display());
    }
    refuse_folder(out)?;
    run::start(experiment)?;
    let sources: Vec<PathBuf> =
        sources.iter().map(std::path::absolute).collect::<std::io::Result<_>>().context("the sources")?;
    pool::refuse_no_source("SOURCES", &sources)?;
    let features = bank::embedding(experiment)?;
    let made =
        bank::build_bank(&sources, experiment, &features, evaluate::cache(experiment).as_ref(), &Terminal::default())?;
    made.write(out)?;
    let counts: Vec<usize> = made.classes.iter().map(|class| class.images.len()).collect();
    let extreme = |pick: fn(usize, usize) -> usize| counts.iter().copied().reduce(pick).unwrap_or(0);
    Ok(Made {
        path: out.to_owned(),
        classes: made.len(),
        images: counts.iter().sum(),
        fewest: extreme(usize::min),
        most: extreme(usize::max),
    })
}

/// Refuses a path that cannot be written, before minutes of embedding.
fn refuse_folder(out: &Path) -> Result<()> {
    if out.is_dir() {
        bail!("\"{}\" is a folder: name a file", out.display());
    }
    Ok(preflight::refuse_unwritable(
        out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    )?)
}

fn generate(config: &SimConfig, out: &Path) -> Result<Made> {
    let bar = Bar::new("classes", 0, (config.classes * config.class_images) as u64);
    let path = generate_classes(config, out, |progress| bar.set(progress.done as u64))?;
    bar.finish();
    let (classes, each) = (config.classes, config.class_images);
    Ok(Made { path, classes, images: classes * each, fewest: each, most: each })
}

fn show(made: &Made, json: bool) -> Result<()> {
    if json {
        return say::json(made);
    }
    say::line(format!(
        "{}: {}, {}, {} per class; name it in evaluation.classification.classes",
        made.path.display(),
        counted(made.classes, "class"),
        counted(made.images, "image"),
        number_or_range(made.fewest, made.most, "image")
    ))
}
