//! Any convolution as one matrix product over patches of the input.

use rayon::prelude::*;

use crate::finish::{Finish, mark};
use crate::map::Map;
use crate::product::{View, product};
use crate::scratch::with_buffers;
use crate::vector::vectorised;

/// Outputs whose patches a thread gathers at a time, about.
const BLOCK: usize = 512;

/// A convolution.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// `[side, side, inputs, outputs]`
    values: Vec<f32>,
    inputs: usize,
    outputs: usize,
    side: usize,
    stride: usize,
    padding: usize,
}

impl Kernel {
    /// Of weights `[outputs, inputs, side, side]`.
    ///
    /// # Panics
    /// Where the number of weights is another, and for a stride of zero.
    pub fn new(weights: &[f32], [outputs, inputs, side]: [usize; 3], stride: usize, padding: usize) -> Self {
        assert_eq!(weights.len(), outputs * inputs * side * side, "weights");
        assert!(stride > 0, "a stride of zero");
        let area = side * side;
        let mut values = vec![0.0; weights.len()];
        for (index, value) in weights.iter().enumerate() {
            let (output, input, place) = (index / (inputs * area), index / area % inputs, index % area);
            values[(place * inputs + input) * outputs + output] = *value;
        }
        Self { values, inputs, outputs, side, stride, padding }
    }

    fn output(&self, side: usize) -> usize {
        (side + 2 * self.padding).checked_sub(self.side).map_or(0, |rest| rest / self.stride + 1)
    }

    fn patch(&self) -> usize {
        self.side * self.side * self.inputs
    }

    /// A patch is the input itself.
    fn is_pointwise(&self) -> bool {
        self.side == 1 && self.stride == 1 && self.padding == 0
    }

    /// The convolution of `x`.
    ///
    /// # Panics
    /// Where `x` has other channels than the kernel's inputs.
    pub fn forward(&self, x: &Map, finish: Finish<'_>) -> Map {
        let [images, height, width, channels] = x.dims;
        assert_eq!(channels, self.inputs, "channels");
        let mut y = Map::unwritten([images, self.output(height), self.output(width), self.outputs]);
        let [_, rows, columns, _] = y.dims;
        if y.values.is_empty() {
            return y;
        }
        let at_once = BLOCK.div_ceil(columns);
        let step = at_once * columns * self.outputs;
        let (bias, relu) = (finish.bias, finish.relu);
        let run = |index: usize, out: &mut [f32]| {
            let lines = out.len() / (columns * self.outputs);
            let pixels = lines * columns;
            let weights = View::new(&self.values, self.patch(), self.outputs);
            if self.is_pointwise() {
                let from = &x.values[index * at_once * columns * channels..];
                product(out, View::new(from, pixels, channels), weights, false);
            } else {
                with_buffers([pixels * self.patch(), 0], |patches, _| {
                    for (line, to) in patches.chunks_exact_mut(columns * self.patch()).enumerate() {
                        let line = index * at_once + line;
                        self.gather(&x.values[line / rows * height * width * channels..], x.dims, line % rows, to);
                    }
                    product(out, View::new(patches, pixels, self.patch()), weights, false);
                });
            }
            vectorised(
                #[inline(always)]
                || {
                    for of_pixel in out.chunks_exact_mut(self.outputs) {
                        if let Some(bias) = bias {
                            of_pixel.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
                        }
                        if relu {
                            of_pixel.iter_mut().for_each(|value| *value = value.max(0.0));
                        }
                    }
                },
            );
        };
        match finish.flags(y.values.len()) {
            None => y.values.par_chunks_mut(step).enumerate().for_each(|(index, out)| run(index, out)),
            Some(flags) => {
                let both = y.values.par_chunks_mut(step).zip(flags.par_chunks_mut(step));
                both.enumerate().for_each(|(index, (out, flags))| {
                    run(index, out);
                    mark(out, flags);
                });
            }
        }
        y
    }

    /// Patches of a row of outputs, `[columns, side, side, channels]`, from an image.
    fn gather(&self, image: &[f32], [_, height, width, channels]: [usize; 4], row: usize, to: &mut [f32]) {
        let run = self.side * channels;
        for (column, patch) in to.chunks_exact_mut(self.patch()).enumerate() {
            for (down, line) in patch.chunks_exact_mut(run).enumerate() {
                let Some(y) = (row * self.stride + down).checked_sub(self.padding).filter(|y| *y < height) else {
                    line.fill(0.0);
                    continue;
                };
                let left = column * self.stride;
                if left >= self.padding && left - self.padding + self.side <= width {
                    line.copy_from_slice(&image[(y * width + left - self.padding) * channels..][..run]);
                    continue;
                }
                for (across, place) in line.chunks_exact_mut(channels).enumerate() {
                    match (left + across).checked_sub(self.padding).filter(|x| *x < width) {
                        Some(x) => place.copy_from_slice(&image[(y * width + x) * channels..][..channels]),
                        None => place.fill(0.0),
                    }
                }
            }
        }
    }

    /// The gradient of the input, of `height` and `width`, for one of the output.
    ///
    /// # Panics
    /// If the gradient has another shape than the output of such an input.
    pub fn backward(&self, gradient: &Map, height: usize, width: usize) -> Map {
        let [images, rows, columns, outputs] = gradient.dims;
        assert_eq!([rows, columns, outputs], [self.output(height), self.output(width), self.outputs], "gradient");
        let mut dx = Map::unwritten([images, height, width, self.inputs]);
        let image = height * width * self.inputs;
        let weights = View::new(&self.values, self.patch(), outputs).transposed();
        let from = gradient.values.par_chunks_exact(rows * columns * outputs);
        dx.values.par_chunks_exact_mut(image).zip(from).for_each(|(to, from)| {
            if self.is_pointwise() {
                return product(to, View::new(from, rows * columns, outputs), weights, false);
            }
            to.fill(0.0);
            let at_once = BLOCK.div_ceil(columns);
            for (block, from) in from.chunks(at_once * columns * outputs).enumerate() {
                let pixels = from.len() / outputs;
                with_buffers([pixels * self.patch(), 0], |patches, _| {
                    product(patches, View::new(from, pixels, outputs), weights, false);
                    for (line, patches) in patches.chunks_exact(columns * self.patch()).enumerate() {
                        self.scatter(patches, [height, width], block * at_once + line, to);
                    }
                });
            }
        });
        dx
    }

    /// Adds patches of a row of outputs to an image.
    fn scatter(&self, patches: &[f32], [height, width]: [usize; 2], row: usize, image: &mut [f32]) {
        let channels = self.inputs;
        for (column, patch) in patches.chunks_exact(self.patch()).enumerate() {
            for (down, line) in patch.chunks_exact(self.side * channels).enumerate() {
                let Some(y) = (row * self.stride + down).checked_sub(self.padding).filter(|y| *y < height) else {
                    continue;
                };
                for (across, place) in line.chunks_exact(channels).enumerate() {
                    if let Some(x) = (column * self.stride + across).checked_sub(self.padding).filter(|x| *x < width) {
                        let to = &mut image[(y * width + x) * channels..][..channels];
                        to.iter_mut().zip(place).for_each(|(to, value)| *to += value);
                    }
                }
            }
        }
    }
}
