//! A score as a share of its ceiling.

use afterimage_run::scores::Score;
use afterimage_statistics::draws::{Purpose, blocks, bootstrap_counts, derive, stream};
use afterimage_statistics::{Sample, mean, percentile_interval, pseudo_values};
use ndarray::Array1;
use rayon::prelude::*;

use crate::Context;
use crate::score::Draft;

/// `(score - chance) / (ceiling - chance)`, each about its own chance level (0 if it has none), over the items where both are defined.
///
/// Name: `NAME` of `score`, which the caller changes. The interval is a percentile bootstrap over items, which keeps each item's two values
/// together and takes the levels of chance as known. `None` with fewer than two items, and if the ceiling is not above chance in every
/// resample: no share is defined then.
pub fn share_of_ceiling(score: &Score, ceiling: &Score, ctx: &Context) -> Option<Score> {
    let level = |of: &Score| of.chance.filter(|chance| chance.is_finite()).unwrap_or(0.0);
    let pairs = score
        .per_item
        .iter()
        .zip(&ceiling.per_item)
        .map(|(a, b)| Some((*a)? - level(score)).zip(Some((*b)? - level(ceiling))));
    let pairs: Vec<Option<(f64, f64)>> = pairs.collect();
    let (ours, most): (Vec<f64>, Vec<f64>) = pairs.iter().flatten().copied().unzip();
    let n = ours.len();
    if n < 2 || mean(&most) <= 0.0 {
        return None;
    }
    let (a, b) = (Array1::from(ours), Array1::from(most));
    let ratios: Vec<(f64, f64)> = blocks(ctx.resamples)
        .into_par_iter()
        .flat_map_iter(|(block, draws)| {
            let counts = bootstrap_counts(&mut stream(ctx.seed, Purpose::Bootstrap, block), draws, n);
            let (above, below) = (counts.dot(&a), counts.dot(&b));
            above.into_iter().zip(below).collect::<Vec<_>>()
        })
        .collect();
    if ratios.iter().any(|(_, below)| *below <= 0.0) {
        return None;
    }
    let value = a.sum() / b.sum();
    let without: Vec<f64> = a.iter().zip(&b).map(|(x, y)| (a.sum() - x) / (b.sum() - y)).collect();
    let interval =
        percentile_interval(ratios.into_iter().map(|(above, below)| above / below).collect(), &Sample::of(n, "image"));
    let draft = Draft {
        name: score.name.clone(),
        title: score.title.clone(),
        protocol: "validity",
        metric: score.metric.clone(),
        definition: "Score of the run's reconstructions above chance, divided by that of reconstructions from noiseless predicted responses; 1 is the ceiling.".into(),
        unit: "ratio",
        higher_is_better: true,
        chance: Some(0.0),
    };
    let mut found = draft.build(value, interval, ctx);
    found.n = n;
    if n == ctx.len() {
        let pseudo = pseudo_values(value, &without);
        found.pseudo_values = if pseudo.iter().all(|v| v.is_finite()) { pseudo } else { Vec::new() };
    }
    Some(found)
}

/// `first - second` of two scores on different items, by percentile bootstraps of both samples that are independent of each other.
///
/// Name and title: those of `first`. `None` if one of them has fewer than two defined items.
pub fn sample_difference(first: &Score, second: &Score, ctx: &Context) -> Option<Score> {
    let values = |score: &Score| -> Vec<f64> { score.per_item.iter().flatten().copied().collect() };
    let (a, b) = (values(first), values(second));
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let means = |values: &[f64], seed: u64| {
        let (n, values) = (values.len(), Array1::from(values.to_vec()));
        let of_block = |(block, draws)| {
            let counts = bootstrap_counts(&mut stream(seed, Purpose::Bootstrap, block), draws, n);
            (counts.dot(&values) / n as f64).to_vec()
        };
        blocks(ctx.resamples).into_par_iter().flat_map_iter(of_block).collect::<Vec<f64>>()
    };
    let differences = means(&a, ctx.seed).into_iter().zip(means(&b, derive(ctx.seed, Purpose::Bootstrap)));
    let differences = differences.map(|(x, y)| x - y).collect();
    let draft = Draft {
        name: first.name.clone(),
        title: first.title.clone(),
        protocol: "validity",
        metric: first.metric.clone(),
        definition: "Difference of the means over two samples of images, each resampled by itself.".into(),
        unit: if first.unit == "fraction" { "fraction" } else { "difference" },
        higher_is_better: first.higher_is_better,
        chance: Some(0.0),
    };
    let mut found = draft.build(
        mean(&a) - mean(&b),
        percentile_interval(differences, &Sample::of(a.len() + b.len(), "image")),
        ctx,
    );
    found.n = a.len() + b.len();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;

    fn score(values: &[f64], chance: f64, ctx: &Context) -> Score {
        let draft = Draft {
            name: "a".into(),
            title: "A".into(),
            protocol: "pairwise",
            metric: String::new(),
            definition: String::new(),
            unit: "fraction",
            higher_is_better: true,
            chance: Some(chance),
        };
        draft.mean_over_images(values, ctx)
    }

    #[test]
    fn share_is_about_chance_and_a_ceiling_at_chance_has_none() {
        let ctx = context(4);
        let (ours, most) = (score(&[0.7, 0.6, 0.8, 0.7], 0.5, &ctx), score(&[0.9, 0.9, 0.9, 0.9], 0.5, &ctx));
        let share = share_of_ceiling(&ours, &most, &ctx).unwrap();
        assert!((share.value - 0.5).abs() < 1e-12 && share.n == 4);
        let interval = share.interval.unwrap();
        assert!(interval.low >= 0.25 && interval.low < 0.5 && interval.high > 0.5 && interval.high <= 0.75);
        assert!((mean(&share.pseudo_values) - 0.5).abs() < 0.01);
        assert_eq!(share_of_ceiling(&ours, &score(&[0.4, 0.6, 0.4, 0.7], 0.5, &ctx), &ctx), None);
    }

    #[test]
    fn difference_of_two_samples_is_wider_than_either() {
        let ctx = context(4);
        let (a, b) = (score(&[0.9, 0.7, 0.8, 0.8], 0.5, &ctx), score(&[0.6, 0.4, 0.5, 0.5], 0.5, &ctx));
        let found = sample_difference(&a, &b, &ctx).unwrap();
        assert!((found.value - 0.3).abs() < 1e-12 && found.n == 8);
        let interval = found.interval.unwrap();
        assert!(
            interval.low > 0.15 && interval.low < 0.25 && interval.high > 0.35 && interval.high < 0.45,
            "{interval:?}"
        );
        assert_eq!(sample_difference(&a, &score(&[0.5, f64::NAN, f64::NAN, f64::NAN], 0.5, &ctx), &ctx), None);
    }
}
