//! Layers one after the other.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::finish::{Finish, mark};
use crate::map::Map;
use crate::pool::Pool;
use crate::vector::vectorised;
use crate::{patches, winograd};

/// A frozen convolution with bias and ReLU.
#[derive(Debug, Clone)]
pub struct Conv {
    bias: Vec<f32>,
    run: Run,
}

#[derive(Debug, Clone)]
enum Run {
    /// Transformed at their first use: transformed weights are four times as large, and few networks are used whole.
    Winograd {
        weights: Weights,
        forward: OnceLock<winograd::Kernel>,
        backward: OnceLock<winograd::Kernel>,
    },
    Patches(patches::Kernel),
}

#[derive(Debug, Clone)]
struct Weights {
    values: Vec<f32>,
    outputs: usize,
    inputs: usize,
    side: usize,
    padding: usize,
}

impl Weights {
    fn forward(&self) -> winograd::Kernel {
        winograd::Kernel::new(&self.values, self.outputs, self.inputs, self.side, self.padding)
    }

    fn backward(&self) -> winograd::Kernel {
        winograd::Kernel::backward(&self.values, self.outputs, self.inputs, self.side, self.padding)
    }
}

/// One layer of a chain.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A convolution.
    Conv(Box<Conv>),
    /// A 1x1 convolution, then a 1x1 and a 3x3 one side by side.
    Fire(Box<[Conv; 3]>),
    /// Pooling.
    Pool(Pool),
}

/// Layers one after the other.
#[derive(Debug, Clone)]
pub struct Chain {
    /// From the input on; other chains may share them.
    pub layers: Vec<Arc<Layer>>,
}

/// What a gradient needs to know of a forward pass.
#[derive(Debug)]
pub struct Record {
    layers: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// Shape of the layer's input.
    dims: [usize; 4],
    /// For a convolution whether each output is above zero, for pooling the largest place; of a convolution before
    /// pooling nothing, for pooling passes no gradient to zeros.
    flags: Vec<u8>,
    /// The same for the squeezed activations of a fire module.
    squeezed: Vec<u8>,
}

impl Conv {
    /// Of weights `[outputs, inputs, side, side]` and `outputs` biases.
    ///
    /// # Panics
    /// If their numbers do not agree.
    pub fn new(weights: Vec<f32>, bias: Vec<f32>, shape: [usize; 4], stride: usize, padding: usize) -> Self {
        let [outputs, inputs, side, _] = shape;
        assert_eq!(bias.len(), outputs, "biases");
        let run = if winograd::suits(inputs, outputs, side, stride) && padding < side {
            let weights = Weights { values: weights, outputs, inputs, side, padding };
            Run::Winograd { weights, forward: OnceLock::new(), backward: OnceLock::new() }
        } else {
            Run::Patches(patches::Kernel::new(&weights, [outputs, inputs, side], stride, padding))
        };
        Self { bias, run }
    }

    fn forward(&self, x: &Map, keep: bool) -> (Map, Vec<u8>) {
        let mut flags = Vec::new();
        let finish = Finish { bias: Some(&self.bias), relu: true, above_zero: keep.then_some(&mut flags) };
        let y = match &self.run {
            Run::Winograd { weights, forward, .. } => forward.get_or_init(|| weights.forward()).forward(x, finish),
            Run::Patches(kernel) => kernel.forward(x, finish),
        };
        (y, flags)
    }

    /// Of a gradient that the ReLU has passed.
    fn backward(&self, gradient: &Map, [_, height, width, _]: [usize; 4]) -> Map {
        match &self.run {
            Run::Winograd { weights, backward, .. } => {
                backward.get_or_init(|| weights.backward()).forward(gradient, Finish::default())
            }
            Run::Patches(kernel) => kernel.backward(gradient, height, width),
        }
    }
}

impl Chain {
    /// Activations after the last layer.
    pub fn forward(&self, x: Map) -> Map {
        self.layers.iter().fold(x, |x, layer| {
            let y = layer.forward(&x, false).0;
            x.recycle();
            y
        })
    }

