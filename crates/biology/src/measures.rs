//! Measures over all voxels or a region, each with definition, n and interval.

mod agreement;
mod halves;
mod prf;
mod regions;
#[cfg(test)]
mod tests_support;
mod truth;

pub use agreement::agreement;
pub use halves::{Halves, halves_of, split_half};
pub use prf::against_prf;
pub use regions::{of_regions, region_names};
pub use truth::against_truth;

use afterimage_run::biology::{Field, Measure, Voxel};
use afterimage_statistics::correlation::pearson;

use crate::bootstrap::Resampling;

/// The two methods for receptive fields, by their name in measures and tables.
pub const METHODS: [&str; 2] = ["weights", "stimulation"];

/// The field of a voxel by a method of [`METHODS`].
pub fn field_of<'a>(voxel: &'a Voxel, method: &str) -> Option<&'a Field> {
    if method == METHODS[0] { voxel.weights.as_ref() } else { voxel.stimulation.as_ref() }
}

/// Name and title of a measure.
struct Draft<'a> {
    name: String,
    title: String,
    definition: String,
    unit: &'a str,
}

impl Draft<'_> {
    fn new(name: impl Into<String>, title: impl Into<String>, definition: impl Into<String>, unit: &str) -> Draft<'_> {
        Draft { name: name.into(), title: title.into(), definition: definition.into(), unit }
    }

    /// The statistic of all `n` voxels with its interval.
    fn measure(self, n: usize, draws: &Resampling, statistic: impl Fn(&[usize]) -> f64 + Sync) -> Measure {
        let all: Vec<usize> = (0..n).collect();
        let value = if n == 0 { f64::NAN } else { statistic(&all) };
        Measure {
            name: self.name,
            title: self.title,
            definition: self.definition,
            unit: self.unit.into(),
            region: None,
            value,
            interval: if value.is_finite() { draws.interval(n, statistic) } else { None },
            chance: None,
            p: None,
            n,
            notes: Vec::new(),
        }
    }
}

/// A measure of one region.
fn within(mut measure: Measure, region: &str) -> Measure {
    measure.name = format!("{}.{region}", measure.name);
    measure.title = format!("{}, {region}", measure.title);
    measure.region = Some(region.into());
    measure
}

/// Pearson's r of two columns over the rows drawn.
fn correlation(a: &[f64], b: &[f64], drawn: &[usize]) -> f64 {
    pearson(&pick(a, drawn), &pick(b, drawn))
}

fn pick(values: &[f64], drawn: &[usize]) -> Vec<f64> {
    drawn.iter().map(|&i| values[i]).collect()
}

/// Mean over the rows drawn.
fn mean(values: &[f64], drawn: &[usize]) -> f64 {
    afterimage_statistics::mean(&pick(values, drawn))
}

/// Spearman's correlation of two columns over the rows drawn.
fn rank_correlation(a: &[f64], b: &[f64], drawn: &[usize]) -> f64 {
    afterimage_statistics::spearman(&pick(a, drawn), &pick(b, drawn))
}

/// The quantile of unsorted values, linear between order statistics; NaN without values.
fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_unstable_by(f64::total_cmp);
    afterimage_statistics::quantile(&values, q)
}

fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation_sees_order_only() {
        let all = [0, 1, 2, 3];
        assert!((rank_correlation(&[1.0, 2.0, 3.0, 100.0], &[0.1, 0.2, 7.0, 7.5], &all) - 1.0).abs() < 1e-12);
        assert!((rank_correlation(&[1.0, 2.0, 3.0, 4.0], &[9.0, 3.0, 2.0, 1.0], &all) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_are_linear_between_values() {
        assert_eq!(quantile(vec![4.0, 0.0, 2.0], 0.25), 1.0);
        assert_eq!(median(vec![1.0, 9.0]), 5.0);
        assert!(median(Vec::new()).is_nan());
    }
}
