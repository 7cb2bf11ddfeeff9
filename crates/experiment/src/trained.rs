//! A trained run as one value: predicts responses to images, and reconstructs images from responses.

mod average;
mod checks;
mod echo;
mod ensemble;
mod networks;
mod units;

use std::path::Path;
use std::sync::OnceLock;

use ndarray::{Array2, Array4, ArrayView2, ArrayView4};

use afterimage_config::Experiment;
use afterimage_data::at_side;
use afterimage_run::{Artefact, RunFolder, voxels::Voxels};
use afterimage_train::apply::{TrainedDecoder, TrainedEncoder};
use afterimage_train::observer::Silent;
use afterimage_train::prepare::Statistics;

pub use afterimage_train::apply::Spread;
pub use average::{Item, average};
pub use ensemble::{EncodeOptions, Ensemble, Prediction};
pub use units::{Remedy, UnitCheck, UnitVerdict, Units};

use crate::error::bail;
use crate::reconstruct::photograph_names;
use crate::{Caller, Program, Result, Session, voxels};

/// The networks of a run folder, with what was fitted on its training responses.
///
/// Each network is loaded when it is first asked for, so a run without a decoder still encodes. Arrays go in and come
/// out; batches are made inside, and the values of an item do not depend on the items next to it.
///
/// ```no_run
/// use afterimage_experiment::{TrainedRun, Units};
///
/// let run = TrainedRun::open("runs/mine")?;
/// let images = ndarray::Array4::<u8>::zeros((8, 112, 112, 3)); // [images, height, width, 3]
/// let responses = run.encode(images.view(), Units::Recorded)?; // [images, voxels]
/// let reconstructions = run.decode(responses.view(), Units::Recorded)?; // [images, 3, side, side] in 0..1
/// # Ok::<(), afterimage_experiment::Error>(())
/// ```
pub struct TrainedRun {
    session: Session,
    statistics: Statistics,
    encoder: OnceLock<TrainedEncoder>,
    decoder: OnceLock<TrainedDecoder>,
    ordinary: OnceLock<Option<units::Ordinary>>,
}

