//! Checks by what the decoder makes of other responses: recovery ceiling, method-specific chance, bottleneck curve.

use afterimage_baseline::{Components, components};
use afterimage_data::{HeldOutPairs, TrainingPairs};
use afterimage_eval::validity::{Decoded, named, share_of_ceiling};
use afterimage_eval::{EvalError, Shown};
use afterimage_run::validity::{Check, Condition, Kind, Validity};
use afterimage_statistics::draws::{Purpose, shuffle, stream};
use ndarray::{Array2, Array4, ArrayView4, Axis, concatenate, s};

use super::decoder::Decodes;
use super::{sentence, without};
use crate::error::Result;
use crate::evaluate::{self, Material};
use crate::steps::Steps;

/// The checks made here.
pub(super) const CHECKS: [Kind; 3] = [Kind::RecoveryCeiling, Kind::Chance, Kind::Bottleneck];

/// Reconstructions that are decoded and scored together, bytes.
const MEMORY: usize = 256 << 20;

/// Conditions that the networks of `evaluation.metrics` judge too.
const NETWORKS: [&str; 2] = ["ceiling", "noise"];

/// Responses that stand for those of the held-out items.
struct Set {
    kind: Kind,
    name: String,
    title: String,
    components: Option<usize>,
    /// `[items, voxels]`, or one response for all items.
    responses: Array2<f32>,
}

impl Set {
    fn new(kind: Kind, name: &str, title: &str, responses: Array2<f32>) -> Self {
        Self { kind, name: name.into(), title: title.into(), components: None, responses }
    }
}

