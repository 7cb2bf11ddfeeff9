//! Scores of a run: reconstructions against images, predictions against responses.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use ndarray::{Array2, Array4, ArrayView4, Axis, Ix2, Ix4};

use afterimage_data::Reliability;
use afterimage_eval::{
    BoxError, Candidates, Ceilings, Context, Distance, DistanceMatrix, Features, HeldOut, PerceptualDistance,
    PixelCorrelation, diversity_scores, encoder_scores, encoding_matrix, encoding_scores, external_scores,
    image_scores, no_candidates, pairwise_scores, possible_ways,
};
use afterimage_formats::npy;
use afterimage_run::{
    pictures::{self, Pictures},
    scores::{NotComputed, Score, ScoreFile},
};
use afterimage_train::{
    apply::FeatureExtractor,
    draws::{Purpose, derive},
    prepare::{self, ImagePool, Pairs, Statistics},
};

use super::{Session, averaging, clusters, pool, reconstruct::write_png};

/// Computes all scores and writes `scores.json`; the best-ranked wrong candidates become pictures.
pub(crate) fn evaluate(session: &mut Session) -> Result<ScoreFile> {
    let mut items = pictures::read(&session.run)
        .with_context(|| format!("run `afterimage reconstruct {}` first", session.run.root().display()))?;
    let data = session.data()?;
    let statistics = Statistics::read(&session.run)?;
    let test = prepare::held_out(&data.held_out(), &statistics, &session.experiment)?;
    if test.names != items.iter().map(|p| p.name.clone()).collect::<Vec<_>>() {
        bail!(
            "the reconstructions belong to other test items: run `afterimage reconstruct {}` again",
            session.run.root().display()
        );
    }
    let context = context(session, &items);
    let mut file = ScoreFile::new(Vec::new());
    file.warnings = session.manifest.warnings.clone();
    images(session, &data, &test, &context, &mut items, &mut file)?;
    encoder(session, &data, &statistics, &test, &context, &mut file)?;
    // The curve last: what is read first stands first.
    file.scores.sort_by_key(|score| score.protocol == "averaging");
    pictures::write(&session.run, &items)?;
    file.write(&session.run)?;
    Ok(file)
}

fn context(session: &Session, items: &[Pictures]) -> Context {
    let config = &session.experiment.evaluation;
    let mut context = Context::new(HeldOut::from_pictures(items), derive(session.experiment.seed, Purpose::Statistics));
    context.resamples = config.resamples;
    context.permutations = config.permutations;
    context
}

fn images(
    session: &mut Session,
    data: &afterimage_data::DataSet,
    test: &Pairs,
    context: &Context,
    items: &mut [Pictures],
    file: &mut ScoreFile,
) -> Result<()> {
    let decoded: Array4<f32> = npy::read_f32(&session.run.reconstructions_array())?.into_dimensionality::<Ix4>()?;
    let shown = afterimage_eval::images::from_bytes(test.item_images().view());
    let external = pool::external(data, &session.experiment)?;
    if let Some(pool) = &external {
        session.record(
            "external images",
            &session.experiment.data.external.join(", "),
            pool.fingerprint(),
            Some(pool.len()),
        );
        session.manifest.data.external_images = pool.len();
    }
    let features = Taps { extractor: FeatureExtractor::of_image_loss(&session.experiment)?, name: taps_name(session) };
    let weights = session.experiment.perceptual_weights().iter().map(|&w| w as f32).collect();
    let perceptual = PerceptualDistance::new(&features, weights)?;
    let distances: [&dyn Distance; 2] = [&perceptual, &PixelCorrelation];
    for (index, distance) in distances.into_iter().enumerate() {
        let mut none = no_candidates();
        let mut candidates = external.as_ref().map(ExternalCandidates::new);
        let source: &mut dyn Candidates = match &mut candidates {
            Some(candidates) => candidates,
            None => &mut none,
        };
        let matrix = DistanceMatrix::compute(distance, decoded.view(), shown.view(), source, context)?;
        identification(session, &matrix, context, file)?;
        if index == 0 {
            file.scores.extend(clusters::scores(&matrix, test, context)?);
        }
        if let (0, Some(pool)) = (index, &external) {
            rivals(session, &matrix, pool, items)?;
        }
    }
    file.scores.extend(image_scores(decoded.view(), shown.view(), context)?);
    file.scores.extend(diversity_scores(decoded.view(), shown.view(), context)?);
    let mut candidates = external.as_ref().map(ExternalCandidates::new);
    let candidates: Option<&mut dyn Candidates> = candidates.as_mut().map(|c| c as &mut dyn Candidates);
    averaging::add(session, data, (shown.view(), &perceptual, candidates), context, file)
}

