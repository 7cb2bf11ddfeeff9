//! Images that a trained encoder predicts the largest response to: gradient ascent on the image through the frozen encoder.
//!
//! For a target with weights w over the voxels (one voxel: 1 at its place; a region: its mean), images x(theta) and responses E(x),
//!
//! ```text
//! theta* = argmax  s · <w, E(shift(x(theta)))> / sd - lambda · V(x(theta))        s = 1, or -1 to minimise
//! ```
//!
//! with sd the standard deviation of the response over natural images, so that lambda has the same weight for voxels and
//! regions; V the total variation of the decoder's image loss, mean of (dx² + dy²)^1.25; and shift a random shift of a few
//! pixels, new at each step, so that the image does not depend on single pixels. x(theta) is in 0..1 by construction
//! ([`Prior`]): the sigmoid of theta, or the image that the run's decoder makes of responses in ±3. The optimiser is Adam,
//! β 0.9 and 0.999.
//!
//! The response is the encoder's prediction; the brain's response to such an image is not measured.

use ndarray::{Array2, Array4, ArrayView4};

use afterimage_config::Experiment;
use afterimage_formats::picture;
use afterimage_model::{
    convert,
    decoder::Decoder,
    device::device,
    loss::image::variation,
    params::{Init, Params},
    resample::{Kernel, Matrix, Resample},
    term::Terms,
};
use afterimage_run::{
    RunFolder,
    layout::Phase,
    synthesis::{Prior, Settings},
};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use crate::{
    Result, TrainError,
    apply::{self, TrainedEncoder},
    decoder::FrozenEncoder,
    draws::{self, Purpose},
    encoder,
    optimiser::Optimiser,
};

/// A voxel or region whose response is to be large.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name, which decides the random starts, so that its images do not depend on other targets.
    pub name: String,
    /// Weight of each voxel, `[voxels]`.
    pub weights: Vec<f32>,
    /// Standard deviation of the response over natural images, by which the objective divides it.
    pub sd: f64,
}

/// The images of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Driven {
    /// Images u8 `[starts, side, side, 3]`.
    pub images: Array4<u8>,
    /// Response to the shifted image before every tenth step, for each start.
    pub courses: Vec<Vec<f64>>,
}

/// A frozen encoder, with the decoder that makes its images if the prior is the decoder.
pub struct Driver {
    encoder: FrozenEncoder,
    decoder: Option<(Decoder, Params)>,
    device: Device,
}

/// Cells per side of the noise from which an image of pixels starts, and its standard deviation before the sigmoid.
const START: (usize, f32) = (8, 0.3);
/// Responses that are decoded stay within this, in normalised units.
const BOUND: f64 = 3.0;
/// Steps between entries of the course.
const EVERY: usize = 10;
const LEAF: &str = "theta";

