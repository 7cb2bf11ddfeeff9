//! Images that drive voxels and regions, and the natural images they are compared with.

mod aims;

use std::path::Path;

use crate::error::{Context as _, Result, bail};
use ndarray::{Array1, Array2, Array3, Array4, ArrayView3, Axis, concatenate, s};

use afterimage_data::DataSet;
use afterimage_eval::identification::Rank;
use afterimage_formats::digest;
use afterimage_run::{
    atomic,
    layout::Phase,
    synthesis::{
        BestNatural, FOLDER, Image, NaturalSource, Objective, SYNTHESIS_VERSION, Settings, Synthesis, Target as Found,
    },
};
use afterimage_statistics::{correlation::pearson, deviation, mean};
use afterimage_train::{
    draws::{Purpose, order},
    prepare::{self, ImagePool},
    synthesize::{Driven, Driver, Target},
};

use aims::aims;

use super::{Session, TrainedRun, choice, pool, reconstruct::write_png};

/// Images that pass through the encoder together.
const BLOCK: usize = 256;

/// What is asked for.
pub struct Wanted {
    /// Columns of the data set.
    pub voxels: Vec<usize>,
    /// Region expressions.
    pub regions: Vec<String>,
    /// What of a region.
    pub objective: Objective,
    /// Unpaired images to compare with.
    pub natural: usize,
    /// Replace the synthesis that lies in the folder.
    pub overwrite: bool,
}

/// A target with what is written about it.
struct Aim {
    target: Target,
    objective: Objective,
    regions: Vec<String>,
    voxels: usize,
}

