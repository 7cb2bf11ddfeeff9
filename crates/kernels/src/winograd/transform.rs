//! The transforms of weights, inputs and outputs.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::{PLACES, TILE};

/// Rows of G without their powers: a row is `scale * [1, point, point², ...]`; the last is `[..., 0, 1]`.
pub(super) const POINTS: [(f32, f32); 5] =
    [(0.0, 1.0 / 4.0), (1.0, -1.0 / 6.0), (-1.0, -1.0 / 6.0), (2.0, 1.0 / 24.0), (-2.0, 1.0 / 24.0)];

/// `G kernel` for one line of a kernel.
fn weight_line(line: &[f32]) -> [f32; TILE] {
    let mut out = [0.0; TILE];
    for (value, (point, scale)) in out.iter_mut().zip(POINTS) {
        *value = scale * line.iter().rev().fold(0.0, |sum, weight| sum * point + weight);
    }
    out[TILE - 1] = line[line.len() - 1];
    out
}

/// `[outputs, inputs, side, side]` to `[36, inputs, outputs]`.
pub(super) fn weights(weights: &[f32], [outputs, inputs, side]: [usize; 3]) -> Vec<f32> {
    let mut transformed = vec![0.0; PLACES * inputs * outputs];
    let rows = weights.par_chunks_exact(inputs * side * side).map(|of_output| {
        let mut tiles = Vec::with_capacity(inputs * PLACES);
        for kernel in of_output.chunks_exact(side * side) {
            let across: Vec<[f32; TILE]> = kernel.chunks_exact(side).map(weight_line).collect(); // [side, 6]
            let down: Vec<[f32; TILE]> =
                (0..TILE).map(|x| weight_line(&across.iter().map(|line| line[x]).collect::<Vec<_>>())).collect(); // [6 across, 6 down]
            tiles.extend((0..PLACES).map(|place| down[place % TILE][place / TILE]));
        }
        tiles
    });
    for (output, tiles) in rows.collect::<Vec<_>>().into_iter().enumerate() {
        for (input, tile) in tiles.chunks_exact(PLACES).enumerate() {
            for (place, value) in tile.iter().enumerate() {
                transformed[(place * inputs + input) * outputs + output] = *value;
            }
        }
    }
    transformed
}

/// Transforms the inputs of whole rows of tiles: `out` is `[36, tiles, channels]`.
pub(super) struct Gather<'a> {
    pub(super) x: &'a [f32],
    /// Height, width and channels of an image.
    pub(super) size: [usize; 3],
    /// First row of tiles, counted over all images.
    pub(super) first: usize,
    pub(super) grid: [usize; 2],
    pub(super) step: usize,
    pub(super) padding: usize,
    pub(super) out: &'a mut [f32],
}

impl WithSimd for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [_, _, channels] = self.size;
        let (zero, zeros) = (simd.splat_f32s(0.0), vec![0.0; channels]);
        let tiles = self.out.len() / (PLACES * channels);
        let (out, _) = S::as_mut_simd_f32s(self.out);
        let vectors = channels / S::F32_LANES;
        for tile in 0..tiles {
            let (row, across) = (self.first + tile / self.grid[1], tile % self.grid[1]);
            let (image, down) = (row / self.grid[0], row % self.grid[0]);
            let mut inputs: [&[S::f32s]; PLACES] = [S::as_simd_f32s(&zeros).0; PLACES];
            for (place, values) in inputs.iter_mut().enumerate() {
                let y = (down * self.step + place / TILE).wrapping_sub(self.padding);
                let x = (across * self.step + place % TILE).wrapping_sub(self.padding);
                *values = channels_at::<S>(self.x, self.size, [image, y, x], values);
            }
            for vector in 0..vectors {
                let mut columns = [[zero; TILE]; TILE];
                for (x, column) in columns.iter_mut().enumerate() {
                    for (y, value) in column.iter_mut().enumerate() {
                        *value = inputs[y * TILE + x][vector];
                    }
                    *column = input_line(simd, *column);
                }
                for y in 0..TILE {
                    let mut line = [zero; TILE];
                    for (value, column) in line.iter_mut().zip(&columns) {
                        *value = column[y];
                    }
                    for (x, value) in input_line(simd, line).into_iter().enumerate() {
                        out[((y * TILE + x) * tiles + tile) * vectors + vector] = value;
                    }
                }
            }
        }
    }
}

/// The channels of a place, or `outside` beyond the edge of the image.
#[inline(always)]
pub(super) fn channels_at<'a, S: Simd>(
    values: &'a [f32],
    [height, width, channels]: [usize; 3],
    [image, y, x]: [usize; 3],
    outside: &'a [S::f32s],
) -> &'a [S::f32s] {
    if y < height && x < width {
        S::as_simd_f32s(&values[((image * height + y) * width + x) * channels..][..channels]).0
    } else {
        outside
    }
}

