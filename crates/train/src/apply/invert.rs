//! Images whose features are those that were predicted: gradient descent on the image through a frozen backbone.
//!
//! With φ_l(x) the features of layer l, averaged on a grid and standardised over the training images, and t_l those that were
//! predicted for an item,
//!
//! ```text
//! theta* = argmin  1/L sum_l mean (φ_l(x(theta)) - t_l)²  +  lambda · V(x(theta))
//! ```
//!
//! V is the total variation of the decoder's image loss, mean of (dx² + dy²)^1.25. x(theta) is in 0..1 by construction
//! ([`ImagePrior`]): the sigmoid of theta, which begins at the mean training image, or what an untrained decoder with weights theta
//! makes of a fixed input (deep image prior: Ulyanov, Vedaldi and Lempitsky 2018). The optimiser is Adam, β 0.9 and 0.999. Items do not
//! depend on each other.

use ndarray::{Array2, Array4, ArrayView3, Axis, concatenate, s};

use afterimage_baseline::pool::cells;
use afterimage_config::DecoderConfig;
use afterimage_model::{
    convert,
    decoder::Decoder,
    loss::image::variation,
    params::{Init, Params},
    resample::{Matrix, Resample},
};
use burn::tensor::{Tensor, TensorData, activation};

use super::FeatureExtractor;
use crate::draws::{self, Purpose};
use crate::optimiser::Optimiser;
use crate::{Result, TrainError};

/// What images are parameterised by.
#[derive(Debug, Clone, PartialEq)]
pub enum ImagePrior {
    /// Their pixels.
    Pixels,
    /// The weights of an untrained network with this architecture.
    Deep(Box<DecoderConfig>),
}

/// How features are inverted.
#[derive(Debug, Clone, PartialEq)]
pub struct Inversion {
    /// What images are parameterised by.
    pub prior: ImagePrior,
    /// Steps of the descent.
    pub steps: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Weight of the total variation.
    pub variation_weight: f64,
    /// Seed of what is drawn.
    pub seed: u64,
}

/// The features of a layer that images are to have.
#[derive(Debug, Clone)]
pub struct LayerTargets {
    /// Cells a side of the grid that the features are averaged on, at most.
    pub grid: usize,
    /// Mean and standard deviation of each feature over the training images; a deviation of 0 leaves the feature out.
    pub standard: Vec<(f64, f64)>,
    /// Standardised, `[items, features]`.
    pub targets: Array2<f32>,
}

/// Items of a batch whose images are parameterised by pixels.
const BATCH: usize = 20;
/// Values of the fixed input of an untrained decoder.
const INPUT: usize = 32;
/// The mean training image stays this far from black and white, where the sigmoid is flat.
const EDGE: f32 = 0.02;
const LEAF: &str = "theta";

/// The targets of some items on a device.
struct Objective<'a> {
    extractor: &'a FeatureExtractor,
    layers: Vec<OnDevice>,
    variation_weight: f64,
}

struct OnDevice {
    pool: Resample,
    mean: Tensor<2>,
    inverse: Tensor<2>,
    targets: Tensor<2>,
}

