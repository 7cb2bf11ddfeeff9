//! Maximum pooling of activations that a ReLU has passed.

use rayon::prelude::*;

use crate::map::Map;
use crate::vector::vectorised;

/// Unpadded windows of `side`, `stride` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Side of a window, at most 15.
    pub side: usize,
    /// Distance of windows.
    pub stride: usize,
    /// Keep a last, incomplete window.
    pub ceil: bool,
}

/// In a record: no place of the window was above zero, so no gradient passes.
const NONE: u8 = u8::MAX;

impl Pool {
    fn output(&self, side: usize) -> usize {
        match side.checked_sub(self.side) {
            Some(rest) if self.ceil => rest.div_ceil(self.stride) + 1,
            Some(rest) => rest / self.stride + 1,
            None => usize::from(self.ceil && side > 0),
        }
    }

    /// The largest value of each window, and into `places`, if wanted, which place of it that is.
    pub(crate) fn forward(&self, x: &Map, places: Option<&mut Vec<u8>>) -> Map {
        let [images, height, width, channels] = x.dims;
        let mut y = Map::unwritten([images, self.output(height), self.output(width), channels]);
        let [_, rows, columns, _] = y.dims;
        let line = (columns * channels).max(1);
        let keep = places.is_some();
        let mut unused = Vec::new();
        let places = places.unwrap_or(&mut unused);
        places.resize(if keep { y.values.len() } else { 0 }, NONE);
        let run = |row: usize, out: &mut [f32], mut places: Option<&mut [u8]>| {
            let (image, top) = (row / rows, row % rows * self.stride);
            out.fill(0.0);
            for (column, out) in out.chunks_exact_mut(channels).enumerate() {
                let mut places = places.as_mut().map(|all| &mut all[column * channels..][..channels]);
                for place in 0..self.side * self.side {
                    let (y, x_at) = (top + place / self.side, column * self.stride + place % self.side);
                    if y >= height || x_at >= width {
                        continue;
                    }
                    let from = &x.values[((image * height + y) * width + x_at) * channels..][..channels];
                    match &mut places {
                        None => out.iter_mut().zip(from).for_each(|(max, value)| *max = max.max(*value)),
                        Some(places) => {
                            for ((max, value), at) in out.iter_mut().zip(from).zip(places.iter_mut()) {
                                let larger = *value > *max;
                                *at = if larger { place as u8 } else { *at };
                                *max = if larger { *value } else { *max };
                            }
                        }
                    }
                }
            }
        };
        if keep {
            let lines = y.values.par_chunks_mut(line).zip(places.par_chunks_mut(line)).enumerate();
            lines.for_each(|(row, (out, places))| {
                vectorised(
                    #[inline(always)]
                    || run(row, out, Some(places)),
                )
            });
        } else {
            let lines = y.values.par_chunks_mut(line).enumerate();
            lines.for_each(|(row, out)| {
                vectorised(
                    #[inline(always)]
                    || run(row, out, None),
                )
            });
        }
        y
    }

    /// The gradient of an input of `dims` from one of the output and the record's places.
    pub(crate) fn backward(&self, gradient: &Map, places: &[u8], dims: [usize; 4]) -> Map {
        let mut dx = Map::unwritten(dims);
        let [_, height, width, channels] = dims;
        let [_, rows, columns, _] = gradient.dims;
        let (small, large) = (rows * columns * channels, height * width * channels);
        let images = gradient.values.par_chunks_exact(small).zip(places.par_chunks_exact(small));
        dx.values.par_chunks_exact_mut(large).zip(images).for_each(|(to, (gradient, places))| {
            to.fill(0.0);
            vectorised(
                #[inline(always)]
                || {
                    let pixels = gradient.chunks_exact(channels).zip(places.chunks_exact(channels));
                    for (pixel, (gradient, places)) in pixels.enumerate() {
                        let (top, left) = (pixel / columns * self.stride, pixel % columns * self.stride);
                        for place in 0..self.side * self.side {
                            let (y, x) = (top + place / self.side, left + place % self.side);
                            if y >= height || x >= width {
                                continue;
                            }
                            let to = &mut to[(y * width + x) * channels..][..channels];
                            for ((to, value), at) in to.iter_mut().zip(gradient).zip(places) {
                                *to += if usize::from(*at) == place { *value } else { 0.0 };
                            }
                        }
                    }
                },
            );
        });
        dx
    }
}
