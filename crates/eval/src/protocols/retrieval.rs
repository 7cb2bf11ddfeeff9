//! `retrieval`: top-1 of 300 test images in both directions, as papers on the Natural Scenes Dataset count it.

use afterimage_run::scores::{Drawn, Score};
use afterimage_statistics::draws::{Purpose, shuffle, stream};
use afterimage_statistics::{defined, deviation, mean};

use super::{Words, identification_scores};
use crate::distance::DistanceMatrix;
use crate::identification::Pool;
use crate::{Context, EvalError, Result};

/// Candidates of a trial, the true one among them; all test images if there are fewer.
pub const RETRIEVAL_WAYS: usize = 300;
/// Random draws of candidates whose mean the papers print.
const DRAWS: usize = 30;

/// What is compared in a retrieval, in words.
#[derive(Debug, Clone, Copy)]
pub struct Retrieval<'a> {
    /// What stands for a response: "reconstruction", "measured response".
    pub response: &'a str,
    /// What stands for an image among them: "shown image", "predicted response to the image".
    pub image: &'a str,
    /// The measure in a title: "CLIP ViT-L/14".
    pub by: &'a str,
}

/// Share of responses that pick their own image among 300 test images, and of images that pick their own response among 300.
///
/// Row i of the matrix is the response of item i (measured, or as its reconstruction), column j the image of item j. Both
/// values are the expectation over all draws of 300 of the test items in closed form ([`crate::identification`]); [`Score::drawn`]
/// is the mean over 30 random draws, which the papers print. With fewer than 300 items all of them are candidates, nothing is
/// drawn, and the name has their number: `identification.retrieval.KEY.image.300way`, `identification.retrieval.KEY.response.50way`.
///
/// # Errors
/// [`EvalError::TooFewItems`] with fewer than two items; see [`super::external_scores`].
///
/// Source: MindEye (Scotti et al., NeurIPS 2023) and MindEye2 (ICML 2024): 30 draws of 300 of NSD's shared images.
pub fn retrieval_scores(matrix: &DistanceMatrix, words: Retrieval<'_>, ctx: &Context) -> Result<Vec<Score>> {
    if ctx.len() < 2 {
        return Err(EvalError::TooFewItems { what: "retrieval".into(), got: ctx.len(), needed: 2 });
    }
    let Retrieval { response, image, .. } = words;
    let to_image = direction(matrix, "image", (response, image), words.by, ctx)?;
    let to_response = direction(&matrix.transposed(), "response", (image, response), words.by, ctx)?;
    Ok(vec![to_image, to_response])
}

/// The rows of the matrix pick their columns; `which` is what the columns are.
fn direction(
    matrix: &DistanceMatrix,
    which: &str,
    (picks, picked): (&str, &str),
    by: &str,
    ctx: &Context,
) -> Result<Score> {
    let (items, ways) = (ctx.len(), RETRIEVAL_WAYS.min(ctx.len()));
    let others = format!("other {picked}s of the test part");
    let rule = format!("the {picks} is nearest to its own {picked}");
    let words = Words {
        protocol: "retrieval",
        prefix: format!("identification.retrieval.{}.{which}", matrix.key()),
        title: String::new(),
        others: &others,
        rule: &rule,
    };
    let mut score = identification_scores(matrix, Pool::OtherShown, &[ways], &words, ctx)?.swap_remove(0);
    let among = if ways < items { format!("{ways}") } else { format!("all {ways}") };
    let from = if which == "image" { "Image from response" } else { "Response from image" };
    score.title = format!("{from}, top-1 of {among}, by {by}");
    if ways < items {
        let drawn = draw(matrix, ways, ctx);
        score.notes.push(format!(
            "mean over {} random draws of {ways} of the {items} test items {:.4}, sd between draws {:.4}",
            drawn.draws, drawn.value, drawn.sd
        ));
        score.drawn = Some(drawn);
    } else if items < RETRIEVAL_WAYS {
        score.notes.push(format!(
            "papers choose among {RETRIEVAL_WAYS}; the test part has {items} items, so this is among all of them and easier"
        ));
    }
    Ok(score)
}

