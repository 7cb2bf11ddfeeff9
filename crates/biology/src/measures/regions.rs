//! Region by region: size and its growth with eccentricity, side of the image, depth, accuracy.

use afterimage_run::biology::{Field, Hemisphere, Measure, Voxel, early_first};

use super::{Draft, METHODS, field_of, mean, median, pick, quantile, within};
use crate::bootstrap::Resampling;

/// A voxel whose noise ceiling is below this carries next to no signal: the ratio would be noise divided by noise.
const SMALLEST_CEILING: f64 = 0.1;

/// Names of all regions, early ones first.
pub fn region_names(voxels: &[Voxel]) -> Vec<String> {
    let mut names: Vec<String> = voxels.iter().flat_map(|v| v.regions.iter().cloned()).collect();
    early_first(&mut names);
    names
}

/// All measures of every region, and of all voxels together.
pub fn of_regions(voxels: &[Voxel], side_px: usize, draws: &Resampling) -> Vec<Measure> {
    let all: Vec<&Voxel> = voxels.iter().collect();
    let mut found = of_group(&all, side_px, draws);
    for region in region_names(voxels) {
        let inside: Vec<&Voxel> = voxels.iter().filter(|v| v.regions.contains(&region)).collect();
        found.extend(of_group(&inside, side_px, draws).into_iter().map(|m| within(m, &region)));
    }
    found.retain(|m| m.n > 0);
    found
}

fn of_group(voxels: &[&Voxel], side_px: usize, draws: &Resampling) -> Vec<Measure> {
    let mut found = Vec::new();
    for method in METHODS {
        found.extend(sizes(voxels, method, draws));
        found.extend(contralateral(voxels, method, side_px, draws));
    }
    found.extend(depth(voxels, draws));
    found.extend(accuracy(voxels, draws));
    found
}

/// Median size, and the line of size against eccentricity.
fn sizes(voxels: &[&Voxel], method: &str, draws: &Resampling) -> Vec<Measure> {
    let fields: Vec<&Field> = voxels.iter().filter_map(|v| field_of(v, method)).collect();
    let n = fields.len();
    let size: Vec<f64> = fields.iter().map(|f| f.sigma_px).collect();
    let eccentricity: Vec<f64> = fields.iter().map(|f| f.eccentricity_px).collect();
    let typical = Draft::new(
        format!("size.{method}.median"),
        format!("Field size by {method}"),
        format!("Median over voxels of the standard deviation of the receptive field from {method}."),
        "px",
    );
    let slope = Draft::new(
        format!("size.{method}.slope"),
        format!("Growth of field size with eccentricity by {method}"),
        format!(
            "Slope of the least-squares line of field size against eccentricity over voxels, fields from {method}."
        ),
        "px per px",
    );
    let line_at_zero = Draft::new(
        format!("size.{method}.intercept"),
        format!("Field size in the middle of the image by {method}"),
        format!(
            "Value at eccentricity 0 of the least-squares line of field size against eccentricity, fields from {method}."
        ),
        "px",
    );
    vec![
        typical.measure(n, draws, |drawn| median(pick(&size, drawn))),
        slope.measure(n, draws, |drawn| line(&eccentricity, &size, drawn).1),
        line_at_zero.measure(n, draws, |drawn| line(&eccentricity, &size, drawn).0),
    ]
}

/// Intercept and slope; NaN if all x are one.
fn line(x: &[f64], y: &[f64], drawn: &[usize]) -> (f64, f64) {
    let (x, y) = (pick(x, drawn), pick(y, drawn));
    let (mean_x, mean_y) = (afterimage_statistics::mean(&x), afterimage_statistics::mean(&y));
    let (mut xy, mut xx) = (0.0, 0.0);
    for (x, y) in x.iter().zip(&y) {
        xy += (x - mean_x) * (y - mean_y);
        xx += (x - mean_x).powi(2);
    }
    let slope = xy / xx;
    (mean_y - slope * mean_x, slope)
}

/// Share of centres in the half of the image that is opposite to the hemisphere.
fn contralateral(voxels: &[&Voxel], method: &str, side_px: usize, draws: &Resampling) -> Option<Measure> {
    let middle = side_px as f64 / 2.0;
    let sides: Vec<f64> = voxels
        .iter()
        .filter_map(|v| {
            let (field, hemisphere) = (field_of(v, method)?, v.hemisphere?);
            Some(f64::from(u8::from((field.x_px > middle) == (hemisphere == Hemisphere::Left))))
        })
        .collect();
    let draft = Draft::new(
        format!("contralateral.{method}"),
        format!("Contralateral centres by {method}"),
        format!(
            "Share of voxels whose receptive field from {method} is centred in the half of the image opposite to their hemisphere."
        ),
        "fraction",
    );
    let measure = draft.measure(sides.len(), draws, |drawn| mean(&sides, drawn));
    (!sides.is_empty()).then_some(Measure { chance: Some(0.5), ..measure })
}

