//! The error of this crate.

use std::path::PathBuf;

/// An error of preparing, training or applying networks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The run folder.
    #[error(transparent)]
    Run(#[from] afterimage_run::RunError),
    /// The data set or an image source.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
    /// A network, a backbone or its weights.
    #[error(transparent)]
    Model(#[from] afterimage_model::ModelError),
    /// A term of the objective, a weight or a prediction is not finite.
    #[error(
        "training of the {phase} diverged: term \"{term}\" became {value} at step {step} (epoch {epoch}); lower {phase}.learning_rate or set {phase}.clip_norm, then run again: the last checkpoint is kept"
    )]
    Diverged {
        /// Name of the phase.
        phase: &'static str,
        /// The first term that is not finite.
        term: String,
        /// Its value.
        value: f64,
        /// Step, from 1.
        step: u64,
        /// Epoch, from 1.
        epoch: usize,
    },
    /// The observer requested a stop; a checkpoint was written.
    #[error("stopped in the {phase} after epoch {epoch}; run the same command with --resume to go on")]
    Interrupted {
        /// Name of the phase.
        phase: &'static str,
        /// Last finished epoch.
        epoch: usize,
    },
    /// A checkpoint is damaged, or of another configuration.
    #[error("checkpoint \"{}\" {message}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong, and a hint.
        message: String,
    },
    /// The configuration is not the one that the networks of the run were trained with.
    #[error(
        "\"{}\" was trained with another configuration than that of experiment.toml: {differences}; set these keys back, or train again with another --out",
        path.display()
    )]
    OtherSettings {
        /// The file with the weights.
        path: PathBuf,
        /// The keys, with their values in training and now.
        differences: String,
    },
    /// A file of weights has a value that is not finite.
    #[error(
        "\"{}\" has the value {value} in \"{tensor}\", and weights are finite: train it again with a lower learning_rate or with clip_norm set, in another --out",
        path.display()
    )]
    NotFinite {
        /// The file with the weights.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its first value that is not finite.
        value: f32,
    },
    /// The configuration needs something that the data or the run lack.
    #[error("{0}")]
    Unsuitable(String),
    /// The loader's thread ended without an error.
    #[error("the image loader stopped unexpectedly; this is a bug, please report it")]
    LoaderStopped,
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, TrainError>;
