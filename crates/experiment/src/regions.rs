//! What regions and single voxels tell, and what the decoder does without them.

mod table;

use std::cell::Cell;

use crate::error::Result;
use ndarray::{ArrayView2, Axis};

use afterimage_eval::regions::{self as eval, Decode, Subset};
use afterimage_eval::{Candidates, Distance, Shown, possible_ways};
use afterimage_run::{
    Artefact, atomic,
    layout::Phase,
    regions::{Condition, Matched, REGIONS_VERSION, Regions, SingleVoxels},
    scores::NotComputed,
};
use afterimage_statistics::counted;
use afterimage_train::{apply::TrainedDecoder, prepare};

use super::Session;
use super::evaluate::material::{Material, candidates};
use super::steps::Steps;

/// Ways of the identification of reconstructions, where the experiment has them.
const WAYS: usize = 5;

/// Computes all, with `draws` subsets of each size, and writes `regions.json` and its tables.
pub(crate) fn regions(session: &mut Session, draws: usize) -> Result<Regions> {
    let of = Material::of(session)?;
    let voxels = of.statistics.voxels.len();
    let masks = of.masks();
    let (subsets, mut not_computed) = eval::subsets(&masks, voxels);
    let steps = Steps::new(session.observer(), "regions", 4);
    let encoding = encoding(&of, &subsets, draws, &steps)?;
    let decoding = decoding(&of, &subsets, &steps)?;
    drop(steps);
    let conditions = encoding.conditions.len() + decoding.conditions.len();
    session.observer().fact(&format!("{} of {}", counted(conditions, "condition"), counted(masks.len(), "region")));
    not_computed.extend(encoding.not_computed);
    not_computed.extend(decoding.not_computed);
    let mut notes = session.manifest.warnings.clone();
    let unit = of.context.unit;
    notes.extend(ceiling(&encoding.conditions).map(|note| unit.in_text(&note)));
    not_computed.iter_mut().for_each(|missing| missing.reason = unit.in_text(&missing.reason));
    let found = Regions {
        version: REGIONS_VERSION,
        voxels,
        regions: eval::regions(&subsets),
        encoding: encoding.conditions,
        matched: encoding.matched,
        single: encoding.single,
        decoding: decoding.conditions,
        not_computed,
        notes,
    };
    found.write(&session.run)?;
    atomic::write(&session.run.regions_table(), table::conditions(&found).as_bytes())?;
    atomic::write(&session.run.region_voxels_table(), table::voxels(&found).as_bytes())?;
    Ok(found)
}

/// What one of the networks tells of regions.
#[derive(Default)]
struct Told {
    conditions: Vec<Condition>,
    matched: Vec<Matched>,
    single: Option<SingleVoxels>,
    not_computed: Vec<NotComputed>,
}

impl Told {
    /// Nothing, for a reason.
    fn nothing(name: &str, reason: impl Into<String>) -> Self {
        Self { not_computed: vec![NotComputed { name: name.into(), reason: reason.into() }], ..Self::default() }
    }
}

/// Identification by the encoder; none where nothing predicts responses.
fn encoding(of: &Material, subsets: &[Subset], draws: usize, steps: &Steps<'_>) -> Result<Told> {
    let (test, context) = (&of.test, &of.context);
    if !of.predicts {
        return Ok(Told::nothing("encoding", "this baseline predicts no responses"));
    }
    if test.len() < 2 {
        return Ok(Told::nothing("encoding", too_few(test.len())));
    }
    let predicted = of.predictions()?;
    let predicted = predicted.view();
    let (possible, _) = possible_ways("", &of.experiment.evaluation.ways, test.len() - 1);
    let most = possible.into_iter().max().unwrap_or(2);
    let mut ways = vec![2, most];
    ways.dedup();
    steps.next("encoding by region")?;
    let (conditions, not_computed) = eval::encoding_conditions(test, predicted, subsets, &ways, context)?;
    steps.next("equal numbers of voxels")?;
    let matched = eval::matched_scores(test, predicted, subsets, most, draws, context)?;
    steps.next("single voxels")?;
    let single = eval::single_voxels(test, predicted, &of.statistics.voxels, subsets, context)?;
    Ok(Told { conditions, matched, single: Some(single), not_computed })
}

/// What the decoder makes of parts of the responses; none where there is no decoder.
fn decoding(of: &Material, subsets: &[Subset], steps: &Steps<'_>) -> Result<Told> {
    if !of.run.weights_file(Phase::Decoder).is_file() {
        return Ok(Told::nothing("decoding", "the run has no decoder network whose input could be silenced"));
    }
    if of.test.len() < 2 {
        return Ok(Told::nothing("decoding", too_few(of.test.len())));
    }
    let mut candidates = candidates(of.external()?.as_ref())?;
    let (possible, _) = possible_ways("", &of.experiment.evaluation.ways, candidates.names().len());
    let ways = possible.iter().copied().find(|&ways| ways == WAYS).or(possible.into_iter().max());
    let features = of.features()?;
    let perceptual = of.perceptual(&features)?;
    let decoder = TrainedDecoder::load(&of.run, &of.experiment)?;
    let silent = silent(of)?;
    steps.next("decoding by region")?;
    let decoded = Cell::new(0);
    let decode = |responses: ArrayView2<'_, f32>| {
        steps.part(decoded.replace(decoded.get() + 1), subsets.len());
        decoder.decode(responses)
    };
    let decode = Decode { responses: of.test.responses(), silent: &silent, decode: &decode };
    let with: (&dyn Distance, &mut dyn Candidates, _) = (&perceptual, &mut *candidates, of.cache.as_ref());
    let conditions = eval::decoding_conditions(&decode, &Shown::of(&of.test), subsets, ways, with, &of.context)?;
    Ok(Told { conditions, ..Told::default() })
}

fn too_few(items: usize) -> String {
    format!("identification needs two test images, the run has {items}")
}

/// The mean response of each voxel over the training items; zero where they were z-scored on these.
fn silent(of: &Material) -> Result<Vec<f32>> {
    if of.statistics.zscore.is_some() {
        return Ok(vec![0.0; of.statistics.voxels.len()]);
    }
    let training = prepare::prepare(&of.data, &of.experiment)?.training;
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