fn identification(session: &Session, matrix: &DistanceMatrix, context: &Context, file: &mut ScoreFile) -> Result<()> {
    let prefix = format!("identification.external.{}", matrix.key());
    let distractors = matrix.candidate_names().len();
    if distractors > 0 {
        let (ways, missing) = possible_ways(&prefix, &session.experiment.evaluation.ways, distractors);
        file.scores.extend(external_scores(matrix, &ways, context)?);
        file.not_computed.extend(missing);
    } else {
        let reason = "the experiment names no external images: set data.external".to_owned();
        file.not_computed.push(NotComputed { name: prefix, reason });
    }
    file.scores.extend(pairwise_scores(matrix, context)?);
    Ok(())
}

fn rivals(session: &Session, matrix: &DistanceMatrix, pool: &pool::Pool, items: &mut [Pictures]) -> Result<()> {
    for (row, (item, rival)) in items.iter_mut().zip(matrix.rivals()).enumerate() {
        let Some(rival) = rival else { continue };
        let path = session.run.rivals_dir().join(format!("{row:04}.png"));
        let image = pool.read(&[rival.index])?;
        write_png(&path, image.index_axis(Axis(0), 0))?;
        item.rival = Some(session.run.relative(&path));
        item.rival_name = Some(rival.name);
    }
    Ok(())
}

fn encoder(
    session: &Session,
    data: &afterimage_data::DataSet,
    statistics: &Statistics,
    test: &Pairs,
    context: &Context,
    file: &mut ScoreFile,
) -> Result<()> {
    if session.manifest.baseline.as_ref().is_some_and(|baseline| baseline.encoder.is_none()) {
        let reason = "this baseline predicts no responses".to_owned();
        file.not_computed.push(NotComputed { name: "encoder".into(), reason });
        return Ok(());
    }
    let predicted: Array2<f32> = npy::read_f32(&session.run.predictions_array())?.into_dimensionality::<Ix2>()?;
    let pick = |mask: &Vec<bool>| statistics.voxels.iter().map(|&v| mask[v]).collect();
    let regions: BTreeMap<String, Vec<bool>> =
        data.header().voxels.regions.iter().map(|(name, mask)| (name.clone(), pick(mask))).collect();
    let ceiling = Reliability::noise_ceiling(&data.held_out())?;
    let values: Option<Vec<f32>> = ceiling.map(|c| statistics.voxels.iter().map(|&v| c.correlation[v]).collect());
    let ceilings = values.as_ref().map(|values| Ceilings { values, source: "repeats of the test stimuli" });
    if ceilings.is_none() {
        let reason = "the data set has no single trials of the test stimuli, so their noise is unknown".to_owned();
        file.not_computed.push(NotComputed { name: "encoder.r_over_ceiling.median".into(), reason });
    }
    file.scores.extend(encoder_scores(predicted.view(), test.responses.view(), ceilings, &regions, context)?);
    let matrix = encoding_matrix(test.responses.view(), predicted.view(), None, context)?;
    let (ways, missing) =
        possible_ways("identification.encoding", &session.experiment.evaluation.ways, context.held_out.len() - 1);
    file.scores.extend(encoding_scores(&matrix, &ways, context)?);
    file.not_computed.extend(missing);
    Ok(())
}

/// The scores a reader wants first, each in a line.
pub(crate) fn summary(file: &ScoreFile) -> Vec<String> {
    let wanted = ["identification.external.perceptual.5way", "identification.pairwise.perceptual", "encoder.r.median"];
    wanted.iter().filter_map(|name| file.get(name)).map(line).collect()
}

/// Title, value, interval, chance, p and n of a score.
pub(crate) fn line(score: &Score) -> String {
    let show = |v: f64| if score.unit == "fraction" { format!("{:.1} %", 100.0 * v) } else { format!("{v:.3}") };
    let mut text = format!("{}: {}", score.title, show(score.value));
    if let Some(i) = &score.interval {
        text += &format!(" [{:.0} % interval {} to {}]", 100.0 * i.level, show(i.low), show(i.high));
    }
    if let Some(chance) = score.chance {
        text += &format!(", chance {}", show(chance));
    }
    if let Some(p) = &score.p {
        text += &format!(", p = {:.2e}", p.value);
    }
    text + &format!(", n = {} {}s", score.n, score.item_kind)
}

fn taps_name(session: &Session) -> String {
    let loss = &session.experiment.decoder.image_loss;
    format!("{} at {}", loss.backbone, loss.taps.join(", "))
}

/// A backbone as the scores want it.
struct Taps {
    extractor: FeatureExtractor,
    name: String,
}

impl Features for Taps {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        Ok(self.extractor.extract(images))
    }
}

/// External candidates, read block by block.
struct ExternalCandidates<'a> {
    pool: &'a pool::Pool,
    names: Vec<String>,
}

impl<'a> ExternalCandidates<'a> {
    fn new(pool: &'a pool::Pool) -> Self {
        Self { names: pool.names(), pool }
    }
}

impl Candidates for ExternalCandidates<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, rows: std::ops::Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        let images = self.pool.read(&rows.collect::<Vec<_>>())?;
        Ok(afterimage_eval::images::from_bytes(images.view()))
    }
}
