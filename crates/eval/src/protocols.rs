//! The identification protocols: `external`, `pairwise`, `encoding`, `retrieval`, `class` and `representative`.
//!
//! All rest on [`crate::identification`]: ranks in a distance matrix, accuracy in closed form.

mod among;
mod class;
mod clusters;
mod encoding;
mod external;
mod pairwise;
mod representative;
mod retrieval;

use afterimage_run::scores::{NotComputed, Score};
use afterimage_statistics::{mean, pairing_test};
use ndarray::Array2;

pub use among::ClassRanks;
pub use class::class_protocol_scores;
pub use clusters::pairwise_by_cluster;
pub use encoding::{encoding_matrix, encoding_scores};
pub use external::external_scores;
pub(crate) use external::scores_among;
pub use pairwise::pairwise_scores;
pub use representative::{
    Representatives, classification_curve, classified_items, representative_scores, superclass_score,
};
pub use retrieval::{RETRIEVAL_WAYS, Retrieval, retrieval_scores};

use crate::distance::DistanceMatrix;
use crate::error::undefined;
use crate::identification::{Accuracy, Pool, Rank, of_mean_image, ranks, wrong_candidates};
use crate::resize::SUITE_SIDE;
use crate::score::{Draft, with_test};
use crate::{Context, Result};

/// Splits wanted ways into those that `wrong_candidates` allow and those that they do not, with the reason for each.
///
/// `prefix` is the score's name up to the ways, such as `identification.external.perceptual`.
pub fn possible_ways(prefix: &str, wanted: &[usize], wrong_candidates: usize) -> (Vec<usize>, Vec<NotComputed>) {
    let (can, cannot): (Vec<usize>, Vec<usize>) =
        wanted.iter().partition(|&&w| (2..=wrong_candidates + 1).contains(&w));
    let reason = |ways: usize| NotComputed {
        name: format!("{prefix}.{ways}way"),
        reason: format!(
            "{wrong_candidates} wrong candidates allow 2 to {} ways; add candidate images",
            wrong_candidates + 1
        ),
    };
    (can, cannot.into_iter().map(reason).collect())
}

/// The words of a protocol.
struct Words<'a> {
    protocol: &'a str,
    /// `identification.external.perceptual`.
    prefix: String,
    /// "5-way identification {title}".
    title: String,
    /// What the other candidates are.
    others: &'a str,
    /// The rule, a sentence part.
    rule: &'a str,
}

/// The title with the metric, where that is not the usual one.
fn by_metric(title: &str, matrix: &DistanceMatrix) -> String {
    match matrix.key() {
        "perceptual" => title.to_owned(),
        "pixels" => format!("{title}, by pixel correlation at the run's image size"),
        "pixcorr" => format!("{title}, by pixel correlation at {SUITE_SIDE} px"),
        key => match key.strip_prefix("lpips-") {
            Some(net) => format!("{title}, by LPIPS ({net})"),
            None => format!("{title}, by {key}"),
        },
    }
}

/// n-way accuracies and the mean rank.
fn identification_scores(
    matrix: &DistanceMatrix,
    pool: Pool,
    ways: &[usize],
    words: &Words,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let total = wrong_candidates(matrix, pool);
    if matrix.len() != ctx.len() {
        return Err(crate::error::shape("the distance matrix", matrix.shown().shape(), format!("{} items", ctx.len())));
    }
    if matrix.is_empty() || total == 0 {
        let reason = format!("there are no {} to tell the shown image from", words.others);
        return Err(undefined(&words.prefix, reason));
    }
    let table = ranks(matrix, pool);
    let mut scores = Vec::with_capacity(ways.len() + 1);
    for &n in ways {
        scores.push(accuracy_score(matrix, pool, &table, n, words, ctx)?);
    }
    scores.push(rank_score(matrix, pool, &table, words, ctx)?);
    Ok(scores)
}

fn accuracy_score(
    matrix: &DistanceMatrix,
    pool: Pool,
    table: &Array2<Rank>,
    ways: usize,
    words: &Words,
    ctx: &Context,
) -> Result<Score> {
    let total = wrong_candidates(matrix, pool);
    let accuracy = Accuracy::new(total, ways, 1)?;
    let values = matrix.defined(table, |rank| accuracy.of(rank))?;
    let own: Vec<f64> = values.diag().to_vec();
    let draft = Draft {
        name: format!("{}.{ways}way", words.prefix),
        title: format!("{ways}-way identification {}", words.title),
        protocol: words.protocol,
        metric: matrix.metric().into(),
        definition: format!(
            "Expected share of trials in which {}, among the truth and {} of {total} {}; exact over all draws, ties in random order.",
            words.rule,
            ways - 1,
            words.others,
        ),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(1.0 / ways as f64),
    };
    let mut score = draft.mean_over_images(&own, ctx);
    let defined: Vec<f64> =
        table.diag().iter().zip(&own).filter(|(_, v)| v.is_finite()).map(|(r, _)| r.place()).collect();
    let in_trial = 1.0 + (ways - 1) as f64 * (mean(&defined) - 1.0) / total as f64;
    score.notes.push(format!("mean rank within a trial {in_trial:.3}, chance {:.1}", (ways + 1) as f64 / 2.0));
    score = with_test(score, pairing_test(values.view(), ctx.permutations, ctx.seed), 1.0);
    score.ways = Some(ways);
    score.candidates = Some(total);
    score.mean_image = of_mean_image(matrix, pool, |rank| accuracy.of(rank));
    Ok(score)
}

fn rank_score(
    matrix: &DistanceMatrix,
    pool: Pool,
    table: &Array2<Rank>,
    words: &Words,
    ctx: &Context,
) -> Result<Score> {
    let total = wrong_candidates(matrix, pool);
    let places = matrix.defined(table, Rank::place)?;
    let draft = Draft {
        name: format!("{}.rank", words.prefix),
        title: format!("Mean rank of the truth {}", words.title),
        protocol: words.protocol,
        metric: matrix.metric().into(),
        definition: format!(
            "Mean rank of the truth, 1 the best, among itself and all {total} {}; ties count half.",
            words.others
        ),
        unit: "rank",
        higher_is_better: false,
        chance: Some(1.0 + total as f64 / 2.0),
    };
    let score = draft.mean_over_images(&places.diag().to_vec(), ctx);
    let test = pairing_test(places.mapv(|p| -p).view(), ctx.permutations, ctx.seed);
    let mut score = with_test(score, test, -1.0);
    score.candidates = Some(total);
    score.mean_image = of_mean_image(matrix, pool, Rank::place);
    Ok(score)
}
