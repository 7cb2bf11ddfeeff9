//! `pairwise`: the shown image against each other test image.

use afterimage_run::scores::Score;

use super::{Words, by_metric, identification_scores};
use crate::distance::DistanceMatrix;
use crate::identification::Pool;
use crate::{Context, EvalError, Result};

/// Fraction of the other test images that are farther from the reconstruction than the shown one; chance 1/2.
///
/// Each reconstruction is compared with the shown images (not each shown image with the reconstructions).
/// Name: `identification.pairwise.KEY`.
///
/// # Errors
/// [`EvalError::TooFewItems`] with fewer than two items.
///
/// Source: two-way identification as in Ozcelik and VanRullen, Sci. Rep. 13, 2023.
pub fn pairwise_scores(matrix: &DistanceMatrix, ctx: &Context) -> Result<Vec<Score>> {
    if ctx.len() < 2 {
        return Err(EvalError::TooFewItems { what: "pairwise identification".into(), got: ctx.len(), needed: 2 });
    }
    let words = Words {
        protocol: "pairwise",
        prefix: format!("identification.pairwise.{}", matrix.key()),
        title: by_metric("among the test images", matrix),
        others: "other test images",
        rule: "the shown image is nearer to the reconstruction than another test image",
    };
    let mut scores = identification_scores(matrix, Pool::OtherShown, &[2], &words, ctx)?;
    scores.truncate(1);
    for score in &mut scores {
        score.name = words.prefix.clone();
        score.title = format!("Pairwise identification {}", words.title);
        score.definition =
            "Mean fraction of the other test images that are farther from the reconstruction than the shown one; ties count half."
                .into();
    }
    Ok(scores)
}
