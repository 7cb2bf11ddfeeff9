//! The decoder's convolutional part, from the first grid to the image, and its gradients.
//!
//! Three times (or as often as there are levels): enlarge and pad, convolution 5x5, group norm with activation; then
//! pad, convolution 5x5 to RGB, sigmoid. Kept for the gradient are each level's input and the convolution's output; the
//! enlarged and padded maps are computed again.

use rayon::prelude::*;

use crate::finish::Finish;
use crate::map::Map;
use crate::norm::{Gradients, Norm, Statistics, sigmoid};
use crate::vector::vectorised;
use crate::winograd::{Kernel, weight_gradient};
use crate::{Activation, Resample};

/// Side of the convolutions.
const SIDE: usize = 5;
/// Channels of an image, and those that the last convolution is padded to.
const RGB: usize = 3;
const PADDED: usize = 16;
/// Pixels that a thread takes at a time.
const PIXELS: usize = 1024;

/// Shapes and constants of a decoder.
#[derive(Debug, Clone)]
pub struct Decode {
    /// Channels of every level, a multiple of 16.
    pub channels: usize,
    /// Groups of the norms.
    pub groups: usize,
    /// Order of norm and activation.
    pub activation: Activation,
    /// Enlargement and padding by two, level by level.
    pub enlarge: Vec<Resample>,
    /// Padding by two before the last convolution.
    pub pad: Resample,
}

/// What the gradient needs to know of a forward pass.
#[derive(Debug)]
pub struct Kept {
    levels: Vec<Level>,
    /// The last level's output.
    last: Map,
    image: Map,
}

#[derive(Debug)]
struct Level {
    input: Map,
    convolved: Map,
    statistics: Statistics,
}

impl Kept {
    /// Lends its memory to the next pass.
    pub fn recycle(self) {
        self.levels.into_iter().flat_map(|level| [level.input, level.convolved]).for_each(Map::recycle);
        self.last.recycle();
    }
}

/// Parameters with their convolutions transformed.
#[derive(Debug, Clone)]
pub struct Ready {
    parameters: Vec<f32>,
    /// Of the levels.
    kernels: Vec<Kernel>,
    /// The last one, padded to more outputs.
    rgb: Kernel,
    rgb_bias: Vec<f32>,
}

/// A level's parameters.
#[derive(Debug, Clone, Copy)]
struct Values<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
    scale: &'a [f32],
    shift: &'a [f32],
}

impl Decode {
    /// Number of parameters: for each level weight `[channels, channels, 5, 5]`, bias, scale and shift; then weight
    /// `[3, channels, 5, 5]` and bias of the last convolution.
    pub fn parameters(&self) -> usize {
        self.enlarge.len() * self.of_level() + (self.channels * SIDE * SIDE + 1) * RGB
    }

    fn of_level(&self) -> usize {
        self.channels * (self.channels * SIDE * SIDE + 3)
    }

