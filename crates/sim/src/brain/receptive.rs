//! Receptive fields: where a voxel looks, and the weighted mean over that part of a map.

use super::config::Region;
use super::retina::Map;
use crate::draws::Draws;
use serde::{Deserialize, Serialize};

/// Pooling windows end at this many standard deviations.
pub(crate) const WINDOW: f32 = 3.0;
/// Eccentricity (image sides) at which the density of voxels has fallen to half of that at the centre of gaze.
const HALF_DENSITY: f32 = 0.5;

/// The half of the brain that a voxel lies in; it sees mostly the other half of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hemisphere {
    /// Sees mostly the right half of the picture.
    Left,
    /// Sees mostly the left half of the picture.
    Right,
}

/// A circular Gaussian in units of the image side; x to the right, y down, gaze at (0.5, 0.5).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReceptiveField {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) sigma: f32,
}

impl ReceptiveField {
    /// Draws a field: the centre with a density that falls with eccentricity e, on the contralateral side with the
    /// region's probability; sigma = (base + slope · e) · exp(0.15 z).
    pub(crate) fn choose(draws: &mut Draws, region: &Region, hemisphere: Hemisphere) -> Self {
        let (mut x, y, eccentricity) = loop {
            let (x, y) = (draws.between(0.0, 1.0), draws.between(0.02, 0.98));
            let eccentricity = ((x - 0.5).powi(2) + (y - 0.5).powi(2)).sqrt();
            if draws.chance(1.0 / (1.0 + eccentricity / HALF_DENSITY)) {
                break (x, y, eccentricity);
            }
        };
        let sees_right = (hemisphere == Hemisphere::Left) == draws.chance(region.contralateral);
        if (x > 0.5) != sees_right {
            x = 1.0 - x;
        }
        let sigma = (region.sigma_base + region.sigma_slope * eccentricity) * (0.15 * draws.normal()).exp();
        Self { x, y, sigma }
    }
}

/// The weights of a receptive field on a grid of one side; rows and columns separate.
pub(crate) struct Window {
    left: usize,
    top: usize,
    across: Vec<f32>,
    down: Vec<f32>,
}

impl Window {
    pub(crate) fn new(field: &ReceptiveField, side: usize) -> Self {
        let (left, across) = weights(field.x, field.sigma, side);
        let (top, down) = weights(field.y, field.sigma, side);
        Self { left, top, across, down }
    }

    /// The Gaussian mean of a map.
    pub(crate) fn mean(&self, map: &Map) -> f32 {
        let row = |y: usize| {
            let start = (self.top + y) * map.side + self.left;
            let cells = &map.values[start..start + self.across.len()];
            cells.iter().zip(&self.across).map(|(value, weight)| value * weight).sum::<f32>()
        };
        self.down.iter().enumerate().map(|(y, weight)| weight * row(y)).sum()
    }
}

/// First cell and normalised weights along one axis, over the cells whose centres are within the window, at least one.
fn weights(centre: f32, sigma: f32, side: usize) -> (usize, Vec<f32>) {
    let (centre, sigma) = (centre * side as f32, sigma * side as f32);
    let nearest = (centre as usize).min(side - 1);
    let inside = |i: &usize| *i == nearest || (*i as f32 + 0.5 - centre).abs() <= WINDOW * sigma;
    let cells: Vec<usize> = (0..side).filter(inside).collect();
    let raw = cells.iter().map(|&i| (-((i as f32 + 0.5 - centre) / sigma).powi(2) / 2.0).exp().max(1e-12));
    let raw: Vec<f32> = raw.collect();
    let total: f32 = raw.iter().sum();
    (cells[0], raw.iter().map(|weight| weight / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_of_a_uniform_map_is_its_value() {
        let map = Map { side: 16, values: vec![2.5; 256] };
        for (x, y) in [(0.5, 0.5), (0.0, 0.98), (0.99, 0.1)] {
            let window = Window::new(&ReceptiveField { x, y, sigma: 0.03 }, 16);
            assert!((window.mean(&map) - 2.5).abs() < 1e-5);
        }
    }
}
