//! Scores of a run: reconstructions against images, predictions against responses.
//!
//! A score that these items leave undefined (too few of them, constant features) is listed with its reason, and the
//! others are computed.

mod metrics;
pub(super) mod part;

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, sync::Arc};

use crate::error::{Context as _, Result, bail};
use ndarray::{Array4, ArrayView4, Axis};

use afterimage_config::Experiment;
use afterimage_config::join_paths;
use afterimage_data::{DataSet, HeldOutPairs, Reliability};
use afterimage_eval::{
    BoxError, Candidates, Ceilings, Context, Distance, DistanceMatrix, Features, HeldOut, PerceptualDistance,
    PixelCorrelation, Shown, cache::Cache, diversity_scores, encoder_scores, encoding_matrix, encoding_scores,
    external_scores, no_candidates, pairwise_scores, possible_ways,
};
use afterimage_run::{
    pictures::{self, Pictures},
    scores::{AVERAGING, ScoreFile},
};
use afterimage_train::{
    apply::FeatureExtractor,
    draws::{Purpose, derive},
    prepare::{self, ImagePool, Statistics},
};

pub(super) use metrics::missing_weights;
pub(crate) use part::Part;

use super::classify::{Material, classify};
use super::{
    Session, arrays, averaging, choice, clusters, external::ExternalCandidates, pool, preflight,
    reconstruct::write_picture, voxels,
};

/// Computes all scores and writes `scores.json`; the best-ranked wrong candidates become pictures.
pub(crate) fn evaluate(session: &mut Session) -> Result<ScoreFile> {
    let (data, statistics, test, mut items) = held_out(session)?;
    let context = context(session, &data, &test);
    super::weights::forget_metrics(session);
    let mut found = images(session, &data, &test, &context, &mut items)?;
    found.add(encoder(session, &data, &statistics, &test, &context)?);
    let mut file = ScoreFile::new(found.scores);
    file.not_computed = found.not_computed;
    file.warnings = session.manifest.warnings.clone();
    // The curve last: what is read first stands first.
    file.scores.sort_by_key(|score| score.protocol == AVERAGING);
    pictures::write(&session.run, &items)?;
    file.write(&session.run)?;
    voxels::write_maps(session, &file)?;
    Ok(file)
}

/// Refuses a run whose scores would end for lack of a file or of weights after minutes of computing.
pub(crate) fn refuse_missing_inputs(session: &Session) -> Result<()> {
    let run = &session.run;
    let predicts = session.manifest.baseline.as_ref().is_none_or(|baseline| baseline.encoder.is_some());
    let arrays = [run.reconstructions_array()].into_iter().chain(predicts.then(|| run.predictions_array()));
    if let Some(missing) = arrays.into_iter().find(|array| !array.is_file()) {
        let again = match session.manifest.baseline {
            Some(_) => "make the baseline again".to_owned(),
            None => format!("run `afterimage reconstruct {}` first", run.root().display()),
        };
        bail!("\"{}\" is missing: {again}", missing.display());
    }
    preflight::scoring(&session.experiment)
}

/// The data set, what was fitted on its training part, the held-out items, and their pictures, which are refused where they are not of these items.
pub(super) fn held_out(session: &Session) -> Result<(DataSet, Statistics, HeldOutPairs, Vec<Pictures>)> {
    let items = pictures::read(&session.run)
        .with_context(|| format!("run `afterimage reconstruct {}` first", session.run.root().display()))?;
    let data = session.data()?;
    let statistics = Statistics::read(&session.run)?;
    let test = prepare::held_out(&data.held_out(), &statistics, &session.experiment)?;
    if !test.names().iter().eq(items.iter().map(|p| &p.name)) {
        bail!(
            "the reconstructions belong to other test items: run `afterimage reconstruct {}` again",
            session.run.root().display()
        );
    }
    Ok((data, statistics, test, items))
}

