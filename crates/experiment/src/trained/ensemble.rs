//! Several trained encoders of the same voxels, whose predictions are averaged.

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Zip};

use afterimage_data::at_side;
use afterimage_run::voxels::Voxels;
use afterimage_train::prepare::Outside;

use super::{Spread, TrainedRun, Units};
use crate::error::bail;
use crate::{Error, Result};

/// How an [`Ensemble`] encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EncodeOptions {
    /// Unit of the predictions.
    pub units: Units,
    /// Dropout masks for each image, if their spread is asked for.
    pub samples: Option<u32>,
    /// Seed of the masks of the first run; each further run has the next one.
    pub seed: u64,
}

/// Predicted responses with their uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// `[images, voxels]`
    pub mean: Array2<f32>,
    /// `[images, voxels]` standard deviation; `None` for one run without dropout masks.
    pub sd: Option<Array2<f32>>,
}

/// One trained run, or several of the same voxels (other seeds).
pub struct Ensemble {
    members: Vec<TrainedRun>,
    voxels: Voxels,
    how: EncodeOptions,
}

impl Ensemble {
    /// Loads the encoders of `members`.
    ///
    /// # Errors
    /// [`crate::Error::Refused`] for no run, a run that is there twice, runs of different voxels, runs that standardise differently
    /// if `how` asks for standardised responses, and runs without dropout if it asks for masks; as [`TrainedRun::encode`].
    pub fn new(members: Vec<TrainedRun>, how: EncodeOptions) -> Result<Self> {
        let mut known: Option<(&TrainedRun, Voxels)> = None;
        for (place, run) in members.iter().enumerate() {
            let name = run.root().display();
            if how.samples.is_some() {
                run.refuse_no_dropout()?;
            }
            if members[..place].iter().any(|other| other.root() == run.root()) {
                bail!("\"{name}\" is named twice: give each run once");
            }
            let voxels = run.voxels()?;
            if let Some((first, known)) = &known {
                refuse_other(run, &voxels, first, known, how.units)?;
            }
            let (trained, listed) = (run.encoder()?.voxels(), voxels.len());
            if trained != listed {
                let unit = voxels.unit().plural();
                bail!("\"{name}\" has an encoder of {trained} {unit} and lists {listed}: train it again");
            }
            known.get_or_insert((run, voxels));
        }
        let Some((_, voxels)) = known else { bail!("name a run with --run") };
        Ok(Self { members, voxels, how })
    }

    /// The voxels in the order of columns.
    pub fn voxels(&self) -> &Voxels {
        &self.voxels
    }

    /// What the numbers are measured in.
    pub fn units_in_words(&self) -> String {
        let recorded = self.voxels.units.as_deref().unwrap_or("not stated by the data set");
        match (self.how.units, self.members.iter().all(|member| member.statistics.zscore.is_some())) {
            (Units::Standardised, true) => "in standard deviations of the training responses".into(),
            (_, true) => format!("in the recording's unit ({recorded})"),
            (_, false) => format!("in the recording's unit ({recorded}), as the run does not standardise"),
        }
    }

    /// How many of its predictions `[images, voxels]` lie outside the range of the training responses of their voxel, where an encoder
    /// extrapolates; `None` if no run keeps that range, as those of earlier versions.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for another number of voxels.
    pub fn outside_training(&self, predicted: ArrayView2<'_, f32>) -> Result<Option<Outside>> {
        let known = self.members.iter().find_map(|run| Some((run, run.statistics.range.as_ref()?)));
        let Some((run, range)) = known else { return Ok(None) };
        let mut predicted = predicted.to_owned();
        if self.how.units == Units::Recorded {
            run.standardise(&mut predicted)?;
        }
        Ok(Some(range.outside(predicted.view())))
    }

    /// What the standard deviation is of; `None` if there is none.
    pub fn spread_in_words(&self) -> Option<String> {
        let masks = self.how.samples.map(|n| format!("over {n} dropout masks"));
        let runs = (self.members.len() > 1).then(|| format!("between {} runs", self.members.len()));
        let words: Vec<String> = runs.into_iter().chain(masks).collect();
        (!words.is_empty()).then(|| words.join(" and "))
    }

    /// Predictions for images u8 `[images, height, width, 3]`, resized for each run as those of its training are.
    ///
    /// # Errors
    /// As [`TrainedRun::encode`].
    pub fn encode(&self, images: ArrayView4<'_, u8>) -> Result<Prediction> {
        self.encode_part(0, |side| Ok::<_, Error>(at_side(images.to_owned(), side)?))
    }

