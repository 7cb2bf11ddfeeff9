//! Are the p-values of a recipe uniform, and do its intervals cover chance, where there is nothing to find?

use std::collections::HashMap;

use afterimage_run::scores::Score;
use afterimage_run::validity::{Coverage, Level, NullRow};

/// Levels that p-values are counted at.
const LEVELS: [f64; 3] = [0.05, 0.25, 0.5];
/// Share of intervals that should cover.
const COVERAGE: f64 = 0.95;
/// Share of samples within the bounds.
const BOUNDS: f64 = 0.95;

/// How often p-values of the same score over runs on permuted pairings are at most 0.05, 0.25 and 0.5, and how many of its intervals contain its
/// chance level, each with the range of such counts that 95 % of calibrated recipes have (the central part of the binomial
/// distribution). Scores without p-value in every run are left out.
pub fn calibration(runs: &[Vec<Score>]) -> Vec<NullRow> {
    let Some(first) = runs.first() else { return Vec::new() };
    let tables: Vec<HashMap<&str, &Score>> =
        runs.iter().map(|scores| scores.iter().map(|score| (score.name.as_str(), score)).collect()).collect();
    let row = |score: &Score| -> Option<NullRow> {
        let of_runs: Vec<&Score> =
            tables.iter().map(|table| table.get(score.name.as_str()).copied()).collect::<Option<_>>()?;
        let p: Vec<f64> = of_runs.iter().map(|score| score.p.as_ref().map(|p| p.value)).collect::<Option<_>>()?;
        let level = |level: f64| {
            let (low, high) = binomial_bounds(p.len(), level, BOUNDS);
            Level { level, found: p.iter().filter(|p| **p <= level).count(), low, high }
        };
        let covers = of_runs.iter().filter_map(|score| {
            let (interval, chance) = (score.interval.as_ref()?, score.chance?);
            Some((interval.low..=interval.high).contains(&chance))
        });
        let covers: Vec<bool> = covers.collect();
        let (low, high) = binomial_bounds(covers.len(), COVERAGE, BOUNDS);
        let found = covers.iter().filter(|covers| **covers).count();
        let coverage = (!covers.is_empty()).then_some(Coverage { intervals: covers.len(), found, low, high });
        let values = of_runs.iter().map(|score| score.value).collect();
        let (name, title) = (score.name.clone(), score.title.clone());
        Some(NullRow { name, title, values, levels: LEVELS.map(level).to_vec(), coverage, p })
    };
    first.iter().filter_map(row).collect()
}

/// Smallest range of counts that leaves at most `(1 - share) / 2` of a binomial distribution of `n` and `p` on each side.
fn binomial_bounds(n: usize, p: f64, share: f64) -> (usize, usize) {
    let tail = (1.0 - share) / 2.0;
    let mut ln_factorial = vec![0.0_f64; n + 1];
    for i in 1..=n {
        ln_factorial[i] = ln_factorial[i - 1] + (i as f64).ln();
    }
    let mass = |k: usize| {
        let ways = ln_factorial[n] - ln_factorial[k] - ln_factorial[n - k];
        (ways + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
    };
    let masses: Vec<f64> = (0..=n).map(mass).collect();
    let leaves = |masses: &mut dyn Iterator<Item = &f64>| {
        let mut sum = 0.0;
        masses
            .take_while(|mass| {
                sum += **mass;
                sum <= tail
            })
            .count()
    };
    let (below, above) = (leaves(&mut masses.iter()), leaves(&mut masses.iter().rev()));
    (below, n - above)
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::draws::{normal, stream};
    use ndarray::Array2;

    use super::*;
    use crate::context::tests::context;
    use crate::{Context, DistanceMatrix, pairwise_scores};

    /// A distance matrix without information, of a decoder with a number.
    fn matrix(run: u64, decoder: u64, n: usize, ctx: &Context) -> DistanceMatrix {
        let mut draws = stream(run, 77_u64, decoder);
        let shown = Array2::from_shape_simple_fn((n, n), || 5.0 + normal(&mut draws));
        DistanceMatrix::new("mine", "my distance", shown, Array2::zeros((n, 0)), Vec::new(), ctx).unwrap()
    }

    fn runs(count: u64, recipe: impl Fn(u64, &Context) -> Vec<Score>) -> Vec<NullRow> {
        let runs: Vec<Vec<Score>> = (0..count)
            .map(|run| recipe(run, &Context { seed: run, resamples: 200, permutations: 499, ..context(24) }))
            .collect();
        calibration(&runs)
    }

    #[test]
    fn recipe_without_selection_is_calibrated() {
        let found = runs(200, |run, ctx| pairwise_scores(&matrix(run, 0, 24, ctx), ctx).unwrap());
        let [row] = &found[..] else { panic!("{found:?}") };
        assert!(row.levels.iter().all(|l| (l.low..=l.high).contains(&l.found)), "{:?}", row.levels);
        let coverage = row.coverage.as_ref().unwrap();
        assert_eq!(coverage.intervals, 200);
        assert!((coverage.low..=coverage.high).contains(&coverage.found), "{coverage:?}");
    }

    #[test]
    fn recipe_that_selects_on_the_test_is_found_out() {
        let best = |run: u64, ctx: &Context| {
            let tried = (0..10).map(|decoder| pairwise_scores(&matrix(run, decoder, 24, ctx), ctx).unwrap());
            tried.max_by(|a, b| a[0].value.total_cmp(&b[0].value)).unwrap()
        };
        let found = runs(100, best);
        let level = &found[0].levels[0];
        assert!(level.found > level.high, "{level:?}");
    }

    #[test]
    fn bounds_are_those_of_the_binomial_distribution() {
        // scipy.stats.binom.ppf([0.025, 0.975], n, p)
        assert_eq!(binomial_bounds(100, 0.05, 0.95), (1, 10));
        assert_eq!(binomial_bounds(20, 0.5, 0.95), (6, 14));
        assert_eq!(binomial_bounds(0, 0.5, 0.95), (0, 0));
        assert!(calibration(&[]).is_empty());
    }
}
