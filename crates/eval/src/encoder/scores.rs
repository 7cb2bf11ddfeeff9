//! The encoder's scores.

use std::collections::BTreeMap;

use afterimage_run::scores::Score;
use afterimage_statistics::{
    Interval, PValue, Sample, benjamini_hochberg, defined, fraction_interval, mean, median, percentile_interval,
    permutation_p,
};
use ndarray::{ArrayView2, Ix2};

use super::resampling::{Group, Of, Statistic, Sums, bootstrap, shuffles};
use super::voxel_fit;
use crate::error::{shape, undefined};
use crate::score::{Draft, with_p};
use crate::{Context, HeldOutArray, Result};

/// Share of false discoveries allowed among voxels called above chance.
const FDR: f64 = 0.05;

/// Noise ceilings in units of correlation: the r of a perfect model, one a voxel.
#[derive(Debug, Clone, Copy)]
pub struct Ceilings<'a> {
    /// One a voxel; NaN if unknown.
    pub values: &'a [f32],
    /// Where they come from, for the score's notes.
    pub source: &'a str,
}

impl Ceilings<'_> {
    /// A voxel whose ceiling is below this carries next to no signal, and the ratio would be noise divided by noise.
    pub const SMALLEST: f32 = 0.1;
}

/// Median r (all voxels and each region), median R^2, r over ceiling, and the share of voxels above chance.
///
/// `predicted` and `measured` are held-out items, f32 `[items, voxels]`; `regions` are masks over the voxels. Names:
/// `encoder.r.median`, `encoder.r.median.REGION`, `encoder.r2.median`, `encoder.r_over_ceiling.median`,
/// `encoder.significant`. Per-item values are those of the voxels.
///
/// Intervals of medians are percentile bootstraps over held-out images (r of every voxel computed again in each
/// resample); the voxels stay as they are, so they speak about new images, not about other voxels. The mean shift of
/// the resampled medians (resamples repeat images) is taken off. p-values shuffle which response belongs to which
/// image, the same order for all voxels, which keeps the correlation among voxels.
///
/// # Errors
/// See [`voxel_fit`]; [`crate::EvalError::Shape`] for a mask or ceilings of another length;
/// [`crate::EvalError::Undefined`] if no voxel varies.
pub fn encoder_scores<'a>(
    predicted: ArrayView2<f32>,
    measured: impl HeldOutArray<'a, Ix2>,
    ceilings: Option<Ceilings>,
    regions: &BTreeMap<String, Vec<bool>>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let measured = measured.values();
    let fit = voxel_fit(predicted, measured, ctx)?;
    let voxels = fit.r.len();
    let mut groups: Vec<(Option<&str>, Group)> = vec![(None, (0..voxels).collect())];
    for (name, mask) in regions {
        if mask.len() != voxels {
            return Err(shape(&format!("the mask of region \"{name}\""), &[mask.len()], format!("[{voxels}]")));
        }
        groups.push((Some(name), (0..voxels).filter(|&v| mask[v]).collect()));
    }
    groups.retain(|(_, g)| g.iter().any(|&v| fit.r[v].is_finite()));
    if groups.is_empty() || groups[0].0.is_some() {
        let reason = format!(
            "no {} varies over the {} held-out items, both predicted and measured",
            ctx.unit.singular(),
            ctx.len()
        );
        return Err(undefined("the encoder's correlation", reason));
    }
    let usable = usable_ceilings(ceilings, voxels)?;

    let mut statistics: Vec<Statistic> = groups.iter().map(|(_, group)| Statistic { group, of: Of::R }).collect();
    statistics.push(Statistic { group: &groups[0].1, of: Of::R2 });
    if let Some(c) = &usable {
        statistics.push(Statistic { group: &groups[0].1, of: Of::Ceiling(c) });
    }
    let mut resampled = bootstrap(&Sums::new(predicted, measured), &statistics, ctx.resamples, ctx.seed).into_iter();
    let only: Vec<&Group> = groups.iter().map(|(_, g)| g).collect();
    let counts = shuffles(predicted, measured, &only, &fit.r, ctx.permutations, ctx.seed);

    let mut scores = Vec::new();
    for (((region, group), &count), sum) in groups.iter().zip(&counts.groups).zip(&counts.sums) {
        let method = format!("permutation of images, {} draws, one-sided", ctx.permutations);
        let test = (ctx.permutations > 0).then(|| PValue::drawn(count, ctx.permutations, method));
        let values: Vec<f64> = group.iter().map(|&v| fit.r[v]).collect();
        let shuffled = sum / ctx.permutations as f64;
        let mut score = with_p(median_score(r_words(*region), group, &values, resampled.next(), ctx), test);
        if score.p.is_some() && shuffled.is_finite() {
            score.guess = score.chance.replace(shuffled);
        }
        scores.push(score);
    }
    let all = &groups[0].1;
    scores.push(median_score(r2_words(), all, &fit.r2, resampled.next(), ctx));
    if let (Some(c), Some(ceilings)) = (&usable, ceilings) {
        let ratio: Vec<f64> = fit.r.iter().zip(c).map(|(r, c)| r / c).collect();
        let mut score = median_score(ceiling_words(), all, &ratio, resampled.next(), ctx);
        score.notes.push(format!("ceilings: {}", ceilings.source));
        score.notes.push(format!("{} with a ceiling below {} are left out", ctx.unit.plural(), Ceilings::SMALLEST));
        scores.push(score);
    }
    if ctx.permutations > 0 {
        let p = |(r, &count): (&f64, &usize)| {
            if r.is_finite() { permutation_p(count, ctx.permutations) } else { f64::NAN }
        };
        let p_values: Vec<f64> = fit.r.iter().zip(&counts.voxels).map(p).collect();
        scores.insert(1, share_score(&p_values, ctx));
    }
    Ok(scores)
}