/// Masks of the data set's regions over the voxels that a run uses.
pub(super) fn masks(data: &DataSet, statistics: &Statistics) -> BTreeMap<String, Vec<bool>> {
    let pick = |mask: &Vec<bool>| statistics.voxels.iter().map(|&v| mask[v]).collect();
    data.header().voxels.regions.iter().map(|(name, mask)| (name.clone(), pick(mask))).collect()
}

/// The memory on disk that an experiment allows.
pub fn cache(experiment: &Experiment) -> Option<Cache> {
    let config = &experiment.evaluation;
    let set = |path: OsString| Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty());
    let folder = (config.cache_folder.clone())
        .or_else(|| std::env::var_os("AFTERIMAGE_CACHE").and_then(set))
        .unwrap_or_else(|| afterimage_model::weights::cache_folder().join("features"));
    (config.cache_gib > 0.0).then(|| Cache::new(folder, (config.cache_gib * (1_u64 << 30) as f64) as u64))
}

pub(super) fn context(session: &Session, data: &DataSet, test: &HeldOutPairs) -> Context {
    let config = &session.experiment.evaluation;
    let mut context = Context::new(HeldOut::of(test), derive(session.experiment.seed, Purpose::Statistics));
    context.resamples = config.resamples;
    context.permutations = config.permutations;
    context.unit = data.header().provenance.unit.unwrap_or_default();
    context
}

fn images(
    session: &mut Session,
    data: &DataSet,
    test: &HeldOutPairs,
    context: &Context,
    items: &mut [Pictures],
) -> Result<Part> {
    let decoded = arrays::reconstructions(&session.run, test.len(), session.experiment.image.side)?;
    let shown = Shown::of(test);
    let external = choice::external(session.choice()?.as_ref(), data, &session.experiment)?.map(Arc::new);
    if let Some(pool) = &external {
        session.record(
            "external images",
            &join_paths(&session.experiment.data.external),
            pool.fingerprint(),
            Some(pool.len()),
        );
        session.manifest.data.external_images = pool.len();
    }
    let features = Taps { extractor: FeatureExtractor::of_image_loss(&session.experiment)?, name: taps_name(session) };
    let weights = session.experiment.perceptual_weights().iter().map(|&w| w as f32).collect();
    let perceptual = PerceptualDistance::new(&features, weights)?;
    let distances: [&dyn Distance; 2] = [&perceptual, &PixelCorrelation];
    let cache = cache(&session.experiment);
    let mut none = no_candidates();
    let mut candidates = external.clone().map(ExternalCandidates::new).transpose()?;
    let mut found = Part::default();
    for (index, distance) in distances.into_iter().enumerate() {
        let source: &mut dyn Candidates = match &mut candidates {
            Some(candidates) => candidates,
            None => &mut none,
        };
        let matrix = DistanceMatrix::compute_cached(distance, decoded.view(), &shown, source, cache.as_ref(), context);
        let key = distance.key();
        let names = [format!("identification.external.{key}"), format!("identification.pairwise.{key}")];
        let matrix = match part::defined(&names, matrix)? {
            Ok(matrix) => matrix,
            Err(undefined) => {
                found.add(undefined);
                continue;
            }
        };
        found.add(identification(session, &matrix, context)?);
        if index == 0 {
            let name = ["identification.pairwise.perceptual.within_cluster"];
            found.add(Part::of(&name, clusters::scores(&matrix, test, context))?);
        }
        if let (0, Some(pool)) = (index, &external) {
            rivals(session, &matrix, pool, items)?;
        }
    }
    found.add(metrics::measure(session, &decoded, &shown, candidates.as_mut(), context)?);
    let material = Material { data, decoded: decoded.view(), test, items: &*items, context, cache: cache.as_ref() };
    found.add(classify(session, &material)?);
    if let Some(problem) = cache.as_ref().and_then(Cache::problem) {
        session.note(&format!("note: features could not be kept in {problem}; they will be computed again next time"));
    }
    let diversity = diversity_scores(decoded.view(), &shown, context);
    found.add(Part::of(&["diversity.distance", "diversity.rank"], diversity)?);
    let candidates: Option<&mut dyn Candidates> = candidates.as_mut().map(|c| c as &mut dyn Candidates);
    let material = (&shown, &perceptual as &dyn Distance, candidates, cache.as_ref());
    found.add(averaging::curve(session, data, material, context)?);
    Ok(found)
}

