//! Runs a [`Plan`] with weights.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use afterimage_kernels::{self as kernels, Chain};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::plan::{Layer, Plan, Step};
use crate::{Result, device::Engine, processor};

/// A network with its weights.
#[derive(Debug)]
pub(crate) struct Network {
    /// Subtracted from the images, `[1, 3, 1, 1]`, if the first convolution could not take it up.
    mean: Option<Tensor<4>>,
    steps: Vec<Step>,
    layers: Layers,
    classifier: Option<Conv>,
}

/// The layers, one for each step, as an [`Engine`] runs them.
#[derive(Debug)]
enum Layers {
    Kernels(Vec<Arc<kernels::Layer>>),
    Framework(Vec<Run>),
}

#[derive(Debug)]
enum Run {
    Conv(Box<Conv>),
    Fire(Box<[Conv; 3]>),
    Pool(MaxPoolOptions<2>),
}

#[derive(Debug)]
struct Conv {
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
}

/// The values of a convolution.
struct Values {
    weight: Vec<f32>,
    bias: Vec<f32>,
    shape: [usize; 4],
    stride: usize,
    padding: usize,
}

impl Network {
    /// The network of `plan`, its parameters fetched by name and shape.
    pub(crate) fn build(
        plan: &Plan,
        device: &Device,
        read: impl FnMut(&str, &[usize]) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        // Frozen: made outside the graph whatever device the caller trains on.
        let device = device.clone().without_autodiff();
        Self::build_on(plan, &device, Engine::of(&device), read)
    }

    fn build_on(
        plan: &Plan,
        device: &Device,
        engine: Engine,
        mut read: impl FnMut(&str, &[usize]) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        let mut values = |name: &str, shape: [usize; 4], stride, padding| -> Result<Values> {
            let weight = read(&format!("{name}.weight"), &shape)?;
            Ok(Values { weight, bias: read(&format!("{name}.bias"), &shape[..1])?, shape, stride, padding })
        };
        let (mut mean, mut channels) = (None, 3);
        let mut layers = match engine {
            Engine::Kernels => Layers::Kernels(Vec::new()),
            Engine::Framework => Layers::Framework(Vec::new()),
        };
        for (index, step) in plan.steps.iter().enumerate() {
            let convs = match &step.layer {
                Layer::Conv { name, channels: out, kernel, stride, padding } => {
                    let mut conv = values(name, [*out, channels, *kernel, *kernel], *stride, *padding)?;
                    if index == 0 {
                        let folded = plan.input.fold(&conv.weight, conv.bias, *kernel, *padding);
                        mean = folded.mean.map(|mean| Tensor::<1>::from_floats(mean, device).reshape([1, 3, 1, 1]));
                        (conv.weight, conv.bias) = (folded.weight, folded.bias);
                    }
                    channels = *out;
                    vec![conv]
                }
                Layer::Fire { name, squeeze, expand } => {
                    let inner = values(&format!("{name}.squeeze"), [*squeeze, channels, 1, 1], 1, 0)?;
                    let one = values(&format!("{name}.expand1x1"), [*expand, *squeeze, 1, 1], 1, 0)?;
                    let three = values(&format!("{name}.expand3x3"), [*expand, *squeeze, 3, 3], 1, 1)?;
                    channels = 2 * expand;
                    vec![inner, one, three]
                }
                Layer::Pool { .. } => Vec::new(),
            };
            match &mut layers {
                Layers::Kernels(all) => all.push(Arc::new(kernel_layer(&step.layer, convs))),
                Layers::Framework(all) => all.push(Run::new(&step.layer, convs, device)),
            }
        }
        let classifier = match &plan.classifier {
            Some((name, classes)) => Some(Conv::new(values(name, [*classes, channels, 1, 1], 1, 0)?, device)),
            None => None,
        };
        Ok(Self { mean, steps: plan.steps.clone(), layers, classifier })
    }

    /// See [`Backbone::forward`](super::Backbone::forward).
    pub(crate) fn forward(&self, images: Tensor<4>, taps: &[&str]) -> Vec<Tensor<4>> {
        let places: Vec<usize> = taps.iter().map(|tap| self.position(tap)).collect();
        let mut stops = places.clone();
        stops.sort_unstable();
        stops.dedup();
        let (mut x, mut next) = (self.centre(images), 0);
        let mut kept = HashMap::new();
        for stop in stops {
            x = self.run(next..stop + 1, x);
            next = stop + 1;
            kept.insert(stop, x.clone());
        }
        places.iter().map(|place| kept[place].clone()).collect()
    }

    /// See [`AnyBackbone::logits`](super::AnyBackbone::logits).
    pub(crate) fn logits(&self, images: Tensor<4>) -> Option<Tensor<2>> {
        let classifier = self.classifier.as_ref()?;
        let scores = classifier.relu(self.run(0..self.steps.len(), self.centre(images))); // [batch, classes, side, side]
        let [batch, classes, height, width] = scores.dims();
        Some(scores.reshape([batch, classes, height * width]).mean_dim(2).reshape([batch, classes]))
    }

