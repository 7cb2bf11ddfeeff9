//! How near the test images lie to training images, and whether scores rest on those that are nearest.

use afterimage_run::scores::Score;
use afterimage_statistics::{bootstrap_median, bootstrap_spearman, median, spearman};

use super::Neighbours;
use crate::Context;
use crate::score::Draft;

impl Neighbours {
    /// Whether the test images are nearer to training images than training images are to each other, and `accuracy`, a score with a value per
    /// image, as a function of it:
    ///
    /// - `validity.similarity.test.distance` and `validity.similarity.training.distance`: medians of the distance to the nearest training
    ///   image, of the test images and (each without itself) of a sample of training images;
    /// - `validity.similarity.nearer`: probability that a test image is nearer to its nearest training image than a training image is;
    ///   1/2 if they are alike, 1 for copies;
    /// - `validity.similarity.dependence.NAME`: Spearman's correlation of the accuracy and the distance over test images;
    /// - `validity.similarity.nearest-third.NAME` and `.farthest-third.NAME`: the accuracy over these test images.
    pub fn similarity_scores(&self, accuracy: Option<&Score>, ctx: &Context) -> Vec<Score> {
        let distances: Vec<f64> = self.of_shown.iter().map(|near| near.distance).collect();
        let draft = |name: String, title: String, unit: &'static str, definition: String, chance: Option<f64>| Draft {
            name: format!("validity.similarity.{name}"),
            title,
            protocol: "validity",
            metric: self.matrix.metric().into(),
            definition,
            unit,
            higher_is_better: false,
            chance,
        };
        let total = self.matrix.candidates().ncols();
        let of_test = draft(
            "test.distance".into(),
            "Distance of the test images to the nearest training image".into(),
            "distance",
            format!("Median over test images of the distance to the nearest of {total} training images."),
            None,
        );
        let mut of_test = of_test.mean_over_images(&distances, ctx);
        of_test.value = median(&mut distances.clone());
        of_test.interval = bootstrap_median(&distances, ctx.resamples, ctx.seed);
        let of_training = draft(
            "training.distance".into(),
            "Distance of training images to the nearest other training image".into(),
            "distance",
            format!(
                "Median over {} training images of the distance to the nearest of the other {}.",
                self.of_sample.len(),
                total - 1
            ),
            None,
        );
        let mut of_training = of_training.build(
            median(&mut self.of_sample.clone()),
            bootstrap_median(&self.of_sample, ctx.resamples, ctx.seed),
            ctx,
        );
        (of_training.n, of_training.item_kind) = (self.of_sample.len(), "training image".into());
        let mut scores = vec![of_test, of_training, self.nearer(&distances, ctx)];
        let Some(accuracy) = accuracy.filter(|of| of.per_item.len() == distances.len()) else { return scores };
        let name = &accuracy.name;
        let pairs = accuracy.per_item.iter().zip(&distances).filter_map(|(value, d)| Some(((*value)?, *d)));
        let (values, near): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let r = spearman(&values, &near);
        if r.is_finite() {
            let dependence = draft(
                format!("dependence.{name}"),
                format!("{} and distance to the nearest training image", accuracy.title),
                "correlation",
                "Spearman's rank correlation over test images of the score of an image and its distance to the nearest training image; below 0 images near to training images score better.".into(),
                Some(0.0),
            );
            let mut dependence = dependence.build(r, bootstrap_spearman(&values, &near, ctx.resamples, ctx.seed), ctx);
            dependence.n = values.len();
            scores.push(dependence);
        }
        for (third, title, places) in thirds(&distances) {
            let values: Vec<f64> = (0..distances.len())
                .map(|item| accuracy.per_item[item].filter(|_| places.contains(&item)).unwrap_or(f64::NAN))
                .collect();
            if values.iter().all(|v| v.is_nan()) {
                continue;
            }
            let draft = Draft {
                name: format!("validity.similarity.{third}.{name}"),
                title: format!("{}: {title}", accuracy.title),
                protocol: "validity",
                metric: accuracy.metric.clone(),
                definition: format!("{} Over {title} only.", accuracy.definition),
                unit: if accuracy.unit == "fraction" { "fraction" } else { "value" },
                higher_is_better: accuracy.higher_is_better,
                chance: accuracy.chance,
            };
            let mut score = draft.mean_over_images(&values, ctx);
            score.notes.clear();
            scores.push(score);
        }
        scores
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
        let draft = Draft {
            name: "validity.similarity.nearer".into(),
            title: "Test images nearer to training images than these are to each other".into(),
            protocol: "validity",
            metric: self.matrix.metric().into(),
            definition: format!(
                "Probability that a test image lies nearer to its nearest training image than one of {} training images to its nearest other; ties count half. 50 % if test and training images are alike, 100 % for copies. The interval is over test images.",
                sample.len()
            ),
            unit: "fraction",
            higher_is_better: false,
            chance: Some(0.5),
        };
        draft.mean_over_images(&values, ctx)
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
    use super::super::neighbours::tests::{neighbours, pictures};
    use super::*;
    use crate::context::tests::context;
    use ndarray::s;

    #[test]
    fn test_set_of_near_duplicates_is_told_from_one_of_new_images() {
        let (ctx, training) = (context(12), pictures(30, 100));
        let near = training.slice(s![..12, .., .., ..]).mapv(|v| v * 0.9) + &pictures(12, 700) * 0.1;
        let of = |shown| neighbours(&shown, &shown, &training, &ctx).similarity_scores(None, &ctx);
        let (copies, new) = (of(near), of(pictures(12, 0)));
        let value = |scores: &[Score], name: &str| scores.iter().find(|s| s.name.ends_with(name)).unwrap().value;
        assert_eq!(value(&copies, ".nearer"), 1.0);
        assert!((value(&new, ".nearer") - 0.5).abs() < 0.35, "{}", value(&new, ".nearer"));
        assert!(value(&copies, "test.distance") < 0.1 * value(&copies, "training.distance"));
    }

    #[test]
    fn score_that_rests_on_the_nearest_images_falls_with_the_distance() {
        let (ctx, training) = (context(12), pictures(30, 100));
        // The first half of the test images are nearly training images.
        let mut shown = pictures(12, 0);
        let copies = training.slice(s![..6, .., .., ..]).mapv(|v| v * 0.9) + &pictures(6, 700) * 0.1;
        shown.slice_mut(s![..6, .., .., ..]).assign(&copies);
        let found = neighbours(&shown, &shown, &training, &ctx);
        let draft = Draft {
            name: "identification".into(),
            title: "Identification".into(),
            protocol: "pairwise",
            metric: String::new(),
            definition: "Share.".into(),
            unit: "fraction",
            higher_is_better: true,
            chance: Some(0.5),
        };
        let values: Vec<f64> = (0..12).map(|i| if i < 6 { 1.0 } else { 0.5 }).collect();
        let scores = found.similarity_scores(Some(&draft.mean_over_images(&values, &ctx)), &ctx);
        let get = |name: &str| scores.iter().find(|s| s.name.contains(name)).unwrap();
        assert!(get("dependence").value < -0.5);
        assert_eq!((get("nearest-third").value, get("farthest-third").value), (1.0, 0.5));
        assert_eq!(get("nearest-third").n, 4);
    }
}
