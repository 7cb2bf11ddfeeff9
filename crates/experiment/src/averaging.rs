//! The averaging curve: averages of some of the test repeats, decoded and scored.

use crate::error::Result;
use ndarray::{Array2, ArrayView2, Axis};

use afterimage_config::Averaging;
use afterimage_data::HeldOutPairs;
use afterimage_eval::averaging::{Decoded, Level, averaging_encoder_scores, averaging_scores, plan};
use afterimage_eval::{Candidates, Distance, Shown};
use afterimage_run::{layout::Phase, scores::AVERAGING};
use afterimage_train::{apply::TrainedDecoder, prepare};

use super::evaluate::{Material, Part};

/// Single trials of the test stimuli, normalised as in training.
struct Trials {
    pairs: HeldOutPairs,
    /// Item of each trial.
    item_of: Vec<usize>,
    /// Trials of each item.
    of_item: Vec<Vec<usize>>,
}

/// The scores of the curve, or why there are none.
pub(super) fn curve(
    of: &Material,
    predicted: Option<ArrayView2<'_, f32>>,
    shown: &Shown,
    distance: &dyn Distance,
    candidates: &mut dyn Candidates,
) -> Result<Part> {
    let trials = match trials(of)? {
        Ok(trials) => trials,
        Err(reason) => return Ok(Part::without(AVERAGING, reason)),
    };
    let context = &of.context;
    let counts: Vec<usize> = trials.of_item.iter().map(Vec::len).collect();
    let levels = plan(&counts, context.seed);
    let decoder = TrainedDecoder::load(&of.networks, &of.experiment)?;
    let mut measured = Vec::new();
    let mut decoded = Vec::new();
    for level in &levels {
        let averages = averages(&trials, level);
        let draws = averages.iter().map(|a| decoder.decode(a.view())).collect();
        decoded.push(Decoded { repeats: level.repeats, draws });
        measured.push((level.repeats, averages));
    }
    let scores = averaging_scores(&decoded, shown, distance, candidates, of.cache.as_ref(), context);
    let mut found = Part::of(&[AVERAGING], scores)?;
    if let Some(predicted) = predicted {
        let scores = averaging_encoder_scores(predicted, &measured, &trials.pairs, &trials.item_of, context);
        found.add(Part::of(&["averaging.encoder"], scores)?);
    }
    Ok(found)
}

/// The single trials, or why there can be no curve.
fn trials(of: &Material) -> Result<Result<Trials, String>> {
    let evaluation = &of.experiment.evaluation;
    if !evaluation.averaging_curve {
        return Ok(Err("switched off: set evaluation.averaging_curve = true".into()));
    }
    if evaluation.averaging == Averaging::Trials {
        return Ok(Err(
            "evaluation.averaging = \"trials\" decodes every trial by itself: set it to \"stimulus\"".into()
        ));
    }
    if !of.networks.weights_file(Phase::Decoder).is_file() {
        return Ok(Err("the run has no decoder network that could decode other averages".into()));
    }
    let mut experiment = of.experiment.clone();
    experiment.evaluation.averaging = Averaging::Trials;
    let pairs = prepare::held_out(&of.data.held_out(), &of.statistics, &experiment)?;
    let stimuli = of.data.held_out().stimuli();
    let mut of_item: Vec<Vec<usize>> = vec![Vec::new(); of.test.len()];
    let mut item_of = Vec::new();
    // Items are the test stimuli that have trials, ascending.
    let shown: Vec<u32> = stimuli.into_iter().filter(|s| pairs.stimulus().contains(s)).collect();
    for (trial, stimulus) in pairs.stimulus().iter().enumerate() {
        let item = shown.partition_point(|s| s < stimulus);
        of_item[item].push(trial);
        item_of.push(item);
    }
    if pairs.repeats().iter().any(|&n| n != 1) || of_item.iter().any(|t| t.len() < 2) {
        return Ok(Err(
            "the data set holds no single trials of repeated test stimuli: import them without averaging the repeats"
                .into(),
        ));
    }
    Ok(Ok(Trials { pairs, item_of, of_item }))
}

/// Mean responses `[items, voxels]` of each draw.
fn averages(trials: &Trials, level: &Level) -> Vec<Array2<f32>> {
    let of_draw = |draw: &Vec<Vec<usize>>| {
        let mut out = Array2::zeros((draw.len(), trials.pairs.responses().ncols()));
        for ((mut row, places), of_item) in out.outer_iter_mut().zip(draw).zip(&trials.of_item) {
            let rows: Vec<usize> = places.iter().map(|&place| of_item[place]).collect();
            let sum = trials.pairs.responses().select(Axis(0), &rows).mapv(f64::from).sum_axis(Axis(0));
            row.assign(&sum.mapv(|v| (v / rows.len() as f64) as f32));
        }
        out
    };
    level.draws.iter().map(of_draw).collect()
}