/// Scores of reconstructions: see [`afterimage_eval::validity::decoded_scores`].
type Scored<'a> = &'a mut dyn FnMut(&[ArrayView4<'_, f32>]) -> Result<Vec<Decoded>, EvalError>;

/// Makes the checks; `decoded` are the run's reconstructions.
pub(super) fn check(
    of: &Material,
    training: &TrainingPairs,
    decoder: &dyn Decodes,
    (decoded, shown): (&Array4<f32>, &Shown),
    score: Scored<'_>,
    steps: &Steps<'_>,
    found: &mut Validity,
) -> Result<()> {
    let again = decoder.decode(of.test.responses())?;
    found.reproduced = Some((&again - decoded).iter().fold(0.0, |most: f64, d| most.max(f64::from(d.abs()))));
    drop(again);
    let seed = of.context.seed;
    let principal = Components::of_training(training, seed)?;
    let sets = sets(of, training, &principal, found)?;
    let mut conditions: Vec<(Kind, Condition)> = Vec::new();
    match other_items(&of.test, seed) {
        Some(others) => {
            let permuted = decoded.select(Axis(0), &others);
            let scores = score(&[permuted.view()])?.swap_remove(0);
            let title = "from responses to other test images";
            add(&mut conditions, found, Set::new(Kind::Chance, "permuted", title, Array2::zeros((0, 0))), scores);
        }
        None => found.not_computed.push(without("chance.permuted", "there is one test image")),
    }
    let together = (MEMORY / (4 * decoded.len()).max(1)).max(1);
    let total = sets.len();
    let mut done = 0;
    let mut sets = sets.into_iter().peekable();
    while sets.peek().is_some() {
        let block: Vec<Set> = sets.by_ref().take(together).collect();
        steps.part(done, total);
        done += block.len();
        let views: Vec<_> = block.iter().map(|set| set.responses.view()).collect();
        let images = decoder.decode(concatenate(Axis(0), &views)?.view())?;
        let mut first = 0;
        let rows: Vec<_> = block
            .iter()
            .map(|set| {
                let from = first;
                first += set.responses.nrows();
                images.slice(s![from..first, .., .., ..])
            })
            .collect();
        // One response stands for all items.
        let of_sets: Vec<_> = rows.iter().filter_map(|rows| rows.broadcast(decoded.raw_dim())).collect();
        let mut scored = score(&of_sets)?;
        // By the other networks without the curve, so that they take no longer than in the evaluation.
        let by_networks: Vec<usize> =
            (0..block.len()).filter(|&set| NETWORKS.contains(&block[set].name.as_str())).collect();
        let views: Vec<_> = by_networks.iter().map(|&set| of_sets[set]).collect();
        for (set, more) in
            by_networks.into_iter().zip(evaluate::by_networks(&of.experiment, &of.context, shown, &views)?)
        {
            scored[set].scores.extend(more.scores);
            scored[set].not_computed.extend(more.not_computed);
        }
        for (set, scores) in block.into_iter().zip(scored) {
            add(&mut conditions, found, set, scores);
        }
    }
    for kind in CHECKS {
        let of_kind = conditions.iter().filter(|(other, _)| *other == kind);
        let mut conditions: Vec<Condition> = of_kind.map(|(_, condition)| condition.clone()).collect();
        if conditions.is_empty() {
            continue;
        }
        if kind == Kind::RecoveryCeiling {
            conditions.extend(shares(of, found, &conditions[0]));
        }
        let sentence = sentence::of_sets(kind, &found.reference, &conditions);
        found.checks.push(Check { kind, definition: definition(kind, &principal), conditions, sentence });
    }
    Ok(())
}

fn add(conditions: &mut Vec<(Kind, Condition)>, found: &mut Validity, set: Set, decoded: Decoded) {
    let Set { kind, name, title, components, .. } = set;
    for mut missing in decoded.not_computed {
        missing.name = format!("{}.{name}.{}", kind.name(), missing.name);
        found.not_computed.push(missing);
    }
    let scores = named(decoded.scores, kind, &name, &title);
    conditions.push((kind, Condition { name, title, components, scores }));
}

/// The responses to decode.
fn sets(of: &Material, training: &TrainingPairs, principal: &Components, found: &mut Validity) -> Result<Vec<Set>> {
    let (measured, n) = (of.test.responses(), of.test.len());
    let mut sets = Vec::new();
    if of.predicts {
        let title = "from noiseless predicted responses to the shown images";
        sets.push(Set::new(Kind::RecoveryCeiling, "ceiling", title, of.predictions()?));
    } else {
        let reason = "this baseline predicts no responses";
        found.not_computed.push(without(Kind::RecoveryCeiling.name(), reason));
    }
    let noise = components::noise(training, n, of.context.seed);
    sets.push(Set::new(
        Kind::Chance,
        "noise",
        "from Gaussian noise with the covariance of the training responses",
        noise,
    ));
    let mean = training.responses().mean_axis(Axis(0)).unwrap_or_default().insert_axis(Axis(0));
    sets.push(Set::new(Kind::Chance, "mean", "from the mean training response", mean));
    for k in steps_to(principal.rank()) {
        let title = format!("from the first {k} of {} principal components", principal.rank());
        let title = if k == principal.rank() { format!("from all {k} principal components") } else { title };
        let responses = principal.project(measured, k)?;
        let set = Set::new(Kind::Bottleneck, &format!("k{k}"), &title, responses);
        sets.push(Set { components: Some(k), ..set });
    }
    Ok(sets)
}

/// 1, 2, 4 ... and `most`.
fn steps_to(most: usize) -> Vec<usize> {
    let mut steps: Vec<usize> = (0..).map(|power| 1 << power).take_while(|&k| k < most).collect();
    if most > 0 {
        steps.push(most);
    }
    steps
}

/// For each item one that shows another image; `None` if all show the same.
fn other_items(test: &HeldOutPairs, seed: u64) -> Option<Vec<usize>> {
    let shown = test.image_of();
    let mut of_image: Vec<Vec<usize>> = vec![Vec::new(); test.images().len_of(Axis(0))];
    shown.iter().enumerate().for_each(|(item, &image)| of_image[image].push(item));
    let mut order: Vec<usize> = (0..of_image.len()).filter(|&image| !of_image[image].is_empty()).collect();
    if order.len() < 2 {
        return None;
    }
    shuffle(&mut stream(seed, Purpose::Noise, 1), &mut order);
    let mut other = vec![0; of_image.len()];
    (0..order.len()).for_each(|place| other[order[place]] = order[(place + 1) % order.len()]);
    let item = |(place, &image): (usize, &usize)| {
        let items = &of_image[other[image]];
        items[place % items.len()]
    };
    Some(shown.iter().enumerate().map(item).collect())
}

/// The run's scores as shares of their ceilings.
fn shares(of: &Material, found: &mut Validity, ceiling: &Condition) -> Option<Condition> {
    let mut scores = Vec::new();
    let reference = found.reference.clone();
    for score in &reference {
        let name = format!("validity.recovery-ceiling.share.{}", score.name);
        let share = ceiling.score(&score.name).and_then(|most| share_of_ceiling(score, most, &of.context));
        match share {
            Some(mut share) => {
                share.title = format!("{}: share of its ceiling, above chance", score.title);
                share.name = name;
                scores.push(share);
            }
            None => found.not_computed.push(without(
                &name,
                "there are fewer than two images, or the ceiling is not above chance in every resample: no share of it is defined",
            )),
        }
    }
    let title = "from recorded responses, as a share of the ceiling".into();
    (!scores.is_empty()).then(|| Condition { name: "share".into(), title, components: None, scores })
}

fn definition(kind: Kind, principal: &Components) -> String {
    match kind {
        Kind::RecoveryCeiling => "The decoder gets the encoder's own noiseless predictions for the shown images in place of the recorded \
             responses. What it scores then is what it draws from responses without noise, as far as the encoder is right; the share is the run's \
             score above chance divided by it. A share above 1 says that the encoder's predictions are the limit, not the decoder. Of a baseline the encoder is its receptive-field model."
            .into(),
        Kind::Chance => "The decoder gets responses without information on the shown image: those to another test image (a seeded \
             permutation in which no item keeps its image), Gaussian noise with the mean and the covariance of the training responses, and \
             the mean training response for all items. Scores, items and candidates are those of the run."
            .into(),
        _ => format!(
            "The recorded responses are projected on the first principal components of {} training responses and back, about the \
             training mean; the decoder is not trained again.",
            principal.items()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bottleneck_doubles_and_ends_with_all() {
        assert_eq!(steps_to(1), [1]);
        assert_eq!(steps_to(8), [1, 2, 4, 8]);
        assert_eq!(steps_to(11), [1, 2, 4, 8, 11]);
        assert!(steps_to(0).is_empty());
    }
}
