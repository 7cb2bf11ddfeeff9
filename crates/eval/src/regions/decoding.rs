//! A trained decoder that gets the responses of some voxels only.

use afterimage_run::regions::Condition;
use afterimage_run::scores::Score;
use ndarray::{Array4, ArrayView2, Axis, Ix4, concatenate};

use super::{Subset, conditions};
use crate::cache::Cache;
use crate::candidates::Candidates;
use crate::distance::{Distance, distances};
use crate::error::shape;
use crate::image_scores::pixcorr_scores;
use crate::protocols::{external_scores, pairwise_scores};
use crate::{Context, HeldOutArray, Result, images};

/// Reconstructions that are scored together, bytes.
const MEMORY: usize = 256 << 20;

/// What turns the held-out responses into images.
pub struct Decode<'a> {
    /// Held-out responses f32 `[items, voxels]`, normalised as in training.
    pub responses: ArrayView2<'a, f32>,
    /// What stands in for the response of a voxel that is silenced: its mean over the training items, which is 0 where
    /// responses are z-scored.
    pub silent: &'a [f32],
    /// Images f32 `[items, 3, height, width]` in 0..1 of such responses.
    pub decode: &'a dyn Fn(ArrayView2<'_, f32>) -> Array4<f32>,
}

impl Decode<'_> {
    /// Reconstructions where the voxels of `subset` speak and all others are silent.
    pub fn of(&self, subset: &Subset) -> Array4<f32> {
        let mut responses = self.responses.to_owned();
        for ((mut column, speaks), &silent) in responses.columns_mut().into_iter().zip(&subset.mask).zip(self.silent) {
            if !speaks {
                column.fill(silent);
            }
        }
        (self.decode)(responses.view())
    }
}

/// `external` (at `ways`, where given) and `pairwise` identification and pixel correlation of the reconstructions from
/// each subset; differences from the first.
///
/// Nothing is trained again: the decoder is the one trained on all voxels, so a difference says what *it* uses. Scores,
/// names and tests are those of the whole run.
///
/// # Errors
/// [`crate::EvalError::Shape`] and [`crate::EvalError::NotFinite`] for arrays that do not fit; errors of the distance
/// and of the reader of candidates.
pub fn decoding_conditions<'a>(
    decode: &Decode<'_>,
    shown: impl HeldOutArray<'a, Ix4>,
    subsets: &[Subset],
    ways: Option<usize>,
    (distance, candidates, cache): (&dyn Distance, &mut dyn Candidates, Option<&Cache>),
    ctx: &Context,
) -> Result<Vec<Condition>> {
    let shown = shown.values();
    images::check("the array of shown images", shown, ctx)?;
    let voxels = decode.responses.ncols();
    if decode.silent.len() != voxels || subsets.iter().any(|s| s.mask.len() != voxels) {
        return Err(shape("the list of silent responses", &[decode.silent.len()], format!("[{voxels}], as the masks")));
    }
    let together = (MEMORY / (4 * shown.len()).max(1)).max(1);
    let mut scored = Vec::new();
    for block in subsets.chunks(together) {
        let decoded: Vec<Array4<f32>> = block.iter().map(|subset| decode.of(subset)).collect();
        let views: Vec<_> = decoded.iter().map(|d| d.view()).collect();
        for view in &views {
            images::check_pair(*view, shown, ctx)?;
        }
        let stacked = concatenate(Axis(0), &views)
            .map_err(|_| shape("an array of reconstructions", views[0].shape(), "the same size for every subset"))?;
        let found = distances(distance, stacked.view(), None, shown, candidates, cache)?;
        for (index, (subset, decoded)) in block.iter().zip(&views).enumerate() {
            let matrix = found.matrix(index * ctx.len(), distance, candidates.names().to_vec(), ctx)?;
            let mut scores: Vec<Score> = match ways {
                Some(ways) => external_scores(&matrix, &[ways], ctx)?.into_iter().take(1).collect(),
                None => Vec::new(),
            };
            scores.extend(pairwise_scores(&matrix, ctx)?);
            scores.extend(pixcorr_scores(*decoded, shown, ctx)?.0.into_iter().take(1));
            scored.push((subset, scores));
        }
    }
    Ok(conditions(scored, ctx))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::context::tests::context;
    use crate::regions::subsets;
    use crate::{InMemory, PixelCorrelation};

    /// A decoder that paints the left half from voxels 0..4 and ignores the others.
    fn paint(responses: ArrayView2<'_, f32>) -> Array4<f32> {
        Array4::from_shape_fn((responses.nrows(), 3, 8, 8), |(i, c, y, x)| {
            if x < 4 { 0.5 + 0.1 * responses[[i, (y / 2 + c) % 4]] } else { 0.5 + 0.02 * (x + y) as f32 / 8.0 }
        })
    }

    #[test]
    fn silencing_what_the_decoder_ignores_changes_nothing_and_what_it_uses_everything() {
        let ctx = context(16);
        let responses = Array2::from_shape_fn((16, 6), |(i, v)| ((i * 7 + v * 5 + i * v) % 13) as f32 / 6.0 - 1.0);
        let shown = paint(responses.view());
        let decode = Decode { responses: responses.view(), silent: &[0.0; 6], decode: &paint };
        let mask = |from: usize, to: usize| (0..6).map(|v| (from..to).contains(&v)).collect();
        let masks = [("used".to_owned(), mask(0, 4)), ("vain".to_owned(), mask(4, 6))].into();
        let other = paint((&responses * -0.7 + 0.2).view());
        let mut candidates = InMemory { names: (0..16).map(|i| i.to_string()).collect(), images: other };
        let (all, _) = subsets(&masks, 6);
        let found =
            decoding_conditions(&decode, shown.view(), &all, Some(5), (&PixelCorrelation, &mut candidates, None), &ctx)
                .unwrap();
        let names: Vec<&str> = found[0].scores.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["identification.external.pixels.5way", "identification.pairwise.pixels", "image.pixcorr"]);
        let difference = |c: usize, s: usize| &found[c].differences[s].difference;
        // used alone, without used, vain alone, without vain
        for equal in [1, 4] {
            for score in 0..3 {
                assert_eq!(difference(equal, score).value, 0.0);
                assert_eq!(difference(equal, score).p_holm, 1.0);
            }
        }
        for lost in [2, 3] {
            let d = difference(lost, 1);
            assert!((found[lost].scores[1].value - 0.5).abs() < 1e-9, "one answer for all is at chance");
            assert!(d.value < -0.3 && d.interval.as_ref().unwrap().high < 0.0 && d.p_holm < 0.05, "{d:?}");
        }
    }

    #[test]
    fn silent_voxels_take_their_training_mean() {
        let responses = Array2::from_elem((2, 3), 1.0);
        let seen = std::cell::RefCell::new(Vec::new());
        let keep = |r: ArrayView2<'_, f32>| {
            seen.borrow_mut().push(r.to_owned());
            Array4::zeros((2, 3, 4, 4))
        };
        let decode = Decode { responses: responses.view(), silent: &[0.25, 0.5, 0.75], decode: &keep };
        let subset =
            Subset { region: None, part: afterimage_run::regions::Part::Alone, mask: vec![true, false, false] };
        let _ = decode.of(&subset);
        assert_eq!(seen.borrow()[0].row(1).to_vec(), [1.0, 0.5, 0.75]);
    }
}
