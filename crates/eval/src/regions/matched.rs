//! Identification at equal numbers of voxels: regions differ in size, and more voxels identify better whatever they
//! are.

use afterimage_run::regions::{Matched, Part};
use afterimage_statistics::draws::{Purpose, derive_named, shuffle, stream};
use afterimage_statistics::{deviation, pairing_test};
use ndarray::{Array2, ArrayView2, Axis, Ix2};
use rayon::prelude::*;

use super::{Subset, encoding::FEWEST};
use crate::identification::{Accuracy, Pool, ranks, wrong_candidates};
use crate::protocols::encoding_matrix;
use crate::score::{Draft, with_test};
use crate::{Context, HeldOutArray, Result};

/// Subsets of each size, unless the user asks for others.
pub const DRAWS: usize = 20;
/// Sizes that are looked at, besides that of the smallest region.
const SIZES: [usize; 6] = [5, 10, 20, 50, 100, 200];

/// `ways`-way `encoding` identification from `draws` random subsets of the voxels of each region and of all, for each
/// number of voxels of 5, 10, 20, 50, 100, 200 and that of the smallest region, as far as the region has as many.
///
/// An image's value is the mean over the subsets, and the interval a bootstrap over images of these, so it speaks of
/// new images with the subsets as drawn; `spread` says how much subsets differ. The test permutes pairings of the mean
/// over subsets. A region of exactly that size has one subset. Subsets depend on the seed, the region's name and the
/// size, not on what other regions there are.
///
/// # Errors
/// See [`encoding_matrix`]; [`crate::EvalError::Ways`] for ways beyond the test images.
pub fn matched_scores<'a>(
    measured: impl HeldOutArray<'a, Ix2>,
    predicted: ArrayView2<f32>,
    subsets: &[Subset],
    ways: usize,
    draws: usize,
    ctx: &Context,
) -> Result<Vec<Matched>> {
    let measured = measured.values();
    let groups: Vec<(&Subset, Vec<usize>)> = subsets
        .iter()
        .filter(|s| s.part != Part::Without)
        .map(|s| (s, s.voxels()))
        .filter(|(_, voxels)| voxels.len() >= FEWEST)
        .collect();
    let smallest = groups.iter().map(|(_, voxels)| voxels.len()).min().unwrap_or(0);
    let mut sizes: Vec<usize> = SIZES.into_iter().chain([smallest]).filter(|&k| k >= FEWEST).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut found = Vec::new();
    for (subset, voxels) in &groups {
        for &size in sizes.iter().filter(|&&k| k <= voxels.len()) {
            let draws = if size == voxels.len() { 1 } else { draws.max(1) };
            let name = subset.region.as_deref().unwrap_or_default();
            let table =
                |draw: usize| accuracy(measured, predicted, &pick(voxels, name, size, draw, ctx.seed), ways, ctx);
            let tables = (0..draws).into_par_iter().map(table).collect::<Result<Vec<_>>>()?;
            found.push(score_size(subset, size, ways, &tables, ctx));
        }
    }
    Ok(found)
}

/// `size` of `voxels`, ascending.
fn pick(voxels: &[usize], region: &str, size: usize, draw: usize, seed: u64) -> Vec<usize> {
    let mut rng = stream(derive_named(seed, region), Purpose::Subsets, (size << 16 | draw) as u64);
    let mut order = voxels.to_vec();
    shuffle(&mut rng, &mut order);
    order.truncate(size);
    order.sort_unstable();
    order
}

/// Accuracy of measured response i were image j its truth, `[items, items]`.
fn accuracy(
    measured: ArrayView2<f32>,
    predicted: ArrayView2<f32>,
    voxels: &[usize],
    ways: usize,
    ctx: &Context,
) -> Result<Array2<f64>> {
    let cut = |table: ArrayView2<f32>| table.select(Axis(1), voxels);
    let matrix = encoding_matrix(cut(measured).view(), cut(predicted).view(), None, ctx)?;
    let accuracy = Accuracy::new(wrong_candidates(&matrix, Pool::OtherShown), ways, 1)?;
    Ok(ranks(&matrix, Pool::OtherShown).map(|&rank| accuracy.of(rank)))
}

