//! A round Gaussian fitted to a map over the image.

mod solve;

use crate::grid::Grid;
use crate::{BiologyError, Result};
use solve::solve;

/// Number of parameters: amplitude, x, y, logarithm of the standard deviation, floor.
const N: usize = 5;
/// Maximum number of steps of the search.
const STEPS: usize = 60;
/// A smaller gain, as a share of the sum of squares, ends the search.
const GAIN: f64 = 1e-9;
/// Maps whose range is a smaller share of their largest value are flat.
const FLAT: f64 = 1e-6;
/// The widest field, in widths of the grid: the radius of the image, as in searches for population receptive fields. A
/// wider Gaussian looks like a slope.
const WIDEST: f64 = 0.5;
/// The narrowest, in steps of the grid: a narrower one touches a single position.
const NARROWEST: f64 = 0.25;

/// `f(x, y) = floor + amplitude exp(-((x - x0)² + (y - y0)²) / (2 sigma²))`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    /// Middle, pixels from the left.
    pub x_px: f64,
    /// Middle, pixels from the top.
    pub y_px: f64,
    /// Standard deviation, pixels.
    pub sigma_px: f64,
    /// Height above the floor, in the map's unit.
    pub amplitude: f64,
    /// Value of the map far from the centre.
    pub floor: f64,
    /// `1 - sum (map - f)² / sum (map - mean)²`, at most 1.
    pub r2: f64,
}

impl Gaussian {
    /// The least-squares Gaussian of a map `[side, side]`, rows from the upper left, on the positions of `grid`.
    ///
    /// The search (Levenberg-Marquardt with Marquardt's scaling) starts at the centroid of the part above half the
    /// map's height over its median, with the size of a Gaussian that has this area above half its height. The centre
    /// is kept within half a width of the grid around it, the size between a quarter of a step and half a width.
    ///
    /// `None` for a map that is flat, contains a value that is not finite, or has no peak: the best fit has an
    /// amplitude of 0 or less, or the largest size, which the map does not determine.
    ///
    /// Sources: Marquardt 1963, SIAM J. Appl. Math. 11; the model is that of Dumoulin and Wandell 2008, NeuroImage 39.
    ///
    /// # Errors
    /// [`BiologyError::Shape`] for another number of values than the grid has positions.
    pub fn fit(map: &[f64], grid: &Grid) -> Result<Option<Self>> {
        if map.len() != grid.len() {
            return Err(BiologyError::shape("values of the map", &[map.len()], format!("[{}]", grid.len())));
        }
        let largest = map.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
        let (low, high) = map.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        if !map.iter().all(|v| v.is_finite()) || map.is_empty() || high - low <= FLAT * largest {
            return Ok(None);
        }
        let unit: Vec<f64> = map.iter().map(|v| v / largest).collect();
        let fitted = Search { map: &unit, grid }.run();
        let [amplitude, x_px, y_px, log_sigma, floor] = fitted.at;
        let widest = WIDEST * grid.side as f64 * grid.step_px;
        if amplitude <= 0.0 || !fitted.at.iter().all(|v| v.is_finite()) || log_sigma.exp() > 0.999 * widest {
            return Ok(None);
        }
        let mean = afterimage_statistics::mean(&unit);
        let total: f64 = unit.iter().map(|v| (v - mean).powi(2)).sum();
        Ok(Some(Self {
            x_px,
            y_px,
            sigma_px: log_sigma.exp(),
            amplitude: amplitude * largest,
            floor: floor * largest,
            r2: 1.0 - fitted.loss / total,
        }))
    }
}

struct Search<'a> {
    map: &'a [f64],
    grid: &'a Grid,
}

#[derive(Clone, Copy)]
struct Point {
    at: [f64; N],
    loss: f64,
}

