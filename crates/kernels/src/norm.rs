//! Group norm together with the activation next to it.

use rayon::prelude::*;

use crate::map::Map;
use crate::vector::vectorised;

const EPSILON: f64 = 1e-5;

/// Order of norm and activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `silu(norm(x))`
    NormSilu,
    /// `norm(relu(x))`
    ReluNorm,
}

/// A group norm with scale and shift of each channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm<'a> {
    pub(crate) groups: usize,
    pub(crate) order: Activation,
    pub(crate) scale: &'a [f32],
    pub(crate) shift: &'a [f32],
}

/// Mean and reciprocal deviation of every channel's group, `[images, 2, channels]`.
pub(crate) type Statistics = Vec<f32>;

/// Gradients of a norm's parameters.
pub(crate) struct Gradients {
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
    /// Of a bias that was added to the norm's input.
    pub(crate) bias: Vec<f32>,
}

impl Norm<'_> {
    /// The activations after `x`, and the statistics of `x`.
    pub(crate) fn forward(&self, x: &Map) -> (Map, Statistics) {
        let (image, channels) = (x.dims[1] * x.dims[2] * x.dims[3], x.dims[3]);
        let mut y = Map::unwritten(x.dims);
        let mut statistics = vec![0.0; x.dims[0] * 2 * channels];
        let images = y.values.par_chunks_exact_mut(image).zip(x.values.par_chunks_exact(image));
        images.zip(statistics.par_chunks_exact_mut(2 * channels)).for_each(|((y, x), statistics)| {
            self.measure(x, statistics);
            let (mean, inverse) = statistics.split_at(channels);
            let part = part(channels);
            y.par_chunks_mut(part).zip(x.par_chunks(part)).for_each(|(y, x)| {
                vectorised(
                    #[inline(always)]
                    || {
                        for (y, x) in y.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
                            for c in 0..channels {
                                let normal = (self.before(x[c]) - mean[c]) * inverse[c] * self.scale[c] + self.shift[c];
                                y[c] = match self.order {
                                    Activation::NormSilu => normal * sigmoid(normal),
                                    Activation::ReluNorm => normal,
                                };
                            }
                        }
                    },
                );
            });
        });
        (y, statistics)
    }

    #[inline(always)]
    fn before(&self, x: f32) -> f32 {
        match self.order {
            Activation::NormSilu => x,
            Activation::ReluNorm => x.max(0.0),
        }
    }

    /// Statistics of an image.
    fn measure(&self, x: &[f32], statistics: &mut [f32]) {
        let channels = self.scale.len();
        let (mean, inverse) = statistics.split_at_mut(channels);
        let count = (x.len() / self.groups) as f64;
        let sums = sum_over_pixels(
            channels,
            x.len(),
            #[inline(always)]
            |first, last, sums| {
                for x in x[first..last].chunks_exact(channels) {
                    for c in 0..channels {
                        sums[c] += self.before(x[c]);
                    }
                }
            },
        );
        self.of_groups(&sums, |value| (value / count) as f32, mean);
        let sums = sum_over_pixels(
            channels,
            x.len(),
            #[inline(always)]
            |first, last, sums| {
                for x in x[first..last].chunks_exact(channels) {
                    for c in 0..channels {
                        let centred = self.before(x[c]) - mean[c];
                        sums[c] += centred * centred;
                    }
                }
            },
        );
        self.of_groups(&sums, |value| (1.0 / (value / count + EPSILON).sqrt()) as f32, inverse);
    }

    /// Sets every channel to `f` of its group's sum.
    fn of_groups(&self, sums: &[f64], f: impl Fn(f64) -> f32, to: &mut [f32]) {
        let size = sums.len() / self.groups;
        for (to, sums) in to.chunks_exact_mut(size).zip(sums.chunks_exact(size)) {
            to.fill(f(sums.iter().sum()));
        }
    }

    /// Turns the gradient of the output into that of `x`, and gives the parameters'.
    pub(crate) fn backward(&self, x: &Map, statistics: &Statistics, gradient: &mut Map) -> Gradients {
        let (image, channels) = (x.dims[1] * x.dims[2] * x.dims[3], x.dims[3]);
        let images = gradient.values.par_chunks_exact_mut(image).zip(x.values.par_chunks_exact(image));
        let images = images.zip(statistics.par_chunks_exact(2 * channels));
        let of_images: Vec<[Vec<f64>; 3]> = images.map(|((g, x), s)| self.backward_image(x, s, g)).collect();
        let total = |part: usize| {
            let mut sums = vec![0.0; channels];
            for of_image in &of_images {
                sums.iter_mut().zip(&of_image[part]).for_each(|(sum, value)| *sum += value);
            }
            sums.into_iter().map(|sum: f64| sum as f32).collect()
        };
        Gradients { scale: total(0), shift: total(1), bias: total(2) }
    }

    /// Sums over pixels of the gradients of scale, shift and `x`.
    fn backward_image(&self, x: &[f32], statistics: &[f32], gradient: &mut [f32]) -> [Vec<f64>; 3] {
        let channels = self.scale.len();
        let (mean, inverse) = statistics.split_at(channels);
        let length = gradient.len();
        // To the norm's output.
        if self.order == Activation::NormSilu {
            vectorised(
                #[inline(always)]
                || {
                    for (g, x) in gradient.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
                        for c in 0..channels {
                            let normal = (x[c] - mean[c]) * inverse[c] * self.scale[c] + self.shift[c];
                            let s = sigmoid(normal);
                            g[c] *= s + normal * s * (1.0 - s);
                        }
                    }
                },
            );
        }
        let of_scale = sum_over_pixels(
            channels,
            length,
            #[inline(always)]
            |first, last, sums| {
                for (g, x) in gradient[first..last].chunks_exact(channels).zip(x[first..last].chunks_exact(channels)) {
                    for c in 0..channels {
                        sums[c] += g[c] * (self.before(x[c]) - mean[c]) * inverse[c];
                    }
                }
            },
        );
        let of_shift = sum_over_pixels(
            channels,
            length,
            #[inline(always)]
            |first, last, sums| {
                for g in gradient[first..last].chunks_exact(channels) {
                    for c in 0..channels {
                        sums[c] += g[c];
                    }
                }
            },
        );
        // To x: what changes a group's mean or deviation does not pass.
        let count = (length / self.groups) as f64;
        let weigh =
            |sums: &[f64]| -> Vec<f64> { sums.iter().zip(self.scale).map(|(sum, s)| sum * f64::from(*s)).collect() };
        let (mut flat, mut along) = (vec![0.0; channels], vec![0.0; channels]);
        self.of_groups(&weigh(&of_shift), |sum| (sum / count) as f32, &mut flat);
        self.of_groups(&weigh(&of_scale), |sum| (sum / count) as f32, &mut along);
        vectorised(
            #[inline(always)]
            || {
                for (g, x) in gradient.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
                    for c in 0..channels {
                        let normal = (self.before(x[c]) - mean[c]) * inverse[c];
                        let value = inverse[c] * (g[c] * self.scale[c] - flat[c] - normal * along[c]);
                        g[c] = match self.order {
                            Activation::ReluNorm if x[c] <= 0.0 => 0.0,
                            _ => value,
                        };
                    }
                }
            },
        );
        let of_x = sum_over_pixels(
            channels,
            length,
            #[inline(always)]
            |first, last, sums| {
                for g in gradient[first..last].chunks_exact(channels) {
                    for c in 0..channels {
                        sums[c] += g[c];
                    }
                }
            },
        );
        [of_scale, of_shift, of_x]
    }
}

