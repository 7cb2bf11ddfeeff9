//! The encoder and its noise ceiling against the number of test repeats averaged.

use afterimage_run::scores::{AVERAGING, Score};
use afterimage_statistics::draws::{Purpose, blocks, bootstrap_counts, stream};
use afterimage_statistics::median;
use ndarray::{Array1, Array2, ArrayView2, Axis, Ix2, concatenate};
use rayon::prelude::*;

use super::resampling::Sums;
use super::scores::centred_interval;
use crate::averaging::draws_note;
use crate::error::{finite_rows, shape};
use crate::score::Draft;
use crate::{Context, HeldOutArray, Result};

/// Resamples of the intervals; each computes every voxel again, at every number of repeats and every draw.
const RESAMPLES: usize = 1000;

/// Median r of prediction and measured response for each number of repeats, and the ceiling of it:
/// `averaging.encoder.r.median.kK` and `averaging.encoder.ceiling.median.kK`.
///
/// `predicted` `[items, voxels]`; `measured` holds for each number of repeats the averaged responses of each draw,
/// `[items, voxels]`; `trials` are all single trials `[trials, voxels]` with the item of each in `item_of`. r of a
/// voxel is its mean over draws. The ceiling of a voxel is `sqrt(signal / (signal + noise / k))` with `noise = mean_s
/// var_r(y_sr)` and `signal = max(0, var_s(mean_r y_sr) - mean_s(noise / n_s))`, as
/// `afterimage_data::Reliability::noise_ceiling` has it for all repeats. Both intervals are percentile bootstraps over
/// images with the bias removed, as for `encoder.r.median`.
///
/// # Errors
/// [`crate::EvalError::Shape`] if arrays do not fit, or an item has fewer than two trials.
pub fn averaging_encoder_scores<'a>(
    predicted: ArrayView2<f32>,
    measured: &[(usize, Vec<Array2<f32>>)],
    trials: impl HeldOutArray<'a, Ix2>,
    item_of: &[usize],
    ctx: &Context,
) -> Result<Vec<Score>> {
    let trials = trials.values();
    let noise = Noise::new(trials, item_of, ctx.len())?;
    let once = Array2::ones((1, ctx.len()));
    let resamples = ctx.resamples.min(RESAMPLES);
    let mut scores = Vec::new();
    for (repeats, draws) in measured {
        for draw in draws {
            super::check(predicted, draw.view(), ctx)?;
        }
        let sums: Vec<Sums> = draws.iter().map(|draw| Sums::new(predicted, draw.view())).collect();
        let r = |counts: &Array2<f64>| {
            let zero = Array2::zeros((counts.nrows(), predicted.ncols()));
            sums.iter().map(|s| s.fit(counts).0).fold(zero, |a, b| a + b) / sums.len() as f64
        };
        let words = (*repeats, draws.len());
        scores.push(score(words, true, &r, &once, resamples, ctx));
        scores.push(score(words, false, &|counts| noise.ceilings(counts, *repeats), &once, resamples, ctx));
    }
    Ok(scores)
}

/// The median over voxels of what `of` gives for counts of items, with its interval.
fn score(
    (repeats, draws): (usize, usize),
    is_r: bool,
    of: &(dyn Fn(&Array2<f64>) -> Array2<f64> + Sync),
    once: &Array2<f64>,
    resamples: usize,
    ctx: &Context,
) -> Score {
    let observed = of(once).row(0).to_vec();
    let value = median(&mut observed.clone());
    let medians: Vec<f64> = blocks(resamples)
        .into_par_iter()
        .flat_map_iter(|(block, size)| {
            let counts = bootstrap_counts(&mut stream(ctx.seed, Purpose::Bootstrap, block), size, ctx.len());
            of(&counts).outer_iter().map(|row| median(&mut row.to_vec())).collect::<Vec<_>>()
        })
        .collect();
    let least = if is_r { -1.0 } else { 0.0 };
    let interval = centred_interval(medians, value, [least, 1.0], ctx);
    let (name, title, metric, definition) = if is_r {
        (
            "r",
            "Encoder correlation, median over voxels",
            "Pearson r of predicted and measured response over held-out images",
            "Median over voxels of the correlation of predicted and measured responses across held-out images",
        )
    } else {
        (
            "ceiling",
            "Noise ceiling of the encoder, median over voxels",
            "sqrt(signal / (signal + noise / k)), signal and noise variance from the repeats of the test stimuli",
            "Median over voxels of the largest correlation that measurement noise allows",
        )
    };
    let draft = Draft {
        name: format!("averaging.encoder.{name}.median.k{repeats}"),
        title: format!("{title}, {repeats} repeat{} averaged", if repeats == 1 { "" } else { "s" }),
        protocol: AVERAGING,
        metric: metric.into(),
        definition: format!(
            "{definition}, with responses averaged over {repeats} of the repeats of each test stimulus."
        ),
        unit: "correlation",
        higher_is_better: true,
        chance: Some(0.0),
    };
    let mut score = draft.build(value, interval, ctx);
    score.item_kind = "voxel".into();
    score.n = observed.iter().filter(|v| v.is_finite()).count();
    score.repeats_averaged = u32::try_from(repeats).ok().map(|k| (k, k));
    score.notes.push(format!("over {} held-out images", ctx.len()));
    if is_r {
        score.notes.push(draws_note(draws));
    }
    score
}

/// Mean, squared mean and variance over repeats of each item and voxel, `[items, 3 voxels]`.
struct Noise {
    terms: Array2<f64>,
    /// 1/n of each item.
    inverse: Array1<f64>,
    voxels: usize,
}

