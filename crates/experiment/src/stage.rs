//! The stages of an experiment, and the run through them.
//!
//! Each reads what it needs from the run folder and writes its part back, so that any of them can be run again.

use afterimage_config::Experiment;
use afterimage_eval::regions::DRAWS;
use afterimage_run::{
    biology::Biology,
    front::Front,
    layout::Phase,
    pictures::Pictures,
    regions::Regions,
    scores::ScoreFile,
    validity::{Null, Validity},
};

use crate::error::Result;
use crate::{Session, biology, evaluate, front, preflight, reconstruct, regions, train, validity};

/// Name under which `run.json` lists the report, which the caller writes.
pub const REPORT: &str = "report";
/// Name under which `run.json` lists the strengths of the parts of reconstructions.
pub(crate) const FRONT_STAGE: &str = "front";

/// A stage of an experiment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Train the encoder.
    Encoder,
    /// Train the decoder, with the encoder frozen.
    Decoder,
    /// Decode the held-out responses, and predict them.
    Reconstruct,
    /// Score the reconstructions and the predictions.
    Evaluate,
    /// Receptive fields and preferred depth of voxels.
    Biology,
    /// Which regions and voxels carry information about the shown image.
    Regions,
    /// Whether reconstructions come from the responses: the checks that need no training.
    Validity,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 7] =
        [Self::Encoder, Self::Decoder, Self::Reconstruct, Self::Evaluate, Self::Biology, Self::Regions, Self::Validity];

    /// The name in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoder => Phase::Encoder.name(),
            Self::Decoder => Phase::Decoder.name(),
            Self::Reconstruct => "reconstruct",
            Self::Evaluate => "evaluate",
            Self::Biology => "biology",
            Self::Regions => "regions",
            Self::Validity => "validity",
        }
    }
}

impl Session {
    /// Runs the stages up to `last` in order: the networks that are not trained, and what is computed from them, again if it was
    /// computed before, since the keys of the evaluation may have been edited.
    ///
    /// # Errors
    /// Those of the stages; what was finished before stays, and the next call goes on there.
    pub fn run_until(&mut self, last: Stage) -> Result<()> {
        for stage in Stage::ALL.into_iter().filter(|&stage| stage <= last) {
            match stage {
                Stage::Encoder => self.train_unless_done(Phase::Encoder)?,
                Stage::Decoder => self.train_unless_done(Phase::Decoder)?,
                Stage::Reconstruct => drop(self.reconstruct()?),
                Stage::Evaluate => drop(self.stage(stage.name(), evaluate::evaluate)?),
                Stage::Biology => drop(self.biology(&biology::Options::default())?),
                Stage::Regions => drop(self.stage(stage.name(), |s| regions::regions(s, DRAWS))?),
                Stage::Validity => drop(self.validity(false)?),
            }
        }
        Ok(())
    }

    fn train_unless_done(&mut self, phase: Phase) -> Result<()> {
        if self.is_trained(phase) { Ok(()) } else { self.train(phase) }
    }

    /// Trains the network of a phase, from its last checkpoint if the session was resumed; phase 2 needs the encoder of phase 1.
    ///
    /// # Errors
    /// [`crate::Error::Train`], of which `Interrupted` says that the observer requested a stop.
    pub fn train(&mut self, phase: Phase) -> Result<()> {
        let resume = self.has_left_beginning(phase);
        match phase {
            Phase::Encoder => self.stage(phase.name(), |s| train::encoder(s, resume)),
            Phase::Decoder => self.stage(phase.name(), |s| train::decoder(s, resume)),
        }
    }

    /// Decodes the held-out items and predicts their responses.
    ///
    /// # Errors
    /// If a network is missing, or gives values that are not finite.
    pub fn reconstruct(&mut self) -> Result<Vec<Pictures>> {
        self.stage(Stage::Reconstruct.name(), reconstruct::reconstruct)
    }

    /// Scores the reconstructions and the predicted responses.
    ///
    /// # Errors
    /// If the run was not reconstructed, or a network that every score needs is not installed.
    pub fn evaluate(&mut self) -> Result<ScoreFile> {
        evaluate::refuse_missing_inputs(self)?;
        self.stage(Stage::Evaluate.name(), evaluate::evaluate)
    }

    /// Scores as [`Session::evaluate`] does, with other values of keys that only the scores read; the run keeps them. Items
    /// that are averaged otherwise are reconstructed again.
    ///
    /// # Errors
    /// Those of [`Session::change`], [`Session::check`] and [`Session::evaluate`]; until the checks have passed, the folder is
    /// not changed.
    pub fn evaluate_with(&mut self, experiment: Experiment) -> Result<ScoreFile> {
        evaluate::refuse_missing_inputs(self)?;
        self.change(experiment)?;
        self.check(Stage::Evaluate)?;
        if !self.is_finished(Stage::Reconstruct.name()) {
            self.reconstruct()?;
        }
        self.evaluate()
    }

    /// Finds receptive fields and preferred depth of the encoder's voxels.
    ///
    /// # Errors
    /// If the encoder is missing or a fit fails.
    pub fn biology(&mut self, options: &biology::Options) -> Result<Biology> {
        self.stage(Stage::Biology.name(), |s| biology::biology(s, options))
    }

    /// Measures which regions carry information about the shown image, with `draws` subsets of each number of voxels.
    ///
    /// # Errors
    /// If the run was not reconstructed, or a network that the scores need is not installed.
    pub fn regions(&mut self, draws: usize) -> Result<Regions> {
        if self.run.weights_file(Phase::Decoder).is_file() {
            preflight::scoring(&self.experiment)?;
        }
        self.stage(Stage::Regions.name(), |s| regions::regions(s, draws))
    }

    /// Checks whether the reconstructions come from the responses; with `retrain` the recipe is also trained again on shuffled pairings and
    /// with clusters of images held out, in folders inside the run.
    ///
    /// # Errors
    /// If the run was not reconstructed, or a network that the scores need is not installed.
    pub fn validity(&mut self, retrain: bool) -> Result<Validity> {
        validity::refuse_missing_inputs(self)?;
        self.stage(Stage::Validity.name(), |session| validity::validity(session, retrain))
    }

    /// Scores the validation part as the strengths of the parts of a reconstruction change.
    ///
    /// # Errors
    /// For a baseline, a run whose decoder is the network alone, one without decoder or without validation part.
    pub fn front(&mut self) -> Result<Front> {
        front::refuse_missing_inputs(self)?;
        self.stage(FRONT_STAGE, front::front)
    }

    /// Trains and scores the recipe of the run `runs` times on permuted pairings, in folders inside the run: are its p-values uniform?
    ///
    /// # Errors
    /// Those of [`Session::begin`] and of the stages.
    pub fn null(&mut self, runs: usize) -> Result<Null> {
        self.stage("null", |session| validity::null(session, runs))
    }
}