    fn level<'a>(&self, parameters: &'a [f32], level: usize) -> Values<'a> {
        let c = self.channels;
        let (weight, rest) = parameters[level * self.of_level()..][..self.of_level()].split_at(c * c * SIDE * SIDE);
        Values { weight, bias: &rest[..c], scale: &rest[c..2 * c], shift: &rest[2 * c..] }
    }

    fn norm<'a>(&self, values: Values<'a>) -> Norm<'a> {
        Norm { groups: self.groups, order: self.activation, scale: values.scale, shift: values.shift }
    }

    /// The last convolution's parameters, with outputs that are zero.
    fn rgb(&self, parameters: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let from = &parameters[self.enlarge.len() * self.of_level()..];
        let (weight, bias) = from.split_at(RGB * self.channels * SIDE * SIDE);
        let (mut weight, mut bias) = (weight.to_vec(), bias.to_vec());
        weight.resize(PADDED * self.channels * SIDE * SIDE, 0.0);
        bias.resize(PADDED, 0.0);
        (weight, bias)
    }

    /// Transforms the convolutions of `parameters`.
    ///
    /// # Panics
    /// If their number does not fit.
    pub fn ready(&self, parameters: &[f32]) -> Ready {
        assert_eq!(parameters.len(), self.parameters(), "parameters");
        let c = self.channels;
        let (weight, rgb_bias) = self.rgb(parameters);
        let kernel = |level: usize| Kernel::new(self.level(parameters, level).weight, c, c, SIDE, 0);
        Ready {
            kernels: (0..self.enlarge.len()).map(kernel).collect(),
            rgb: Kernel::new(&weight, PADDED, c, SIDE, 0),
            rgb_bias,
            parameters: parameters.to_vec(),
        }
    }

    /// Images `[n, side, side, 3]` in 0..1 of maps `[n, grid, grid, channels]`.
    ///
    /// # Panics
    /// If shapes do not fit.
    pub fn forward(&self, maps: Map, ready: &Ready) -> (Map, Kept) {
        let (mut x, mut levels) = (maps, Vec::with_capacity(self.enlarge.len()));
        for (level, enlarge) in self.enlarge.iter().enumerate() {
            let values = self.level(&ready.parameters, level);
            let padded = enlarge.forward(&x);
            let finish = Finish { bias: Some(values.bias), ..Finish::default() };
            let convolved = ready.kernels[level].forward(&padded, finish);
            padded.recycle();
            let (y, statistics) = self.norm(values).forward(&convolved);
            levels.push(Level { input: std::mem::replace(&mut x, y), convolved, statistics });
        }
        let padded = self.pad.forward(&x);
        let wide = ready.rgb.forward(&padded, Finish { bias: Some(&ready.rgb_bias), ..Finish::default() });
        padded.recycle();
        let [n, height, width, _] = wide.dims;
        let mut image = Map::zeros([n, height, width, RGB]);
        let parts = image.values.par_chunks_mut(RGB * PIXELS).zip(wide.values.par_chunks(PADDED * PIXELS));
        parts.for_each(|(to, from)| {
            for (to, from) in to.chunks_exact_mut(RGB).zip(from.chunks_exact(PADDED)) {
                to.copy_from_slice(&from[..RGB]);
            }
            vectorised(
                #[inline(always)]
                || to.iter_mut().for_each(|value| *value = sigmoid(*value)),
            );
        });
        wide.recycle();
        (image.clone(), Kept { levels, last: x, image })
    }

    /// Gradients of the maps and of the parameters, in their order, for one of the images.
    ///
    /// # Panics
    /// If the gradient has another shape than the images.
    pub fn backward(&self, kept: &Kept, parameters: &[f32], gradient: &Map) -> (Map, Vec<f32>) {
        assert_eq!(gradient.dims, kept.image.dims, "shape of the gradient");
        let c = self.channels;
        let [n, height, width, _] = gradient.dims;
        let mut wide = Map::unwritten([n, height, width, PADDED]);
        let images = kept.image.values.par_chunks_exact(RGB).zip(gradient.values.par_chunks_exact(RGB));
        wide.values.par_chunks_exact_mut(PADDED).zip(images).with_min_len(1024).for_each(|(to, (y, g))| {
            to.fill(0.0);
            to.iter_mut().zip(y.iter().zip(g)).for_each(|(to, (y, g))| *to = g * y * (1.0 - y));
        });
        let bias = channel_sums(&wide);
        let padded = self.pad.forward(&kept.last);
        let weight = weight_gradient(&padded, &wide, SIDE, 0);
        padded.recycle();
        let mut tail = weight[..RGB * c * SIDE * SIDE].to_vec();
        tail.extend(&bias[..RGB]);
        let outer = Kernel::backward(&self.rgb(parameters).0, PADDED, c, SIDE, 0).forward(&wide, Finish::default());
        wide.recycle();
        let mut gradient = self.pad.backward(&outer);
        outer.recycle();
        let mut of_levels = Vec::new();
        for (index, level) in kept.levels.iter().enumerate().rev() {
            let values = self.level(parameters, index);
            let Gradients { scale, shift, bias } =
                self.norm(values).backward(&level.convolved, &level.statistics, &mut gradient);
            let padded = self.enlarge[index].forward(&level.input);
            let weight = weight_gradient(&padded, &gradient, SIDE, 0);
            padded.recycle();
            let outer = Kernel::backward(values.weight, c, c, SIDE, 0).forward(&gradient, Finish::default());
            std::mem::replace(&mut gradient, self.enlarge[index].backward(&outer)).recycle();
            outer.recycle();
            of_levels.push([weight, bias, scale, shift].concat());
        }
        of_levels.reverse();
        of_levels.push(tail);
        (gradient, of_levels.concat())
    }
}

/// The sum of each channel over images and places.
fn channel_sums(map: &Map) -> Vec<f32> {
    let [_, height, width, channels] = map.dims;
    let images = map.values.par_chunks_exact(height * width * channels).map(|image| {
        let mut sums = vec![0.0_f64; channels];
        for pixel in image.chunks_exact(channels) {
            sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums
    });
    let mut total = vec![0.0; channels];
    for sums in images.collect::<Vec<_>>() {
        total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
    total.into_iter().map(|sum| sum as f32).collect()
}
