//! Identification with training images among the wrong candidates.

use afterimage_run::scores::Score;
use ndarray::{Axis, concatenate};

use super::Neighbours;
use crate::distance::DistanceMatrix;
use crate::error::shape;
use crate::protocols::scores_among;
use crate::{Context, Result};

impl Neighbours {
    /// n-way identification at `ways` with the wrong candidates from the training images, and, if `outside` has the distances of the same
    /// reconstructions to external images, from both: lists of scores with the names of conditions, `training` and `both`.
    ///
    /// # Errors
    /// [`crate::EvalError::Ways`] for more ways than candidates; [`crate::EvalError::Shape`] if `outside` is of other items.
    pub fn candidate_scores(
        &self,
        outside: Option<&DistanceMatrix>,
        ways: &[usize],
        ctx: &Context,
    ) -> Result<Vec<(&'static str, Vec<Score>)>> {
        let title = "among training images";
        let training = scores_among(&self.matrix, ways, (title, "training images"), ctx)?;
        let mut found = vec![("training", training)];
        if let Some(outside) = outside.filter(|outside| !outside.candidate_names().is_empty()) {
            let both = concatenate(Axis(1), &[outside.candidates(), self.matrix.candidates()]).map_err(|_| {
                shape("the distance matrix", outside.candidates().shape(), format!("{} items", ctx.len()))
            })?;
            let names = outside.candidate_names().iter().chain(self.matrix.candidate_names()).cloned().collect();
            let matrix = self.matrix.with_candidates(both, names);
            let title = "among external and training images";
            found.push(("both", scores_among(&matrix, ways, (title, "external and training images"), ctx)?));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::{neighbours, noise_images};
    use crate::context::tests::context;
    use crate::{DistanceMatrix, InMemory, PixelCorrelation};
    use ndarray::s;

    #[test]
    fn lookup_of_training_images_fails_among_them_and_not_among_external_ones() {
        let (ctx, shown, training) = (context(8), noise_images(8, 0), noise_images(20, 100));
        // What the decoder shows is mostly a training image, and a little of what was shown.
        let decoded = training.slice(s![..8, .., .., ..]).mapv(|v| v * 0.6) + &shown * 0.4;
        let mut external = InMemory { names: (0..20).map(|i| i.to_string()).collect(), images: noise_images(20, 300) };
        let outside =
            DistanceMatrix::compute(&PixelCorrelation, decoded.view(), shown.view(), &mut external, &ctx).unwrap();
        let found = neighbours(&decoded, &shown, &training, &ctx).candidate_scores(Some(&outside), &[5], &ctx).unwrap();
        assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["training", "both"]);
        let outside = crate::external_scores(&outside, &[5], &ctx).unwrap();
        let (training, both) = (found[0].1[0].value, found[1].1[0].value);
        assert!(outside[0].value > 0.95 && training < 0.85 && both > training && both < outside[0].value);
        assert_eq!((found[0].1[0].candidates, found[1].1[0].candidates), (Some(20), Some(40)));
        assert!(found[0].1[0].title.contains("training images"));
    }
}