impl Search<'_> {
    fn run(&self) -> Point {
        let start = self.start();
        let mut best = Point { at: start, loss: self.loss(&start) };
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let (normal, gradient) = self.normal(&best.at);
            let mut gained = None;
            // Each refusal damps ten times more; after twelve the step is nil and the search at its end.
            for _ in 0..12 {
                let mut damped = normal;
                (0..N).for_each(|i| damped[i][i] += damping * normal[i][i].max(1e-12));
                let at =
                    solve(damped, gradient).map(|step| self.bounded(std::array::from_fn(|i| best.at[i] + step[i])));
                let next = at.map(|at| Point { at, loss: self.loss(&at) });
                if let Some(next) = next.filter(|next| next.loss < best.loss) {
                    gained = Some(best.loss - next.loss);
                    best = next;
                    damping = (damping / 10.0).max(1e-12);
                    break;
                }
                damping *= 10.0;
            }
            if gained.is_none_or(|gain| gain <= GAIN * best.loss) {
                break;
            }
        }
        best
    }

    /// Moments of the part above the threshold.
    fn start(&self) -> [f64; N] {
        let mut sorted = self.map.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (floor, high) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
        let half = floor + (high - floor) / 2.0;
        let (mut mass, mut x, mut y, mut area) = (0.0, 0.0, 0.0, 0.0);
        for (p, &v) in self.map.iter().enumerate().filter(|(_, v)| **v >= half) {
            let weight = v - floor;
            mass += weight;
            x += weight * self.grid.at(p % self.grid.side);
            y += weight * self.grid.at(p / self.grid.side);
            area += self.grid.step_px.powi(2);
        }
        // A Gaussian is above half its height on a disc of radius sigma sqrt(2 ln 2).
        let sigma = (area / (2.0 * std::f64::consts::PI * std::f64::consts::LN_2)).sqrt();
        let mass = mass.max(f64::MIN_POSITIVE);
        self.bounded([high - floor, x / mass, y / mass, sigma.ln(), floor])
    }

    fn bounded(&self, mut at: [f64; N]) -> [f64; N] {
        let (width, first) = (self.grid.side as f64 * self.grid.step_px, self.grid.first_px - self.grid.step_px / 2.0);
        at[1] = at[1].clamp(first - width / 2.0, first + 1.5 * width);
        at[2] = at[2].clamp(first - width / 2.0, first + 1.5 * width);
        at[3] = at[3].clamp((NARROWEST * self.grid.step_px).ln(), (WIDEST * width).ln());
        at
    }

    /// The bell along one axis and its distances from the middle, in standard deviations.
    fn axis(&self, middle: f64, log_sigma: f64) -> Vec<(f64, f64)> {
        let sigma = log_sigma.exp();
        let along = (0..self.grid.side).map(|i| (self.grid.at(i) - middle) / sigma);
        along.map(|d| (d, (-d * d / 2.0).exp())).collect()
    }

    fn loss(&self, &[amplitude, x, y, log_sigma, floor]: &[f64; N]) -> f64 {
        let (across, down) = (self.axis(x, log_sigma), self.axis(y, log_sigma));
        let row = |((_, gy), row): (&(f64, f64), &[f64])| -> f64 {
            row.iter().zip(&across).map(|(v, (_, gx))| (v - floor - amplitude * gx * gy).powi(2)).sum()
        };
        down.iter().zip(self.map.chunks_exact(self.grid.side)).map(row).sum()
    }

    /// `JᵀJ` and `Jᵀ(map - f)`.
    fn normal(&self, &[amplitude, x, y, log_sigma, floor]: &[f64; N]) -> ([[f64; N]; N], [f64; N]) {
        let sigma = log_sigma.exp();
        let (across, down) = (self.axis(x, log_sigma), self.axis(y, log_sigma));
        let (mut normal, mut gradient) = ([[0.0; N]; N], [0.0; N]);
        for ((dy, gy), row) in down.iter().zip(self.map.chunks_exact(self.grid.side)) {
            for (v, (dx, gx)) in row.iter().zip(&across) {
                let bell = gx * gy;
                let slope = amplitude * bell;
                let j = [bell, slope * dx / sigma, slope * dy / sigma, slope * (dx * dx + dy * dy), 1.0];
                let residual = v - floor - slope;
                for a in 0..N {
                    gradient[a] += j[a] * residual;
                    for b in 0..N {
                        normal[a][b] += j[a] * j[b];
                    }
                }
            }
        }
        (normal, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(grid: &Grid, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        (0..grid.len()).map(|p| f(grid.at(p % grid.side), grid.at(p / grid.side))).collect()
    }

    fn bell(x0: f64, y0: f64, sigma: f64) -> impl Fn(f64, f64) -> f64 {
        move |x, y| (-((x - x0).powi(2) + (y - y0).powi(2)) / (2.0 * sigma * sigma)).exp()
    }

    #[test]
    fn a_gaussian_is_found_exactly_wherever_it_is() {
        let grid = Grid::cells(64, 16);
        for (x, y, sigma) in
            [(32.0, 32.0, 8.0), (3.0, 60.5, 5.0), (20.3, 40.7, 3.0), (-4.0, 30.0, 9.0), (33.0, 31.0, 30.0)]
        {
            let values = map(&grid, |px, py| 7.0 + 200.0 * bell(x, y, sigma)(px, py));
            let found = Gaussian::fit(&values, &grid).unwrap().unwrap();
            assert!((found.x_px - x).abs() < 1e-3 && (found.y_px - y).abs() < 1e-3, "{found:?}");
            assert!((found.sigma_px - sigma).abs() < 1e-2 && found.r2 > 0.999_999, "{found:?}");
            assert!((found.amplitude - 200.0).abs() < 1.0 && (found.floor - 7.0).abs() < 1.0, "{found:?}");
        }
    }

    #[test]
    fn scale_of_the_map_does_not_matter() {
        let grid = Grid::cells(64, 16);
        let values = map(&grid, |x, y| bell(20.0, 30.0, 6.0)(x, y) + 0.3 * (x * 1.7 + y * 0.9).sin());
        let small: Vec<f64> = values.iter().map(|v| v * 1e-6).collect();
        let (a, b) = (Gaussian::fit(&values, &grid).unwrap().unwrap(), Gaussian::fit(&small, &grid).unwrap().unwrap());
        assert!((a.x_px - b.x_px).abs() < 1e-6 && (a.sigma_px - b.sigma_px).abs() < 1e-6 && (a.r2 - b.r2).abs() < 1e-9);
    }

    #[test]
    fn ripples_lower_the_quality_and_hardly_move_the_middle() {
        let grid = Grid::cells(64, 32);
        let values = map(&grid, |x, y| bell(24.0, 40.0, 7.0)(x, y) + 0.2 * ((x * 2.1).sin() + (y * 1.3).cos()));
        let found = Gaussian::fit(&values, &grid).unwrap().unwrap();
        assert!(
            (found.x_px - 24.0).abs() < 0.7 && (found.y_px - 40.0).abs() < 0.7 && (found.sigma_px - 7.0).abs() < 1.0
        );
        assert!(found.r2 > 0.2 && found.r2 < 0.9, "{found:?}");
    }

    #[test]
    fn flat_and_broken_maps_have_no_field() {
        let grid = Grid::cells(64, 8);
        for value in [0.0, 3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Gaussian::fit(&vec![value; 64], &grid).unwrap(), None, "{value}");
        }
        assert!(Gaussian::fit(&[1.0; 63], &grid).is_err());
    }

    #[test]
    fn a_slope_over_the_whole_image_has_no_field() {
        let grid = Grid::cells(64, 16);
        assert_eq!(Gaussian::fit(&map(&grid, |x, y| 3.0 * x + y), &grid).unwrap(), None);
    }

    #[test]
    fn jacobian_is_that_of_finite_differences() {
        let grid = Grid::cells(64, 8);
        let values = map(&grid, bell(20.0, 45.0, 9.0));
        let search = Search { map: &values, grid: &grid };
        let at = [0.7, 25.0, 40.0, 2.0, 0.1];
        let (_, gradient) = search.normal(&at);
        for i in 0..N {
            let moved = |by: f64| {
                let mut to = at;
                to[i] += by;
                search.loss(&to)
            };
            // The loss has gradient -2 Jᵀ(map - f).
            let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((slope + 2.0 * gradient[i]).abs() < 1e-5 * (1.0 + slope.abs()), "{i}");
        }
    }
}