/// Ceilings as f64, NaN if too small; `None` without any usable one.
fn usable_ceilings(ceilings: Option<Ceilings>, voxels: usize) -> Result<Option<Vec<f64>>> {
    let Some(ceilings) = ceilings else { return Ok(None) };
    if ceilings.values.len() != voxels {
        return Err(shape("the list of noise ceilings", &[ceilings.values.len()], format!("[{voxels}]")));
    }
    let keep = |&c: &f32| if c >= Ceilings::SMALLEST && c.is_finite() { f64::from(c) } else { f64::NAN };
    let values: Vec<f64> = ceilings.values.iter().map(keep).collect();
    Ok(values.iter().any(|c| c.is_finite()).then_some(values))
}

/// The median over voxels with the interval of its resamples.
fn median_score(draft: Draft, group: &Group, values: &[f64], resampled: Option<Vec<f64>>, ctx: &Context) -> Score {
    let value = median(&mut values.to_vec());
    let most = if draft.unit == "ratio" { f64::INFINITY } else { 1.0 };
    let least = if draft.unit == "correlation" { -1.0 } else { f64::NEG_INFINITY };
    let interval = resampled.and_then(|resampled| centred_interval(resampled, value, [least, most], ctx));
    over_voxels(draft.build(value, interval, ctx), group, values, ctx)
}

/// The percentile interval of [`centred`] medians, as far as it is between the least and the largest possible value: the shift
/// can move an end beyond them.
pub(super) fn centred_interval(
    resampled: Vec<f64>,
    observed: f64,
    [least, most]: [f64; 2],
    ctx: &Context,
) -> Option<Interval> {
    let interval = percentile_interval(centred(resampled, observed), &Sample::of(ctx.len(), "image"))?;
    let (low, high) = (interval.low.clamp(least, most), interval.high.clamp(least, most));
    Some(Interval { low, high, method: format!("{}, bias removed", interval.method), ..interval })
}

