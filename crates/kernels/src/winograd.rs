//! Convolutions of 3x3 and 5x5 with stride 1 by Winograd's minimal filtering, on tiles of 6 x 6.
//!
//! With the points 0, 1, -1, 2, -2 and infinity, a tile of 6 x 6 inputs gives 4 x 4 outputs of a 3x3 kernel, or 2 x 2
//! of a 5x5 one, from 36 products instead of the 144 or 100 of direct convolution (Winograd 1980; Lavin and Gray 2016,
//! arXiv 1509.09308). Over channels the 36 products are 36 matrix products. Both kernels share the transform of the
//! inputs.

mod gradient;
mod transform;

use rayon::prelude::*;

use crate::finish::{Finish, mark};
use crate::map::Map;
use crate::product::{View, product};
use crate::scratch::with_buffers;
use transform::{Gather, Scatter};

pub use gradient::weight_gradient;

/// Side of a tile.
const TILE: usize = 6;
/// Values of a tile.
const PLACES: usize = TILE * TILE;
/// Tiles that a thread transforms and multiplies at a time, about.
const BLOCK: usize = 112;
/// Channels must be a multiple of this, the longest vector.
const LANES: usize = 16;

/// A kernel, transformed.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// `[36, inputs, outputs]`
    values: Vec<f32>,
    inputs: usize,
    outputs: usize,
    side: usize,
    padding: usize,
}

/// True if [`Kernel::new`] takes a convolution.
pub fn suits(inputs: usize, outputs: usize, side: usize, stride: usize) -> bool {
    inputs.is_multiple_of(LANES) && outputs.is_multiple_of(LANES) && stride == 1 && (side == 3 || side == 5)
}

impl Kernel {
    /// Of weights `[outputs, inputs, side, side]`.
    ///
    /// # Panics
    /// If the convolution does not [suit](suits), or the padding is `side` or more.
    pub fn new(weights: &[f32], outputs: usize, inputs: usize, side: usize, padding: usize) -> Self {
        assert!(suits(inputs, outputs, side, 1) && padding < side, "{side} x {side}, {inputs} to {outputs} channels");
        assert_eq!(weights.len(), outputs * inputs * side * side, "weights");
        let values = transform::weights(weights, [outputs, inputs, side]);
        Self { values, inputs, outputs, side, padding }
    }

    /// The convolution that takes a gradient of the outputs of `weights`, as in [`Kernel::new`], to one of its inputs.
    ///
    /// # Panics
    /// See [`Kernel::new`].
    pub fn backward(weights: &[f32], outputs: usize, inputs: usize, side: usize, padding: usize) -> Self {
        let area = side * side;
        let mut flipped = vec![0.0; weights.len()];
        for (index, kernel) in weights.chunks_exact(area).enumerate() {
            let (output, input) = (index / inputs, index % inputs);
            let to = &mut flipped[(input * outputs + output) * area..][..area];
            to.iter_mut().zip(kernel.iter().rev()).for_each(|(to, from)| *to = *from);
        }
        Self::new(&flipped, inputs, outputs, side, side - 1 - padding)
    }

    /// Outputs for one side of an input.
    fn output(&self, side: usize) -> usize {
        (side + 2 * self.padding).saturating_sub(self.side - 1)
    }

    /// The convolution of `x`.
    ///
    /// # Panics
    /// If the channels of `x` are not the kernel's inputs.
    pub fn forward(&self, x: &Map, finish: Finish<'_>) -> Map {
        let [images, height, width, channels] = x.dims;
        assert_eq!(channels, self.inputs, "channels");
        let mut y = Map::unwritten([images, self.output(height), self.output(width), self.outputs]);
        let [_, rows, columns, _] = y.dims;
        if y.values.is_empty() {
            return y;
        }
        let step = TILE + 1 - self.side; // outputs of a tile, to one side
        let grid = [rows.div_ceil(step), columns.div_ceil(step)];
        let work = Work { kernel: self, x, grid, step, bias: finish.bias, relu: finish.relu, rows, columns };
        let line = columns * self.outputs;
        let mut jobs = Vec::new();
        let mut flags = finish.flags(y.values.len());
        let mut left = y.values.as_mut_slice();
        for tile_rows in work.blocks(images) {
            let values = tile_rows.clone().map(|row| work.output_rows(row)).sum::<usize>() * line;
            let (out, rest) = left.split_at_mut(values);
            left = rest;
            let flag = flags.take().map(|all| {
                let (these, rest) = all.split_at_mut(values);
                flags = Some(rest);
                these
            });
            jobs.push((tile_rows, out, flag));
        }
        jobs.into_par_iter().for_each(|(tile_rows, out, flag)| work.block(tile_rows, out, flag));
        y
    }
}

/// One call of [`Kernel::forward`].
struct Work<'a> {
    kernel: &'a Kernel,
    x: &'a Map,
    /// Tiles down and across an image.
    grid: [usize; 2],
    step: usize,
    bias: Option<&'a [f32]>,
    relu: bool,
    rows: usize,
    columns: usize,
}

impl Work<'_> {
    /// Rows of tiles, counted over all images, in blocks of about [`BLOCK`] tiles.
    fn blocks(&self, images: usize) -> Vec<std::ops::Range<usize>> {
        let (all, at_once) = (images * self.grid[0], BLOCK.div_ceil(self.grid[1]));
        (0..all).step_by(at_once).map(|first| first..all.min(first + at_once)).collect()
    }

    /// Rows of outputs of a row of tiles.
    fn output_rows(&self, tile_row: usize) -> usize {
        let top = tile_row % self.grid[0] * self.step;
        self.step.min(self.rows - top)
    }

    fn block(&self, tile_rows: std::ops::Range<usize>, out: &mut [f32], above_zero: Option<&mut [u8]>) {
        let (inputs, outputs) = (self.kernel.inputs, self.kernel.outputs);
        let tiles = tile_rows.len() * self.grid[1];
        with_buffers([PLACES * tiles * inputs, PLACES * tiles * outputs], |transformed, multiplied| {
            let arch = pulp::Arch::new();
            let [_, height, width, _] = self.x.dims;
            let (first, grid, step, padding) = (tile_rows.start, self.grid, self.step, self.kernel.padding);
            arch.dispatch(Gather {
                x: &self.x.values,
                size: [height, width, inputs],
                first,
                grid,
                step,
                padding,
                out: transformed,
            });
            for place in 0..PLACES {
                let a = View::new(&transformed[place * tiles * inputs..], tiles, inputs);
                let b = View::new(&self.kernel.values[place * inputs * outputs..], inputs, outputs);
                product(&mut multiplied[place * tiles * outputs..][..tiles * outputs], a, b, false);
            }
            let size = [self.rows, self.columns, outputs];
            let (bias, relu) = (self.bias, self.relu);
            arch.dispatch(Scatter { products: multiplied, size, first, grid, step, bias, relu, out });
            if let Some(flags) = above_zero {
                mark(out, flags);
            }
        });
    }
}