/// Mean and quartiles of preferred depth.
fn depth(voxels: &[&Voxel], draws: &Resampling) -> Vec<Measure> {
    let depths: Vec<f64> = voxels.iter().filter_map(|v| v.depth).collect();
    let n = depths.len();
    let of_mean = Draft::new(
        "depth.mean",
        "Preferred depth",
        "Mean over voxels of the preferred depth: 0 the encoder's first branch, 1 the last.",
        "depth",
    );
    let of_mean = of_mean.measure(n, draws, |drawn| mean(&depths, drawn));
    let quartile = |name: &str, title: &str, q: f64| {
        let definition = format!("{title} over voxels of the preferred depth.");
        Draft::new(format!("depth.{name}"), format!("Preferred depth, {}", title.to_lowercase()), definition, "depth")
            .measure(n, draws, |drawn| quantile(pick(&depths, drawn), q))
    };
    let quartiles = [("q25", "First quartile", 0.25), ("median", "Median", 0.5), ("q75", "Third quartile", 0.75)];
    std::iter::once(of_mean).chain(quartiles.map(|(name, title, q)| quartile(name, title, q))).collect()
}

/// Median accuracy, ceiling, and their ratio.
fn accuracy(voxels: &[&Voxel], draws: &Resampling) -> Vec<Measure> {
    let of = |name: &str, title: &str, definition: &str, unit: &'static str, values: Vec<f64>| {
        Draft::new(name, title, definition, unit).measure(values.len(), draws, |drawn| median(pick(&values, drawn)))
    };
    let known = |f: fn(&Voxel) -> Option<f64>| voxels.iter().filter_map(|v| f(v)).collect::<Vec<f64>>();
    vec![
        of(
            "accuracy.r.median",
            "Prediction accuracy",
            "Median over voxels of the correlation of predicted and measured responses to held-out images.",
            "correlation",
            known(|v| v.r),
        ),
        of(
            "accuracy.ceiling.median",
            "Noise ceiling",
            "Median over voxels of the largest correlation that measurement noise allows.",
            "correlation",
            known(|v| v.ceiling),
        ),
        of(
            "accuracy.of_ceiling.median",
            "Accuracy over ceiling",
            "Median over voxels with a ceiling of at least 0.1 of the correlation divided by the ceiling.",
            "ratio",
            known(|v| v.ceiling.filter(|c| *c >= SMALLEST_CEILING).and_then(|c| Some(v.r? / c))),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::voxel;
    use super::*;

    const DRAWS: Resampling = Resampling { resamples: 300, permutations: 100, seed: 1 };

    fn value(found: &[Measure], name: &str) -> f64 {
        found.iter().find(|m| m.name == name).unwrap_or_else(|| panic!("no {name}")).value
    }

    #[test]
    fn line_of_sizes_is_found_exactly() {
        let voxels: Vec<Voxel> =
            (0..20).map(|i| voxel(f64::from(i) + 32.5, 32.0, 3.0 + 0.2 * (f64::from(i) + 0.5))).collect();
        let found = of_regions(&voxels, 64, &DRAWS);
        assert!((value(&found, "size.weights.slope.V1") - 0.2).abs() < 1e-9);
        assert!((value(&found, "size.stimulation.intercept") - 3.0).abs() < 1e-9);
        let slope = found.iter().find(|m| m.name == "size.weights.slope").unwrap();
        // Resamples of an exact line are all the same line, so there may be no interval.
        assert!(slope.interval.as_ref().is_none_or(|interval| interval.low > 0.19));
        assert!(slope.n == 20 && slope.region.is_none());
    }

    #[test]
    fn left_hemisphere_that_sees_the_right_half_is_contralateral() {
        let at = |x, hemisphere| Voxel { hemisphere: Some(hemisphere), ..voxel(x, 20.0, 4.0) };
        let voxels = [
            at(40.0, Hemisphere::Left),
            at(10.0, Hemisphere::Right),
            at(50.0, Hemisphere::Right),
            at(60.0, Hemisphere::Left),
        ];
        let found = of_regions(&voxels, 64, &DRAWS);
        assert_eq!(value(&found, "contralateral.weights"), 0.75);
        assert!(of_regions(&[voxel(1.0, 1.0, 1.0)], 64, &DRAWS).iter().all(|m| !m.name.starts_with("contralateral")));
    }

    #[test]
    fn voxels_without_ceiling_or_depth_are_left_out_not_zero() {
        let of = |r, ceiling, depth| Voxel { r, ceiling, depth, ..voxel(20.0, 20.0, 4.0) };
        let voxels = [of(Some(0.4), Some(0.8), Some(0.5)), of(Some(0.3), Some(0.05), None), of(None, None, Some(1.0))];
        let found = of_regions(&voxels, 64, &DRAWS);
        assert_eq!(value(&found, "accuracy.of_ceiling.median"), 0.5);
        assert!((value(&found, "accuracy.r.median") - 0.35).abs() < 1e-12);
        assert_eq!(value(&found, "depth.mean"), 0.75);
    }
}
