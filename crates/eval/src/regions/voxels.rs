//! Identification from one voxel.

use afterimage_run::regions::{BestVoxel, Part, SingleVoxels, VoxelGroup, VoxelScore};
use afterimage_run::scores::Score;
use afterimage_statistics::draws::{Purpose, blocks, bootstrap_counts, stream};
use afterimage_statistics::{
    Interval, Sample, benjamini_hochberg, median, pairing_normal, pairing_test, percentile_interval, quartiles,
};
use ndarray::{Array2, ArrayView2, Axis, Ix2, s};
use rayon::prelude::*;

use super::Subset;
use crate::distance::DistanceMatrix;
use crate::error::{finite_rows, shape};
use crate::identification::{Accuracy, Pool, ranks};
use crate::score::{Draft, with_test};
use crate::{Context, EvalError, HeldOutArray, Result};

/// Share of false discoveries allowed among voxels called above chance.
const FDR: f64 = 0.05;
/// Voxels that are named among all, and of each region.
const BEST: (usize, usize) = (10, 3);
const METRIC: &str =
    "absolute difference of measured and predicted response of one voxel, in units of the normalised response";

/// Two-way `encoding` identification from each voxel by itself: the fraction of the other test images whose predicted
/// response is farther from the measured one than the prediction for the shown image; ties count half, chance 1/2.
///
/// One voxel has no pattern to correlate, so near means a small absolute difference. `measured` and `predicted` are f32
/// `[items, voxels]`, normalised as in training; `ids` names the voxels, `subsets` gives the groups. p-values are those
/// of [`pairing_normal`], corrected over all voxels by Benjamini-Hochberg; those of the best are drawn permutations.
/// Intervals of medians over voxels are bootstraps over images.
///
/// # Errors
/// [`EvalError::Shape`] if arrays do not fit; [`EvalError::NotFinite`] for a NaN; [`EvalError::TooFewItems`] below two
/// items.
pub fn single_voxels<'a>(
    measured: impl HeldOutArray<'a, Ix2>,
    predicted: ArrayView2<f32>,
    ids: &[usize],
    subsets: &[Subset],
    ctx: &Context,
) -> Result<SingleVoxels> {
    let measured = measured.values();
    if measured.dim() != (ctx.len(), ids.len()) || predicted.dim() != measured.dim() {
        let expected = format!("[{}, {}], measured and predicted", ctx.len(), ids.len());
        return Err(shape("the array of responses", predicted.shape(), expected));
    }
    if ctx.len() < 2 {
        let what = "identification from single voxels".into();
        return Err(EvalError::TooFewItems { what, got: ctx.len(), needed: 2 });
    }
    finite_rows("the array of measured responses", &measured)?;
    finite_rows("the array of predicted responses", &predicted)?;
    let of = |voxel: usize| {
        let table = accuracies(measured, predicted, voxel, ctx)?;
        let p = pairing_normal(table.view()).map_or(f64::NAN, |test| test.p.value);
        Ok((table.diag().to_vec(), p))
    };
    let found = (0..ids.len()).into_par_iter().map(of).collect::<Result<Vec<_>>>()?;
    let q = benjamini_hochberg(&found.iter().map(|(_, p)| *p).collect::<Vec<_>>());
    let mut values = Array2::zeros((ctx.len(), ids.len()));
    for (mut column, (own, _)) in values.columns_mut().into_iter().zip(&found) {
        column.iter_mut().zip(own).for_each(|(to, from)| *to = *from);
    }
    let accuracy = values.mean_axis(Axis(0)).map(|m| m.to_vec()).unwrap_or_default();
    let groups: Vec<(&Subset, Vec<usize>)> =
        subsets.iter().filter(|s| s.part != Part::Without).map(|s| (s, s.voxels())).collect();
    let intervals = intervals(&values, &groups, ctx);
    let named = |voxel: usize| {
        let inside = groups.iter().filter(|(_, voxels)| voxels.binary_search(&voxel).is_ok());
        inside.filter_map(|(subset, _)| subset.region.clone()).collect()
    };
    let voxels = (0..ids.len()).map(|v| VoxelScore {
        voxel: ids[v],
        regions: named(v),
        accuracy: accuracy[v],
        p: found[v].1,
        q: q[v],
    });
    let mut best = Vec::new();
    for (subset, voxels) in &groups {
        let mut order = voxels.clone();
        order.sort_by(|&a, &b| accuracy[b].total_cmp(&accuracy[a]).then(a.cmp(&b)));
        order.truncate(if subset.region.is_none() { BEST.0 } else { BEST.1 });
        for voxel in order {
            let table = accuracies(measured, predicted, voxel, ctx)?;
            let score = best_score(&table, ids[voxel], voxels.len(), ctx);
            best.push(BestVoxel { region: subset.region.clone(), voxel: ids[voxel], q: q[voxel], score });
        }
    }
    let group = |((subset, voxels), interval): (&(&Subset, Vec<usize>), Option<Interval>)| {
        let own: Vec<f64> = voxels.iter().map(|&v| accuracy[v]).collect();
        let above = voxels.iter().filter(|&&v| q[v] <= FDR).count();
        VoxelGroup {
            region: subset.region.clone(),
            quartiles: quartiles(&own),
            above_chance: above as f64 / own.len().max(1) as f64,
            score: median_score(&own, voxels.iter().map(|&v| ids[v]), interval, ctx),
        }
    };
    Ok(SingleVoxels { groups: groups.iter().zip(intervals).map(group).collect(), voxels: voxels.collect(), best })
}

