//! Scores against the number of test repeats that are averaged before decoding.
//!
//! Of each test item's single trials, k are drawn at random, averaged and decoded, for k = 1, 2, 4, ... and all of
//! them; this is repeated over several draws, and an item's value is the mean over the draws. [`plan`] draws the
//! trials, the caller averages and decodes them, [`averaging_scores`] scores what came of it.

use afterimage_run::scores::{AVERAGING, Score};
use afterimage_statistics::draws::{Purpose, shuffle, stream};
use afterimage_statistics::pairing_test;
use ndarray::{Array2, Array4, ArrayView4, Axis, Ix4, concatenate, s};

use crate::cache::Cache;
use crate::candidates::Candidates;
use crate::distance::{Distance, DistanceMatrix, distances};
use crate::error::shape;
use crate::identification::{Accuracy, Pool, ranks};
use crate::image_scores::{OWN_SIZE, mismatched_mean};
use crate::score::{Draft, with_pairing_p, with_test};
use crate::{Context, EvalError, HeldOutArray, Result, images, pixcorr};

pub use crate::encoder::averaging_encoder_scores;

/// Most draws of trials for one number of repeats.
pub const DRAWS: usize = 4;
/// About so many reconstructions are made at most, by fewer draws; one draw is always made.
const RECONSTRUCTIONS: usize = 500;
/// Ways of the identification among external candidates.
const WAYS: usize = 5;

/// The trials to average: for each draw, for each item, some of its trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Trials averaged per item.
    pub repeats: usize,
    /// `[draws][items][repeats]`, places in the item's list of trials.
    pub draws: Vec<Vec<Vec<usize>>>,
}

/// Which of the `trials[i]` trials of item i are averaged, for 1, 2, 4, ... repeats and for the smallest number that
/// any item has.
///
/// Where all items have that number, the last level is all trials, drawn once. Empty below two repeats.
pub fn plan(trials: &[usize], seed: u64) -> Vec<Level> {
    let (most, equal) = (trials.iter().copied().min().unwrap_or(0), trials.windows(2).all(|w| w[0] == w[1]));
    if most < 2 {
        return Vec::new();
    }
    let mut levels: Vec<usize> = (0..).map(|e| 1_usize << e).take_while(|k| *k < most).collect();
    levels.push(most);
    let draws = (RECONSTRUCTIONS / (trials.len() * levels.len())).clamp(1, DRAWS);
    let draw = |level: usize, draw: usize, k: usize| {
        let mut rng = stream(seed, Purpose::Repeats, (level * DRAWS + draw) as u64);
        let mut of_item = |n: usize| {
            let mut order: Vec<usize> = (0..n).collect();
            shuffle(&mut rng, &mut order);
            order.truncate(k);
            order.sort_unstable();
            order
        };
        trials.iter().map(|&n| of_item(n)).collect()
    };
    let levels = levels.into_iter().enumerate();
    let of_level = |(level, k): (usize, usize)| {
        let draws = if equal && k == most { 1 } else { draws };
        Level { repeats: k, draws: (0..draws).map(|d| draw(level, d, k)).collect() }
    };
    levels.map(of_level).collect()
}

/// What was decoded at one number of repeats: an array `[items, 3, height, width]` a draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Trials averaged per item.
    pub repeats: usize,
    /// The reconstructions of each draw.
    pub draws: Vec<Array4<f32>>,
}