    /// [`Ensemble::encode`] for a part of more images, of which `first` came before: a multiple of [`Spread::BATCH`], so
    /// that an image has the dropout masks that it has in one piece. `images` reads the part at the side of a run, u8
    /// `[images, side, side, 3]`, and is called again only for another side.
    ///
    /// The mean is that of the runs' predictions without dropout. The variance is the variance between runs (divided by
    /// their number - 1) and the mean over runs of the variance over masks, as the law of total variance has it.
    ///
    /// # Errors
    /// As [`TrainedRun::encode`], and what `images` refuses.
    pub fn encode_part<E: From<Error>>(
        &self,
        first: usize,
        mut images: impl FnMut(usize) -> Result<Array4<u8>, E>,
    ) -> Result<Prediction, E> {
        let mut read: Option<(usize, Array4<u8>)> = None;
        let mut predictions = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            let side = member.experiment().image.side;
            let held = match read.take() {
                Some((of, held)) if of == side => held,
                _ => images(side)?,
            };
            predictions.push(self.of_member(member, held.view(), index as u64, first / Spread::BATCH)?);
            read = Some((side, held));
        }
        let [mean, sd] = combine(predictions);
        Ok(Prediction { mean, sd: self.spread_in_words().map(|_| sd) })
    }

    /// Prediction of a run with its standard deviation over masks; 0 without masks.
    fn of_member(
        &self,
        member: &TrainedRun,
        images: ArrayView4<'_, u8>,
        index: u64,
        batch: usize,
    ) -> Result<[Array2<f32>; 2]> {
        let EncodeOptions { units, samples, seed } = self.how;
        match samples {
            Some(samples) => {
                let seed = seed.wrapping_add(index);
                let spread = Spread { samples: samples as usize, seed, first_batch: batch as u64 };
                member.encode_with_spread(images, units, spread)
            }
            None => {
                let predicted = member.encode(images, units)?;
                let none = Array2::zeros(predicted.dim());
                Ok([predicted, none])
            }
        }
    }
}

/// Mean and standard deviation of predictions with standard deviations of their own.
fn combine(mut predictions: Vec<[Array2<f32>; 2]>) -> [Array2<f32>; 2] {
    if predictions.len() == 1 {
        return predictions.remove(0);
    }
    let runs = predictions.len() as f64;
    let mut mean = Array2::<f64>::zeros(predictions[0][0].dim());
    for [predicted, _] in &predictions {
        mean.zip_mut_with(predicted, |mean, &value| *mean += f64::from(value) / runs);
    }
    let mut variance = Array2::<f64>::zeros(mean.dim());
    for [predicted, deviation] in &predictions {
        Zip::from(&mut variance).and(&mean).and(predicted).and(deviation).for_each(|variance, &mean, &y, &s| {
            *variance += (f64::from(y) - mean).powi(2) / (runs - 1.0) + f64::from(s).powi(2) / runs;
        });
    }
    [mean.mapv(|value| value as f32), variance.mapv(|value| value.sqrt() as f32)]
}

/// Predictions of other voxels, or in other units, have no mean.
fn refuse_other(run: &TrainedRun, voxels: &Voxels, first: &TrainedRun, known: &Voxels, units: Units) -> Result<()> {
    let (name, other) = (run.root().display(), first.root().display());
    if run.session.data_fingerprint() != first.session.data_fingerprint() || voxels.ids != known.ids {
        let unit = voxels.unit().plural();
        bail!("\"{name}\" predicts other {unit} than \"{other}\": give runs of the same data set and regions");
    }
    if units == Units::Standardised && run.statistics.zscore != first.statistics.zscore {
        bail!("\"{name}\" standardises otherwise than \"{other}\": give --units recorded");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn variance_is_that_between_runs_and_the_mean_of_that_within() {
        let run = |y: f32, s: f32| [array![[y]], array![[s]]];
        let [mean, deviation] = combine(vec![run(1.0, 0.5), run(3.0, 1.5)]);
        assert_eq!(mean[[0, 0]], 2.0);
        // Between: (1 + 1) / 1; within: (0.25 + 2.25) / 2.
        assert!((deviation[[0, 0]] - 3.25_f32.sqrt()).abs() < 1e-6);
        assert_eq!(combine(vec![run(1.0, 0.5)]), run(1.0, 0.5));
    }
}
