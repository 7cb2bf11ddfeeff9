//! Runs a [`Plan`] with weights.

use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::plan::{Layer, Plan};
use crate::Result;

/// A network with its weights.
#[derive(Debug)]
pub(crate) struct Network {
    /// Subtracted from the images, `[1, 3, 1, 1]`, where the first convolution could not take it up.
    mean: Option<Tensor<4>>,
    stages: Vec<Stage>,
    classifier: Option<Conv>,
}

#[derive(Debug)]
struct Stage {
    layer: Layer,
    tap: Option<&'static str>,
    run: Run,
}

#[derive(Debug)]
enum Run {
    Conv(Box<Conv>),
    Fire(Box<Fire>),
    Pool(MaxPoolOptions<2>),
}

#[derive(Debug)]
struct Fire {
    squeeze: Conv,
    one: Conv,
    three: Conv,
}

#[derive(Debug)]
struct Conv {
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
}

impl Network {
    /// The network of `plan`, its parameters fetched by name and shape.
    pub(crate) fn build(
        plan: &Plan,
        device: &Device,
        mut read: impl FnMut(&str, &[usize]) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        // Frozen: made outside the graph whatever device the caller trains on.
        let device = device.clone().without_autodiff();
        let mut builder = Builder { device: &device, read: &mut read };
        let (mut mean, mut channels, mut stages) = (None, 3, Vec::new());
        for (index, step) in plan.steps.iter().enumerate() {
            let run = match &step.layer {
                Layer::Conv { name, channels: out, kernel, stride, padding } if index == 0 => {
                    let (weight, bias) = builder.values(name, [*out, channels, *kernel, *kernel])?;
                    let folded = plan.input.fold(&weight, bias, *kernel, *padding);
                    mean = folded.mean.map(|mean| Tensor::<1>::from_floats(mean, &device).reshape([1, 3, 1, 1]));
                    let shape = [*out, channels, *kernel, *kernel];
                    channels = *out;
                    Run::Conv(Box::new(Conv::new(folded.weight, folded.bias, shape, *stride, *padding, &device)))
                }
                Layer::Conv { name, channels: out, kernel, stride, padding } => {
                    let conv = builder.conv(name, [*out, channels, *kernel, *kernel], *stride, *padding)?;
                    channels = *out;
                    Run::Conv(Box::new(conv))
                }
                Layer::Fire { name, squeeze, expand } => {
                    let inner = builder.conv(&format!("{name}.squeeze"), [*squeeze, channels, 1, 1], 1, 0)?;
                    let one = builder.conv(&format!("{name}.expand1x1"), [*expand, *squeeze, 1, 1], 1, 0)?;
                    let three = builder.conv(&format!("{name}.expand3x3"), [*expand, *squeeze, 3, 3], 1, 1)?;
                    channels = 2 * expand;
                    Run::Fire(Box::new(Fire { squeeze: inner, one, three }))
                }
                Layer::Pool { kernel, stride, ceil } => Run::Pool(MaxPoolOptions {
                    stride: [*stride; 2],
                    ceil_mode: *ceil,
                    ..MaxPoolOptions::new([*kernel; 2])
                }),
            };
            stages.push(Stage { layer: step.layer.clone(), tap: step.tap, run });
        }
        let classifier = match &plan.classifier {
            Some((name, classes)) => Some(builder.conv(name, [*classes, channels, 1, 1], 1, 0)?),
            None => None,
        };
        Ok(Self { mean, stages, classifier })
    }

    /// See [`Backbone::forward`](super::Backbone::forward).
    pub(crate) fn forward(&self, images: Tensor<4>, taps: &[&str]) -> Vec<Tensor<4>> {
        let Some(depth) = taps.iter().map(|tap| self.position(tap)).max() else { return Vec::new() };
        let mut kept: Vec<Option<Tensor<4>>> = vec![None; taps.len()];
        let mut x = self.centre(images);
        for stage in &self.stages[..=depth] {
            x = stage.run(x);
            for (slot, _) in kept.iter_mut().zip(taps).filter(|(_, tap)| stage.tap == Some(**tap)) {
                *slot = Some(x.clone());
            }
        }
        kept.into_iter().map(|tap| tap.expect("every tap lies at or above the deepest")).collect()
    }

    /// See [`AnyBackbone::logits`](super::AnyBackbone::logits).
    pub(crate) fn logits(&self, images: Tensor<4>) -> Option<Tensor<2>> {
        let classifier = self.classifier.as_ref()?;
        let x = self.stages.iter().fold(self.centre(images), |x, stage| stage.run(x));
        let scores = classifier.relu(x); // [batch, classes, side, side]
        let [batch, classes, height, width] = scores.dims();
        Some(scores.reshape([batch, classes, height * width]).mean_dim(2).reshape([batch, classes]))
    }

    /// See [`Backbone::tap_side`](super::Backbone::tap_side).
    pub(crate) fn tap_side(&self, tap: &str, image_side: usize) -> usize {
        let depth = self.position(tap);
        self.stages[..=depth].iter().fold(image_side, |side, stage| stage.layer.side(side))
    }

    fn centre(&self, images: Tensor<4>) -> Tensor<4> {
        match &self.mean {
            Some(mean) => images - mean.clone(),
            None => images,
        }
    }

    fn position(&self, tap: &str) -> usize {
        let found = self.stages.iter().position(|stage| stage.tap == Some(tap));
        found.unwrap_or_else(|| panic!("the backbone has no tap \"{tap}\""))
    }
}

impl Stage {
    fn run(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.run {
            Run::Conv(conv) => conv.relu(x),
            Run::Fire(fire) => {
                let x = fire.squeeze.relu(x);
                let one = fire.one.forward(x.clone());
                relu(Tensor::cat(vec![one, fire.three.forward(x)], 1))
            }
            Run::Pool(options) => max_pool2d(x, options.clone()),
        }
    }
}

impl Conv {
    fn new(
        weight: Vec<f32>,
        bias: Vec<f32>,
        shape: [usize; 4],
        stride: usize,
        padding: usize,
        device: &Device,
    ) -> Self {
        let bias = Tensor::from_data(TensorData::new(bias, [shape[0]]), device);
        let weight = Tensor::from_data(TensorData::new(weight, shape), device);
        Self { weight, bias, options: ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1) }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        conv2d(x, self.weight.clone(), Some(self.bias.clone()), self.options.clone())
    }

    fn relu(&self, x: Tensor<4>) -> Tensor<4> {
        relu(self.forward(x))
    }
}

struct Builder<'a, R> {
    device: &'a Device,
    read: &'a mut R,
}

impl<R: FnMut(&str, &[usize]) -> Result<Vec<f32>>> Builder<'_, R> {
    fn values(&mut self, name: &str, shape: [usize; 4]) -> Result<(Vec<f32>, Vec<f32>)> {
        let weight = (self.read)(&format!("{name}.weight"), &shape)?;
        Ok((weight, (self.read)(&format!("{name}.bias"), &shape[..1])?))
    }

    fn conv(&mut self, name: &str, shape: [usize; 4], stride: usize, padding: usize) -> Result<Conv> {
        let (weight, bias) = self.values(name, shape)?;
        Ok(Conv::new(weight, bias, shape, stride, padding, self.device))
    }
}
