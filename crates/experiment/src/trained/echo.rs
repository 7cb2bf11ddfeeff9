//! Whether responses come back from their reconstructions: the encoder's prediction of what the decoder makes of them.
//!
//! `r` is the correlation over voxels of standardised responses with the predictions for their reconstructions, as a mean over
//! responses. A decoder makes images of voxels in another order, or of noise, as well, but the encoder predicts other responses to
//! these. How large `r` is in either case is measured on validation responses of the run's data set, each as it is and with its
//! voxels in a random order; test trials take no part.

use afterimage_data::Averaging;
use afterimage_formats::picture;
use afterimage_statistics::correlation::pearson;
use afterimage_statistics::draws::{SOLE, derive_named, shuffle, stream};
use afterimage_statistics::moments;
use ndarray::{Array2, Array4, ArrayView2, Axis, s};

use super::units::spaced;
use super::{Remedy, TrainedRun, UnitVerdict, Units};
use crate::{Result, voxels};

/// Responses of either kind that are decoded and encoded, at most.
const MOST: usize = 24;
/// Deviations of one response above the mean of random orders up to which `r` is that of another order, and deviations of a mean
/// below that of validation at which it still lies above that.
const DEVIATIONS: f64 = 3.0;

impl TrainedRun {
    /// A doubt about responses `[items, voxels]` in `units` that do not come back from their reconstructions, as in another order
    /// of voxels, of another subject or of noise. Decodes and encodes up to 72 responses, which takes seconds.
    ///
    /// `None` if they do, and if it cannot be told: the run has no encoder or does not standardise, its data set cannot be read or
    /// has no validation responses, or these do not come back either, on average over as many as there are responses.
    ///
    /// # Errors
    /// As [`TrainedRun::decode`].
    pub fn check_echo(&self, responses: ArrayView2<'_, f32>, units: Units) -> Result<Option<UnitVerdict>> {
        self.refuse_other_voxels(responses)?;
        let Some(validation) = self.some_validation() else { return Ok(None) };
        if self.encoder().is_err() || responses.is_empty() {
            return Ok(None);
        }
        let mut given = responses.select(Axis(0), &spaced(responses.nrows(), MOST));
        if units == Units::Recorded {
            self.standardise(&mut given)?;
        }
        let n = given.nrows() as f64;
        let (right, variance) = moments(self.echoes(validation.view())?.into_iter());
        let (wrong, of_wrong) = moments(self.echoes(in_random_orders(&validation).view())?.into_iter());
        let critical = wrong + DEVIATIONS * of_wrong.sqrt();
        if right - DEVIATIONS * (variance / n).sqrt() <= critical {
            return Ok(None);
        }
        let r = moments(self.echoes(given.view())?.into_iter()).0;
        Ok((r < critical).then(|| {
            let noun = voxels::unit(&self.session).plural();
            let reason = format!(
                "the responses do not come back from their reconstructions: the encoder's predictions for these correlate with \
                 them by r = {r:.2} over {noun} (mean of {n}), like validation responses with {noun} in a random order ({wrong:.2}) \
                 and unlike these in the right one ({right:.2}): their columns are in another order or of another subject, signs \
                 differ, or they are noise"
            );
            UnitVerdict { is_impossible: false, reason, remedy: Remedy::Reorder(None) }
        }))
    }

    /// `[items]` correlation over voxels of standardised responses with the predictions for their reconstructions.
    fn echoes(&self, responses: ArrayView2<'_, f32>) -> Result<Vec<f64>> {
        let side = self.experiment().image.side;
        let images = self.decode(responses, Units::Standardised)?;
        let mut bytes = Array4::<u8>::zeros((responses.nrows(), side, side, 3));
        for (image, mut of) in images.outer_iter().zip(bytes.outer_iter_mut()) {
            of.assign(&picture::bytes(image));
        }
        let predicted = self.encode(bytes.view(), Units::Standardised)?;
        let undefined = self.statistics.zscore.as_ref().map(|zscore| zscore.undefined()).unwrap_or_default();
        let defined: Vec<usize> = (0..responses.ncols()).filter(|at| undefined.binary_search(at).is_err()).collect();
        let values = |of: ArrayView2<'_, f32>, item: usize| -> Vec<f64> {
            defined.iter().map(|&voxel| f64::from(of[[item, voxel]])).collect()
        };
        let r = |item| pearson(&values(responses, item), &values(predicted.view(), item));
        Ok((0..responses.nrows()).map(r).map(|r| if r.is_finite() { r } else { 0.0 }).collect())
    }

    /// Some standardised validation responses of the run's data set; `None` if there are none, or too few to know how they vary.
    fn some_validation(&self) -> Option<Array2<f32>> {
        self.statistics.zscore.as_ref()?;
        let data = self.session.data().ok()?;
        let validation = data.validation();
        if validation.stimuli().is_empty() {
            return None;
        }
        let all = validation.items(Averaging::Trials).ok()?.responses;
        let mut some = all.select(Axis(0), &spaced(all.nrows(), MOST)).select(Axis(1), &self.statistics.voxels);
        self.standardise(&mut some).ok()?;
        (some.nrows() >= MOST / 2).then_some(some)
    }
}

/// Each response with its voxels in an order of its own.
fn in_random_orders(responses: &Array2<f32>) -> Array2<f32> {
    let mut moved = responses.clone();
    for row in 0..responses.nrows() {
        let mut order: Vec<usize> = (0..responses.ncols()).collect();
        shuffle(&mut stream(derive_named(0, "orders of voxels"), SOLE, row as u64), &mut order);
        moved.slice_mut(s![row, ..]).assign(&responses.row(row).select(Axis(0), &order));
    }
    moved
}
