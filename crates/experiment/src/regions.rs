//! What regions and single voxels tell, and what the decoder does without them.

mod table;

use crate::error::Result;
use ndarray::{ArrayView2, Axis};

use afterimage_data::{DataSet, HeldOutPairs};
use afterimage_eval::regions::{self as eval, Decode, Subset};
use afterimage_eval::{Candidates, Context, PerceptualDistance, Shown, no_candidates, possible_ways};
use afterimage_run::{
    atomic,
    layout::Phase,
    regions::{Condition, REGIONS_VERSION, Regions},
    scores::NotComputed,
};
use afterimage_train::{
    apply::{FeatureExtractor, TrainedDecoder},
    prepare::{self, Statistics},
};

use super::evaluate::{self, Taps, taps_name};
use super::{Session, arrays, choice, external::ExternalCandidates};

/// Ways of the identification of reconstructions, where the experiment has them.
const WAYS: usize = 5;

/// Computes all, with `draws` subsets of each size, and writes `regions.json` and its tables.
pub(crate) fn regions(session: &mut Session, draws: usize) -> Result<Regions> {
    let (data, statistics, test, _) = evaluate::held_out(session)?;
    let context = evaluate::context(session, &data, &test);
    let (subsets, not_computed) = eval::subsets(&evaluate::masks(&data, &statistics), statistics.voxels.len());
    let mut found = Regions {
        version: REGIONS_VERSION,
        voxels: statistics.voxels.len(),
        regions: eval::regions(&subsets),
        encoding: Vec::new(),
        matched: Vec::new(),
        single: None,
        decoding: Vec::new(),
        not_computed,
        notes: session.manifest.warnings.clone(),
    };
    encoding(session, &statistics, &test, &subsets, draws, &context, &mut found)?;
    decoding(session, &data, &statistics, &test, &subsets, &context, &mut found)?;
    found.notes.extend(ceiling(&found.encoding));
    let reasons = found.not_computed.iter_mut().map(|missing| &mut missing.reason);
    found.notes.iter_mut().chain(reasons).for_each(|text| *text = context.unit.in_text(text));
    found.write(&session.run)?;
    atomic::write(&session.run.regions_table(), table::conditions(&found).as_bytes())?;
    atomic::write(&session.run.region_voxels_table(), table::voxels(&found).as_bytes())?;
    Ok(found)
}

/// Identification by the encoder; none where nothing predicts responses.
fn encoding(
    session: &Session,
    statistics: &Statistics,
    test: &HeldOutPairs,
    subsets: &[Subset],
    draws: usize,
    context: &Context,
    found: &mut Regions,
) -> Result<()> {
    let mut not = |reason: String| found.not_computed.push(NotComputed { name: "encoding".into(), reason });
    if session.manifest.baseline.as_ref().is_some_and(|baseline| baseline.encoder.is_none()) {
        not("this baseline predicts no responses".into());
        return Ok(());
    }
    if test.len() < 2 {
        not(format!("identification needs two test images, the run has {}", test.len()));
        return Ok(());
    }
    let predicted = arrays::predictions(&session.run, test.len(), statistics.voxels.len())?;
    let predicted = predicted.view();
    let (possible, _) = possible_ways("", &session.experiment.evaluation.ways, test.len() - 1);
    let most = possible.into_iter().max().unwrap_or(2);
    let mut ways = vec![2, most];
    ways.dedup();
    let (conditions, missing) = eval::encoding_conditions(test, predicted, subsets, &ways, context)?;
    found.encoding = conditions;
    found.not_computed.extend(missing);
    found.matched = eval::matched_scores(test, predicted, subsets, most, draws, context)?;
    found.single = Some(eval::single_voxels(test, predicted, &statistics.voxels, subsets, context)?);
    Ok(())
}

/// What the decoder makes of parts of the responses; none where there is no decoder.
fn decoding(
    session: &Session,
    data: &DataSet,
    statistics: &Statistics,
    test: &HeldOutPairs,
    subsets: &[Subset],
    context: &Context,
    found: &mut Regions,
) -> Result<()> {
    if !session.run.weights_file(Phase::Decoder).is_file() {
        let reason = "the run has no decoder network whose input could be silenced".into();
        found.not_computed.push(NotComputed { name: "decoding".into(), reason });
        return Ok(());
    }
    if test.len() < 2 {
        let reason = format!("identification needs two test images, the run has {}", test.len());
        found.not_computed.push(NotComputed { name: "decoding".into(), reason });
        return Ok(());
    }
    let experiment = &session.experiment;
    let mut none = no_candidates();
    let external = choice::external(session.choice()?.as_ref(), data, experiment)?;
    let mut candidates = external.map(|pool| ExternalCandidates::new(pool.into())).transpose()?;
    let candidates: &mut dyn Candidates = match &mut candidates {
        Some(candidates) => candidates,
        None => &mut none,
    };
    let (possible, _) = possible_ways("", &experiment.evaluation.ways, candidates.names().len());
    let ways = possible.iter().copied().find(|&ways| ways == WAYS).or(possible.into_iter().max());
    let features = Taps { extractor: FeatureExtractor::of_image_loss(experiment)?, name: taps_name(session) };
    let weights = experiment.perceptual_weights().iter().map(|&w| w as f32).collect();
    let perceptual = PerceptualDistance::new(&features, weights)?;
    let cache = evaluate::cache(experiment);
    let decoder = TrainedDecoder::load(&session.run, experiment)?;
    let silent = silent(data, statistics, session)?;
    let decode = |responses: ArrayView2<'_, f32>| decoder.decode(responses);
    let decode = Decode { responses: test.responses(), silent: &silent, decode: &decode };
    let with = (&perceptual as &dyn afterimage_eval::Distance, candidates, cache.as_ref());
    found.decoding = eval::decoding_conditions(&decode, &Shown::of(test), subsets, ways, with, context)?;
    Ok(())
}

/// The mean response of each voxel over the training items; zero where they were z-scored on these.
fn silent(data: &DataSet, statistics: &Statistics, session: &Session) -> Result<Vec<f32>> {
    if statistics.zscore.is_some() {
        return Ok(vec![0.0; statistics.voxels.len()]);
    }
    let training = prepare::prepare(data, &session.experiment)?.training;
    Ok(training.responses().mean_axis(Axis(0)).map(|mean| mean.to_vec()).unwrap_or_default())
}

/// Says where identification from all voxels is so good that no region can be missed.
fn ceiling(encoding: &[Condition]) -> Option<String> {
    let score = encoding.first()?.scores.iter().find(|s| s.ways.is_some_and(|ways| ways > 2))?;
    let full = score.value >= 0.99;
    full.then(|| {
        format!(
            "From all voxels the encoder identifies {:.1} % of the test images: at this ceiling leaving a region out can show no loss, \
             and regions are told apart at equal, small numbers of voxels.",
            100.0 * score.value
        )
    })
}