    fn run(&self, layers: Range<usize>, x: Tensor<4>) -> Tensor<4> {
        match &self.layers {
            Layers::Kernels(all) => processor::frozen(Chain { layers: all[layers].to_vec() }, x),
            Layers::Framework(all) => all[layers].iter().fold(x, |x, layer| layer.run(x)),
        }
    }

    /// See [`Backbone::tap_side`](super::Backbone::tap_side).
    pub(crate) fn tap_side(&self, tap: &str, image_side: usize) -> usize {
        let depth = self.position(tap);
        self.steps[..=depth].iter().fold(image_side, |side, step| step.layer.side(side))
    }

    fn centre(&self, images: Tensor<4>) -> Tensor<4> {
        match &self.mean {
            Some(mean) => images - mean.clone(),
            None => images,
        }
    }

    fn position(&self, tap: &str) -> usize {
        let found = self.steps.iter().position(|step| step.tap == Some(tap));
        found.unwrap_or_else(|| panic!("the backbone has no tap \"{tap}\""))
    }
}

fn kernel_layer(layer: &Layer, convs: Vec<Values>) -> kernels::Layer {
    let conv = |values: Values| {
        let Values { weight, bias, shape, stride, padding } = values;
        kernels::Conv::new(weight, bias, shape, stride, padding)
    };
    let mut convs = convs.into_iter().map(conv);
    let mut next = || convs.next().expect("as many as the layer has");
    match *layer {
        Layer::Conv { .. } => kernels::Layer::Conv(Box::new(next())),
        Layer::Fire { .. } => kernels::Layer::Fire(Box::new([next(), next(), next()])),
        Layer::Pool { kernel, stride, ceil } => kernels::Layer::Pool(kernels::Pool { side: kernel, stride, ceil }),
    }
}

impl Run {
    fn new(layer: &Layer, convs: Vec<Values>, device: &Device) -> Self {
        let mut convs = convs.into_iter().map(|values| Conv::new(values, device));
        let mut next = || convs.next().expect("as many as the layer has");
        match *layer {
            Layer::Conv { .. } => Self::Conv(Box::new(next())),
            Layer::Fire { .. } => Self::Fire(Box::new([next(), next(), next()])),
            Layer::Pool { kernel, stride, ceil } => {
                Self::Pool(MaxPoolOptions { stride: [stride; 2], ceil_mode: ceil, ..MaxPoolOptions::new([kernel; 2]) })
            }
        }
    }

    fn run(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Conv(conv) => conv.relu(x),
            Self::Fire(convs) => {
                let [squeeze, one, three] = &**convs;
                let x = squeeze.relu(x);
                let one = one.forward(x.clone());
                relu(Tensor::cat(vec![one, three.forward(x)], 1))
            }
            Self::Pool(options) => max_pool2d(x, options.clone()),
        }
    }
}

impl Conv {
    fn new(values: Values, device: &Device) -> Self {
        let Values { weight, bias, shape, stride, padding } = values;
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

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_config::BackboneKind;

    /// Both engines, at every tap, and the gradient of a sum of them.
    #[test]
    fn kernels_and_framework_agree() {
        let device = Device::flex();
        for (kind, taps) in [
            (BackboneKind::SqueezeNet11, vec!["relu1", "fire3", "fire5", "fire8"]),
            (BackboneKind::Vgg16, vec!["relu1_2", "relu2_2", "relu3_3", "relu4_3"]),
            (BackboneKind::AlexNet, vec!["relu1", "relu3", "relu5"]),
        ] {
            let plan = crate::backbone::plan(kind);
            let build = |engine| {
                let read = |name: &str, shape: &[usize]| Ok(plan.random_values(3, name, shape));
                Network::build_on(&plan, &device, engine, read).expect("random values")
            };
            let values: Vec<f32> = (0..2 * 3 * 67 * 64).map(|i| (i as f32 * 0.37).sin() * 0.5 + 0.5).collect();
            let images = Tensor::<4>::from_data(TensorData::new(values, [2, 3, 67, 64]), &device);
            let of = |network: &Network| {
                let leaf = images.clone().autodiff().require_grad();
                let found = network.forward(leaf.clone(), &taps);
                let weighted =
                    found.iter().enumerate().map(|(i, tap)| tap.clone().powi_scalar(2).mean() * (i + 1) as f32);
                let gradients = weighted.reduce(|a, b| a + b).expect("taps").backward();
                let mut all: Vec<Tensor<4>> = found.into_iter().map(|tap| tap.without_autodiff()).collect();
                all.push(leaf.grad(&gradients).expect("a gradient at the image"));
                all
            };
            // Where rounding turns a ReLU or the largest of a window, gradients differ; the kernels' own tests are strict.
            let length = |x: Tensor<4>| x.powi_scalar(2).mean().sqrt().into_scalar::<f32>();
            let [ours, theirs] = [Engine::Kernels, Engine::Framework].map(|engine| of(&build(engine)));
            for (index, (ours, theirs)) in ours.into_iter().zip(theirs).enumerate() {
                let error = length(ours - theirs.clone()) / length(theirs);
                let most = if index < taps.len() { 1e-5 } else { 1e-2 };
                assert!(error < most, "{kind}, {index}: {error}");
            }
        }
    }
}
