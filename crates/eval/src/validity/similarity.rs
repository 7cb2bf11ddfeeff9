//! How near the test images lie to training images, and whether scores rest on those that are nearest.

use afterimage_run::scores::Score;
use afterimage_statistics::{Sample, bootstrap_median, bootstrap_spearman, mean_of_defined, median, spearman};

use super::Neighbours;
use super::neighbours::median_of;
use crate::Context;
use crate::identification::{Accuracy, Pool, ranks};
use crate::score::Draft;

/// Differences of shares below this are rounding.
const ROUNDING: f64 = 1e-12;

impl Neighbours {
    /// Whether the test images are nearer to training images than training images are to each other, and pairwise identification as a
    /// function of it:
    ///
    /// - `validity.similarity.test.distance` and `validity.similarity.training.distance`: medians of the distance to the nearest training
    ///   image, of the test images and (each without itself) of a sample of training images;
    /// - `validity.similarity.nearer`: probability that a test image is nearer to its nearest training image than a training image is;
    ///   1/2 if they are alike, 1 for copies;
    /// - `validity.similarity.dependence.NAME`: Spearman's correlation of the identification of an image above its chance and the distance;
    /// - `validity.similarity.nearest-third.NAME` and `.farthest-third.NAME`: identification of these test images, with their chance.
    pub fn similarity_scores(&self, ctx: &Context) -> Vec<Score> {
        let distances: Vec<f64> = self.of_shown.iter().map(|near| near.distance).collect();
        let total = self.matrix.candidates().ncols();
        let of_test = self.draft(
            "similarity.test.distance".into(),
            "Distance of the test images to the nearest training image",
            "distance",
            format!("Median over test images of the distance to the nearest of {total} training images."),
        );
        let of_test = median_of(of_test, &distances, ctx);
        let of_training = self.draft(
            "similarity.training.distance".into(),
            "Distance of training images to the nearest other training image",
            "distance",
            format!(
                "Median over {} training images of the distance to the nearest of the other {}.",
                self.of_sample.len(),
                total - 1
            ),
        );
        let mut of_training = of_training.build(
            median(&mut self.of_sample.clone()),
            bootstrap_median(&self.of_sample, ctx.resamples, ctx.seed),
            ctx,
        );
        (of_training.n, of_training.item_kind) = (self.of_sample.len(), "training image".into());
        if let Some(interval) = &mut of_training.interval {
            interval.over = vec![Sample::of(self.of_sample.len(), "training image")];
        }
        let mut scores = vec![of_test, of_training, self.nearer(&distances, ctx)];
        scores.extend(self.dependence(&distances, ctx).into_iter().flatten());
        scores
    }

    /// Pairwise identification as a function of the distance to the training images.
    fn dependence(&self, distances: &[f64], ctx: &Context) -> Option<Vec<Score>> {
        let n = distances.len();
        let pairwise = Accuracy::new(n.checked_sub(1)?, 2, 1).ok()?;
        let table = ranks(&self.matrix, Pool::OtherShown).mapv(|rank| pairwise.of(rank));
        let table = self.matrix.defined(&table, |value| value).ok()?;
        let name = format!("identification.pairwise.{}", self.matrix.key());
        let own = table.diag().to_vec();
        // An image like many others is near to training images and found by any reconstruction: that is its chance.
        let chance: Vec<f64> =
            (0..n).map(|j| mean_of_defined(table.column(j).iter().copied()).unwrap_or(f64::NAN)).collect();
        // What rounding leaves of equal values has no rank.
        let zeroed = |d: f64| if d.abs() < ROUNDING { 0.0 } else { d };
        let above: Vec<f64> = own.iter().zip(&chance).map(|(own, chance)| zeroed(own - chance)).collect();
        let mut scores = Vec::new();
        let defined: Vec<usize> = (0..n).filter(|&item| above[item].is_finite()).collect();
        let of = |values: &[f64]| defined.iter().map(|&item| values[item]).collect::<Vec<f64>>();
        let r = spearman(&of(&above), &of(distances));
        if r.is_finite() {
            let dependence = self.draft(
                format!("similarity.dependence.{name}"),
                "Pairwise identification above chance, and distance to the nearest training image",
                "correlation",
                "Spearman's rank correlation over test images of the pairwise identification of an image, less what the reconstructions of \
                 all items score for it, and its distance to the nearest training image; below 0 images near to training images score better."
                    .into(),
            );
            let dependence = Draft { chance: Some(0.0), ..dependence };
            let interval = bootstrap_spearman(&of(&above), &of(distances), ctx.resamples, ctx.seed);
            let mut dependence = dependence.build(r, interval, ctx);
            dependence.n = defined.len();
            scores.push(dependence);
        }
        for (third, title, places) in thirds(distances) {
            let values: Vec<f64> =
                (0..n).map(|item| if places.contains(&item) { own[item] } else { f64::NAN }).collect();
            let chance = mean_of_defined(places.iter().map(|&item| chance[item]));
            if values.iter().all(|v| v.is_nan()) {
                continue;
            }
            let of_third = self.draft(
                format!("similarity.{third}.{name}"),
                format!("Pairwise identification of {title}"),
                "fraction",
                format!(
                    "Pairwise identification among all test images, of {title} only. Chance is what the reconstructions of all items score for these images."
                ),
            );
            let of_third = Draft { higher_is_better: true, chance: Some(chance.unwrap_or(f64::NAN)), ..of_third };
            let mut score = of_third.mean_over_images(&values, ctx);
            score.notes.clear();
            scores.push(score);
        }
        Some(scores)
    }