impl TrainedRun {
    /// Opens the folder of a run to read it.
    ///
    /// # Errors
    /// [`crate::Error::Run`] for a folder that is no run or has files that were changed; [`crate::Error::Refused`] and [`crate::Error::Train`]
    /// for an `experiment.toml` that was edited after training.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let program = Program::new(concat!("afterimage ", env!("CARGO_PKG_VERSION")), None);
        Self::of(Session::open(path.as_ref(), &Caller::new(program, Silent))?)
    }

    /// The networks of an open run.
    ///
    /// # Errors
    /// [`crate::Error::Train`] for statistics that are missing or were changed.
    pub fn of(session: Session) -> Result<Self> {
        let statistics = Statistics::read(&session.run)?;
        let (encoder, decoder, ordinary) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Self { session, statistics, encoder, decoder, ordinary })
    }

    /// The same run with its networks on `device`, such as `cpu` or `cuda:1`, instead of the device it was trained on.
    #[must_use]
    pub fn on(mut self, device: &str) -> Self {
        device.clone_into(&mut self.session.experiment.device.name);
        (self.encoder, self.decoder) = (OnceLock::new(), OnceLock::new());
        self
    }

    /// The open run.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Its folder.
    pub fn folder(&self) -> &RunFolder {
        &self.session.run
    }

    /// Its configuration.
    pub fn experiment(&self) -> &Experiment {
        &self.session.experiment
    }

    /// What was fitted on its training responses; `statistics().voxels` lists the columns of the data set that the networks
    /// use, in their order.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Its voxels in the order of the columns of responses, and where they lie.
    ///
    /// A run of an earlier version does not list them; they are then read from its data set.
    ///
    /// # Errors
    /// [`crate::Error::Run`] for a list that was changed; [`crate::Error::Refused`] if the run has no list and its data set cannot be
    /// opened.
    pub fn voxels(&self) -> Result<Voxels> {
        voxels::read(&self.session)
    }

    /// Predicted responses `[images, voxels]` in `units` for images u8 `[images, height, width, 3]`.
    ///
    /// Images of another side than the run's are resized as those of training are.
    ///
    /// # Errors
    /// [`crate::Error::Train`] if the run has no encoder or its weights are damaged; [`crate::Error::Refused`] for a baseline, which has
    /// no networks, and for images without three channels.
    pub fn encode(&self, images: ArrayView4<'_, u8>, units: Units) -> Result<Array2<f32>> {
        let mut predicted = self.at_side(images, |encoder, images| encoder.predict(images))?;
        self.to_units(&mut predicted, units)?;
        Ok(predicted)
    }

    /// [`TrainedRun::encode`] with the standard deviation of each prediction over dropout masks: see [`Spread`].
    ///
    /// # Errors
    /// As [`TrainedRun::encode`]; [`crate::Error::Refused`] for an encoder that was trained without dropout.
    pub fn encode_with_spread(
        &self,
        images: ArrayView4<'_, u8>,
        units: Units,
        spread: Spread,
    ) -> Result<[Array2<f32>; 2]> {
        self.refuse_no_dropout()?;
        let [mut predicted, mut deviation] =
            self.at_side(images, |encoder, images| encoder.predict_with_spread(images, spread))?;
        self.to_units(&mut predicted, units)?;
        if let (Units::Recorded, Some(zscore)) = (units, &self.statistics.zscore) {
            zscore.undo_spread(&mut deviation)?;
        }
        Ok([predicted, deviation])
    }

    /// Images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]` in `units`.
    ///
    /// Responses that belong together, such as repeats of one stimulus, are averaged first with [`average`].
    ///
    /// # Errors
    /// [`crate::Error::Train`] if the run has no decoder or its weights are damaged; [`crate::Error::Refused`] for a baseline and for
    /// another number of voxels than [`TrainedRun::voxels`] has.
    pub fn decode(&self, responses: ArrayView2<'_, f32>, units: Units) -> Result<Array4<f32>> {
        let decoder = self.decoder()?;
        self.refuse_other_voxels(responses)?;
        if units == Units::Standardised || !self.standardises() {
            return Ok(decoder.decode(responses));
        }
        let mut responses = responses.to_owned();
        self.standardise(&mut responses)?;
        Ok(decoder.decode(responses.view()))
    }

    /// Names of the photographs that the images of standardised responses `[items, voxels]` take fine structure from, one a response;
    /// `None` if they take none.
    ///
    /// # Errors
    /// As [`TrainedRun::decode`]; [`crate::Error::Run`] if the list of names is damaged.
    pub fn photographs_of(&self, responses: ArrayView2<'_, f32>) -> Result<Option<Vec<String>>> {
        self.refuse_other_voxels(responses)?;
        photograph_names(self.folder(), self.decoder()?, responses)
    }

    /// True if its networks have responses in standard deviations of the training responses.
    pub fn standardises(&self) -> bool {
        self.statistics.zscore.is_some()
    }

    /// SHA-256 of the means and standard deviations that standardised responses are relative to; `None` if the run does not
    /// standardise.
    pub fn standardisation(&self) -> Option<String> {
        self.statistics.zscore.as_ref().map(units::fingerprint)
    }

    /// Turns recorded responses `[items, voxels]` into those that the networks have, in place: the mean of the training
    /// responses is subtracted, and their standard deviation divided by. A run that does not standardise leaves them.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for another number of voxels.
    pub fn standardise(&self, responses: &mut Array2<f32>) -> Result<()> {
        self.statistics.zscore.as_ref().map_or(Ok(()), |zscore| Ok(zscore.apply(responses)?))
    }

    /// Predictions of the encoder for images at the side of training.
    fn at_side<T>(
        &self,
        images: ArrayView4<'_, u8>,
        predict: impl FnOnce(&TrainedEncoder, ArrayView4<'_, u8>) -> T,
    ) -> Result<T> {
        let encoder = self.encoder()?;
        let (side, (_, height, width, channels)) = (self.experiment().image.side, images.dim());
        if channels != 3 {
            bail!("the images have {channels} channels, expected [images, height, width, 3]");
        }
        if (height, width) == (side, side) {
            return Ok(predict(encoder, images));
        }
        Ok(predict(encoder, at_side(images.to_owned(), side)?.view()))
    }

    fn to_units(&self, predicted: &mut Array2<f32>, units: Units) -> Result<()> {
        if let (Units::Recorded, Some(zscore)) = (units, &self.statistics.zscore) {
            zscore.undo(predicted)?;
        }
        Ok(())
    }

    fn refuse_other_voxels(&self, responses: ArrayView2<'_, f32>) -> Result<()> {
        let voxels = self.statistics.voxels.len();
        if responses.ncols() != voxels {
            let unit = voxels::unit(&self.session).plural();
            bail!("the responses have {} {unit}, the run decodes {voxels}", responses.ncols());
        }
        Ok(())
    }

    fn refuse_no_dropout(&self) -> Result<()> {
        if self.experiment().encoder.dropout == 0.0 {
            bail!(
                "\"{}\" was trained without dropout, so its masks leave everything: leave out --samples",
                self.root().display()
            );
        }
        Ok(())
    }

    fn root(&self) -> &Path {
        self.session.run.root()
    }
}
