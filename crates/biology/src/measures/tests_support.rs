//! Voxels for tests.

use afterimage_run::biology::Voxel;

use crate::field::field;

/// A voxel of V1 whose two fields are one, in an image of 64 pixels.
pub(crate) fn voxel(x: f64, y: f64, sigma: f64) -> Voxel {
    let field = Some(field(x, y, sigma, 0.9, 64));
    Voxel {
        column: 0,
        regions: vec!["V1".into()],
        hemisphere: None,
        weights: field,
        stimulation: field,
        shares: None,
        depth: None,
        r: None,
        ceiling: None,
        truth: None,
        prf: None,
    }
}