/// Identification and pixel correlation for each number of repeats k: `averaging.pairwise.KEY.kK`,
/// `averaging.external.KEY.5way.kK` (with at least four candidates) and `averaging.image.pixcorr.native.kK`.
///
/// Intervals, tests and chance levels are as for the same scores without curve, on values averaged over draws.
///
/// # Errors
/// [`EvalError::Shape`] and [`EvalError::NotFinite`] for arrays that do not fit; [`EvalError::TooFewItems`] below two
/// items; errors of the distance and of the reader.
pub fn averaging_scores<'a>(
    decoded: &[Decoded],
    shown: impl HeldOutArray<'a, Ix4>,
    distance: &dyn Distance,
    candidates: &mut dyn Candidates,
    cache: Option<&Cache>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let shown = shown.values();
    images::check("the array of shown images", shown, ctx)?;
    if ctx.len() < 2 {
        let what = "the curve over averaged repeats, which is of identification,".into();
        return Err(EvalError::TooFewItems { what, got: ctx.len(), needed: 2 });
    }
    let all: Vec<ArrayView4<f32>> = decoded.iter().flat_map(|d| d.draws.iter().map(|a| a.view())).collect();
    for draw in &all {
        images::check("the array of reconstructions", *draw, ctx)?;
    }
    let stacked = concatenate(Axis(0), &all)
        .map_err(|_| shape("an array of reconstructions", all[0].shape(), "the same size at every draw"))?;
    let found = distances(distance, stacked.view(), None, shown, candidates, cache)?;
    let r = pixcorr::correlations(stacked.view(), shown, None);
    let n = ctx.len();
    let mut scores = Vec::new();
    let mut first = 0;
    for level in decoded {
        let rows = |draw: usize| s![(first + draw) * n..(first + draw + 1) * n, ..];
        let (mut pairwise, mut external, mut correlation) =
            (Array2::zeros((n, n)), Array2::zeros((n, n)), Array2::zeros((n, n)));
        for draw in 0..level.draws.len() {
            let names = candidates.names().to_vec();
            let matrix = found.matrix((first + draw) * n, distance, names, ctx)?;
            pairwise += &accuracy(&matrix, Pool::OtherShown, 2)?;
            if matrix.candidate_names().len() + 1 >= WAYS {
                external += &accuracy(&matrix, Pool::External, WAYS)?;
            }
            correlation += &r.slice(rows(draw));
        }
        let draws = level.draws.len() as f64;
        let words = Words { distance, repeats: level.repeats, draws: level.draws.len(), ctx };
        scores.push(words.pairwise(&(pairwise / draws)));
        if candidates.names().len() + 1 >= WAYS {
            scores.push(words.external(&(external / draws), candidates.names().len()));
        }
        scores.push(words.correlation(&(correlation / draws)));
        first += level.draws.len();
    }
    Ok(scores)
}

/// Accuracy of reconstruction i were shown image j its truth.
fn accuracy(matrix: &DistanceMatrix, pool: Pool, ways: usize) -> Result<Array2<f64>> {
    let wrong_candidates = crate::identification::wrong_candidates(matrix, pool);
    let accuracy = Accuracy::new(wrong_candidates, ways, 1)?;
    matrix.defined(&ranks(matrix, pool), |rank| accuracy.of(rank))
}

/// The words and the tests of one number of repeats.
struct Words<'a> {
    distance: &'a dyn Distance,
    repeats: usize,
    draws: usize,
    ctx: &'a Context,
}

impl Words<'_> {
    fn pairwise(&self, values: &Array2<f64>) -> Score {
        let what = "Mean fraction of the other test images that are farther from the reconstruction than the shown one";
        let title = "Pairwise identification among the test images";
        let name = format!("pairwise.{}", self.distance.key());
        let mut score = self.score(name, title.into(), self.distance.metric(), what, "fraction", Some(0.5), values);
        score.ways = Some(2);
        score
    }

    fn external(&self, values: &Array2<f64>, candidates: usize) -> Score {
        let what = "Expected share of 5-way trials in which the shown image is nearest to the reconstruction, among itself and 4 images of the external set";
        let title = format!("{WAYS}-way identification among external images");
        let name = format!("external.{}.{WAYS}way", self.distance.key());
        let chance = Some(1.0 / WAYS as f64);
        let mut score = self.score(name, title, self.distance.metric(), what, "fraction", chance, values);
        (score.ways, score.candidates) = (Some(WAYS), Some(candidates));
        score
    }

    fn correlation(&self, values: &Array2<f64>) -> Score {
        let what = "Mean over images of the correlation of all RGB values of reconstruction and shown image";
        let metric = "Pearson correlation of flattened RGB, at the images' own size".to_owned();
        let mismatched = mismatched_mean(values);
        let chance = mismatched.is_finite().then_some(mismatched);
        let title = format!("Pixel correlation {OWN_SIZE}");
        self.score("image.pixcorr.native".into(), title, metric, what, "correlation", chance, values)
    }

    #[allow(clippy::too_many_arguments)] // the fields of a score that differ
    fn score(
        &self,
        name: String,
        title: String,
        metric: String,
        what: &str,
        unit: &'static str,
        chance: Option<f64>,
        values: &Array2<f64>,
    ) -> Score {
        let k = self.repeats;
        let draft = Draft {
            name: format!("averaging.{name}.k{k}"),
            title: format!("{title}, {} averaged", if k == 1 { "1 repeat".into() } else { format!("{k} repeats") }),
            protocol: AVERAGING,
            metric,
            definition: format!("{what}, with the responses averaged over {k} of the repeats of each test stimulus."),
            unit,
            higher_is_better: true,
            chance,
        };
        let score = draft.mean_over_images(&values.diag().to_vec(), self.ctx);
        let test = pairing_test(values.view(), self.ctx.permutations, self.ctx.seed);
        let mut score = if unit == "fraction" { with_test(score, test, 1.0) } else { with_pairing_p(score, test) };
        score.repeats_averaged = u32::try_from(k).ok().map(|k| (k, k));
        score.notes.push(draws_note(self.draws));
        score
    }
}

