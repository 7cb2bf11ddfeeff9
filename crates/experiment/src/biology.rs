//! Receptive fields, preferred depth and their hierarchy, from a run's encoder: `biology.json`, its tables and figures.

mod halves;
mod known;
mod looks;
mod tables;

use crate::error::Result;
use ndarray::Axis;

use afterimage_biology::{Resampling, depths, measures};
use afterimage_data::{DataSet, Reliability, at_side};
use afterimage_run::{
    Artefact,
    biology::{BIOLOGY_VERSION, Biology, Branch, Example, Measure, Voxel},
    scores::{NotComputed, Score, ScoreFile},
};
use afterimage_statistics::counted;
use afterimage_train::{
    apply::TrainedEncoder,
    draws::{Purpose, derive},
    prepare::Statistics,
};

use super::{Session, steps::Steps};
use looks::Looks;

/// Resamples of a bootstrap over voxels; the intervals need no more, and there are many.
const RESAMPLES: usize = 2000;
/// Training images that the branches' contributions are taken over.
const IMAGES: usize = 500;
/// Voxels of each region whose maps are kept, and the places of their fits among the region's.
const EXAMPLES: [f64; 3] = [0.9, 0.5, 0.1];
/// Most regions with examples.
const EXAMPLE_REGIONS: usize = 12;

/// What can be asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Degrees of visual angle, instead of the data set's.
    pub fov_deg: Option<f64>,
    /// Train the encoders of two halves, where that is not done.
    pub split_half: bool,
}

/// Looks, and writes `biology.json`, tables and figures.
pub(crate) fn biology(session: &mut Session, options: &Options) -> Result<Biology> {
    session.refuse_baseline("give a run that `afterimage run` or `afterimage train encoder` trained")?;
    let data = session.data()?;
    let statistics = Statistics::read(&session.run)?;
    let encoder = TrainedEncoder::load(&session.run, &session.experiment)?;
    let steps = Steps::new(session.observer(), "biology", 4);
    let looks = Looks::new(&encoder, &session.experiment, &statistics, &steps)?;
    steps.next("depth of voxels")?;
    let scores = ScoreFile::read_if_present(&session.run)?;
    let (voxels, mut not_computed) = voxels(session, &data, &statistics, &encoder, &looks, scores.as_ref())?;
    let mut found = Biology {
        version: BIOLOGY_VERSION,
        side_px: session.experiment.image.side,
        fov_deg: options.fov_deg.or(data.header().provenance.fov_deg.map(f64::from)),
        branches: looks.branches.iter().map(|(branch, grid)| described(&branch.tap, grid)).collect(),
        probes: looks.probes.describe(),
        voxels,
        measures: Vec::new(),
        examples: Vec::new(),
        not_computed: Vec::new(),
    };
    let config = &session.experiment.evaluation;
    let draws = Resampling {
        resamples: config.resamples.min(RESAMPLES),
        permutations: config.permutations,
        seed: derive(session.experiment.seed, Purpose::Biology),
    };
    steps.next("measures")?;
    found.measures = measures(&found, &draws);
    if let Some(scores) = &scores {
        as_scored(&mut found.measures, scores);
    }
    drop(steps);
    not_computed.extend(not_measured(&found));
    if options.split_half || halves::are_there(&session.run) {
        found.measures.extend(halves::compare(session, &data, &statistics, &draws)?);
    } else {
        let reason = "no encoders of two halves were trained: give --split-half".to_owned();
        not_computed.push(NotComputed { name: "split_half".into(), reason });
    }
    found.not_computed = not_computed;
    let unit = data.header().provenance.unit();
    found.measures.iter_mut().flat_map(Measure::texts).for_each(|text| *text = unit.in_text(text));
    found.examples = examples(&found, &looks);
    found.write(&session.run)?;
    tables::write(&session.run, &found, &looks.weights)?;
    session.observer().fact(&format!(
        "{} of {}",
        counted(found.measures.len(), "measure"),
        counted(found.voxels.len(), unit.singular())
    ));
    Ok(found)
}

fn described(tap: &str, grid: &afterimage_biology::Grid) -> Branch {
    Branch {
        tap: tap.into(),
        side: grid.side,
        first_px: grid.first_px,
        step_px: grid.step_px,
        extent_px: grid.extent_px,
    }
}

/// All that is known of each voxel, and what is not, with the reason.
fn voxels(
    session: &Session,
    data: &DataSet,
    statistics: &Statistics,
    encoder: &TrainedEncoder,
    looks: &Looks,
    scores: Option<&ScoreFile>,
) -> Result<(Vec<Voxel>, Vec<NotComputed>)> {
    let (truth, unknown) = match known::truth(data, statistics, &session.experiment)? {
        Ok(truth) => (truth, None),
        Err(reason) => (None, Some(NotComputed { name: "truth".into(), reason })),
    };
    let prf = known::prf(data, statistics);
    let depths = depths(encoder.branch_spread(training_images(session, data)?.view()).view())?;
    let ceiling = Reliability::noise_ceiling(&data.held_out())?;
    let r = accuracy(scores, statistics.voxels.len());
    let hemispheres = known::hemispheres(data);
    let mut regions: Vec<(&String, &Vec<bool>)> = data.header().voxels.regions.iter().collect();
    regions.sort_by_key(|(_, mask)| mask.iter().filter(|&&inside| inside).count());
    let voxel = |(v, &column): (usize, &usize)| Voxel {
        column,
        regions: regions.iter().filter(|(_, mask)| mask[column]).map(|(name, _)| (*name).clone()).collect(),
        hemisphere: hemispheres.as_ref().and_then(|sides| sides[column]),
        weights: looks.fields[0][v],
        stimulation: looks.fields[1][v],
        shares: depths[v].as_ref().map(|depth| depth.shares.clone()),
        depth: depths[v].as_ref().map(|depth| depth.mean),
        r: r.as_ref().and_then(|r| r[v]),
        ceiling: ceiling.as_ref().map(|c| f64::from(c.correlation[column])).filter(|c| c.is_finite()),
        truth: truth.as_ref().map(|truth| truth[v]),
        prf: prf.as_ref().and_then(|prf| prf[v]),
    };
    Ok((statistics.voxels.iter().enumerate().map(voxel).collect(), unknown.into_iter().collect()))
}