impl FeatureExtractor {
    /// Images `[items, 3, side, side]` in 0..1 whose features at the extractor's taps are nearest to `layers`, one a tap; `None` if `step`,
    /// called before each step with the number of items that are finished, returns false. Descent on pixels begins at `mean`
    /// `[3, side, side]`, the mean training image.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] if the loss is not finite.
    ///
    /// # Panics
    /// If `layers` are not those of the taps.
    pub fn invert(
        &self,
        layers: &[LayerTargets],
        mean: ArrayView3<'_, f32>,
        how: &Inversion,
        step: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Array4<f32>>> {
        assert_eq!(layers.len(), self.taps.len(), "targets of every tap");
        let items = layers.first().map_or(0, |layer| layer.targets.nrows());
        let batch = if how.prior == ImagePrior::Pixels { BATCH } else { 1 };
        let mut made = Vec::new();
        for first in (0..items).step_by(batch) {
            let rows = first..(first + batch).min(items);
            let layer = |(layer, tap): (&LayerTargets, &String)| {
                self.on_device(layer, tap, layer.targets.slice(s![rows.clone(), ..]).to_owned())
            };
            let layers = layers.iter().zip(&self.taps).map(layer).collect();
            let objective = Objective { extractor: self, layers, variation_weight: how.variation_weight };
            let images = match &how.prior {
                ImagePrior::Pixels => {
                    let start = logits(mean, rows.len());
                    let mut params = Params::default();
                    params.insert(LEAF, start.shape(), start.iter().copied().collect(), &self.device);
                    objective.descend(params, how, &|params| activation::sigmoid(params.get::<4>(LEAF)), &mut || {
                        step(first)
                    })?
                }
                ImagePrior::Deep(config) => {
                    let decoder = Decoder::new(config, self.vision.image_side(), &self.device);
                    let seed = draws::derive(how.seed, Purpose::Inversion);
                    let noise = Init::new(seed).normal("input", INPUT, 1.0);
                    let input = Tensor::<2>::from_data(TensorData::new(noise, [1, INPUT]), &self.device);
                    let params = decoder.init(INPUT, seed, &self.device);
                    objective
                        .descend(params, how, &|params| decoder.forward(params, input.clone()), &mut || step(first))?
                }
            };
            let Some(images) = images else { return Ok(None) };
            made.push(images);
        }
        step(items);
        let side = self.vision.image_side();
        let none = || Array4::zeros((0, 3, side, side));
        let views: Vec<_> = made.iter().map(|images| images.view()).collect();
        Ok(Some(concatenate(Axis(0), &views).unwrap_or_else(|_| none())))
    }

    fn on_device(&self, layer: &LayerTargets, tap: &str, targets: Array2<f32>) -> OnDevice {
        let row = |values: Vec<f32>| {
            let n = values.len();
            Tensor::<2>::from_data(TensorData::new(values, [1, n]), &self.device)
        };
        let inverse = |sd: f64| if sd > 0.0 { (1.0 / sd) as f32 } else { 0.0 };
        OnDevice {
            pool: Resample::new(&Matrix::of(cells(self.vision.tap_side(tap), layer.grid).view()), &self.device),
            mean: row(layer.standard.iter().map(|&(mean, _)| mean as f32).collect()),
            inverse: row(layer.standard.iter().map(|&(_, sd)| inverse(sd)).collect()),
            targets: convert::matrix_to_tensor(targets.view(), &self.device),
        }
    }
}

impl Objective<'_> {
    /// Images after the descent; `None` if `step` returns false.
    fn descend(
        &self,
        mut params: Params,
        how: &Inversion,
        images: &dyn Fn(&Params) -> Tensor<4>,
        step: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Array4<f32>>> {
        let mut optimiser = Optimiser::adam();
        for index in 0..how.steps {
            if !step() {
                return Ok(None);
            }
            let leaves = params.leaves();
            let loss = self.loss(images(&leaves));
            // Once is enough: a loss that is finite at the last step was so before.
            if index + 1 == how.steps && !convert::values(&loss).iter().all(|value| value.is_finite()) {
                return Err(TrainError::Unsuitable(
                    "the inversion of features diverged: lower its learning rate".into(),
                ));
            }
            let gradients = loss.backward();
            optimiser.step(&mut params, leaves, gradients, how.learning_rate);
        }
        Ok(Some(convert::tensor_to_array4(&images(&params))))
    }

    /// Sum over the items.
    fn loss(&self, images: Tensor<4>) -> Tensor<1> {
        let taps: Vec<&str> = self.extractor.taps.iter().map(String::as_str).collect();
        let features = self.extractor.vision.forward(images.clone(), &taps);
        let share = 1.0 / self.layers.len() as f64;
        let distances = features.into_iter().zip(&self.layers).map(|(maps, layer)| layer.distance(maps) * share);
        let variation = variation(images).sum() * self.variation_weight;
        distances.fold(variation, |sum, distance| sum + distance)
    }
}

impl OnDevice {
    /// Mean over the features of the squared difference from the targets, summed over items.
    fn distance(&self, maps: Tensor<4>) -> Tensor<1> {
        let pooled = self.pool.forward(maps);
        let [items, channels, height, width] = pooled.dims();
        let flat = pooled.reshape([items, channels * height * width]);
        let standard = (flat - self.mean.clone()) * self.inverse.clone();
        (standard - self.targets.clone()).powi_scalar(2).mean_dim(1).sum()
    }
}

/// The image before the sigmoid, for each of `items`.
fn logits(mean: ArrayView3<'_, f32>, items: usize) -> Array4<f32> {
    let logit = mean.mapv(|x| {
        let x = x.clamp(EDGE, 1.0 - EDGE);
        (x / (1.0 - x)).ln()
    });
    let copies: Vec<_> = (0..items).map(|_| logit.view()).collect();
    ndarray::stack(Axis(0), &copies).expect("copies of one image")
}

#[cfg(test)]
mod tests;
