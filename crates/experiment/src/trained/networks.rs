//! The networks of a trained run, loaded when they are first asked for.

use std::sync::OnceLock;

use afterimage_run::synthesis::Prior;
use afterimage_train::apply::{TrainedDecoder, TrainedEncoder};
use afterimage_train::synthesize::Driver;

use super::TrainedRun;
use crate::Result;

impl TrainedRun {
    /// Its encoder.
    ///
    /// # Errors
    /// As [`TrainedRun::encode`].
    pub fn encoder(&self) -> Result<&TrainedEncoder> {
        loaded(&self.encoder, || {
            self.session.refuse_baseline("give a run that `afterimage run` or `afterimage train encoder` trained")?;
            Ok(TrainedEncoder::load(self.folder(), self.experiment())?)
        })
    }

    /// Its decoder.
    ///
    /// # Errors
    /// As [`TrainedRun::decode`].
    pub fn decoder(&self) -> Result<&TrainedDecoder> {
        loaded(&self.decoder, || {
            self.session.refuse_baseline("give a run that `afterimage run` or `afterimage train decoder` trained")?;
            Ok(TrainedDecoder::load(self.folder(), self.experiment())?)
        })
    }

    /// Its encoder as what finds images that drive voxels.
    ///
    /// # Errors
    /// As [`TrainedRun::encode`]; with [`Prior::Decoder`] as [`TrainedRun::decode`].
    pub fn driver(&self, prior: Prior) -> Result<Driver> {
        self.session.refuse_baseline("give a run that `afterimage run` or `afterimage train encoder` trained")?;
        Ok(Driver::load(self.folder(), self.experiment(), prior)?)
    }
}

/// What a cell holds, loaded at the first call.
fn loaded<T>(cell: &OnceLock<T>, load: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = load()?;
    Ok(cell.get_or_init(|| value))
}