/// How often trials were drawn.
pub(crate) fn draws_note(draws: usize) -> String {
    match draws {
        1 => "one draw of repeats per image".into(),
        n => format!("mean over {n} random draws of the repeats, per image"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;
    use crate::{InMemory, PixelCorrelation};

    #[test]
    fn levels_are_powers_of_two_and_the_last_is_everything() {
        let plan = plan(&[10; 20], 1);
        assert_eq!(plan.iter().map(|l| l.repeats).collect::<Vec<_>>(), [1, 2, 4, 8, 10]);
        assert_eq!(plan.iter().map(|l| l.draws.len()).collect::<Vec<_>>(), [4, 4, 4, 4, 1]);
        assert!(plan[4].draws[0].iter().all(|t| *t == (0..10).collect::<Vec<_>>()));
        for level in &plan {
            assert!(
                level.draws.iter().flatten().all(|t| t.len() == level.repeats && t.windows(2).all(|w| w[0] < w[1]))
            );
        }
        assert_ne!(plan[0].draws[0], plan[0].draws[1]);
        assert_eq!(plan, super::plan(&[10; 20], 1));
    }

    #[test]
    fn unequal_repeats_stop_at_the_smallest_number_and_one_repeat_has_no_curve() {
        let unequal = plan(&[5, 3, 4], 1);
        assert_eq!(unequal.iter().map(|l| (l.repeats, l.draws.len())).collect::<Vec<_>>(), [(1, 4), (2, 4), (3, 4)]);
        assert!(plan(&[1, 3], 1).is_empty() && plan(&[], 1).is_empty());
        assert_eq!(plan(&[3; 2000], 1)[0].draws.len(), 1);
    }

    #[test]
    fn level_with_the_images_themselves_is_perfect_and_equals_the_plain_scores() {
        let ctx = context(6);
        let image =
            |i: usize, c: usize, y: usize, x: usize| ((i * 31 + c * 7 + y * 13 + x * 5) * 17 % 97) as f32 / 97.0;
        let shown = Array4::from_shape_fn((6, 3, 12, 12), |(i, c, y, x)| image(i, c, y, x));
        let other = Array4::from_shape_fn((6, 3, 12, 12), |(i, c, y, x)| image(i * 3 + 1, x % 3, c, y));
        let candidates = || InMemory { names: (0..6).map(|i| i.to_string()).collect(), images: other.clone() };
        let blend = &shown * 0.3 + &other * 0.7;
        let decoded = [
            Decoded { repeats: 1, draws: vec![blend.clone(), other.clone()] },
            Decoded { repeats: 3, draws: vec![shown.clone()] },
        ];
        let scores =
            averaging_scores(&decoded, shown.view(), &PixelCorrelation, &mut candidates(), None, &ctx).unwrap();
        let get = |name: &str| scores.iter().find(|s| s.name == name).unwrap();
        for name in
            ["averaging.pairwise.pixels.k3", "averaging.external.pixels.5way.k3", "averaging.image.pixcorr.native.k3"]
        {
            assert!((get(name).value - 1.0).abs() < 1e-6, "{name}");
        }
        assert_eq!(get("averaging.pairwise.pixels.k3").repeats_averaged, Some((3, 3)));
        let one = |images: &Array4<f32>| {
            let matrix =
                DistanceMatrix::compute(&PixelCorrelation, images.view(), shown.view(), &mut candidates(), &ctx);
            crate::pairwise_scores(&matrix.unwrap(), &ctx).unwrap().remove(0).value
        };
        let mean = (one(&blend) + one(&other)) / 2.0;
        assert!((get("averaging.pairwise.pixels.k1").value - mean).abs() < 1e-9);
    }
}