impl Noise {
    fn new(trials: ArrayView2<f32>, item_of: &[usize], items: usize) -> Result<Self> {
        let voxels = trials.ncols();
        let mut counts = Array1::<f64>::zeros(items);
        if item_of.len() != trials.nrows() || item_of.iter().any(|&i| i >= items) {
            let expected = format!("[{} trials of {items} items, voxels]", item_of.len());
            return Err(shape("the table of single trials", trials.shape(), expected));
        }
        let (mut mean, mut variance) = (Array2::<f64>::zeros((items, voxels)), Array2::<f64>::zeros((items, voxels)));
        for (&item, row) in item_of.iter().zip(trials.outer_iter()) {
            counts[item] += 1.0;
            mean.row_mut(item).zip_mut_with(&row, |m, &v| *m += f64::from(v));
        }
        if counts.iter().any(|&n| n < 2.0) {
            return Err(shape("the table of single trials", trials.shape(), "at least two trials of every item"));
        }
        finite_rows("the table of single trials", &trials)?;
        let column = counts.view().insert_axis(Axis(1));
        mean /= &column;
        for (&item, row) in item_of.iter().zip(trials.outer_iter()) {
            let centre = mean.row(item).to_owned();
            let mut into = variance.row_mut(item);
            into.zip_mut_with(&(&row.mapv(f64::from) - &centre), |v, d| *v += d * d);
        }
        variance /= &(&column - 1.0);
        let squared = &mean * &mean;
        let terms = concatenate(Axis(1), &[mean.view(), squared.view(), variance.view()])
            .map_err(|_| shape("the table of single trials", trials.shape(), "[trials, voxels]"))?;
        Ok(Self { terms, inverse: counts.mapv(f64::recip), voxels })
    }

    /// Ceilings of the average of k repeats, `[resamples, voxels]`, for counts `[resamples, items]`.
    fn ceilings(&self, counts: &Array2<f64>, k: usize) -> Array2<f64> {
        let n = counts.row(0).sum();
        let sums = counts.dot(&self.terms) / n;
        let inverse = counts.dot(&self.inverse) / n;
        let v = self.voxels;
        Array2::from_shape_fn((counts.nrows(), v), |(i, j)| {
            let (mean, squared, noise) = (sums[[i, j]], sums[[i, v + j]], sums[[i, 2 * v + j]]);
            let between = (squared - mean * mean) * n / (n - 1.0);
            let signal = (between - noise * inverse[i]).max(0.0);
            if signal > 0.0 { (signal / (signal + noise / k as f64)).sqrt() } else { 0.0 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;

    /// Uniform noise of variance 1/12.
    fn noise(rows: usize, columns: usize, salt: u64) -> Array2<f32> {
        let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Array2::from_shape_simple_fn((rows, columns), || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32
        })
    }

    #[test]
    fn ceiling_and_r_of_a_perfect_model_follow_the_closed_form() {
        // Signal and noise of equal variance: the ceiling of k repeats is sqrt(k / (k + 1)).
        let (items, repeats, voxels) = (300, 4, 20);
        let signal = noise(items, voxels, 3);
        let item_of: Vec<usize> = (0..items * repeats).map(|t| t % items).collect();
        let trials = signal.select(Axis(0), &item_of) + noise(items * repeats, voxels, 5);
        let average = |k: usize| {
            let rows = |r: usize| trials.slice(ndarray::s![r * items..(r + 1) * items, ..]).to_owned();
            (0..k).map(rows).fold(Array2::zeros((items, voxels)), |a, b| a + b) / k as f32
        };
        let measured = [(1, vec![average(1)]), (4, vec![average(4)])];
        let ctx = context(items);
        let scores = averaging_encoder_scores(signal.view(), &measured, trials.view(), &item_of, &ctx).unwrap();
        for (score, k) in scores.iter().zip([1.0, 1.0, 4.0, 4.0_f64]) {
            let expected = (k / (k + 1.0)).sqrt();
            assert!((score.value - expected).abs() < 0.03, "{} {} {expected}", score.name, score.value);
            let interval = score.interval.as_ref().unwrap();
            assert!(interval.low < score.value && score.value < interval.high, "{} {interval:?}", score.name);
        }
        assert_eq!(scores[0].name, "averaging.encoder.r.median.k1");
        assert_eq!(scores[3].name, "averaging.encoder.ceiling.median.k4");
    }

    #[test]
    fn interval_of_a_correlation_near_one_ends_at_one() {
        let (items, voxels) = (6, 40);
        let signal = noise(items, voxels, 3);
        let item_of: Vec<usize> = (0..items * 2).map(|t| t % items).collect();
        let trials = signal.select(Axis(0), &item_of) + noise(items * 2, voxels, 5) * 0.05;
        let predicted = &signal + &(noise(items, voxels, 9) * 0.3);
        let ctx = context(items);
        let measured = [(1, vec![trials.slice(ndarray::s![..items, ..]).to_owned()])];
        for score in averaging_encoder_scores(predicted.view(), &measured, trials.view(), &item_of, &ctx).unwrap() {
            let interval = score.interval.unwrap();
            let (low, high) = (interval.low, interval.high);
            assert!(-1.0 <= low && low <= score.value && score.value <= high && high <= 1.0, "{low} to {high}");
        }
    }

    #[test]
    fn item_with_one_trial_is_refused() {
        let (predicted, trials) = (noise(3, 2, 1), noise(5, 2, 2));
        let measured = [(1, vec![predicted.clone()])];
        let error = averaging_encoder_scores(predicted.view(), &measured, trials.view(), &[0, 0, 1, 1, 2], &context(3));
        assert!(error.unwrap_err().to_string().contains("two trials"));
    }
}