fn score_size(subset: &Subset, size: usize, ways: usize, tables: &[Array2<f64>], ctx: &Context) -> Matched {
    let draws = tables.len();
    let mean = tables.iter().fold(Array2::zeros(tables[0].dim()), |sum, table| sum + table) / draws as f64;
    let by_draw: Vec<f64> = tables.iter().map(|t| t.diag().mean().unwrap_or(f64::NAN)).collect();
    let draft = Draft {
        name: format!("identification.encoding.{ways}way"),
        title: format!("{ways}-way identification from responses, among the test images"),
        protocol: "encoding",
        metric: format!("1 - Pearson correlation over {size} voxels of measured and predicted response"),
        definition: format!(
            "Expected share of trials in which the encoder's prediction for the shown image correlates best with the measured response, \
             among the truth and {} other test images, from {size} voxels drawn at random; mean over subsets.",
            ways - 1
        ),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(1.0 / ways as f64),
    };
    let score = draft.mean_over_images(&mean.diag().to_vec(), ctx);
    let mut score = with_test(score, pairing_test(mean.view(), ctx.permutations, ctx.seed), 1.0);
    score.ways = Some(ways);
    score.candidates = Some(mean.nrows() - 1);
    score.notes.push(match draws {
        1 => format!("all {} of the region", ctx.unit.plural()),
        n => format!("mean over {n} random subsets of {} {}", subset.voxels().len(), ctx.unit.plural()),
    });
    Matched { region: subset.region.clone(), voxels: size, draws, score, spread: deviation(&by_draw) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;
    use crate::regions::{encoding, subsets};

    #[test]
    fn sizes_are_those_all_regions_have_and_the_own_size_is_the_region_itself() {
        let ctx = context(20);
        let (measured, predicted) = encoding::tests::tables(20, 30, 12);
        let mask = |to: usize| (0..30).map(|v| v < to).collect();
        let (all, _) = subsets(&[("a".to_owned(), mask(12)), ("b".to_owned(), mask(7))].into(), 30);
        let found = matched_scores(measured.view(), predicted.view(), &all, 5, 4, &ctx).unwrap();
        let sizes: Vec<(Option<&str>, usize, usize)> =
            found.iter().map(|m| (m.region.as_deref(), m.voxels, m.draws)).collect();
        let expected = [
            (None, 5, 4),
            (None, 7, 4),
            (None, 10, 4),
            (None, 20, 4),
            (Some("a"), 5, 4),
            (Some("a"), 7, 4),
            (Some("a"), 10, 4),
            (Some("b"), 5, 4),
            (Some("b"), 7, 1),
        ];
        assert_eq!(sizes, expected);
        let (plain, _) = encoding::encoding_conditions(measured.view(), predicted.view(), &all, &[5], &ctx).unwrap();
        let own = plain.iter().find(|c| c.region.as_deref() == Some("b") && c.part == Part::Alone).unwrap();
        assert_eq!(found[8].score.per_item, own.scores[0].per_item);
        assert_eq!(found[8].score.p, own.scores[0].p);
        assert!(found[8].spread.is_none() && found[0].spread.is_some());
    }

    #[test]
    fn regions_of_voxels_alike_do_alike_at_one_size_whatever_their_number() {
        let ctx = context(20);
        let (measured, predicted) = encoding::tests::tables(20, 60, 60);
        let noisy =
            &predicted + &ndarray::Array2::from_shape_fn((20, 60), |(i, v)| ((i * 31 + v * 17) % 23) as f32 / 8.0);
        let mask = |from: usize, to: usize| (0..60).map(|v| (from..to).contains(&v)).collect();
        let (all, _) = subsets(&[("large".to_owned(), mask(0, 50)), ("small".to_owned(), mask(50, 60))].into(), 60);
        let found = matched_scores(measured.view(), noisy.view(), &all, 20, 20, &ctx).unwrap();
        let at = |region: &str, k: usize| {
            found.iter().find(|m| m.region.as_deref() == Some(region) && m.voxels == k).unwrap().score.value
        };
        assert!(at("large", 50) > at("large", 5) + 0.1, "{} {}", at("large", 50), at("large", 5));
        assert!((at("large", 5) - at("small", 5)).abs() < 0.2, "{} {}", at("large", 5), at("small", 5));
    }

    #[test]
    fn subsets_are_a_function_of_seed_name_and_size() {
        let voxels: Vec<usize> = (0..40).collect();
        assert_eq!(pick(&voxels, "V1", 10, 3, 7), pick(&voxels, "V1", 10, 3, 7));
        assert_ne!(pick(&voxels, "V1", 10, 3, 7), pick(&voxels, "V2", 10, 3, 7));
        assert_ne!(pick(&voxels, "V1", 10, 3, 7), pick(&voxels, "V1", 10, 4, 7));
        assert!(pick(&voxels, "V1", 10, 3, 7).windows(2).all(|w| w[0] < w[1]));
    }
}
