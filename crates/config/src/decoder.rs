//! `[decoder]`: phase 2.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ranges::{Above, EPOCHS, Either, RATE, Real, SIDE, WEIGHT, Whole, ZeroOr, within};
use crate::{BackboneKind, Optimiser, Schedule};

/// Upsampling of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upsample {
    /// Bicubic interpolation.
    Bicubic,
    /// Bilinear interpolation.
    Bilinear,
}

/// Padding of the decoder's convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// The maps reflected at their edges.
    Reflect,
    /// Zeros.
    Zero,
}

/// What follows each of the decoder's convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Group norm, then SiLU.
    NormSilu,
    /// ReLU, then group norm.
    ReluNorm,
}

/// Responses that the third cycle runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CycleResponses {
    /// Responses of the training part.
    Training,
    /// Responses of the test part: transductive, and every score is marked.
    Test,
}

/// `[decoder]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecoderConfig {
    /// Channels of the decoder's feature maps.
    #[schemars(transform = within(Whole(1, 4096)))]
    pub channels: usize,
    /// Upsampling between the convolutions.
    pub upsample: Upsample,
    /// Padding of the convolutions.
    pub padding: Padding,
    /// Order after each convolution.
    pub activation: Activation,
    /// Groups of the group norm; must divide `channels`.
    #[schemars(transform = within(Whole(1, 4096)))]
    pub groups: usize,
    /// Weight of the loss on recorded pairs, L_D = L_img(D(y), x).
    #[schemars(transform = within(WEIGHT))]
    pub paired_weight: f64,
    /// Weight of the cycle on unpaired images, L_ED = L_img(D(E(x)), x).
    #[schemars(transform = within(WEIGHT))]
    pub cycle_weight: f64,
    /// Weight of the third cycle, responses to image to responses (Beliy et al., NeurIPS 2019).
    #[schemars(transform = within(WEIGHT))]
    pub response_cycle_weight: f64,
    /// Responses of the third cycle.
    pub response_cycle_on: CycleResponses,
    /// Recorded pairs per step. More than there are takes all of them at every step, with a warning.
    #[schemars(transform = within(Whole(1, 65_536)))]
    pub batch_paired: usize,
    /// Unpaired images per step.
    #[schemars(transform = within(Whole(0, 65_536)))]
    pub batch_unpaired: usize,
    /// Passes over the recorded pairs.
    #[schemars(transform = within(EPOCHS))]
    pub epochs: usize,
    /// Optimiser.
    pub optimiser: Optimiser,
    /// Learning rate of the first epoch.
    #[schemars(transform = within(RATE))]
    pub learning_rate: f64,
    /// The learning rate is multiplied by `decay` at the end of each of these epochs, counted from 1, ascending.
    #[schemars(transform = within(EPOCHS))]
    pub milestones: Vec<usize>,
    /// Factor of the learning rate at each milestone.
    #[schemars(transform = within(Above(0.0, 1.0)))]
    pub decay: f64,
    /// Largest norm of the gradient; 0 does not clip.
    #[schemars(transform = within(WEIGHT))]
    pub clip_norm: f64,
    /// Stop after this many epochs without a better validation loss and keep the best; 0 trains to the end. Needs a
    /// validation part.
    #[schemars(transform = within(Whole(0, 1_000_000)))]
    pub early_stopping: usize,
    /// Epochs between checkpoints.
    #[schemars(transform = within(EPOCHS))]
    pub checkpoint_every: usize,
    /// Memory for features of target images that are kept rather than computed again, in MiB.
    #[schemars(transform = within(Whole(0, 16_777_216)))]
    pub cache_mib: usize,
    /// The linear path: ridge regression from the responses shares in the coarse structure of reconstructions.
    pub linear: LinearPathConfig,
    /// Photographs among the unpaired images that reconstructions take fine structure from.
    pub photographs: PhotographsConfig,
    /// L_img, the loss of an image.
    pub image_loss: ImageLossConfig,
    /// Weights of the decoder's penalties.
    pub regularise: DecoderRegularisers,
}

