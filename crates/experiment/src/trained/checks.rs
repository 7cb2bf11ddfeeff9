//! Whether responses can be in a unit, against what a run knows of its own.

use afterimage_data::ZScore;
use afterimage_run::voxels::Voxels;
use ndarray::ArrayView2;

use super::TrainedRun;
use super::units::{self, UnitCheck, Units};
use crate::{Result, voxels};

impl TrainedRun {
    /// Whether responses `[items, voxels]` can be in `units`, by mean and standard deviation of each voxel over the training
    /// responses, and how far the validation responses of the run's data set lie from them, if it can be read. A run that
    /// does not standardise keeps none of them: nothing is said of responses then.
    ///
    /// # Errors
    /// [`crate::Error::Refused`] for another number of voxels.
    pub fn check_units(&self, responses: ArrayView2<'_, f32>, units: Units) -> Result<UnitCheck> {
        self.refuse_other_voxels(responses)?;
        let Some(training) = &self.statistics.zscore else { return Ok(UnitCheck::default()) };
        let of = self.voxels().ok();
        let noun = of.as_ref().map(Voxels::unit).unwrap_or_default().plural();
        let (data_set, is_prepared) = (voxels::data_set(of.as_ref()), of.is_some_and(|of| of.standardised.is_some()));
        let ordinary = self.ordinary(training);
        let known = units::Known { training, ordinary, noun, data_set: &data_set, is_prepared };
        Ok(units::judge(responses, &known, units))
    }

    /// How the run's own responses lie, read at the first call; `None` if the data set is not there any more.
    fn ordinary(&self, training: &ZScore) -> Option<&units::Ordinary> {
        let read = || {
            let data = self.session.data().ok()?;
            units::Ordinary::of(&data, &self.statistics.voxels, training).ok()
        };
        self.ordinary.get_or_init(read).as_ref()
    }
}
