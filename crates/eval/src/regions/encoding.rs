//! `encoding` identification from some of the voxels.

use afterimage_run::regions::Condition;
use afterimage_run::scores::NotComputed;
use ndarray::{ArrayView2, Axis, Ix2};
use rayon::prelude::*;

use super::{Subset, conditions};
use crate::protocols::{encoding_matrix, encoding_scores};
use crate::{Context, HeldOutArray, Result};

/// Fewest voxels over which a correlation says something: that of two is 1 or -1.
pub(super) const FEWEST: usize = 3;

/// n-way `encoding` identification, for each of `ways`, and the mean rank, from each subset; differences from the
/// first.
///
/// `measured` and `predicted` are f32 `[items, voxels]`, held-out items. The measured response and the predictions for
/// all test images are cut to the subset's voxels and correlated over them, as [`encoding_scores`] does over all. A
/// subset of fewer than three voxels is among what was not computed: see [`super::single_voxels`].
///
/// # Errors
/// See [`encoding_matrix`] and [`encoding_scores`].
pub fn encoding_conditions<'a>(
    measured: impl HeldOutArray<'a, Ix2>,
    predicted: ArrayView2<f32>,
    subsets: &[Subset],
    ways: &[usize],
    ctx: &Context,
) -> Result<(Vec<Condition>, Vec<NotComputed>)> {
    let measured = measured.values();
    let (large, small): (Vec<&Subset>, Vec<&Subset>) = subsets.iter().partition(|s| s.voxels().len() >= FEWEST);
    let of = |subset: &&Subset| {
        let voxels = subset.voxels();
        let cut = |table: ArrayView2<f32>| table.select(Axis(1), &voxels);
        let matrix = encoding_matrix(cut(measured).view(), cut(predicted).view(), None, ctx)?;
        encoding_scores(&matrix, ways, ctx)
    };
    let mut scored = Vec::new();
    let mut missing = Vec::new();
    for (subset, scores) in large.iter().copied().zip(large.par_iter().map(of).collect::<Vec<_>>()) {
        match scores {
            Ok(scores) => scored.push((subset, scores)),
            Err(error) if error.is_undefined() => {
                missing.push(NotComputed { name: format!("encoding, {}", subset.label()), reason: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    let reason = |subset: &&Subset| NotComputed {
        name: format!("encoding, {}", subset.label()),
        reason: format!(
            "a correlation needs {FEWEST} voxels, here are {}: see the single voxels",
            subset.voxels().len()
        ),
    };
    missing.extend(small.iter().map(reason));
    Ok((conditions(scored, ctx), missing))
}

#[cfg(test)]
pub(super) mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::context::tests::context;
    use crate::regions::subsets;

    /// Predictions are right for the first `good` of `voxels` voxels and belong to another image for the others.
    pub(in crate::regions) fn tables(items: usize, voxels: usize, good: usize) -> (Array2<f32>, Array2<f32>) {
        let wave = |i: usize, v: usize| ((i * i * 7 + i * v * 13 + v * 3) % 101) as f32 / 50.0 - 1.0;
        let measured = Array2::from_shape_fn((items, voxels), |(i, v)| wave(i, v));
        let predicted =
            Array2::from_shape_fn(
                (items, voxels),
                |(i, v)| if v < good { wave(i, v) } else { wave((i + 5) % items, v + 17) },
            );
        (measured, predicted)
    }

    #[test]
    fn region_that_is_predicted_identifies_and_the_rest_does_not() {
        let ctx = context(20);
        let (measured, predicted) = tables(20, 24, 8);
        let masks = [
            ("good".to_owned(), (0..24).map(|v| v < 8).collect()),
            ("tiny".to_owned(), (0..24).map(|v| v < 2).collect()),
        ];
        let (subsets, _) = subsets(&masks.into(), 24);
        let (found, missing) =
            encoding_conditions(measured.view(), predicted.view(), &subsets, &[2, 20], &ctx).unwrap();
        let value = |c: usize, s: usize| found[c].scores[s].value;
        assert_eq!((value(1, 0), value(1, 1), value(1, 2)), (1.0, 1.0, 1.0));
        assert!(value(2, 0) < 0.8 && found[2].voxels == 16, "{}", value(2, 0));
        assert_eq!(found[2].scores[1].guess, Some(0.05));
        assert!(found[2].differences.iter().any(|d| d.score.ends_with("2way") && d.difference.value < 0.0));
        assert_eq!(missing.len(), 1);
        assert!(missing[0].name.contains("tiny alone") && missing[0].reason.contains("here are 2"));
    }

    #[test]
    fn all_voxels_score_what_the_protocol_scores() {
        let ctx = context(15);
        let (measured, predicted) = tables(15, 9, 3);
        let (subsets, _) = subsets(&Default::default(), 9);
        let (found, _) = encoding_conditions(measured.view(), predicted.view(), &subsets, &[5], &ctx).unwrap();
        let matrix = encoding_matrix(measured.view(), predicted.view(), None, &ctx).unwrap();
        assert_eq!(found[0].scores, encoding_scores(&matrix, &[5], &ctx).unwrap());
    }
}
