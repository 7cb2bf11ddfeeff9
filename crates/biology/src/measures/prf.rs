//! Against population receptive fields that were measured by other means.

use afterimage_run::biology::{Measure, Voxel};

use super::agreement::{Spot, compared};
use super::{METHODS, field_of};
use crate::bootstrap::Resampling;

/// Fields of both methods against the data set's own, over the voxels that have them; the image, `side_px` wide, spans
/// `fov_deg` degrees around the centre of gaze. Sizes are compared where every voxel compared has one.
pub fn against_prf(voxels: &[Voxel], side_px: usize, fov_deg: f64, draws: &Resampling) -> Vec<Measure> {
    let (middle, px_per_deg) = (side_px as f64 / 2.0, side_px as f64 / fov_deg);
    let mut found = Vec::new();
    for method in METHODS {
        let pair = |voxel: &Voxel| {
            let (field, prf) = (field_of(voxel, method)?, voxel.prf.as_ref()?);
            let (angle, distance) = (prf.angle_deg.to_radians(), prf.eccentricity_deg * px_per_deg);
            let (x, y) = (middle + distance * angle.cos(), middle - distance * angle.sin());
            let size = prf.size_deg.map_or(f64::NAN, |size| size * px_per_deg);
            Some((field.into(), Spot { x, y, size }))
        };
        let pairs: Vec<(Spot, Spot)> = voxels.iter().filter_map(pair).collect();
        if pairs.is_empty() {
            continue;
        }
        let title = format!("{method} against the data set's own");
        let what =
            format!("fields from {method} and of the population receptive fields that the data set brought along");
        found.extend(compared(&format!("prf.{method}"), &title, &what, &pairs, draws));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::voxel;
    use super::*;
    use afterimage_run::biology::Prf;

    #[test]
    fn degrees_become_places_on_the_image() {
        // 8 degrees over 64 px: 8 px a degree.
        let seen = |eccentricity_deg, angle_deg, x, y| Voxel {
            prf: Some(Prf { eccentricity_deg, angle_deg, size_deg: Some(0.5 + eccentricity_deg) }),
            ..voxel(x, y, 4.0 + 8.0 * eccentricity_deg)
        };
        let voxels = [
            seen(1.0, 0.0, 40.0, 32.0),
            seen(2.0, 90.0, 32.0, 16.0),
            seen(3.0, 180.0, 8.0, 32.0),
            voxel(1.0, 1.0, 1.0),
        ];
        let found = against_prf(&voxels, 64, 8.0, &Resampling { resamples: 50, permutations: 0, seed: 1 });
        let value = |name: &str| found.iter().find(|m| m.name == name).unwrap();
        assert!(value("prf.weights.distance.median").value < 1e-9 && value("prf.weights.distance.median").n == 3);
        assert!((value("prf.stimulation.size.r").value - 1.0).abs() < 1e-9);
        assert!(against_prf(&voxels[3..], 64, 8.0, &Resampling { resamples: 0, permutations: 0, seed: 1 }).is_empty());
    }
}
