//! Settings that the training loops of both phases share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The two phases of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Image to responses.
    Encoder,
    /// Responses to image.
    Decoder,
}

impl Phase {
    /// The name of its section, of its folder in a run, and in the training log.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Encoder => "encoder",
            Phase::Decoder => "decoder",
        }
    }
}

/// Optimiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    /// Adam (Kingma and Ba 2015).
    Adam,
    /// AMSGrad (Reddi et al. 2018).
    Amsgrad,
}

/// Epochs, optimiser and learning rate of a phase; each field is the key of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Passes over the training items.
    pub epochs: usize,
    /// Optimiser.
    pub optimiser: Optimiser,
    /// Learning rate of the first epoch.
    pub learning_rate: f64,
    /// Epochs, counted from 1, after which the learning rate is multiplied by `decay`.
    pub milestones: Vec<usize>,
    /// Factor of the learning rate.
    pub decay: f64,
    /// Largest norm of the gradient; 0 does not clip.
    pub clip_norm: f64,
    /// Epochs without a better validation loss before training stops; 0 trains to the end.
    pub early_stopping: usize,
    /// Epochs between checkpoints.
    pub checkpoint_every: usize,
}

impl Schedule {
    /// Learning rate of `epoch`, counted from 0: `learning_rate` times `decay` for each milestone passed.
    pub fn learning_rate_at(&self, epoch: usize) -> f64 {
        let passed = self.milestones.iter().filter(|&&m| epoch >= m).count();
        self.learning_rate * self.decay.powi(i32::try_from(passed).unwrap_or(i32::MAX))
    }
}