    /// The same, with what [`Chain::backward`] needs.
    pub fn forward_recorded(&self, mut x: Map) -> (Map, Record) {
        let mut layers = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let pooled = matches!(**layer, Layer::Conv(_))
                && matches!(self.layers.get(index + 1).map(|next| &**next), Some(Layer::Pool(_)));
            let (y, kept) = layer.forward(&x, !pooled);
            layers.push(kept);
            std::mem::replace(&mut x, y).recycle();
        }
        (x, Record { layers })
    }

    /// The gradient of the input for one of the output.
    pub fn backward(&self, record: &Record, mut gradient: Map) -> Map {
        for (layer, kept) in self.layers.iter().zip(&record.layers).rev() {
            let inner = layer.backward(&mut gradient, kept);
            std::mem::replace(&mut gradient, inner).recycle();
        }
        gradient
    }
}

impl Layer {
    fn forward(&self, x: &Map, keep: bool) -> (Map, Kept) {
        let dims = x.dims;
        match self {
            Self::Conv(conv) => {
                let (y, flags) = conv.forward(x, keep);
                (y, Kept { dims, flags, squeezed: Vec::new() })
            }
            Self::Fire(convs) => {
                let [squeeze, one, three] = &**convs;
                let (x, squeezed) = squeeze.forward(x, keep);
                let parts = [one.forward(&x, false).0, three.forward(&x, false).0];
                let y = concatenate(&parts[0], &parts[1]);
                parts.into_iter().chain([x]).for_each(Map::recycle);
                let mut flags = vec![0; if keep { y.values.len() } else { 0 }];
                flags.par_chunks_mut(RUN).zip(y.values.par_chunks(RUN)).for_each(|(flags, values)| mark(values, flags));
                (y, Kept { dims, flags, squeezed })
            }
            Self::Pool(pool) => {
                let mut places = Vec::new();
                let y = pool.forward(x, keep.then_some(&mut places));
                (y, Kept { dims, flags: places, squeezed: Vec::new() })
            }
        }
    }

    fn backward(&self, gradient: &mut Map, kept: &Kept) -> Map {
        match self {
            Self::Conv(conv) => {
                pass(gradient, &kept.flags);
                conv.backward(gradient, kept.dims)
            }
            Self::Fire(convs) => {
                let [squeeze, one, three] = &**convs;
                pass(gradient, &kept.flags);
                let (left, right) = split(gradient, one.bias.len());
                let dims = [kept.dims[0], kept.dims[1], kept.dims[2], squeeze.bias.len()];
                let mut inner = one.backward(&left, dims);
                let other = three.backward(&right, dims);
                inner.values.par_iter_mut().zip(&other.values).for_each(|(sum, value)| *sum += value);
                pass(&mut inner, &kept.squeezed);
                let dx = squeeze.backward(&inner, kept.dims);
                [left, right, inner, other].into_iter().for_each(Map::recycle);
                dx
            }
            Self::Pool(pool) => pool.backward(gradient, &kept.flags, kept.dims),
        }
    }
}

/// Values a thread passes over at a time.
const RUN: usize = 1 << 14;

/// Sets a gradient to zero where the ReLU did; all of it passes where nothing was kept.
fn pass(gradient: &mut Map, flags: &[u8]) {
    gradient.values.par_chunks_mut(RUN).zip(flags.par_chunks(RUN)).for_each(|(values, flags)| {
        vectorised(
            #[inline(always)]
            || {
                for (value, flag) in values.iter_mut().zip(flags) {
                    *value = if *flag == 0 { 0.0 } else { *value };
                }
            },
        );
    });
}

/// The channels of `a`, then those of `b`.
fn concatenate(a: &Map, b: &Map) -> Map {
    let [images, height, width, left] = a.dims;
    let both = left + b.dims[3];
    let mut out = Map::unwritten([images, height, width, both]);
    let parts = a.values.par_chunks_exact(left).zip(b.values.par_chunks_exact(b.dims[3]));
    out.values.par_chunks_exact_mut(both).zip(parts).with_min_len(256).for_each(|(to, (a, b))| {
        to[..left].copy_from_slice(a);
        to[left..].copy_from_slice(b);
    });
    out
}

/// The first `left` channels, and the others.
fn split(map: &Map, left: usize) -> (Map, Map) {
    let [images, height, width, both] = map.dims;
    let part = |from: usize, to: usize| {
        let mut out = Map::unwritten([images, height, width, to - from]);
        let rows = out.values.par_chunks_exact_mut(to - from).zip(map.values.par_chunks_exact(both));
        rows.with_min_len(256).for_each(|(out, row)| out.copy_from_slice(&row[from..to]));
        out
    };
    (part(0, left), part(left, both))
}