/// Two-way accuracy of measured response i were image j its truth, `[items, items]`.
fn accuracies(
    measured: ArrayView2<f32>,
    predicted: ArrayView2<f32>,
    voxel: usize,
    ctx: &Context,
) -> Result<Array2<f64>> {
    let (measured, predicted) = (measured.column(voxel), predicted.column(voxel));
    let n = ctx.len();
    let distance = Array2::from_shape_fn((n, n), |(i, j)| f64::from((measured[i] - predicted[j]).abs()));
    let matrix = DistanceMatrix::new("encoding", METRIC, distance, Array2::zeros((n, 0)), Vec::new(), ctx)?;
    let accuracy = Accuracy::new(n - 1, 2, 1)?;
    Ok(ranks(&matrix, Pool::OtherShown).map(|&rank| accuracy.of(rank)))
}

/// Intervals of the medians over the groups' voxels, by resampling images; voxels stay as they are.
fn intervals(values: &Array2<f64>, groups: &[(&Subset, Vec<usize>)], ctx: &Context) -> Vec<Option<Interval>> {
    let n = values.nrows();
    let resamples: Vec<Vec<f64>> = blocks(ctx.resamples)
        .into_par_iter()
        .flat_map_iter(|(block, draws)| {
            let counts = bootstrap_counts(&mut stream(ctx.seed, Purpose::Bootstrap, block), draws, n);
            let means = counts.dot(values) / n as f64; // [draws, voxels]
            let of_draw = |d: usize| {
                let row = means.slice(s![d, ..]);
                groups.iter().map(|(_, voxels)| median(&mut voxels.iter().map(|&v| row[v]).collect())).collect()
            };
            (0..draws).map(of_draw).collect::<Vec<_>>()
        })
        .collect();
    (0..groups.len())
        .map(|g| percentile_interval(resamples.iter().map(|r| r[g]).collect(), &Sample::of(ctx.len(), "image")))
        .collect()
}

fn draft(name: &str, title: String, definition: String) -> Draft<'static> {
    Draft {
        name: format!("identification.encoding.voxel.{name}"),
        title,
        protocol: "encoding",
        metric: METRIC.into(),
        definition,
        unit: "fraction",
        higher_is_better: true,
        chance: Some(0.5),
    }
}

const DEFINITION: &str = "mean fraction of the other test images whose predicted response is farther from the measured one than the prediction for the shown image; ties count half";

fn median_score(own: &[f64], ids: impl Iterator<Item = usize>, interval: Option<Interval>, ctx: &Context) -> Score {
    let title = "Two-way identification from one voxel, median".to_owned();
    let mut score = draft("median", title, format!("Median over voxels of the {DEFINITION}.")).build(
        median(&mut own.to_vec()),
        interval,
        ctx,
    );
    (score.n, score.item_kind) = (own.len(), "voxel".into());
    score.items = ids.map(|id| format!("voxel {id}")).collect();
    score.per_item = own.iter().map(|&v| Some(v)).collect();
    score.ways = Some(2);
    score.candidates = Some(ctx.len() - 1);
    score.notes.push(format!("over {} test images", ctx.len()));
    score.notes.push(ctx.unit.in_text("no p for a median over voxels: voxels are tested one by one"));
    score
}

