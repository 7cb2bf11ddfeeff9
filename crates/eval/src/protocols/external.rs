//! `external`: the shown image among images of an external set.

use afterimage_run::scores::Score;

use super::{Words, by_metric, identification_scores};
use crate::distance::DistanceMatrix;
use crate::identification::Pool;
use crate::{Context, Result};

/// n-way identification among external candidates, for each of `ways`, and the mean rank.
///
/// The nearest of the shown image and n-1 candidates to the reconstruction wins. The test permutes which
/// reconstruction belongs to which shown image and keeps the candidates. The candidates must not hold shown images.
/// Names: `identification.external.KEY.5way`, `identification.external.KEY.rank`.
///
/// # Errors
/// [`crate::EvalError::Ways`] for ways beyond the candidates (see [`super::possible_ways`]);
/// [`crate::EvalError::Undefined`] without items or candidates, or if every item's features are constant.
///
/// Source: Gaziv et al., NeuroImage 254, 2022, image identification.
pub fn external_scores(matrix: &DistanceMatrix, ways: &[usize], ctx: &Context) -> Result<Vec<Score>> {
    scores_among(matrix, ways, ("among external images", "images of the external set"), ctx)
}

/// [`external_scores`] of candidates that are called otherwise: the title, and what the wrong candidates are.
pub(crate) fn scores_among(
    matrix: &DistanceMatrix,
    ways: &[usize],
    (title, others): (&str, &str),
    ctx: &Context,
) -> Result<Vec<Score>> {
    let words = Words {
        protocol: "external",
        prefix: format!("identification.external.{}", matrix.key()),
        title: by_metric(title, matrix),
        others,
        rule: "the shown image is nearest to the reconstruction",
    };
    identification_scores(matrix, Pool::External, ways, &words, ctx)
}