/// Natural images with the predicted response of every target, `[images, targets]`.
struct Natural {
    names: Vec<(String, &'static str)>,
    responses: Array2<f32>,
    /// Row, and picture u8 `[side, side, 3]`, of the best for each target.
    best: Vec<(usize, Array3<u8>)>,
    sources: Vec<NaturalSource>,
}

/// Makes all images, writes them into `out`, and gives what is said about them.
///
/// # Errors
/// If the run has no such voxels or no trained encoder, or the observer requests a stop.
pub fn synthesize(run: &TrainedRun, wanted: &Wanted, settings: &Settings, out: &Path) -> Result<Synthesis> {
    let (session, driver) = (run.session(), run.driver(settings.prior)?);
    let data = session.data()?;
    let mut aims = aims(&data, run.statistics(), wanted)?;
    if wanted.overwrite {
        FOLDER.refuse_other(out)?;
    }
    session.note("predicting responses to natural images");
    let natural = natural(session, &data, &driver, &aims, wanted.natural, settings)?;
    for (aim, column) in aims.iter_mut().zip(natural.responses.columns()) {
        aim.target.sd = deviation(&column.iter().map(|&r| f64::from(r)).collect::<Vec<_>>()).unwrap_or(0.0);
    }
    if wanted.overwrite {
        FOLDER.remove_entries(out)?;
    }
    let total = (aims.len() * settings.steps) as u64;
    session.observer().progress("synthesis", 0, total);
    let mut targets = Vec::new();
    for (index, aim) in aims.iter().enumerate() {
        session.observer().working_on(&format!("{}, {} of {}", aim.target.name, index + 1, aims.len()));
        let mut step = (index * settings.steps) as u64;
        let driven = driver.drive(&aim.target, settings, &mut || {
            step += 1;
            session.observer().progress("synthesis", step, total);
            !session.observer().interrupted()
        })?;
        let Some(driven) = driven else {
            bail!("stopped; the pictures of finished targets are in \"{}\"", out.display())
        };
        targets.push(target(aim, index, &driver, &driven, &natural, settings, out)?);
    }
    let found = Synthesis {
        version: SYNTHESIS_VERSION,
        run: session.experiment.name.clone(),
        software: session.caller.program.software.clone(),
        git_commit: session.caller.program.commit.clone(),
        encoder: digest::sha256(&session.run.weights_file(Phase::Encoder))?,
        settings: settings.clone(),
        natural: natural.sources,
        targets,
        unit: data.header().provenance.unit,
        notes: vec![
            "Responses are the encoder's predictions in units of the normalised training responses: no brain was shown these images.".into(),
            "An image beyond every natural one lies outside of what the encoder was fitted on; its response is an extrapolation.".into(),
        ],
    };
    atomic::write_json(&out.join(FOLDER.mark), &found)?;
    Ok(found)
}

/// All training images, and `most` unpaired ones that the seed chooses.
fn natural(
    session: &Session,
    data: &DataSet,
    driver: &Driver,
    aims: &[Aim],
    most: usize,
    settings: &Settings,
) -> Result<Natural> {
    let weights = Array2::from_shape_fn((driver.voxels(), aims.len()), |(v, t)| aims[t].target.weights[v]);
    let training = prepare::prepare(data, &session.experiment)?.training;
    let kept = session.choice()?;
    let pool = if most > 0 { choice::without_responses(kept.as_ref(), data, &session.experiment, None)? } else { None };
    let chosen = pool.as_ref().map_or_else(Vec::new, |pool| {
        let mut rows = order(settings.seed, Purpose::NaturalChoice, 0, pool.len());
        rows.truncate(most);
        rows.sort_unstable();
        rows
    });
    let mut names: Vec<(String, &'static str)> = vec![(String::new(), "training"); training.images().len_of(Axis(0))];
    for (&row, name) in training.image_of().iter().zip(training.names()) {
        names[row].0.clone_from(name);
    }
    let own = names.len();
    let pool_names = pool.as_ref().map(pool::Pool::names).unwrap_or_default();
    names.extend(chosen.iter().map(|&row| (pool_names[row].clone(), "unpaired")));
    let images = |from: usize, to: usize| -> Result<Array4<u8>> {
        let all = training.images();
        let of_training = all.slice(s![from.min(own)..to.min(own), .., .., ..]);
        match &pool {
            Some(pool) if to > own => {
                let more = pool.read(&chosen[from.max(own) - own..to - own])?;
                Ok(concatenate(Axis(0), &[of_training, more.view()])?)
            }
            _ => Ok(of_training.to_owned()),
        }
    };
    let mut responses = Array2::zeros((names.len(), aims.len()));
    let progress = |done: usize| session.observer().progress("natural images", done as u64, names.len() as u64);
    for from in (0..names.len()).step_by(BLOCK) {
        if session.observer().interrupted() {
            bail!("stopped before the first target");
        }
        progress(from);
        let to = (from + BLOCK).min(names.len());
        let predicted = driver.predict(images(from, to)?.view());
        responses.slice_mut(s![from..to, ..]).assign(&predicted.dot(&weights));
    }
    progress(names.len());
    let sign = if settings.minimise { -1.0 } else { 1.0 };
    let best = responses.columns().into_iter().map(|column| {
        let better = |a: &(usize, &f32), b: &(usize, &f32)| (sign * a.1).total_cmp(&(sign * b.1)).then(b.0.cmp(&a.0));
        let (row, _) = column.iter().enumerate().max_by(better).context("a run has training images")?;
        Ok((row, images(row, row + 1)?.index_axis_move(Axis(0), 0)))
    });
    let best = best.collect::<Result<Vec<_>>>()?;
    let mut sources = vec![NaturalSource { source: "training".into(), images: own }];
    sources.extend((!chosen.is_empty()).then(|| NaturalSource { source: "unpaired".into(), images: chosen.len() }));
    Ok(Natural { names, responses, best, sources })
}

/// Writes the pictures of a target and says how far they go.
fn target(
    aim: &Aim,
    index: usize,
    driver: &Driver,
    driven: &Driven,
    natural: &Natural,
    settings: &Settings,
    out: &Path,
) -> Result<Found> {
    let stem = stem(&aim.target.name, index);
    let sign = if settings.minimise { -1.0 } else { 1.0 };
    let others: Vec<f64> = natural.responses.column(index).iter().map(|&r| f64::from(r)).collect();
    let (row, picture) = &natural.best[index];
    let (name, source) = &natural.names[*row];
    let best = BestNatural {
        name: name.clone(),
        source: (*source).into(),
        response: others[*row],
        picture: save(out, &format!("{stem}-natural.png"), picture.view())?,
    };
    let predicted = driver.predict(driven.images.view());
    let weights = Array1::from(aim.target.weights.clone());
    let reached: Vec<f64> = predicted.dot(&weights).iter().map(|&r| f64::from(r)).collect();
    let mut images = Vec::new();
    for (start, image) in driven.images.outer_iter().enumerate() {
        let rank = Rank {
            nearer: others.iter().filter(|&&o| sign * o > sign * reached[start]).count(),
            tied: others.iter().filter(|&&o| o == reached[start]).count(),
        };
        images.push(Image {
            picture: save(out, &format!("{stem}-{start}.png"), image)?,
            response: reached[start],
            percentile: 100.0 * (1.0 - (rank.place() - 1.0) / others.len() as f64),
            beyond_best: sign * (reached[start] - best.response),
            course: driven.courses[start].clone(),
        });
    }
    Ok(Found {
        name: aim.target.name.clone(),
        objective: aim.objective,
        regions: aim.regions.clone(),
        voxels: aim.voxels,
        best_natural: best,
        natural: (mean(&others), deviation(&others).unwrap_or(0.0)),
        images,
        reached: (mean(&reached), deviation(&reached)),
        agreement: agreement(&driven.images),
    })
}

/// Name of a target's files; the place keeps names apart that differ in nothing but their signs.
fn stem(name: &str, index: usize) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let words: String = name.chars().map(plain).collect();
    let words: Vec<&str> = words.split('-').filter(|w| !w.is_empty()).collect();
    format!("{index:03}-{}", words.join("-"))
}

fn save(out: &Path, file: &str, image: ArrayView3<'_, u8>) -> Result<String> {
    write_png(&out.join(file), image)?;
    Ok(file.to_owned())
}

/// Mean Pearson correlation of the pixels of two starts.
fn agreement(images: &Array4<u8>) -> Option<f64> {
    let flat: Vec<Vec<f64>> = images.outer_iter().map(|image| image.iter().map(|&v| f64::from(v)).collect()).collect();
    let pairs = (0..flat.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let values: Vec<f64> = pairs.map(|(a, b)| pearson(&flat[a], &flat[b])).collect();
    Some(mean(&values)).filter(|v| v.is_finite())
}