/// Top-1 in random draws of `ways` items; ties in random order, items without a value left out.
fn draw(matrix: &DistanceMatrix, ways: usize, ctx: &Context) -> Drawn {
    let share = |index: usize| {
        let mut order: Vec<usize> = (0..matrix.len()).collect();
        shuffle(&mut stream(ctx.seed, Purpose::Candidates, index as u64), &mut order);
        order.truncate(ways);
        let hits = order.iter().filter(|&&i| !matrix.is_undefined(i)).map(|&i| {
            let row = matrix.shown().row(i).to_vec();
            let nearer = order.iter().any(|&j| row[j] < row[i]);
            let tied = order.iter().filter(|&&j| row[j] == row[i]).count(); // The truth is one of them.
            if nearer { 0.0 } else { 1.0 / tied as f64 }
        });
        mean(&hits.collect::<Vec<f64>>())
    };
    let shares = defined((0..DRAWS).map(share));
    Drawn { value: mean(&shares), sd: deviation(&shares).unwrap_or(0.0), draws: shares.len() }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::context::tests::context;

    const WORDS: Retrieval = Retrieval { response: "reconstruction", image: "shown image", by: "toy" };

    fn matrix(distances: Array2<f64>, ctx: &Context) -> DistanceMatrix {
        let none = Array2::zeros((distances.nrows(), 0));
        DistanceMatrix::new("toy", "toy distance", distances, none, Vec::new(), ctx).unwrap()
    }

    /// Distances as if at random, the truth nearer by `own`.
    fn noisy(n: usize, own: f64) -> Array2<f64> {
        let hash = |i: usize, j: usize| ((i * 7919 + j * 104_729 + i * j * 31) % 10_007) as f64 / 10_007.0;
        Array2::from_shape_fn((n, n), |(i, j)| hash(i, j) - if i == j { own } else { 0.0 })
    }

    #[test]
    fn closed_form_and_draws_agree_in_both_directions() {
        let ctx = context(982);
        let scores = retrieval_scores(&matrix(noisy(982, 0.49), &ctx), WORDS, &ctx).unwrap();
        let names: Vec<&str> = scores.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(
            names,
            ["identification.retrieval.toy.image.300way", "identification.retrieval.toy.response.300way"]
        );
        for score in &scores {
            let drawn = score.drawn.as_ref().unwrap();
            assert!(score.value > 0.3 && score.value < 0.7, "{}", score.value);
            assert!((drawn.value - score.value).abs() < 4.0 * drawn.sd / 30_f64.sqrt(), "{drawn:?} {}", score.value);
            assert_eq!((drawn.draws, score.n, score.ways, score.candidates), (30, 982, Some(300), Some(981)));
            assert!((score.guess.unwrap() - 1.0 / 300.0).abs() < 1e-12 && score.interval.is_some());
            assert!((score.chance.unwrap() - 1.0 / 300.0).abs() < 2e-3, "{:?}", score.chance);
            assert!(score.definition.contains("299 of 981 other"), "{}", score.definition);
        }
    }

    #[test]
    fn directions_differ_where_one_image_is_near_to_everything() {
        // Image 0 is nearest to every reconstruction, but its nearest reconstruction is its own.
        let distances = Array2::from_shape_fn((4, 4), |(i, j)| match (i, j) {
            (0, 0) => 0.0,
            (_, 0) => 0.1,
            (i, j) if i == j => 0.5,
            _ => 1.0,
        });
        let ctx = context(4);
        let scores = retrieval_scores(&matrix(distances, &ctx), WORDS, &ctx).unwrap();
        assert_eq!((scores[0].value, scores[1].value), (0.25, 1.0));
    }

    #[test]
    fn fewer_items_are_all_candidates_and_nothing_is_drawn() {
        let ctx = context(50);
        let scores = retrieval_scores(&matrix(noisy(50, 0.3), &ctx), WORDS, &ctx).unwrap();
        assert_eq!(scores[0].name, "identification.retrieval.toy.image.50way");
        assert_eq!(scores[0].title, "Image from response, top-1 of all 50, by toy");
        assert!(scores[0].drawn.is_none() && scores[0].notes.iter().any(|n| n.contains("papers choose among 300")));
        let at_300 = context(300);
        let all = retrieval_scores(&matrix(noisy(300, 0.3), &at_300), WORDS, &at_300).unwrap();
        assert!(all[0].drawn.is_none() && all[0].notes.iter().all(|n| !n.contains("papers")), "{:?}", all[0].notes);
    }

    #[test]
    fn equal_distances_score_chance_and_one_item_is_refused() {
        let ctx = context(400);
        for score in retrieval_scores(&matrix(Array2::zeros((400, 400)), &ctx), WORDS, &ctx).unwrap() {
            assert!((score.value - 1.0 / 300.0).abs() < 1e-12);
            assert!((score.drawn.unwrap().value - 1.0 / 300.0).abs() < 1e-12);
        }
        let one = context(1);
        let refused = retrieval_scores(&matrix(Array2::zeros((1, 1)), &one), WORDS, &one);
        assert!(matches!(refused, Err(EvalError::TooFewItems { .. })));
    }
}
