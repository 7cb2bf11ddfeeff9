//! `pairwise` against images of the same cluster and of other clusters: does a decoder tell images apart, or kinds of
//! images?

use afterimage_run::scores::Score;
use afterimage_statistics::{pairing_test, pairing_test_within};
use ndarray::{Array2, ArrayView1};

use crate::distance::DistanceMatrix;
use crate::error::shape;
use crate::score::{Draft, with_test};
use crate::{Context, Result};

/// `pairwise` with the wrong candidates of one kind: `identification.pairwise.KEY.within_cluster` and `.between_clusters`.
///
/// `clusters[i]` is the cluster of shown image i, `what` says how they were found. The value of an image is the
/// fraction of the other shown images of its own cluster (of all other clusters) that are farther from the
/// reconstruction than the shown one; ties count half, chance 1/2. An image alone in its cluster is undefined within.
/// The test within permutes pairings inside clusters only, so that knowing the cluster does not help; the test between
/// permutes all. A score is missing where no image has such wrong candidates.
///
/// # Errors
/// [`crate::EvalError::Shape`] if `clusters` does not fit the items.
///
/// Source: Shirakawa et al. 2024, arXiv:2405.10078 (decoders that find the cluster and not the image).
pub fn pairwise_by_cluster(
    matrix: &DistanceMatrix,
    clusters: &[usize],
    what: &str,
    ctx: &Context,
) -> Result<Vec<Score>> {
    if clusters.len() != ctx.len() || matrix.len() != ctx.len() {
        return Err(shape("the list of clusters", &[clusters.len()], format!("[{}]", ctx.len())));
    }
    let distinct = clusters.iter().collect::<std::collections::BTreeSet<_>>().len();
    let mut scores = Vec::new();
    for within in [true, false] {
        let values = matrix.defined(&values(matrix, clusters, within), |value| value)?;
        let own = values.diag().to_vec();
        if own.iter().all(|v| v.is_nan()) {
            continue;
        }
        let (suffix, title, others, hint) = if within {
            (
                "within_cluster",
                "within clusters of similar images",
                "of its own cluster",
                "; pairings shuffled inside clusters",
            )
        } else {
            ("between_clusters", "between clusters of similar images", "of other clusters", "")
        };
        let draft = Draft {
            name: format!("identification.pairwise.{}.{suffix}", matrix.key()),
            title: format!("Pairwise identification {title}"),
            protocol: "pairwise",
            metric: matrix.metric().into(),
            definition: format!(
                "Mean fraction of the other test images {others} that are farther from the reconstruction than the shown one; ties count half. {distinct} clusters of {what}{hint}."
            ),
            unit: "fraction",
            higher_is_better: true,
            chance: Some(0.5),
        };
        let test = if within {
            pairing_test_within(values.view(), clusters, " inside clusters", ctx.permutations, ctx.seed)
        } else {
            pairing_test(values.view(), ctx.permutations, ctx.seed)
        };
        let mut score = with_test(draft.mean_over_images(&own, ctx), test, 1.0);
        score.ways = Some(2);
        score.mean_image = of_mean_image(matrix, clusters, within);
        scores.push(score);
    }
    Ok(scores)
}

/// Value of reconstruction i were shown image j its truth, `[items, items]`; NaN without a wrong candidate, and within
/// clusters where i and j are of different ones.
fn values(matrix: &DistanceMatrix, clusters: &[usize], within: bool) -> Array2<f64> {
    let distances = matrix.shown();
    Array2::from_shape_fn(distances.dim(), |(i, j)| {
        if within && clusters[i] != clusters[j] { f64::NAN } else { value(distances.row(i), j, clusters, within) }
    })
}

/// Share of the wrong candidates of image j that are farther than j; NaN without any.
fn value(distances: ArrayView1<f64>, j: usize, clusters: &[usize], within: bool) -> f64 {
    let others = (0..clusters.len()).filter(|&l| l != j && (clusters[l] == clusters[j]) == within);
    let (mut n, mut farther) = (0.0, 0.0);
    for l in others {
        n += 1.0;
        farther += match distances[l].total_cmp(&distances[j]) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
    }
    farther / n
}

/// What the mean training image scores, over the images that have such candidates.
fn of_mean_image(matrix: &DistanceMatrix, clusters: &[usize], within: bool) -> Option<f64> {
    let of = matrix.of_mean_image()?;
    let distances = ArrayView1::from(&of.shown);
    of.mean((0..clusters.len()).map(|j| value(distances, j, clusters, within)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;

    fn scores(shown: Array2<f64>, clusters: &[usize]) -> Vec<Score> {
        let ctx = context(clusters.len());
        let none = Array2::zeros((clusters.len(), 0));
        let matrix = DistanceMatrix::new("toy", "toy", shown, none, Vec::new(), &ctx).unwrap();
        pairwise_by_cluster(&matrix, clusters, "numbers", &ctx).unwrap()
    }

    #[test]
    fn decoder_that_knows_only_the_cluster_is_at_chance_within_and_perfect_between() {
        let clusters: Vec<usize> = (0..24).map(|i| i / 4).collect();
        let of = |i: usize, j: usize| if clusters[i] == clusters[j] { 0.0 } else { 1.0 };
        let scores = scores(Array2::from_shape_fn((24, 24), |(i, j)| of(i, j)), &clusters);
        assert_eq!((scores[0].value, scores[0].p.as_ref().unwrap().value), (0.5, 1.0));
        assert_eq!(scores[1].value, 1.0);
        assert!(scores[1].p.as_ref().unwrap().value < 0.01);
        assert!(scores[0].name.ends_with("toy.within_cluster") && scores[1].name.ends_with("toy.between_clusters"));
    }

    #[test]
    fn image_alone_in_its_cluster_is_left_out_within() {
        let clusters = [0, 0, 0, 1];
        let distance = |i: usize, j: usize| if i == j { 0.0 } else { 1.0 };
        let scores = scores(Array2::from_shape_fn((4, 4), |(i, j)| distance(i, j)), &clusters);
        assert_eq!((scores[0].n, scores[0].per_item[3], scores[0].value), (3, None, 1.0));
        assert_eq!((scores[1].n, scores[1].value), (4, 1.0));
    }

    #[test]
    fn one_cluster_has_no_score_between() {
        let scores = scores(Array2::from_shape_fn((3, 3), |(i, j)| (i + 2 * j) as f64), &[0, 0, 0]);
        assert_eq!(scores.len(), 1);
    }
}