fn best_score(table: &Array2<f64>, id: usize, among: usize, ctx: &Context) -> Score {
    let draft = draft(&id.to_string(), format!("Two-way identification from voxel {id}"), format!("The {DEFINITION}."));
    let score = draft.mean_over_images(&table.diag().to_vec(), ctx);
    let mut score = with_test(score, pairing_test(table.view(), ctx.permutations, ctx.seed), 1.0);
    score.ways = Some(2);
    score.candidates = Some(table.nrows() - 1);
    score.notes.push(format!(
        "chosen as one of the best of {among} {} on the same images: value and interval are too high by that choice, and p is not corrected for it; q is",
        ctx.unit.plural()
    ));
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;
    use crate::regions::subsets;

    fn tables() -> (Array2<f32>, Array2<f32>) {
        crate::regions::encoding::tests::tables(30, 8, 3)
    }

    #[test]
    fn predicted_voxels_are_named_best_and_stay_so_after_correction() {
        let ctx = context(30);
        let (measured, predicted) = tables();
        let (groups, _) = subsets(&[("half".to_owned(), (0..8).map(|v| v % 2 == 0).collect())].into(), 8);
        let ids: Vec<usize> = (100..108).collect();
        let found = single_voxels(measured.view(), predicted.view(), &ids, &groups, &ctx).unwrap();
        let mut best: Vec<usize> = found.best[..3].iter().map(|b| b.voxel).collect();
        best.sort_unstable();
        assert_eq!(best, [100, 101, 102]);
        assert!(found.voxels[..3].iter().all(|v| v.accuracy > 0.95 && v.q < 1e-4), "{:?}", &found.voxels[..3]);
        assert!(found.voxels.iter().all(|v| v.q >= v.p));
        assert_eq!(found.voxels[2].regions, ["half"]);
        let ours = &found.groups[0];
        assert_eq!((ours.score.n, ours.score.per_item.len(), ours.above_chance >= 3.0 / 8.0), (8, 8, true));
        assert!(ours.quartiles.0 <= ours.score.value && ours.score.value <= ours.quartiles.1);
        assert!(
            found.best[0].score.interval.is_some() && found.best[0].score.notes.iter().any(|n| n.contains("best of 8"))
        );
    }

    #[test]
    fn voxel_that_says_nothing_is_at_chance_exactly() {
        let ctx = context(30);
        let (measured, mut predicted) = tables();
        predicted.column_mut(0).fill(0.4);
        let (groups, _) = subsets(&Default::default(), 8);
        let found =
            single_voxels(measured.view(), predicted.view(), &(0..8).collect::<Vec<_>>(), &groups, &ctx).unwrap();
        assert_eq!((found.voxels[0].accuracy, found.voxels[0].p), (0.5, 1.0));
    }

    #[test]
    fn accuracy_of_three_images_by_hand() {
        let ctx = context(3);
        let measured = ndarray::array![[0.0_f32], [1.0], [2.0]];
        let predicted = ndarray::array![[0.1_f32], [0.2], [2.0]];
        // Image 0 beats both; image 1 is nearer to 0.2 than to 0.1 and ties with 2.0 at |1 - 0.2| < |1 - 2|: beats
        // both; image 2 beats both.
        let table = accuracies(measured.view(), predicted.view(), 0, &ctx).unwrap();
        assert_eq!(table.diag().to_vec(), [1.0, 1.0, 1.0]);
        assert_eq!(table[[0, 1]], 0.5);
    }

    #[test]
    fn nan_is_refused_by_its_row() {
        let (measured, mut predicted) = tables();
        predicted[[4, 1]] = f32::NAN;
        let (groups, _) = subsets(&Default::default(), 8);
        let said = single_voxels(measured.view(), predicted.view(), &[0; 8], &groups, &context(30)).unwrap_err();
        assert!(said.to_string().contains("item 4"), "{said}");
    }
}
