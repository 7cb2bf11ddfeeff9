//! Networks as typed modules: a field for each parameter, whose values are in [`Params`].
//!
//! A name is spelled once, where its field is created; files, optimiser and gradients know the parameter by that name.

use burn::tensor::{Device, Tensor, module::conv2d, ops::ConvOptions};

use crate::params::{Init, Params};

/// Receives name and shape of a parameter, and what draws as many initial values.
pub(crate) type Visitor<'a> = dyn FnMut(&str, &[usize], &dyn Fn(Init, usize) -> Vec<f32>) + 'a;

/// A part of a network that can be trained.
pub(crate) trait Module {
    /// Calls `visitor` for each trainable parameter, in a network of `voxels` voxels.
    fn visit(&self, voxels: usize, visitor: &mut Visitor<'_>);

    /// Returns the number of trainable values.
    fn count(&self, voxels: usize) -> usize {
        let mut count = 0;
        self.visit(voxels, &mut |_, shape, _| count += shape.iter().product::<usize>());
        count
    }

    /// Returns the initial values.
    fn draw(&self, voxels: usize, init: Init, device: &Device) -> Params {
        let mut params = Params::default();
        self.visit(voxels, &mut |name, shape, start| {
            params.insert(name, shape, start(init, shape.iter().product()), device);
        });
        params
    }
}

/// The name of a parameter of rank `D`.
#[derive(Debug, Clone)]
pub(crate) struct Parameter<const D: usize>(pub(crate) String);

impl<const D: usize> Parameter<D> {
    /// Returns its value.
    pub(crate) fn of(&self, params: &Params) -> Tensor<D> {
        params.get(&self.0)
    }
}

/// A convolution with weights `[outputs, inputs, side, side]`; starts uniform in ±1/sqrt(fan-in).
#[derive(Debug, Clone)]
pub(crate) struct Conv {
    pub(crate) weight: Parameter<4>,
    pub(crate) bias: Parameter<1>,
    pub(crate) shape: [usize; 4],
}

impl Conv {
    pub(crate) fn new(name: &str, shape: [usize; 4]) -> Self {
        Self { weight: Parameter(format!("{name}.weight")), bias: Parameter(format!("{name}.bias")), shape }
    }

    /// `[batch, inputs, height, width]` to `[batch, outputs, ., .]`.
    pub(crate) fn forward(&self, params: &Params, maps: Tensor<4>, stride: usize, padding: usize) -> Tensor<4> {
        let (weight, bias) = (self.weight.of(params), self.bias.of(params));
        conv2d(maps, weight, Some(bias), ConvOptions::new([stride; 2], [padding; 2], [1, 1], 1))
    }
}

impl Module for Conv {
    fn visit(&self, _: usize, visitor: &mut Visitor<'_>) {
        let Self { weight: Parameter(weight), bias: Parameter(bias), shape } = self;
        let fan_in = shape[1..].iter().product();
        visitor(weight, shape, &|init, n| init.of_fan_in(weight, n, fan_in));
        visitor(bias, &shape[..1], &|init, n| init.of_fan_in(bias, n, fan_in));
    }
}

/// Scale and shift of each channel behind a norm; start at 1 and 0.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) scale: Parameter<1>,
    pub(crate) shift: Parameter<1>,
    pub(crate) channels: usize,
}

impl Norm {
    pub(crate) fn new(name: &str, channels: usize) -> Self {
        Self { scale: Parameter(format!("{name}.scale")), shift: Parameter(format!("{name}.shift")), channels }
    }
}

impl Module for Norm {
    fn visit(&self, _: usize, visitor: &mut Visitor<'_>) {
        visitor(&self.scale.0, &[self.channels], &|_, n| vec![1.0; n]);
        visitor(&self.shift.0, &[self.channels], &|_, n| vec![0.0; n]);
    }
}