/// Shifts the resampled medians so that their mean is the observed one.
///
/// A resample repeats images, so it varies less than a fresh sample and spreads voxels apart; over many voxels
/// that shift of the median can exceed the interval's width, and the interval would not hold its own value.
fn centred(mut resampled: Vec<f64>, observed: f64) -> Vec<f64> {
    resampled.retain(|v| v.is_finite());
    let bias = resampled.iter().sum::<f64>() / resampled.len().max(1) as f64 - observed;
    resampled.iter_mut().for_each(|v| *v -= bias);
    resampled
}

/// Fills in voxels as items.
fn over_voxels(mut score: Score, group: &Group, values: &[f64], ctx: &Context) -> Score {
    score.item_kind = "voxel".into();
    score.items = group.iter().map(usize::to_string).collect();
    score.per_item = values.iter().map(|v| v.is_finite().then_some(*v)).collect();
    score.n = score.per_item.iter().flatten().count();
    score.notes.push(format!("over {} held-out images", ctx.len()));
    let undefined = values.len() - score.n;
    if undefined > 0 {
        score.notes.push(format!("undefined for {undefined} of {} {}, left out", values.len(), ctx.unit.plural()));
    }
    score
}

/// Share of voxels with an adjusted p of at most [`FDR`].
fn share_score(p: &[f64], ctx: &Context) -> Score {
    let adjusted = benjamini_hochberg(p);
    let hits: Vec<f64> =
        adjusted.iter().map(|q| if q.is_finite() { f64::from(u8::from(*q <= FDR)) } else { f64::NAN }).collect();
    let defined = defined(hits.iter().copied());
    let draft = Draft {
        name: "encoder.significant".into(),
        title: "Voxels predicted above chance".into(),
        protocol: "encoder",
        metric: format!("Pearson r, permutation of images, Benjamini-Hochberg at {FDR}"),
        definition:
            "Share of voxels whose correlation is above chance, with the false discovery rate controlled over voxels."
                .into(),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(0.0),
    };
    let interval = fraction_interval(&defined, "voxel");
    let mut score = over_voxels(draft.build(mean(&defined), interval, ctx), &(0..p.len()).collect(), &hits, ctx);
    let note = "voxels are not independent: the interval describes the sample of voxels only";
    score.notes.push(ctx.unit.in_text(note));
    score
}

fn r_words(region: Option<&str>) -> Draft<'static> {
    let suffix = region.map(|r| format!(".{r}")).unwrap_or_default();
    let place = region.map(|r| format!(" in {r}")).unwrap_or_default();
    Draft {
        name: format!("encoder.r.median{suffix}"),
        title: format!("Encoder correlation, median over voxels{place}"),
        protocol: "encoder",
        metric: "Pearson r of predicted and measured response over held-out images".into(),
        definition: format!(
            "Median over voxels{place} of the correlation of predicted and measured responses across held-out images."
        ),
        unit: "correlation",
        higher_is_better: true,
        chance: Some(0.0),
    }
}

fn r2_words() -> Draft<'static> {
    Draft {
        name: "encoder.r2.median".into(),
        title: "Encoder explained variance, median over voxels".into(),
        protocol: "encoder",
        metric: "R^2 = 1 - residual / total sum of squares over held-out images".into(),
        definition: "Median over voxels of the share of the measured variance that the prediction explains; 0 is the mean response, negative is worse.".into(),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(0.0),
    }
}

fn ceiling_words() -> Draft<'static> {
    Draft {
        name: "encoder.r_over_ceiling.median".into(),
        title: "Encoder correlation relative to the noise ceiling, median over voxels".into(),
        protocol: "encoder",
        metric: "Pearson r divided by the voxel's noise ceiling".into(),
        definition: "Median over voxels of the correlation divided by the largest one that measurement noise allows; both are estimates, so it can exceed 1."
            .into(),
        unit: "ratio",
        higher_is_better: true,
        chance: Some(0.0),
    }
}