impl Driver {
    /// Loads the encoder of a run, and its decoder if that is the prior.
    ///
    /// # Errors
    /// As [`TrainedEncoder::load`], for both networks.
    pub fn load(run: &RunFolder, experiment: &Experiment, prior: Prior) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let encoder = TrainedEncoder::load(run, experiment)?.freeze();
        let decoder = match prior {
            Prior::Pixels => None,
            Prior::Decoder => {
                let params = apply::weights(run, experiment, Phase::Decoder)?.params("params", &device);
                Some((Decoder::new(&experiment.decoder, experiment.image.side, &device), params))
            }
        };
        Ok(Self::new(encoder, decoder, device))
    }

    /// A driver of these networks; without a decoder, images are a function of pixels.
    pub fn new(encoder: FrozenEncoder, decoder: Option<(Decoder, Params)>, device: Device) -> Self {
        Self { encoder, decoder, device }
    }

    /// Returns the predicted responses `[images, voxels]` for images u8 `[images, side, side, 3]`.
    pub fn predict(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        let FrozenEncoder { encoder, state, vision } = &self.encoder;
        encoder::predict(encoder, state, vision, images, &self.device)
    }

    /// Returns the number of voxels of the encoder.
    pub fn voxels(&self) -> usize {
        self.encoder.encoder.voxels()
    }

    /// Returns `settings.starts` images that drive `target`, or `None` if `step`, called before each step, returns false.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] for weights of another number of voxels, or if a response is not finite.
    pub fn drive(
        &self,
        target: &Target,
        settings: &Settings,
        step: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Driven>> {
        let voxels = self.voxels();
        if target.weights.len() != voxels {
            let got = target.weights.len();
            let reason = format!("target \"{}\" has weights for {got} voxels, the encoder has {voxels}", target.name);
            return Err(TrainError::Unsuitable(reason));
        }
        if !(target.sd.is_finite() && target.sd > 0.0) {
            let reason = format!("the response of \"{}\" does not vary over natural images", target.name);
            return Err(TrainError::Unsuitable(reason));
        }
        let weights = Tensor::<2>::from_data(TensorData::new(target.weights.clone(), [voxels, 1]), &self.device);
        let mut params = self.start(target, settings);
        let mut optimiser = Optimiser::adam();
        let mut courses = vec![Vec::new(); settings.starts];
        let seed = draws::derive(settings.seed, Purpose::Synthesis);
        for index in 0..settings.steps {
            if !step() {
                return Ok(None);
            }
            let shift = draws::shifts(seed, index as u64, 1, settings.jitter_px as i64)[0];
            let leaves = params.leaves();
            let (terms, responses) = self.terms(&leaves, (&weights, target.sd), settings, shift);
            if index % EVERY == 0 {
                self.record(&convert::values(&responses), target, &mut courses)?;
            }
            let gradients = terms.total().backward();
            drop((terms, responses));
            optimiser.step(&mut params, leaves, gradients, settings.learning_rate);
        }
        let images = convert::tensor_to_array4(&self.images(&params));
        let images = images.mapv(picture::byte).permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
        Ok(Some(Driven { images, courses }))
    }

    fn record(&self, responses: &[f32], target: &Target, courses: &mut [Vec<f64>]) -> Result<()> {
        for (course, &response) in courses.iter_mut().zip(responses) {
            if !response.is_finite() {
                let reason = format!("the response of \"{}\" became {response}: lower the learning rate", target.name);
                return Err(TrainError::Unsuitable(reason));
            }
            course.push(f64::from(response));
        }
        Ok(())
    }

    /// Returns the initial values; each start has a stream of its own.
    fn start(&self, target: &Target, settings: &Settings) -> Params {
        let init = Init::new(draws::derive(settings.seed, Purpose::Synthesis));
        let starts = 0..settings.starts;
        let mut params = Params::default();
        let draw = |length: usize, sd: f32| -> Vec<f32> {
            starts.clone().flat_map(|k| init.normal(&format!("{}, start {k}", target.name), length, sd)).collect()
        };
        match &self.decoder {
            Some(_) => {
                let voxels = self.voxels();
                params.insert(LEAF, &[settings.starts, voxels], draw(voxels, 1.0), &self.device);
            }
            None => {
                let ((cells, sd), side) = (START, self.encoder.vision.image_side());
                let noise = TensorData::new(draw(3 * cells * cells, sd), [settings.starts, 3, cells, cells]);
                let enlarge = Resample::new(&Matrix::resize(cells, side, Kernel::Bilinear), &self.device);
                let noise = enlarge.forward(Tensor::<4>::from_data(noise, &self.device));
                params.insert(LEAF, &[settings.starts, 3, side, side], convert::values(&noise), &self.device);
            }
        }
        params
    }

    /// Returns the images `[starts, 3, side, side]` in 0..1.
    fn images(&self, params: &Params) -> Tensor<4> {
        match &self.decoder {
            None => activation::sigmoid(params.get::<4>(LEAF)),
            Some((decoder, values)) => {
                let responses = (params.get::<2>(LEAF) / BOUND).tanh() * BOUND;
                decoder.forward(values, responses)
            }
        }
    }

    /// Returns the objective, to be minimised, and the response of each start. Terms are sums over starts, so that each
    /// start is optimised independently.
    fn terms(
        &self,
        params: &Params,
        (weights, sd): (&Tensor<2>, f64),
        settings: &Settings,
        shift: (i64, i64),
    ) -> (Terms, Tensor<1>) {
        let images = self.images(params);
        let features = self.encoder.vision.forward(shift_images(images.clone(), shift), &self.encoder.encoder.taps());
        let responses = self.encoder.respond(&features).matmul(weights.clone()).reshape([settings.starts]);
        let mut terms = Terms::default();
        terms.push("response", responses.clone().sum() * (if settings.minimise { 1.0 } else { -1.0 } / sd));
        if settings.variation_weight > 0.0 {
            terms.push("variation", variation(images).sum() * settings.variation_weight);
        }
        (terms, responses)
    }
}

/// Shifts images by (dy, dx); beyond the edge the edge is repeated.
fn shift_images(images: Tensor<4>, (dy, dx): (i64, i64)) -> Tensor<4> {
    let [_, _, height, width] = images.dims();
    let device = images.device().without_autodiff();
    let from = |side: usize, d: i64| {
        let places: Vec<i32> = (0..side as i64).map(|i| (i + d).clamp(0, side as i64 - 1) as i32).collect();
        Tensor::<1, Int>::from_ints(places.as_slice(), &device)
    };
    let images = if dy == 0 { images } else { images.select(2, from(height, dy)) };
    if dx == 0 { images } else { images.select(3, from(width, dx)) }
}

#[cfg(test)]
mod tests;
