//! A network as a list of layers: what the interpreter runs and what the sizes are computed from.

use super::input::Input;
use crate::params::Init;

/// One layer; every convolution is followed by a ReLU.
#[derive(Debug, Clone)]
pub(crate) enum Layer {
    /// A square convolution.
    Conv { name: String, channels: usize, kernel: usize, stride: usize, padding: usize },
    /// A fire module: 1x1 to `squeeze` channels, then 1x1 and 3x3 to `expand` channels each, concatenated.
    Fire { name: String, squeeze: usize, expand: usize },
    /// Unpadded maximum pooling; `ceil` keeps a last, incomplete window.
    Pool { kernel: usize, stride: usize, ceil: bool },
}

/// Receptive field of one position of a layer's output in its input grid, along either axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Positions of the input that one output sees.
    pub kernel: usize,
    /// Positions of the input from one output to the next.
    pub stride: usize,
    /// Positions added before the first of the input.
    pub padding: usize,
}

/// A layer and the name its output is read by.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) layer: Layer,
    pub(crate) tap: Option<&'static str>,
}

/// A whole network.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) input: Input,
    pub(crate) steps: Vec<Step>,
    /// Name and number of classes of a 1x1 convolution that classifies, averaged over positions.
    pub(crate) classifier: Option<(String, usize)>,
}

impl Layer {
    /// A 3x3 convolution that keeps the grid.
    pub(crate) fn conv3(name: String, channels: usize) -> Self {
        Self::Conv { name, channels, kernel: 3, stride: 1, padding: 1 }
    }

    /// Its window; that of a fire module is its widest way, the 3x3 convolution.
    fn window(&self) -> Window {
        match *self {
            Self::Conv { kernel, stride, padding, .. } => Window { kernel, stride, padding },
            Self::Fire { .. } => Window { kernel: 3, stride: 1, padding: 1 },
            Self::Pool { kernel, stride, .. } => Window { kernel, stride, padding: 0 },
        }
    }

    /// Side of the output for a side of the input; zero if the input is too small.
    pub(crate) fn side(&self, side: usize) -> usize {
        match *self {
            Self::Conv { kernel, stride, padding, .. } => {
                (side + 2 * padding).checked_sub(kernel).map_or(0, |rest| rest / stride + 1)
            }
            Self::Fire { .. } => side,
            Self::Pool { kernel, stride, ceil } => match side.checked_sub(kernel) {
                Some(rest) if ceil => rest.div_ceil(stride) + 1,
                Some(rest) => rest / stride + 1,
                None => usize::from(ceil && side > 0),
            },
        }
    }
}

impl Step {
    pub(crate) fn tapped(layer: Layer, tap: &'static str) -> Self {
        Self { layer, tap: Some(tap) }
    }
}

impl Plan {
    /// Name and shape of every parameter, in the order of the layers.
    pub(crate) fn parameters(&self) -> Vec<(String, Vec<usize>)> {
        let (mut found, mut channels) = (Vec::new(), 3);
        let mut conv = |name: String, out: usize, inputs: usize, kernel: usize| {
            found.push((format!("{name}.weight"), vec![out, inputs, kernel, kernel]));
            found.push((format!("{name}.bias"), vec![out]));
        };
        for step in &self.steps {
            match &step.layer {
                Layer::Conv { name, channels: out, kernel, .. } => {
                    conv(name.clone(), *out, channels, *kernel);
                    channels = *out;
                }
                Layer::Fire { name, squeeze, expand } => {
                    conv(format!("{name}.squeeze"), *squeeze, channels, 1);
                    conv(format!("{name}.expand1x1"), *expand, *squeeze, 1);
                    conv(format!("{name}.expand3x3"), *expand, *squeeze, 3);
                    channels = 2 * expand;
                }
                Layer::Pool { .. } => {}
            }
        }
        if let Some((name, classes)) = &self.classifier {
            conv(name.clone(), *classes, channels, 1);
        }
        found
    }

