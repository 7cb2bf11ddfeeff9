//! Distances of reconstructions, shown images and some training images to the training images.

use afterimage_run::scores::Score;
use afterimage_statistics::{bootstrap_median, median, pairing_test};
use ndarray::{Array2, ArrayView1, ArrayView4, Axis, Ix4, concatenate};

use crate::cache::Cache;
use crate::candidates::Candidates;
use crate::distance::{Distance, DistanceMatrix, distances};
use crate::error::shape;
use crate::identification::{Pool, Rank, ranks};
use crate::score::{Draft, with_test};
use crate::{Context, HeldOutArray, Result, images};

/// A training image, and how near it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its row.
    pub row: usize,
    /// Its distance.
    pub distance: f64,
}

/// Distances to the training images.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// Of the reconstructions: to the shown images and, as candidates, to the training images.
    pub(super) matrix: DistanceMatrix,
    /// The training image nearest to each shown image.
    pub(super) of_shown: Vec<Near>,
    /// Distance of each training image of the sample to the nearest other one.
    pub(super) of_sample: Vec<f64>,
}

impl Neighbours {
    /// Computes the distances. `training` reads all training images, each once; `sample` are rows of some of them, with their images f32
    /// `[sample, 3, height, width]`, whose distances to all others show how near training images lie to each other.
    ///
    /// # Errors
    /// See [`DistanceMatrix::compute`]; [`crate::EvalError::Shape`] also if `sample` has not as many rows as images, or there are fewer
    /// than two training images.
    pub fn compute<'a>(
        decoded: ArrayView4<'_, f32>,
        shown: impl HeldOutArray<'a, Ix4>,
        (sample, sample_images): (&[usize], ArrayView4<'_, f32>),
        (distance, training, cache): (&dyn Distance, &mut dyn Candidates, Option<&Cache>),
        ctx: &Context,
    ) -> Result<Self> {
        let shown = shown.values();
        images::check_pair(decoded, shown, ctx)?;
        let (n, total) = (ctx.len(), training.names().len());
        if sample_images.len_of(Axis(0)) != sample.len() || sample.iter().any(|&row| row >= total) {
            return Err(shape(
                "the sample of training images",
                sample_images.shape(),
                format!("[{}, ...]", sample.len()),
            ));
        }
        if total < 2 {
            return Err(shape("the list of training images", &[total], "two or more"));
        }
        let rows = concatenate(Axis(0), &[decoded, shown, sample_images])
            .map_err(|_| shape("the training images", sample_images.shape(), "the size of the shown images"))?;
        let found = distances(distance, rows.view(), None, shown, training, cache)?;
        let matrix = found.matrix(0, distance, training.names().to_vec(), ctx)?;
        let to = found.candidates();
        let near = |row: usize, without: Option<usize>| nearest(to.row(row), without);
        Ok(Self {
            of_shown: (n..2 * n).map(|row| near(row, None)).collect(),
            of_sample: sample.iter().enumerate().map(|(i, &own)| near(2 * n + i, Some(own)).distance).collect(),
            matrix,
        })
    }

    /// A score `validity.NAME` of which less is better, without chance level.
    pub(super) fn draft(
        &self,
        name: String,
        title: impl Into<String>,
        unit: &'static str,
        definition: String,
    ) -> Draft<'static> {
        Draft {
            name: format!("validity.{name}"),
            title: title.into(),
            protocol: "validity",
            metric: self.matrix.metric().into(),
            definition,
            unit,
            higher_is_better: false,
            chance: None,
        }
    }

    /// Distances of the reconstructions; the candidates are the training images.
    pub fn matrix(&self) -> &DistanceMatrix {
        &self.matrix
    }

    /// The training image nearest to each reconstruction.
    pub fn of_decoded(&self) -> Vec<Near> {
        self.matrix.candidates().outer_iter().map(|row| nearest(row, None)).collect()
    }

    /// The training image nearest to each shown image.
    pub fn of_shown(&self) -> &[Near] {
        &self.of_shown
    }

    /// Whether the reconstructions are nearer to training images than to what was shown:
    ///
    /// - `validity.nearest-training.share`: share of the reconstructions that are nearer to some training image than to the shown one;
    ///   chance is the share over shuffled pairings;
    /// - `validity.nearest-training.rank`: median rank of the shown image among itself and all training images;
    /// - `validity.nearest-training.distance`: median of the distance to the nearest training image divided by that to the shown one; 0
    ///   is a training image itself.
    ///
    /// # Errors
    /// [`crate::EvalError::Undefined`] if no reconstruction has features to compare.
    pub fn nearest_scores(&self, ctx: &Context) -> Result<Vec<Score>> {
        let near = self.of_decoded();
        let to_shown = self.matrix.shown();
        let nearer =
            Array2::from_shape_fn(to_shown.dim(), |(i, j)| match near[i].distance.total_cmp(&to_shown[[i, j]]) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            });
        let nearer = self.matrix.defined(&nearer, |value| value)?;
        let total = self.matrix.candidates().ncols();
        let draft = |name: &str, title: &str, unit, definition| {
            self.draft(format!("nearest-training.{name}"), title, unit, definition)
        };
        let share = draft(
            "share",
            "Reconstructions nearer to a training image than to the shown image",
            "fraction",
            format!(
                "Share of the reconstructions that are nearer to one of the {total} training images than to the shown image; ties count half. Chance is the share over shuffled pairings of reconstructions and test images."
            ),
        );
        let share = share.mean_over_images(&nearer.diag().to_vec(), ctx);
        let mut share = with_test(share, pairing_test(nearer.mapv(|v| -v).view(), ctx.permutations, ctx.seed), -1.0);
        let mut different: Vec<usize> = near.iter().map(|near| near.row).collect();
        different.sort_unstable();
        different.dedup();
        share.notes.push(format!(
            "{} different training images are the nearest to {} reconstructions",
            different.len(),
            near.len()
        ));
        let places = self.matrix.defined(&ranks(&self.matrix, Pool::External), Rank::place)?;
        let own = places.diag().to_vec();
        let rank = draft(
            "rank",
            "Median rank of the shown image among training images",
            "rank",
            format!(
                "Median rank of the shown image by its distance to the reconstruction, 1 the best, among itself and all {total} training images; ties count half. Chance is the median over all pairings."
            ),
        );
        let mut rank = median_of(rank, &own, ctx);
        rank.chance = Some(median(&mut places.iter().copied().filter(|v| v.is_finite()).collect()));
        let relative: Vec<f64> = near
            .iter()
            .zip(to_shown.diag())
            .zip(&own)
            .map(|((near, d), own)| if own.is_finite() { near.distance / d } else { f64::NAN })
            .collect();
        let distance = draft(
            "distance",
            "Distance to the nearest training image, relative to that to the shown image",
            "ratio",
            format!(
                "Median over the reconstructions of the distance to the nearest of {total} training images divided by the distance to the shown image; 0 is a copy of a training image, 1 as near to it as to the shown image."
            ),
        );
        Ok(vec![share, rank, median_of(distance, &relative, ctx)])
    }
}