/// `a x + y`
#[inline(always)]
fn times<S: Simd>(simd: S, a: f32, x: S::f32s, y: S::f32s) -> S::f32s {
    simd.mul_add_f32s(simd.splat_f32s(a), x, y)
}

/// `B^T d` for a line of a tile.
#[inline(always)]
fn input_line<S: Simd>(simd: S, d: [S::f32s; TILE]) -> [S::f32s; TILE] {
    let (a, b) = (times(simd, -4.0, d[2], d[4]), times(simd, -4.0, d[1], d[3]));
    let (c, e) = (simd.sub_f32s(d[4], d[2]), simd.sub_f32s(d[3], d[1]));
    [
        times(simd, 4.0, d[0], times(simd, -5.0, d[2], d[4])),
        simd.add_f32s(a, b),
        simd.sub_f32s(a, b),
        times(simd, 2.0, e, c),
        times(simd, -2.0, e, c),
        times(simd, 4.0, d[1], times(simd, -5.0, d[3], d[5])),
    ]
}

/// Transforms products `[36, tiles, channels]` of whole rows of tiles back, and finishes them.
pub(super) struct Scatter<'a> {
    pub(super) products: &'a [f32],
    /// Height, width and channels of an output image.
    pub(super) size: [usize; 3],
    pub(super) first: usize,
    pub(super) grid: [usize; 2],
    pub(super) step: usize,
    pub(super) bias: Option<&'a [f32]>,
    pub(super) relu: bool,
    /// The outputs of these rows of tiles.
    pub(super) out: &'a mut [f32],
}

impl WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.step {
            4 => self.run::<S, 4>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

impl Scatter<'_> {
    #[inline(always)]
    fn run<S: Simd, const STEP: usize>(self, simd: S) {
        let [height, width, channels] = self.size;
        let tiles = self.products.len() / (PLACES * channels);
        let (products, _) = S::as_simd_f32s(self.products);
        let (out, _) = S::as_mut_simd_f32s(self.out);
        let bias = self.bias.map(|bias| S::as_simd_f32s(bias).0);
        let vectors = channels / S::F32_LANES;
        let zero = simd.splat_f32s(0.0);
        // Rows of outputs before this row of tiles, from the first on.
        let row_of = |tile_row: usize| tile_row / self.grid[0] * height + tile_row % self.grid[0] * STEP;
        for tile in 0..tiles {
            let (tile_row, across) = (self.first + tile / self.grid[1], tile % self.grid[1]);
            let top = row_of(tile_row) - row_of(self.first);
            let down = STEP.min(height - tile_row % self.grid[0] * STEP);
            let right = STEP.min(width - across * STEP);
            for vector in 0..vectors {
                let mut columns = [[zero; STEP]; TILE];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut line = [zero; TILE];
                    for (y, value) in line.iter_mut().enumerate() {
                        *value = products[((y * TILE + x) * tiles + tile) * vectors + vector];
                    }
                    *column = output_line::<S, STEP>(simd, line);
                }
                let added = match bias {
                    Some(bias) => bias[vector],
                    None => zero,
                };
                for y in 0..down {
                    let mut line = [zero; TILE];
                    for (value, column) in line.iter_mut().zip(&columns) {
                        *value = column[y];
                    }
                    let line = output_line::<S, STEP>(simd, line);
                    for x in 0..right {
                        let value = simd.add_f32s(line[x], added);
                        let value = if self.relu { simd.max_f32s(value, zero) } else { value };
                        out[((top + y) * width + across * STEP + x) * vectors + vector] = value;
                    }
                }
            }
        }
    }
}

/// `A^T m` for a line of a tile.
#[inline(always)]
fn output_line<S: Simd, const STEP: usize>(simd: S, m: [S::f32s; TILE]) -> [S::f32s; STEP] {
    let (s1, d1) = (simd.add_f32s(m[1], m[2]), simd.sub_f32s(m[1], m[2]));
    let (s2, d2) = (simd.add_f32s(m[3], m[4]), simd.sub_f32s(m[3], m[4]));
    let rows = [
        simd.add_f32s(m[0], simd.add_f32s(s1, s2)),
        times(simd, 2.0, d2, d1),
        times(simd, 4.0, s2, s1),
        times(simd, 8.0, d2, d1),
    ];
    let mut out = [m[5]; STEP];
    out[..STEP - 1].copy_from_slice(&rows[..STEP - 1]);
    out[STEP - 1] = simd.add_f32s(rows[STEP - 1], m[5]);
    out
}