/// `[decoder.linear]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinearPathConfig {
    /// Side of the image that ridge regression predicts from the responses, in pixels; 0 leaves the path out, as in Gaziv et al.
    #[schemars(transform = within(ZeroOr(4, 224)))]
    pub pixels: usize,
    /// Standard deviation of the Gaussian that divides coarse from fine structure, as a fraction of the image's side. It may change
    /// after training.
    #[schemars(transform = within(Above(0.0, 0.5)))]
    pub blur: f64,
    /// Share of the regression in the coarse structure; the rest is the decoder's own. It may change after training.
    #[schemars(transform = within(Real(0.0, 1.0)))]
    pub share: f64,
    /// Factor of the decoder's fine structure in reconstructions: less is more faithful pixel by pixel, more is easier to identify.
    /// It may change after training.
    #[schemars(transform = within(Real(0.0, 4.0)))]
    pub detail: f64,
}

/// `[decoder.photographs]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotographsConfig {
    /// Largest number of unpaired images that are kept in the run for it; 0 leaves it out, as in Gaziv et al.
    #[schemars(transform = within(Whole(0, 1_000_000)))]
    pub images: usize,
    /// Layers of decoder.image_loss.backbone whose features ridge regression predicts from the responses; photographs are compared
    /// with the prediction.
    pub layers: Vec<String>,
    /// Features are averaged on at most this number of cells per side.
    #[schemars(transform = within(Whole(1, 64)))]
    pub grid: usize,
    /// Weight of the comparison of predicted responses with the recorded ones; that of all layers together is 1.
    #[schemars(transform = within(WEIGHT))]
    pub responses_weight: f64,
    /// Standard deviation of the Gaussian that is taken from a photograph to leave its fine structure, as a fraction of the image's
    /// side: a smaller one leaves finer structure, which costs less pixel by pixel. It may change after training.
    #[schemars(transform = within(Above(0.0, 0.5)))]
    pub blur: f64,
    /// Factor of the photograph's fine structure in reconstructions: less is more faithful pixel by pixel, more is easier to
    /// identify. It may change after training.
    #[schemars(transform = within(Real(0.0, 4.0)))]
    pub detail: f64,
}

/// `[decoder.image_loss]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageLossConfig {
    /// Weight of the mean absolute error, each channel divided by its mean absolute value over the training images.
    #[schemars(transform = within(WEIGHT))]
    pub pixel_weight: f64,
    /// Weight of the total variation, mean of (dx^2 + dy^2)^1.25.
    #[schemars(transform = within(WEIGHT))]
    pub variation_weight: f64,
    /// Backbone of the perceptual term.
    pub backbone: BackboneKind,
    /// Images are resized to this side before the backbone, in pixels; 0 leaves them.
    #[schemars(transform = within(SIDE))]
    pub backbone_side: usize,
    /// Taps of the perceptual term: mean over positions of 1 - cosine over channels.
    pub taps: Vec<String>,
    /// Weights of the taps, one each.
    #[schemars(transform = within(WEIGHT))]
    pub weights: Vec<f64>,
}

/// Source of the SNR in the decoder's regulariser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnrSource {
    /// Repeats of training and validation stimuli; uniform if there are none.
    Training,
    /// The same SNR for every voxel.
    Uniform,
}

/// `[decoder.regularise]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecoderRegularisers {
    /// Linear layer: mean of |W| over the voxel's relative SNR.
    #[schemars(transform = within(WEIGHT))]
    pub linear_l1: f64,
    /// Where that SNR comes from.
    pub snr: SnrSource,
    /// Linear layer: mean over voxels and positions of the root of the channel mean of smoothed W^2.
    #[schemars(transform = within(WEIGHT))]
    pub linear_group: f64,
    /// Neighbours of the smoothing.
    #[schemars(transform = within(Either(4, 8)))]
    pub neighbours: usize,
    /// L1 of the convolution weights (sum).
    #[schemars(transform = within(WEIGHT))]
    pub conv_l1: f64,
}

impl DecoderConfig {
    /// The text that checkpoints are compared by. Parts that are left out are not in it, as in versions without them.
    pub fn identity(&self) -> String {
        let mut text = format!("{self:?}");
        let mut leave_out = |part: String| text = text.replace(&part, "");
        if self.linear.pixels == 0 {
            leave_out(format!(" linear: {:?},", self.linear));
        }
        if self.photographs.images == 0 {
            leave_out(format!(" photographs: {:?},", self.photographs));
        }
        text
    }

    /// The training schedule.
    pub fn schedule(&self) -> Schedule {
        Schedule {
            epochs: self.epochs,
            optimiser: self.optimiser,
            learning_rate: self.learning_rate,
            milestones: self.milestones.clone(),
            decay: self.decay,
            clip_norm: self.clip_norm,
            early_stopping: self.early_stopping,
            checkpoint_every: self.checkpoint_every,
        }
    }
}
