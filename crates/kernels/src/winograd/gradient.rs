//! The gradient of a kernel's weights, by Winograd's algorithm too: a tile of 6 x 6 inputs and one of the outputs'
//! gradients give their products for all places of the kernel.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::transform::{Gather, POINTS, channels_at};
use super::{BLOCK, LANES, PLACES, TILE};
use crate::map::Map;
use crate::product::{View, product};
use crate::scratch::with_buffers;

/// Parts whose sums are added at the end, in their order, whatever the number of threads.
const PARTS: usize = 8;

/// The gradient of weights `[outputs, inputs, side, side]` for one of the outputs, with `x` as the input.
///
/// # Panics
/// If shapes do not match, or the convolution does not [suit](super::suits).
pub fn weight_gradient(x: &Map, gradient: &Map, side: usize, padding: usize) -> Vec<f32> {
    let ([images, height, width, inputs], [_, rows, columns, outputs]) = (x.dims, gradient.dims);
    assert!(super::suits(inputs, outputs, side, 1), "{side} x {side}, {inputs} to {outputs} channels");
    let fits = [height, width].map(|size| size + 2 * padding + 1 - side);
    assert_eq!([images, rows, columns], [gradient.dims[0], fits[0], fits[1]], "shape of the gradient");
    let step = TILE + 1 - side;
    let grid = [rows.div_ceil(step), columns.div_ceil(step)];
    let all = images * grid[0];
    let (at_once, size) = (BLOCK.div_ceil(grid[1]), PLACES * inputs * outputs);
    let sums: Vec<Vec<f32>> = (0..PARTS)
        .into_par_iter()
        .map(|part| {
            let mut sum = vec![0.0; size];
            let (from, to) = (all * part / PARTS, all * (part + 1) / PARTS);
            for first in (from..to).step_by(at_once) {
                let tiles = at_once.min(to - first) * grid[1];
                with_buffers([PLACES * tiles * inputs, PLACES * tiles * outputs], |transformed, spread| {
                    let arch = pulp::Arch::new();
                    let size = [height, width, inputs];
                    arch.dispatch(Gather { x: &x.values, size, first, grid, step, padding, out: transformed });
                    let size = [rows, columns, outputs];
                    arch.dispatch(Spread { gradient: &gradient.values, size, first, grid, step, out: spread });
                    for place in 0..PLACES {
                        let a = View::new(&transformed[place * tiles * inputs..], tiles, inputs).transposed();
                        let b = View::new(&spread[place * tiles * outputs..], tiles, outputs);
                        product(&mut sum[place * inputs * outputs..][..inputs * outputs], a, b, true);
                    }
                });
            }
            sum
        })
        .collect();
    let mut sums = sums.into_iter();
    let mut total = sums.next().unwrap_or_default();
    for sum in sums {
        total.iter_mut().zip(sum).for_each(|(total, value)| *total += value);
    }
    let mut weights = vec![0.0; outputs * inputs * side * side];
    weights.par_chunks_exact_mut(side * side).enumerate().for_each(|(index, kernel)| {
        let (output, input) = (index / inputs, index % inputs);
        let at = |place: usize| total[(place * inputs + input) * outputs + output];
        let mut columns = [[0.0; TILE]; TILE]; // [across, down]; the first `side` are used
        for (x, column) in columns.iter_mut().enumerate() {
            let mut line = [0.0; TILE];
            line.iter_mut().enumerate().for_each(|(y, value)| *value = at(y * TILE + x));
            *column = power_sums(&line, side);
        }
        for (y, line) in kernel.chunks_exact_mut(side).enumerate() {
            let mut across = [0.0; TILE];
            across.iter_mut().zip(&columns).for_each(|(value, column)| *value = column[y]);
            line.copy_from_slice(&power_sums(&across, side)[..side]);
        }
    });
    weights
}

/// `A^T m`: the sums of `m` with the powers of the points.
fn power_sums(m: &[f32; TILE], side: usize) -> [f32; TILE] {
    let mut out = [0.0; TILE];
    for (power, value) in out.iter_mut().enumerate().take(side) {
        *value = POINTS.iter().zip(m).map(|((point, _), m)| point.powi(power as i32) * m).sum();
    }
    out[side - 1] += m[TILE - 1];
    out
}

/// Spreads the gradients of whole rows of tiles over 6 x 6 places: `out` is `[36, tiles, channels]`.
struct Spread<'a> {
    gradient: &'a [f32],
    /// Height, width and channels of an image.
    size: [usize; 3],
    first: usize,
    grid: [usize; 2],
    step: usize,
    out: &'a mut [f32],
}

impl WithSimd for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.step {
            4 => self.run::<S, 4>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

impl Spread<'_> {
    #[inline(always)]
    fn run<S: Simd, const STEP: usize>(self, simd: S) {
        let [_, _, channels] = self.size;
        debug_assert!(channels.is_multiple_of(LANES));
        let (zero, zeros) = (simd.splat_f32s(0.0), vec![0.0; channels]);
        let tiles = self.out.len() / (PLACES * channels);
        let (out, _) = S::as_mut_simd_f32s(self.out);
        let vectors = channels / S::F32_LANES;
        for tile in 0..tiles {
            let (row, across) = (self.first + tile / self.grid[1], tile % self.grid[1]);
            let (image, down) = (row / self.grid[0], row % self.grid[0]);
            let mut inputs: [[&[S::f32s]; STEP]; STEP] = [[S::as_simd_f32s(&zeros).0; STEP]; STEP];
            for (y, line) in inputs.iter_mut().enumerate() {
                for (x, values) in line.iter_mut().enumerate() {
                    let place = [image, down * STEP + y, across * STEP + x];
                    *values = channels_at::<S>(self.gradient, self.size, place, values);
                }
            }
            for vector in 0..vectors {
                let mut columns = [[zero; TILE]; STEP];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut line = [zero; STEP];
                    for (y, value) in line.iter_mut().enumerate() {
                        *value = inputs[y][x][vector];
                    }
                    *column = spread_line::<S, STEP>(simd, line);
                }
                for y in 0..TILE {
                    let mut line = [zero; STEP];
                    for (value, column) in line.iter_mut().zip(&columns) {
                        *value = column[y];
                    }
                    for (x, value) in spread_line::<S, STEP>(simd, line).into_iter().enumerate() {
                        out[((y * TILE + x) * tiles + tile) * vectors + vector] = value;
                    }
                }
            }
        }
    }
}

/// `G d` for a line of a tile.
#[inline(always)]
fn spread_line<S: Simd, const STEP: usize>(simd: S, d: [S::f32s; STEP]) -> [S::f32s; TILE] {
    let mut out = [d[STEP - 1]; TILE];
    for (value, (point, scale)) in out.iter_mut().zip(POINTS) {
        let mut sum = d[STEP - 1];
        for power in (0..STEP - 1).rev() {
            sum = simd.mul_add_f32s(simd.splat_f32s(point), sum, d[power]);
        }
        *value = simd.mul_f32s(simd.splat_f32s(scale), sum);
    }
    out
}