    /// The layers' windows from the image up to `tap`; all of them if the name is not a tap.
    pub(crate) fn windows(&self, tap: &str) -> Vec<Window> {
        let last = self.steps.iter().position(|step| step.tap == Some(tap)).map_or(self.steps.len(), |at| at + 1);
        self.steps[..last].iter().map(|step| step.layer.window()).collect()
    }

    /// Multiplications for one image of `side`, as the definition has them, up to the last of `taps`.
    pub(crate) fn products(&self, side: usize, taps: &[&str]) -> u64 {
        let (mut side, mut channels, mut sum, mut found) = (side, 3, 0, 0);
        for step in &self.steps {
            let (before, out) = (channels, step.layer.side(side));
            let places = (out * out) as u64;
            sum += match step.layer {
                Layer::Conv { channels: outputs, kernel, .. } => {
                    channels = outputs;
                    places * (outputs * before * kernel * kernel) as u64
                }
                Layer::Fire { squeeze, expand, .. } => {
                    channels = 2 * expand;
                    places * (squeeze * (before + 10 * expand)) as u64
                }
                Layer::Pool { .. } => 0,
            };
            side = out;
            if step.tap.is_some_and(|tap| taps.contains(&tap)) {
                found = sum;
            }
        }
        found
    }

    /// Values of a random parameter: normal of variance `2 / fan_in` for weights, zero for biases. The first
    /// layer's are divided by the spread of its input, so that activations are of order one in every network.
    pub(crate) fn random_values(&self, seed: u64, name: &str, shape: &[usize]) -> Vec<f32> {
        let count = shape.iter().product();
        if shape.len() == 1 {
            return vec![0.0; count];
        }
        let fan_in: usize = shape[1..].iter().product();
        let spread = if name == "features.0.weight" { self.input.spread() } else { 1.0 };
        Init::new(seed).normal(name, count, (2.0 / fan_in as f32).sqrt() / spread)
    }

    /// The same network with every number of channels divided, so that test fixtures stay small.
    #[cfg(test)]
    pub(crate) fn narrowed(mut self, divisor: usize) -> Self {
        for step in &mut self.steps {
            match &mut step.layer {
                Layer::Conv { channels, .. } => *channels /= divisor,
                Layer::Fire { squeeze, expand, .. } => (*squeeze, *expand) = (*squeeze / divisor, *expand / divisor),
                Layer::Pool { .. } => {}
            }
        }
        if let Some((_, classes)) = &mut self.classifier {
            *classes /= divisor;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_two_layers_are_those_counted_by_hand() {
        let layers = [
            Layer::conv3("a".into(), 4),
            Layer::Pool { kernel: 2, stride: 2, ceil: false },
            Layer::Fire { name: "b".into(), squeeze: 2, expand: 5 },
        ];
        let steps = layers.into_iter().zip(["a", "pool", "b"]).map(|(layer, tap)| Step::tapped(layer, tap)).collect();
        let plan = Plan { input: Input::Torchvision, steps, classifier: None };
        assert_eq!(plan.products(8, &["a"]), 64 * 4 * 27);
        assert_eq!(plan.products(8, &["a", "b"]), 64 * 4 * 27 + 16 * (2 * 4 + 2 * 5 + 2 * 5 * 9));
    }

    #[test]
    fn ceil_pooling_keeps_the_incomplete_window() {
        let pool = |ceil| Layer::Pool { kernel: 3, stride: 2, ceil };
        assert_eq!(pool(true).side(56), 28);
        assert_eq!(pool(false).side(56), 27);
        assert_eq!(pool(true).side(113), 56);
    }

    #[test]
    fn image_smaller_than_the_kernel_gives_no_grid() {
        let conv = Layer::Conv { name: String::new(), channels: 1, kernel: 11, stride: 4, padding: 2 };
        assert_eq!(conv.side(6), 0);
        assert_eq!(conv.side(7), 1);
    }
}
