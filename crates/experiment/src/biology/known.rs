//! What data sets tell of their voxels beside responses: truth, population receptive fields, hemispheres.

use crate::error::Result;

use afterimage_config::Experiment;
use afterimage_data::{DataSet, VoxelColumn};
use afterimage_run::{
    atomic,
    biology::{Hemisphere, Prf, Truth},
};
use afterimage_sim::{TRUTH_VERSION, Truth as Known};
use afterimage_train::prepare::Statistics;

/// The truth that a simulation wrote beside its data set, by voxel; `None` for other data sets. An error in words if it is of other voxels.
pub(super) fn truth(
    data: &DataSet,
    statistics: &Statistics,
    experiment: &Experiment,
) -> Result<Result<Option<Vec<Truth>>, String>> {
    let path = experiment.data.dataset.clone().unwrap_or_default().with_file_name("truth.json");
    if data.header().provenance.kind != "simulation" || !path.is_file() {
        return Ok(Ok(None));
    }
    let truth: Known = atomic::read_versioned(&path, TRUTH_VERSION..=TRUTH_VERSION, "simulate the data set again")?;
    if truth.voxels.len() != data.header().voxels.count {
        let (theirs, ours) = (truth.voxels.len(), data.header().voxels.count);
        let path = path.display();
        return Ok(Err(format!("\"{path}\" knows {theirs} voxels, the data set has {ours}: voxels were selected")));
    }
    let px = |sides: f32| f64::from(sides) * experiment.image.side as f64;
    let of_voxel = |&column: &usize| {
        let known = &truth.voxels[column];
        Truth {
            x_px: px(known.centre_x),
            y_px: px(known.centre_y),
            pooling_px: px(known.sigma),
            effective_px: px(known.sigma_effective),
            depth: f64::from(known.depth),
            snr: f64::from(known.snr),
        }
    };
    Ok(Ok(Some(statistics.voxels.iter().map(of_voxel).collect())))
}

/// Population receptive fields by voxel, if the data set has columns of them, such as `prf-eccentricity` and `prf_angle`.
///
/// Columns are those whose name begins with `prf`: the one with `ecc` in its name (degrees of visual angle), the one with `ang` (0 to the right,
/// 90 up, degrees), and, where there is one, that with `size` or `sigma` (degrees). A voxel without a number has none.
pub(super) fn prf(data: &DataSet, statistics: &Statistics) -> Option<Vec<Option<Prf>>> {
    let columns = &data.header().voxels.columns;
    let column = |parts: &[&str]| -> Option<&VoxelColumn> {
        let named = |name: &str| name.starts_with("prf") && parts.iter().any(|part| name[3..].contains(part));
        columns.iter().find(|(name, _)| named(&name.to_lowercase())).map(|(_, column)| column)
    };
    let (eccentricity, angle, size) = (column(&["ecc"])?, column(&["ang"])?, column(&["size", "sigma"]));
    let of_voxel = |&at: &usize| {
        let value = |column: &VoxelColumn| Some(f64::from(column.values[at])).filter(|v| v.is_finite());
        value(eccentricity).zip(value(angle)).map(|(eccentricity_deg, angle_deg)| Prf {
            eccentricity_deg,
            angle_deg,
            size_deg: size.and_then(value),
        })
    };
    Some(statistics.voxels.iter().map(of_voxel).collect())
}

/// The hemisphere of each voxel of the data set: by regions that are called after one, or by a column `hemisphere` of -1 and 1.
pub(super) fn hemispheres(data: &DataSet) -> Option<Vec<Option<Hemisphere>>> {
    let voxels = &data.header().voxels;
    let mut sides = vec![None; voxels.count];
    if let Some(column) = voxels.columns.get("hemisphere") {
        let side = |value: f32| match value {
            -1.0 => Some(Hemisphere::Left),
            1.0 => Some(Hemisphere::Right),
            _ => None,
        };
        sides = column.values.iter().map(|&value| side(value)).collect();
    }
    for (name, mask) in &voxels.regions {
        let Some(side) = side_of(name) else { continue };
        mask.iter().zip(&mut sides).filter(|(inside, _)| **inside).for_each(|(_, to)| *to = Some(side));
    }
    sides.iter().any(Option::is_some).then_some(sides)
}

/// `lh`, `LHEarlyVis`, `lh.V1`, `left_V1` ... are of the left one.
fn side_of(region: &str) -> Option<Hemisphere> {
    let begins = |words: [&str; 2], word: &str| {
        let ends_there = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_lowercase());
        region.strip_prefix(words[0]).is_some()
            || region.strip_prefix(words[1]).or(region.strip_prefix(word)).is_some_and(ends_there)
    };
    match (begins(["LH", "lh"], "left"), begins(["RH", "rh"], "right")) {
        (true, false) => Some(Hemisphere::Left),
        (false, true) => Some(Hemisphere::Right),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_named_after_a_hemisphere_tell_it_and_others_do_not() {
        for name in ["lh", "LHEarlyVis", "lh.V1", "left_V1", "left"] {
            assert_eq!(side_of(name), Some(Hemisphere::Left), "{name}");
        }
        assert_eq!(side_of("RHPPA"), Some(Hemisphere::Right));
        for name in ["V1", "lhasa", "rhombus", "lefty", "LOC"] {
            assert_eq!(side_of(name), None, "{name}");
        }
    }
}