/// The median over images, with the interval of a median.
pub(super) fn median_of(draft: Draft<'_>, values: &[f64], ctx: &Context) -> Score {
    let mut score = draft.mean_over_images(values, ctx);
    score.value = median(&mut values.iter().copied().filter(|v| v.is_finite()).collect());
    score.interval = bootstrap_median(values, ctx.resamples, ctx.seed);
    score
}

/// The nearest, the first where several are equally near.
fn nearest(distances: ArrayView1<'_, f64>, without: Option<usize>) -> Near {
    let others = distances.iter().enumerate().filter(|(row, _)| Some(*row) != without);
    let near = others.min_by(|a, b| a.1.total_cmp(b.1));
    near.map_or(Near { row: 0, distance: f64::NAN }, |(row, &distance)| Near { row, distance })
}

#[cfg(test)]
pub(super) mod tests {
    use ndarray::{Array4, s};

    use super::*;
    use crate::candidates::InMemory;
    use crate::context::tests::context;
    use crate::perceptual::PixelCorrelation;

    /// Images of noise, each another.
    pub(in super::super) fn noise_images(n: usize, from: usize) -> Array4<f32> {
        let mut out = Array4::zeros((n, 3, 12, 12));
        for (i, mut image) in out.outer_iter_mut().enumerate() {
            let mut draws = afterimage_statistics::draws::stream(11, 0_u64, (from + i) as u64);
            image.mapv_inplace(|_: f32| 0.5 + 0.5 * afterimage_statistics::draws::symmetric(&mut draws));
        }
        out
    }

    pub(in super::super) fn neighbours(
        decoded: &Array4<f32>,
        shown: &Array4<f32>,
        training: &Array4<f32>,
        ctx: &Context,
    ) -> Neighbours {
        let total = training.len_of(Axis(0));
        let mut all = InMemory { names: (0..total).map(|i| i.to_string()).collect(), images: training.clone() };
        let rows: Vec<usize> = (0..total).collect();
        let with: (&dyn Distance, &mut dyn Candidates, _) = (&PixelCorrelation, &mut all, None);
        Neighbours::compute(decoded.view(), shown.view(), (&rows, training.view()), with, ctx).unwrap()
    }

    fn value(scores: &[Score], name: &str) -> f64 {
        scores.iter().find(|s| s.name.ends_with(name)).unwrap().value
    }

    #[test]
    fn decoder_that_memorises_training_images_is_told_from_one_that_draws_what_was_shown() {
        let (ctx, shown, training) = (context(10), noise_images(10, 0), noise_images(30, 100));
        let drawn = &shown * 0.7 + &noise_images(10, 500) * 0.3;
        let memory = training.slice(s![..10, .., .., ..]).to_owned();
        let of = |decoded: &Array4<f32>| neighbours(decoded, &shown, &training, &ctx).nearest_scores(&ctx).unwrap();
        let (drawn, memory) = (of(&drawn), of(&memory));
        assert_eq!((value(&drawn, ".share"), value(&drawn, ".rank")), (0.0, 1.0));
        assert_eq!(value(&memory, ".share"), 1.0);
        assert!(value(&memory, ".distance") < 1e-5 && value(&drawn, ".distance") > 1.5);
        // Another test image is the nearest of 31 by accident now and then.
        let (p, chance) = (drawn[0].p.as_ref().unwrap().value, drawn[0].chance.unwrap());
        assert!(p < 0.05 && (0.75..=0.9).contains(&chance), "{p}, {chance}");
    }

    #[test]
    fn nearest_training_images_are_named_and_a_sample_leaves_itself_out() {
        let (ctx, training) = (context(3), noise_images(6, 100));
        let shown = training.slice(s![2..5, .., .., ..]).to_owned();
        let found = neighbours(&shown, &shown, &training, &ctx);
        assert_eq!(found.of_decoded().iter().map(|near| near.row).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(found.of_shown().iter().all(|near| near.distance < 1e-5));
        assert!(found.of_sample.iter().all(|&distance| distance > 0.5));
    }
}