/// Values summed in single precision before they are added up in double.
const RUN: usize = 4096;
/// Runs that a thread takes at a time.
const RUNS: usize = 16;

/// Values of whole pixels that a thread takes at a time.
fn part(channels: usize) -> usize {
    RUNS * run(channels)
}

fn run(channels: usize) -> usize {
    RUN.div_ceil(channels) * channels
}

/// Sums of each channel, `add` taking run after run of the values.
fn sum_over_pixels(channels: usize, length: usize, add: impl Fn(usize, usize, &mut [f32]) + Sync) -> Vec<f64> {
    let parts = (0..length.div_ceil(part(channels))).into_par_iter().map(|index| {
        let (mut sums, mut of_run) = (vec![0.0; channels], vec![0.0; channels]);
        let (from, to) = (index * part(channels), length.min((index + 1) * part(channels)));
        for first in (from..to).step_by(run(channels)) {
            of_run.fill(0.0);
            vectorised(
                #[inline(always)]
                || add(first, to.min(first + run(channels)), &mut of_run),
            );
            sums.iter_mut().zip(&of_run).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums
    });
    let mut sums = vec![0.0; channels];
    for part in parts.collect::<Vec<Vec<f64>>>() {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// `1 / (1 + exp(-x))`
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The exponential, to two units in the last place between -87 and 88 and held there beyond, by its reduction to
/// `2^n exp(r)` and the series of `exp(r)` to the seventh power.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4]; // in two parts
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = x - n * LN_2[0] - n * LN_2[1];
    let mut sum = 1.0 / 5040.0;
    for factor in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum * r + factor;
    }
    sum * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_is_that_of_the_library() {
        for step in -8700..=8800 {
            let x = step as f32 * 0.01;
            let (ours, theirs) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((ours / theirs - 1.0).abs() < 5e-7, "{x}: {ours} and {theirs}");
        }
        assert!(sigmoid(-1e30) < 1e-30 && sigmoid(1e30) == 1.0);
    }
}
