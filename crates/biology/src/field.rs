//! Receptive fields of voxels: from maps to positions and sizes.

use afterimage_run::biology::Field;
use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::gaussian::Gaussian;
use crate::grid::Grid;
use crate::{BiologyError, Result};

/// Kind of a map, which determines the relation between the width of its Gaussian and the field's size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Power of weights. Weights that fall off as a Gaussian of standard deviation s have a power that falls off with
    /// `s / sqrt 2`, so the field's size is `sqrt 2` times that of the map.
    Power,
    /// Root mean square of the change by a probe under a Gaussian window of standard deviation w: `size² = map² - w²`.
    /// A map that is not wider than the probe only shows that the field is small; its size is w/2.
    Probe {
        /// w, pixels.
        window_px: f64,
    },
}

impl Kind {
    fn size(self, sigma_px: f64) -> f64 {
        match self {
            Kind::Power => sigma_px * std::f64::consts::SQRT_2,
            Kind::Probe { window_px } => (sigma_px.powi(2) - window_px.powi(2)).max((window_px / 2.0).powi(2)).sqrt(),
        }
    }
}

/// The receptive field of each voxel from its map over an image of `side_px`: `maps` are `[voxels, positions]` on
/// `grid`.
///
/// `None` if [`Gaussian::fit`] finds none.
///
/// # Errors
/// [`BiologyError::Shape`] for maps of another grid.
pub fn fields(maps: ArrayView2<f64>, grid: &Grid, kind: Kind, side_px: usize) -> Result<Vec<Option<Field>>> {
    if maps.ncols() != grid.len() {
        return Err(BiologyError::shape("the maps", maps.shape(), format!("[voxels, {}]", grid.len())));
    }
    let fit = |row: ndarray::ArrayView1<f64>| Gaussian::fit(&row.to_vec(), grid);
    let rows: Vec<_> = maps.outer_iter().collect();
    let fitted = rows.into_par_iter().map(fit).collect::<Result<Vec<_>>>()?;
    Ok(fitted
        .into_iter()
        .map(|found| found.map(|g| field(g.x_px, g.y_px, kind.size(g.sigma_px), g.r2, side_px)))
        .collect())
}

/// A field with its polar position.
pub fn field(x_px: f64, y_px: f64, sigma_px: f64, r2: f64, side_px: usize) -> Field {
    let (eccentricity_px, angle_deg) = polar(x_px, y_px, side_px);
    Field { x_px, y_px, sigma_px, eccentricity_px, angle_deg, r2 }
}

/// Distance from the centre of the image in pixels, and direction in degrees: 0 to the right, 90 up, below 360; `None`
/// at the centre itself.
pub fn polar(x_px: f64, y_px: f64, side_px: usize) -> (f64, Option<f64>) {
    let middle = side_px as f64 / 2.0;
    let (right, up) = (x_px - middle, middle - y_px);
    let eccentricity = right.hypot(up);
    let angle = up.atan2(right).to_degrees().rem_euclid(360.0);
    // The remainder of a tiny negative angle rounds to 360 itself.
    (eccentricity, (eccentricity > 0.0).then_some(if angle < 360.0 { angle } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn angles_go_round_from_the_right_by_the_top() {
        let angle = |x, y| polar(x, y, 64).1.unwrap();
        assert_eq!(
            [angle(40.0, 32.0), angle(32.0, 20.0), angle(2.0, 32.0), angle(32.0, 60.0)],
            [0.0, 90.0, 180.0, 270.0]
        );
        assert_eq!(polar(32.0, 32.0, 64), (0.0, None));
        assert_eq!(polar(35.0, 36.0, 64).0, 5.0);
    }

    #[test]
    fn gaussian_weights_give_their_own_size_back() {
        let grid = Grid::cells(64, 32);
        let map = Array2::from_shape_fn((1, grid.len()), |(_, p)| {
            let d = (grid.at(p % 32) - 20.0).powi(2) + (grid.at(p / 32) - 41.0).powi(2);
            (-d / (2.0 * 36.0)).exp().powi(2)
        });
        let found = fields(map.view(), &grid, Kind::Power, 64).unwrap()[0].unwrap();
        assert!((found.sigma_px - 6.0).abs() < 1e-3 && (found.x_px - 20.0).abs() < 1e-3, "{found:?}");
        assert!(fields(map.view(), &Grid::cells(64, 31), Kind::Power, 64).is_err());
    }

    #[test]
    fn width_of_the_probe_is_taken_off() {
        let kind = Kind::Probe { window_px: 3.0 };
        assert!((kind.size(5.0) - 4.0).abs() < 1e-12);
        assert_eq!(kind.size(2.0), 1.5);
    }
}