/// `external` and `pairwise` scores of a measure.
fn identification(session: &Session, matrix: &DistanceMatrix, context: &Context) -> Result<Part> {
    let prefix = format!("identification.external.{}", matrix.key());
    let distractors = matrix.candidate_names().len();
    let mut found = if distractors > 0 {
        let (ways, missing) = possible_ways(&prefix, &session.experiment.evaluation.ways, distractors);
        let mut found = Part::of(&[&prefix], external_scores(matrix, &ways, context))?;
        found.not_computed.extend(missing);
        found
    } else {
        Part::without(prefix, "the experiment names no external images: set data.external")
    };
    let pairwise = format!("identification.pairwise.{}", matrix.key());
    found.add(Part::of(&[pairwise], pairwise_scores(matrix, context))?);
    Ok(found)
}

fn rivals(session: &Session, matrix: &DistanceMatrix, pool: &pool::Pool, items: &mut [Pictures]) -> Result<()> {
    for (row, (item, rival)) in items.iter_mut().zip(matrix.rivals()).enumerate() {
        let Some(rival) = rival else { continue };
        let path = session.run.rivals_dir().join(format!("{row:04}.png"));
        let image = pool.read(&[rival.index])?;
        write_picture(&session.run, &path, image.index_axis(Axis(0), 0))?;
        item.rival = Some(session.run.relative(&path));
        item.rival_name = Some(rival.name);
    }
    Ok(())
}

fn encoder(
    session: &Session,
    data: &DataSet,
    statistics: &Statistics,
    test: &HeldOutPairs,
    context: &Context,
) -> Result<Part> {
    if session.manifest.baseline.as_ref().is_some_and(|baseline| baseline.encoder.is_none()) {
        return Ok(Part::without("encoder", "this baseline predicts no responses"));
    }
    let predicted = arrays::predictions(&session.run, test.len(), statistics.voxels.len())?;
    let regions = masks(data, statistics);
    let ceiling = Reliability::noise_ceiling(&data.held_out())?;
    let values: Option<Vec<f32>> = ceiling.map(|c| statistics.voxels.iter().map(|&v| c.correlation[v]).collect());
    let ceilings = values.as_ref().map(|values| Ceilings { values, source: "repeats of the test stimuli" });
    let mut found = Part::default();
    if ceilings.is_none() {
        let reason = "the data set has no single trials of the test stimuli, so their noise is unknown";
        found.add(Part::without("encoder.r_over_ceiling.median", reason));
    }
    let scores = encoder_scores(predicted.view(), test, ceilings, &regions, context);
    found.add(Part::of(&["encoder.r.median", "encoder.r2.median", "encoder.significant"], scores)?);
    const ENCODING: &str = "identification.encoding";
    if context.held_out.len() < 2 {
        let reason =
            format!("identification among test images needs at least 2, the run has {}", context.held_out.len());
        found.add(Part::without(ENCODING, reason));
        return Ok(found);
    }
    let matrix = encoding_matrix(test, predicted.view(), None, context)?;
    let (ways, missing) = possible_ways(ENCODING, &session.experiment.evaluation.ways, context.held_out.len() - 1);
    found.add(Part::of(&[ENCODING], encoding_scores(&matrix, &ways, context))?);
    found.not_computed.extend(missing);
    Ok(found)
}

pub(super) fn taps_name(session: &Session) -> String {
    let loss = &session.experiment.decoder.image_loss;
    format!("{} at {}", loss.backbone, loss.taps.join(", "))
}

/// A backbone as the scores want it.
pub struct Taps {
    pub(crate) extractor: FeatureExtractor,
    pub(crate) name: String,
}

impl Features for Taps {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        Ok(self.extractor.extract(images))
    }

    fn identity(&self) -> Option<String> {
        Some(self.extractor.identity())
    }
}