/// Some training images, evenly spaced, at the run's side.
fn training_images(session: &Session, data: &DataSet) -> Result<ndarray::Array4<u8>> {
    let all = data.training().stimuli();
    let n = all.len().min(IMAGES);
    let taken: Vec<u32> = (0..n).map(|i| all[i * all.len() / n]).collect();
    Ok(at_side(data.images(&taken)?, session.experiment.image.side)?)
}

/// r of each voxel from the run's scores, where it was evaluated.
fn accuracy(scores: Option<&ScoreFile>, voxels: usize) -> Option<Vec<Option<f64>>> {
    let r = scores.and_then(|file| file.get("encoder.r.median")).map(|score| score.per_item.clone());
    r.filter(|r| r.len() == voxels)
}

/// Gives measures that are scores of the run too the interval and the test of these. One number has one interval: a new
/// experiment would show other images to the same voxels, so it is over images.
fn as_scored(measures: &mut [Measure], scores: &ScoreFile) {
    for measure in measures {
        let name = match measure.name.strip_prefix("accuracy.") {
            Some("of_ceiling.median") => "encoder.r_over_ceiling.median".to_owned(),
            Some(name) => format!("encoder.{name}"),
            None => continue,
        };
        let same = |score: &&Score| (score.value - measure.value).abs() <= 1e-9 && score.n == measure.n;
        if let Some(score) = scores.get(&name).filter(same) {
            (measure.interval, measure.chance, measure.p) = (score.interval.clone(), score.chance, score.p.clone());
        }
    }
}

/// What the voxels and regions measure, against one another and against what is known.
fn measures(of: &Biology, draws: &Resampling) -> Vec<Measure> {
    let mut found = measures::agreement(&of.voxels, draws);
    found.extend(measures::against_truth(&of.voxels, draws));
    if let Some(fov) = of.fov_deg {
        found.extend(measures::against_prf(&of.voxels, of.side_px, fov, draws));
    }
    found.extend(measures::of_regions(&of.voxels, of.side_px, draws));
    found
}

/// What cannot be measured, with the reason.
fn not_measured(of: &Biology) -> Vec<NotComputed> {
    let no = |known: fn(&Voxel) -> bool| !of.voxels.iter().any(known);
    let missing = [
        (
            "prf",
            "the data set does not tell how wide its images are: give --fov DEGREES",
            of.fov_deg.is_none() && !no(|v| v.prf.is_some()),
        ),
        (
            "contralateral",
            "the data set does not tell hemispheres: regions called lh and rh, or a column \"hemisphere\" of -1 (left) and 1 (right), would",
            no(|v| v.hemisphere.is_some()),
        ),
        (
            "accuracy.r",
            "the run has no scores of its encoder: run `afterimage evaluate RUN` first",
            no(|v| v.r.is_some()),
        ),
        (
            "accuracy.ceiling",
            "the data set has no single trials of the test stimuli, so their noise is unknown",
            no(|v| v.ceiling.is_some()),
        ),
        ("depth", "the encoder has a single branch, or none contributes", no(|v| v.depth.is_some())),
    ];
    let absent = missing.into_iter().filter(|(.., is_missing)| *is_missing);
    absent.map(|(name, reason, _)| NotComputed { name: name.into(), reason: reason.into() }).collect()
}

/// A well, a typical and a badly fitted voxel of each region, by the fit of the map from stimulation.
fn examples(of: &Biology, looks: &Looks) -> Vec<Example> {
    let (voxels, mut regions) = (&of.voxels, of.own_regions());
    if regions.is_empty() {
        regions.push(String::new());
    }
    let mut found = Vec::new();
    for region in regions.iter().take(EXAMPLE_REGIONS) {
        let own = |v: &Voxel| v.regions.first().map_or(region.is_empty(), |first| first == region);
        let fit = |v: &Voxel| v.stimulation.filter(|_| v.weights.is_some()).map(|f| f.r2);
        let mut ranked: Vec<(usize, f64)> =
            voxels.iter().enumerate().filter(|(_, v)| own(v)).filter_map(|(i, v)| Some((i, fit(v)?))).collect();
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let mut places: Vec<usize> =
            EXAMPLES.iter().map(|q| (q * (ranked.len().max(1) - 1) as f64).round() as usize).collect();
        places.dedup();
        for (voxel, _) in places.into_iter().filter_map(|place| ranked.get(place)) {
            found.push(Example {
                voxel: *voxel,
                region: region.clone(),
                weights: unit(looks.weights.power.index_axis(Axis(0), *voxel).iter().map(|p| p.sqrt())),
                stimulation: unit(looks.stimulation.index_axis(Axis(0), *voxel).iter().copied()),
            });
        }
    }
    found
}

/// In parts of the largest value, three digits.
fn unit(values: impl Iterator<Item = f64>) -> Vec<f32> {
    let values: Vec<f64> = values.collect();
    let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    values.iter().map(|v| ((v / largest * 1000.0).round() / 1000.0) as f32).collect()
}
