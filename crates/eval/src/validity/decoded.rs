//! Scores of several sets of reconstructions of the same items.

use afterimage_run::scores::{NotComputed, Score};
use afterimage_run::validity::{Kind, PREFIX};
use ndarray::{ArrayView4, Axis, Ix4, concatenate};

use crate::cache::Cache;
use crate::candidates::Candidates;
use crate::distance::{Distance, DistanceMatrix, distances};
use crate::error::shape;
use crate::image_scores::native_pixcorr;
use crate::protocols::{external_scores, pairwise_scores};
use crate::{Context, HeldOutArray, Result, images};

/// The scores of one set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The scores, with the names of `scores.json`.
    pub scores: Vec<Score>,
    /// Those that the set leaves undefined, with the reason.
    pub not_computed: Vec<NotComputed>,
}

impl Decoded {
    fn add(&mut self, name: &str, scores: Result<Vec<Score>>) -> Result<()> {
        match scores {
            Ok(scores) => self.scores.extend(scores),
            Err(error) if error.is_undefined() => {
                self.not_computed.push(NotComputed { name: name.into(), reason: error.to_string() });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// A distance, with the candidates of `external` and vectors that were computed before.
pub type With<'a> = (&'a dyn Distance, &'a mut dyn Candidates, Option<&'a Cache>);

/// `pairwise` and (at `ways`, where given) `external` identification and the pixel correlation at the images' own size, of each set of
/// reconstructions f32 `[items, 3, height, width]` in 0..1.
///
/// Shown images, candidates and distance are those of `scores.json`, and the first two scores have the values that they have there if
/// the set is that of the run.
///
/// # Errors
/// [`crate::EvalError::Shape`], [`crate::EvalError::NotFinite`] and [`crate::EvalError::Range`] for arrays that do not fit; errors of the
/// distance and of the reader of candidates. What a set leaves undefined is not an error.
pub fn decoded_scores<'a>(
    sets: &[ArrayView4<'_, f32>],
    shown: impl HeldOutArray<'a, Ix4>,
    ways: Option<usize>,
    with: With<'_>,
    ctx: &Context,
) -> Result<Vec<Decoded>> {
    let shown = shown.values();
    let mut found = identified(sets, shown, ways, with, ctx)?;
    found.iter_mut().zip(sets).for_each(|(found, set)| found.scores.push(native_pixcorr(*set, shown, ctx)));
    Ok(found)
}

/// [`decoded_scores`] without the pixel correlation.
///
/// # Errors
/// See [`decoded_scores`].
pub fn identified<'a>(
    sets: &[ArrayView4<'_, f32>],
    shown: impl HeldOutArray<'a, Ix4>,
    ways: Option<usize>,
    (distance, candidates, cache): With<'_>,
    ctx: &Context,
) -> Result<Vec<Decoded>> {
    let shown = shown.values();
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    for set in sets {
        images::check_pair(*set, shown, ctx)?;
    }
    let stacked = concatenate(Axis(0), sets)
        .map_err(|_| shape("an array of reconstructions", sets[0].shape(), "the same size for every set"))?;
    let found = distances(distance, stacked.view(), None, shown, candidates, cache)?;
    let score = |index: usize| {
        let matrix = found.matrix(index * ctx.len(), distance, candidates.names().to_vec(), ctx)?;
        of_matrix(&matrix, ways, ctx)
    };
    (0..sets.len()).map(score).collect()
}

fn of_matrix(matrix: &DistanceMatrix, ways: Option<usize>, ctx: &Context) -> Result<Decoded> {
    let mut found = Decoded::default();
    let key = matrix.key();
    found.add(&format!("identification.pairwise.{key}"), pairwise_scores(matrix, ctx))?;
    if let Some(ways) = ways {
        let scores = external_scores(matrix, &[ways], ctx).map(|scores| scores.into_iter().take(1).collect());
        found.add(&format!("identification.external.{key}.{ways}way"), scores)?;
    }
    Ok(found)
}

/// Scores of a condition under its own names: `validity.CHECK.CONDITION.NAME`.
pub fn named(mut scores: Vec<Score>, kind: Kind, condition: &str, title: &str) -> Vec<Score> {
    for score in &mut scores {
        score.name = format!("{PREFIX}{}.{condition}.{}", kind.name(), score.name);
        score.title = format!("{}: {title}", score.title);
    }
    scores
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::super::neighbours::tests::noise_images;
    use super::*;
    use crate::candidates::InMemory;
    use crate::context::tests::context;
    use crate::perceptual::PixelCorrelation;

    #[test]
    fn decoder_that_ignores_responses_scores_chance_in_every_set_and_a_constant_one_is_undefined() {
        let (ctx, shown) = (context(8), noise_images(8, 0));
        let mut candidates = InMemory { names: (0..9).map(|i| i.to_string()).collect(), images: noise_images(9, 40) };
        let same = noise_images(1, 90).broadcast((8, 3, 12, 12)).unwrap().to_owned();
        let grey = Array4::from_elem((8, 3, 12, 12), 0.5);
        let sets = [shown.view(), same.view(), grey.view()];
        let with: (&dyn Distance, &mut dyn Candidates, _) = (&PixelCorrelation, &mut candidates, None);
        let found = decoded_scores(&sets, shown.view(), Some(5), with, &ctx).unwrap();
        let value = |set: usize, name: &str| found[set].scores.iter().find(|s| s.name == name).map(|s| s.value);
        assert_eq!(value(0, "identification.pairwise.pixels"), Some(1.0));
        assert!((value(1, "identification.pairwise.pixels").unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(value(2, "identification.pairwise.pixels"), None);
        assert_eq!(found[2].not_computed.len(), 2, "{:?}", found[2].not_computed);
        let named = named(found[0].scores.clone(), Kind::Chance, "noise", "from noise");
        assert_eq!(named[0].name, "validity.chance.noise.identification.pairwise.pixels");
    }
}
