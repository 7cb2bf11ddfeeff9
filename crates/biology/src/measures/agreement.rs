//! Agreement of two methods for receptive fields.

use afterimage_run::biology::{Field, Measure, Voxel};
use afterimage_statistics::mean;

use super::{Draft, METHODS, correlation, median, pick};
use crate::bootstrap::Resampling;

/// A position and a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) size: f64,
}

impl From<&Field> for Spot {
    fn from(field: &Field) -> Self {
        Self { x: field.x_px, y: field.y_px, size: field.sigma_px }
    }
}

/// Fields from weights against fields from stimulation, over the voxels that have both.
pub fn agreement(voxels: &[Voxel], draws: &Resampling) -> Vec<Measure> {
    let pairs: Vec<(Spot, Spot)> = voxels
        .iter()
        .filter_map(|voxel| Some((voxel.weights.as_ref()?.into(), voxel.stimulation.as_ref()?.into())))
        .collect();
    compared("agreement", &format!("{} against {}", METHODS[0], METHODS[1]), "fields", &pairs, draws)
}

/// Correlations of x, y, both and size, and medians of distance and of the difference in size.
///
/// The correlation of centres takes both coordinates together: `sum of covariances / sqrt(sum of variances a · sum of
/// variances b)` over x and y, so a coordinate without variance does no harm.
pub(super) fn compared(
    prefix: &str,
    title: &str,
    what: &str,
    pairs: &[(Spot, Spot)],
    draws: &Resampling,
) -> Vec<Measure> {
    let n = pairs.len();
    let columns = |value: fn(&Spot) -> f64| -> [Vec<f64>; 2] {
        [pairs.iter().map(|p| value(&p.0)).collect(), pairs.iter().map(|p| value(&p.1)).collect()]
    };
    let (x, y, size) = (columns(|s| s.x), columns(|s| s.y), columns(|s| s.size));
    let distance: Vec<f64> = pairs.iter().map(|(a, b)| (a.x - b.x).hypot(a.y - b.y)).collect();
    let change: Vec<f64> = pairs.iter().map(|(a, b)| (a.size - b.size).abs()).collect();
    let of = |name: &str, head: &str, definition: String, unit: &'static str| {
        Draft::new(format!("{prefix}.{name}"), format!("{head}, {title}"), definition, unit)
    };
    let r = |name: &str, head: &str, [a, b]: &[Vec<f64>; 2]| {
        let definition = format!("Pearson correlation over voxels of the {head} of their {what}.");
        let chance = Some(0.0);
        let measure = of(&format!("{name}.r"), head, definition, "correlation");
        Measure { chance, ..measure.measure(n, draws, |drawn| correlation(a, b, drawn)) }
    };
    let centre = of(
        "centre.r",
        "centre",
        format!(
            "Correlation over voxels of the centres of their {what}, x and y together: the sum of both covariances over the root of the product of \
             the summed variances."
        ),
        "correlation",
    );
    let typical = |name: &str, head: &str, definition: String, values: &[f64]| {
        of(name, head, definition, "px").measure(n, draws, |drawn| median(pick(values, drawn)))
    };
    vec![
        Measure { chance: Some(0.0), ..centre.measure(n, draws, |drawn| together(&x, &y, drawn)) },
        r("x", "x", &x),
        r("y", "y", &y),
        r("size", "size", &size),
        typical(
            "distance.median",
            "distance of centres",
            format!("Median over voxels of the distance between the centres of their {what}."),
            &distance,
        ),
        typical(
            "size.difference.median",
            "difference in size",
            format!("Median over voxels of the absolute difference between the sizes of their {what}."),
            &change,
        ),
    ]
}

fn together(x: &[Vec<f64>; 2], y: &[Vec<f64>; 2], drawn: &[usize]) -> f64 {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for [a, b] in [x, y] {
        let (a, b) = (pick(a, drawn), pick(b, drawn));
        let (mean_a, mean_b) = (mean(&a), mean(&b));
        for (a, b) in a.iter().zip(&b) {
            ab += (a - mean_a) * (b - mean_b);
            aa += (a - mean_a).powi(2);
            bb += (b - mean_b).powi(2);
        }
    }
    ab / (aa * bb).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: Resampling = Resampling { resamples: 200, permutations: 100, seed: 1 };

    fn spots(n: usize, shift: f64) -> Vec<(Spot, Spot)> {
        let spot = |i: usize, by: f64| Spot { x: (i as f64 * 0.7).sin() * 20.0 + by, y: i as f64, size: 3.0 + by };
        (0..n).map(|i| (spot(i, 0.0), spot(i, shift))).collect()
    }

    #[test]
    fn a_shift_leaves_correlations_and_shows_in_the_distance() {
        let found = compared("a", "one against the other", "fields", &spots(30, 4.0), &DRAWS);
        let value = |name: &str| found.iter().find(|m| m.name == name).unwrap().value;
        assert!((value("a.centre.r") - 1.0).abs() < 1e-12 && (value("a.x.r") - 1.0).abs() < 1e-12);
        assert!(
            (value("a.distance.median") - 4.0).abs() < 1e-12 && (value("a.size.difference.median") - 4.0).abs() < 1e-12
        );
        // A size that does not vary has no correlation.
        assert!(value("a.size.r").is_nan());
    }

    #[test]
    fn without_voxels_everything_is_undefined() {
        let found = compared("a", "b", "fields", &[], &DRAWS);
        assert!(found.iter().all(|m| m.value.is_nan() && m.interval.is_none() && m.n == 0));
    }
}
