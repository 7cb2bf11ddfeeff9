//! Slow drift over the trials of a run: a polynomial for each voxel, fitted by least squares.

use ndarray::{Array2, ArrayView1, ArrayViewMut1};

use super::groups::Groups;
use super::stream::Stream;
use crate::Result;

/// Highest order.
pub(super) const HIGHEST: usize = 5;

#[derive(Debug)]
pub(super) struct Drift {
    pub(super) groups: Groups,
    order: usize,
    /// `[groups * (order + 1), voxels]`
    weights: Array2<f64>,
    /// `[groups][order + 1]` means of the powers over the trials that were fitted on: the drift leaves the mean as it is.
    centres: Vec<Vec<f64>>,
}

impl Drift {
    pub(super) fn fit(stream: &Stream<'_>, groups: Groups, order: usize) -> Result<Self> {
        let terms = order + 1;
        let mut products = Array2::<f64>::zeros((groups.count() * terms, stream.voxels().count));
        let mut squares = vec![vec![0.0; terms * terms]; groups.count()];
        let mut fitted = vec![0.0; groups.count()];
        stream.for_each(|at, row| {
            if !groups.fits[at] {
                return;
            }
            let (group, powers) = (groups.of[at], powers(groups.place[at], terms));
            fitted[group] += 1.0;
            for (term, &power) in powers.iter().enumerate() {
                let mut sums = products.row_mut(group * terms + term);
                sums.zip_mut_with(&row, |sum, &value| *sum += power * f64::from(value));
                powers.iter().enumerate().for_each(|(other, &by)| squares[group][term * terms + other] += power * by);
            }
        })?;
        for (group, squares) in squares.iter().enumerate() {
            solve(squares, products.slice_mut(ndarray::s![group * terms..(group + 1) * terms, ..]));
        }
        let centre = |(squares, n): (&Vec<f64>, &f64)| squares[..terms].iter().map(|sum| sum / n).collect();
        let centres = squares.iter().zip(&fitted).map(centre).collect();
        Ok(Self { groups, order, weights: products, centres })
    }

    pub(super) fn apply(&self, at: usize, mut row: ArrayViewMut1<'_, f32>) {
        let terms = self.order + 1;
        let group = self.groups.of[at];
        // The drift of one run is not that of another.
        if !self.groups.sources.is_own(group) {
            return;
        }
        let powers = powers(self.groups.place[at], terms);
        for (term, (power, centre)) in powers.iter().zip(&self.centres[group]).enumerate().skip(1) {
            let by = power - centre;
            let weights: ArrayView1<'_, f64> = self.weights.row(group * terms + term);
            row.zip_mut_with(&weights, |value, weight| *value -= (weight * by) as f32);
        }
    }
}

/// Legendre polynomials at `place`, which are nearly orthogonal over a run.
fn powers(place: f64, terms: usize) -> Vec<f64> {
    let mut values = vec![1.0, place];
    for n in 1..terms.saturating_sub(1) {
        let n_float = n as f64;
        values.push(((2.0 * n_float + 1.0) * place * values[n] - n_float * values[n - 1]) / (n_float + 1.0));
    }
    values.truncate(terms);
    values
}

/// Solves `squares x = products` in place by elimination with pivots; a singular direction gets no weight.
fn solve(squares: &[f64], mut products: ndarray::ArrayViewMut2<'_, f64>) {
    let terms = products.nrows();
    let mut matrix = Array2::from_shape_fn((terms, terms), |(row, column)| squares[row * terms + column]);
    let scale = squares.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for column in 0..terms {
        let pivot = (column..terms).max_by(|&a, &b| matrix[[a, column]].abs().total_cmp(&matrix[[b, column]].abs()));
        let pivot = pivot.unwrap_or(column);
        if matrix[[pivot, column]].abs() <= 1e-12 * scale {
            continue;
        }
        for other in 0..terms {
            matrix.swap([pivot, other], [column, other]);
        }
        for voxel in 0..products.ncols() {
            products.swap([pivot, voxel], [column, voxel]);
        }
        for row in (0..terms).filter(|&row| row != column) {
            let factor = matrix[[row, column]] / matrix[[column, column]];
            for other in 0..terms {
                matrix[[row, other]] -= factor * matrix[[column, other]];
            }
            for voxel in 0..products.ncols() {
                products[[row, voxel]] -= factor * products[[column, voxel]];
            }
        }
    }
    for row in 0..terms {
        let pivot = matrix[[row, row]];
        let inverse = if pivot.abs() <= 1e-12 * scale { 0.0 } else { 1.0 / pivot };
        products.row_mut(row).mapv_inplace(|value| value * inverse);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_finds_the_polynomial_that_made_the_values() {
        let places: Vec<f64> = (0..9).map(|at| f64::from(at) / 4.0 - 1.0).collect();
        let terms = 3;
        let (mut squares, mut products) = (vec![0.0; 9], Array2::zeros((terms, 1)));
        for &place in &places {
            let powers = powers(place, terms);
            let value = 2.0 - 3.0 * powers[1] + 0.5 * powers[2];
            for (row, by) in powers.iter().enumerate() {
                products[[row, 0]] += by * value;
                powers.iter().enumerate().for_each(|(column, other)| squares[row * terms + column] += by * other);
            }
        }
        solve(&squares, products.view_mut());
        let error = |(found, wanted): (&f64, f64)| (found - wanted).abs();
        assert!(products.iter().zip([2.0, -3.0, 0.5]).map(error).all(|error| error < 1e-12), "{products}");
    }
}
