//! `[encoder]`: phase 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ranges::{Above, Below, EPOCHS, Odd, RATE, Real, SIDE, WEIGHT, Whole, within};
use crate::{BackboneKind, Optimiser, Schedule};

/// `[encoder]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Frozen backbone.
    pub backbone: BackboneKind,
    /// Images are resized to this side before the backbone, in pixels; 0 leaves them.
    #[schemars(transform = within(SIDE))]
    pub backbone_side: usize,
    /// Largest random shift of a training image, as a fraction of its side; edges are repeated.
    #[schemars(transform = within(Real(0.0, 0.5)))]
    pub augment_shift: f64,
    /// Side of the patches that are read from each branch without padding, in positions: `patch` squared times `channels`
    /// features per position.
    #[schemars(transform = within(Odd(1, 31)))]
    pub patch: usize,
    /// Dropout between the spatial maps and the channel weights, as a fraction.
    #[schemars(transform = within(Below(0.0, 1.0)))]
    pub dropout: f64,
    /// Weight of the cosine term (1 - cos)/2, added to the mean squared error.
    #[schemars(transform = within(WEIGHT))]
    pub cosine_weight: f64,
    /// Passes over the training items.
    #[schemars(transform = within(EPOCHS))]
    pub epochs: usize,
    /// Training items per step; the batch norm needs two. More than there are takes all of them at every step, with a warning.
    #[schemars(transform = within(Whole(2, 65_536)))]
    pub batch: usize,
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
    /// One branch per tap of the backbone: optional max-pooling by `pool`, then a convolution `kernel`, `stride`, to
    /// `channels`.
    pub branches: Vec<BranchConfig>,
    /// The receptive-field part: ridge regression from features summed over a field of each voxel, averaged with the network.
    pub fields: FieldsConfig,
    /// Weights of the encoder's penalties.
    pub regularise: EncoderRegularisers,
}

/// `[encoder.fields]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldsConfig {
    /// Levels of candidate fields, each with four times as many as the one before: 4 are 85 fields. 0 leaves the part out, as in
    /// Gaziv et al. The decoder learns from the network alone.
    #[schemars(transform = within(Whole(0, 5)))]
    pub levels: u32,
    /// Layers of encoder.backbone whose features are summed.
    pub layers: Vec<String>,
    /// Share of this part in predicted responses.
    #[schemars(transform = within(Real(0.0, 1.0)))]
    pub share: f64,
}

/// `[[encoder.branches]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchConfig {
    /// Tap of the backbone.
    pub tap: String,
    /// Side and stride of the max-pooling, in positions; 1 does not pool.
    #[schemars(transform = within(Whole(1, 64)))]
    pub pool: usize,
    /// Side of the convolution's kernel, in positions.
    #[schemars(transform = within(Odd(1, 31)))]
    pub kernel: usize,
    /// Stride of the convolution, in positions.
    #[schemars(transform = within(Whole(1, 64)))]
    pub stride: usize,
    /// Channels of the convolution.
    #[schemars(transform = within(Whole(1, 4096)))]
    pub channels: usize,
}

/// `[encoder.regularise]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncoderRegularisers {
    /// L1 of the branches' convolution weights (sum).
    #[schemars(transform = within(WEIGHT))]
    pub conv_l1: f64,
    /// Spatial maps: sum of absolute values.
    #[schemars(transform = within(WEIGHT))]
    pub map_l1: f64,
    /// Spatial maps: sum over positions of the root mean square of the four neighbours, reflected at the edge.
    #[schemars(transform = within(WEIGHT))]
    pub map_smooth: f64,
    /// Spatial maps: variance of the squared map about its own centroid, over twice the grid size, mean over voxels.
    #[schemars(transform = within(WEIGHT))]
    pub map_compact: f64,
    /// L1 of the channel weights (sum).
    #[schemars(transform = within(WEIGHT))]
    pub channel_l1: f64,
    /// L1 of the branch weights (sum).
    #[schemars(transform = within(WEIGHT))]
    pub branch_l1: f64,
}

impl EncoderConfig {
    /// The text that checkpoints are compared by. A receptive-field part that is left out is not in it, as in versions without it.
    pub fn identity(&self) -> String {
        let text = format!("{self:?}");
        if self.fields.levels > 0 { text } else { text.replace(&format!(" fields: {:?},", self.fields), "") }
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