    /// The probability that a test image is nearer to its nearest training image than a training image is.
    fn nearer(&self, distances: &[f64], ctx: &Context) -> Score {
        let mut sample = self.of_sample.clone();
        sample.sort_unstable_by(f64::total_cmp);
        let n = sample.len() as f64;
        let farther = |d: f64| {
            let (below, upto) =
                (sample.partition_point(|&other| other < d), sample.partition_point(|&other| other <= d));
            (n - upto as f64 + (upto - below) as f64 / 2.0) / n
        };
        let values: Vec<f64> = distances.iter().map(|&d| farther(d)).collect();
        let draft = self.draft(
            "similarity.nearer".into(),
            "Test images nearer to training images than these are to each other",
            "fraction",
            format!(
                "Probability that a test image lies nearer to its nearest training image than one of {} training images to its nearest other; ties count half. 50 % if test and training images are alike, 100 % for copies. The interval is over test images.",
                sample.len()
            ),
        );
        Draft { chance: Some(0.5), ..draft }.mean_over_images(&values, ctx)
    }
}

/// The third of the items with the smallest and that with the largest values; none of fewer than six items.
fn thirds(distances: &[f64]) -> Vec<(&'static str, &'static str, Vec<usize>)> {
    let third = distances.len() / 3;
    if third < 2 {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..distances.len()).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    vec![
        ("nearest-third", "the third of the test images nearest to training images", order[..third].to_vec()),
        (
            "farthest-third",
            "the third of the test images farthest from training images",
            order[order.len() - third..].to_vec(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::{neighbours, noise_images};
    use super::*;
    use crate::context::tests::context;
    use ndarray::s;

    #[test]
    fn test_set_of_near_duplicates_is_told_from_one_of_new_images() {
        let (ctx, training) = (context(12), noise_images(30, 100));
        let near = training.slice(s![..12, .., .., ..]).mapv(|v| v * 0.9) + &noise_images(12, 700) * 0.1;
        let of = |shown| neighbours(&shown, &shown, &training, &ctx).similarity_scores(&ctx);
        let (copies, new) = (of(near), of(noise_images(12, 0)));
        let value = |scores: &[Score], name: &str| scores.iter().find(|s| s.name.ends_with(name)).unwrap().value;
        assert_eq!(value(&copies, ".nearer"), 1.0);
        assert!((value(&new, ".nearer") - 0.5).abs() < 0.35, "{}", value(&new, ".nearer"));
        assert!(value(&copies, "test.distance") < 0.1 * value(&copies, "training.distance"));
    }

    #[test]
    fn score_that_rests_on_the_nearest_images_falls_with_the_distance() {
        let (ctx, training) = (context(12), noise_images(30, 100));
        // The first half of the test images are nearly training images, and the decoder draws only these.
        let mut shown = noise_images(12, 0);
        let copies = training.slice(s![..6, .., .., ..]).mapv(|v| v * 0.9) + &noise_images(6, 700) * 0.1;
        shown.slice_mut(s![..6, .., .., ..]).assign(&copies);
        let mut decoded = noise_images(12, 300);
        decoded.slice_mut(s![..6, .., .., ..]).assign(&copies);
        let scores = neighbours(&decoded, &shown, &training, &ctx).similarity_scores(&ctx);
        let get = |name: &str| scores.iter().find(|s| s.name.contains(name)).unwrap();
        assert!(get("dependence").value < -0.5, "{}", get("dependence").value);
        let (near, far) = (get("nearest-third"), get("farthest-third"));
        assert!(near.value == 1.0 && far.value < 0.9 && near.n == 4, "{} {}", near.value, far.value);
        // A decoder with one answer is at the chance of every third, and depends on nothing.
        let same = noise_images(1, 900).broadcast((12, 3, 12, 12)).unwrap().to_owned();
        let scores = neighbours(&same, &shown, &training, &ctx).similarity_scores(&ctx);
        assert!(scores.iter().all(|score| !score.name.contains("dependence")));
        let thirds = scores.iter().filter(|score| score.name.contains("third"));
        assert!(thirds.clone().count() == 2 && thirds.into_iter().all(|s| (s.value - s.chance.unwrap()).abs() < 1e-12));
    }
}
