//! The decoder's layers with their parameters.

use burn::tensor::Tensor;

use super::{DOUBLINGS, KERNEL};
use crate::module::{Conv, Module, Norm, Parameter, Visitor};
use crate::params::Params;

#[derive(Debug, Clone)]
pub(super) struct Layers {
    /// The linear layer, from voxels to `channels` maps of `grid` x `grid`.
    pub(super) weight: Parameter<2>,
    pub(super) bias: Parameter<1>,
    channels: usize,
    pub(super) grid: usize,
    /// A convolution and a norm behind each upsampling.
    pub(super) levels: Vec<(Conv, Norm)>,
    pub(super) rgb: Conv,
}

impl Layers {
    pub(super) fn new(channels: usize, grid: usize) -> Self {
        let conv = |name: &str, outputs| Conv::new(name, [outputs, channels, KERNEL, KERNEL]);
        let level = |i| (conv(&format!("conv{i}"), channels), Norm::new(&format!("norm{i}"), channels));
        Self {
            weight: Parameter("linear.weight".into()),
            bias: Parameter("linear.bias".into()),
            channels,
            grid,
            levels: (0..DOUBLINGS).map(level).collect(),
            rgb: conv("rgb", 3),
        }
    }

    /// The linear layer: `[batch, voxels]` to `[batch, channels, grid, grid]`.
    pub(super) fn linear(&self, params: &Params, responses: Tensor<2>) -> Tensor<4> {
        let [batch, _] = responses.dims();
        let bias = self.bias.of(params).unsqueeze::<2>();
        let linear = responses.matmul(self.weight.of(params)) + bias;
        linear.reshape([batch, self.channels, self.grid, self.grid])
    }

    pub(super) fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.levels.iter().map(|(conv, _)| conv).chain([&self.rgb])
    }

    /// Parameters behind the linear layer, in the order of `Decode::parameters`.
    pub(super) fn flat(&self, params: &Params) -> Tensor<1> {
        let levels = self.levels.iter();
        let names = levels.flat_map(|(conv, norm)| [&conv.weight.0, &conv.bias.0, &norm.scale.0, &norm.shift.0]);
        let names = names.chain([&self.rgb.weight.0, &self.rgb.bias.0]);
        Tensor::cat(names.map(|name| params.flat(name)).collect(), 0)
    }
}

impl Module for Layers {
    fn visit(&self, voxels: usize, visitor: &mut Visitor<'_>) {
        let (Parameter(weight), Parameter(bias)) = (&self.weight, &self.bias);
        let outputs = self.channels * self.grid.pow(2);
        visitor(weight, &[voxels, outputs], &|init, n| init.of_fan_in(weight, n, voxels));
        visitor(bias, &[outputs], &|init, n| init.of_fan_in(bias, n, voxels));
        self.levels.iter().for_each(|(_, norm)| norm.visit(voxels, visitor));
        self.convs().for_each(|conv| conv.visit(voxels, visitor));
    }
}
