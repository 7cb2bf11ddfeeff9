//! One trained encoder, or several of the same voxels whose predictions are averaged.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, bail};
use ndarray::{Array2, Array4, Zip};

use afterimage_experiment::{Session, voxels};
use afterimage_run::voxels::Voxels;
use afterimage_train::apply::{Spread, TrainedEncoder};
use afterimage_train::prepare::Statistics;

use super::images::Pictures;
use crate::args::product::{Encode, Units};
use crate::build::caller;
use crate::command::run::threads;

/// The encoders.
pub(super) struct Ensemble {
    members: Vec<Member>,
    voxels: Voxels,
}

struct Member {
    session: Session,
    encoder: TrainedEncoder,
    statistics: Statistics,
}

impl Ensemble {
    /// Opens the runs.
    pub(super) fn open(args: &Encode) -> Result<Self> {
        let mut members: Vec<Member> = Vec::new();
        let mut known: Option<Voxels> = None;
        for path in &args.run {
            let session = open(path, args)?;
            if members.is_empty() {
                threads(&session.experiment)?;
            }
            let statistics = Statistics::read(&session.run)?;
            let of_run = voxels::read(&session)?;
            if let (Some(first), Some(voxels)) = (members.first(), &known) {
                refuse_other(
                    path,
                    (&session, &statistics, &of_run),
                    (&first.session, &first.statistics, voxels),
                    args,
                )?;
            }
            let encoder = TrainedEncoder::load(&session.run, &session.experiment)?;
            if encoder.voxels() != of_run.len() {
                let (trained, listed) = (encoder.voxels(), of_run.len());
                bail!("\"{}\" has an encoder of {trained} voxels and lists {listed}: train it anew", path.display());
            }
            known.get_or_insert(of_run);
            members.push(Member { session, encoder, statistics });
        }
        match known {
            Some(voxels) => Ok(Self { members, voxels }),
            None => bail!("name a run with --run"),
        }
    }

    /// The voxels in the order of columns.
    pub(super) fn voxels(&self) -> &Voxels {
        &self.voxels
    }

    /// What the numbers are measured in.
    pub(super) fn units_in_words(&self, units: Units) -> String {
        let recorded = self.voxels.units.as_deref().unwrap_or("not stated by the data set");
        match (units, self.members.iter().all(|member| member.statistics.zscore.is_some())) {
            (Units::Standardised, true) => "in standard deviations of the training responses".into(),
            (_, true) => format!("in the recording's unit ({recorded})"),
            (_, false) => format!("in the recording's unit ({recorded}), as the run does not standardise"),
        }
    }

    /// What the standard deviation is of; `None` where there is none.
    pub(super) fn spread_in_words(&self, samples: Option<u32>) -> Option<String> {
        let masks = samples.map(|n| format!("over {n} dropout masks"));
        let runs = (self.members.len() > 1).then(|| format!("between {} runs", self.members.len()));
        let words: Vec<String> = runs.into_iter().chain(masks).collect();
        (!words.is_empty()).then(|| words.join(" and "))
    }

    /// Mean and standard deviation `[images, voxels]` for some images.
    ///
    /// The mean is that of the runs' predictions without dropout. The variance is the variance between runs (divided by
    /// their number - 1) and the mean over runs of the variance over masks, as the law of total variance has it.
    pub(super) fn predict(&self, pictures: &Pictures, rows: Range<usize>, args: &Encode) -> Result<[Array2<f32>; 2]> {
        let mut images: Option<(usize, Array4<u8>)> = None;
        let mut predictions = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            let side = member.session.experiment.image.side;
            let held = match images.take() {
                Some((of, held)) if of == side => held,
                _ => pictures.read(rows.clone(), side)?,
            };
            let seed = args.seed.wrapping_add(index as u64);
            predictions.push(member.predict(&held, args, seed, rows.start / Spread::BATCH)?);
            images = Some((side, held));
        }
        Ok(combine(&predictions))
    }
}

impl Member {
    fn predict(&self, images: &Array4<u8>, args: &Encode, seed: u64, batch: usize) -> Result<[Array2<f32>; 2]> {
        let [mut predicted, mut deviation] = match args.samples {
            Some(samples) => {
                let spread = Spread { samples: samples as usize, seed, first_batch: batch as u64 };
                self.encoder.predict_with_spread(images.view(), spread)
            }
            None => {
                let predicted = self.encoder.predict(images.view());
                let none = Array2::zeros(predicted.dim());
                [predicted, none]
            }
        };
        if let (Units::Recorded, Some(zscore)) = (args.units, &self.statistics.zscore) {
            zscore.undo(&mut predicted)?;
            zscore.undo_spread(&mut deviation)?;
        }
        Ok([predicted, deviation])
    }
}

/// Mean and standard deviation of predictions with standard deviations of their own.
fn combine(predictions: &[[Array2<f32>; 2]]) -> [Array2<f32>; 2] {
    if let [only] = predictions {
        return only.clone();
    }
    let runs = predictions.len() as f64;
    let mut mean = Array2::<f64>::zeros(predictions[0][0].dim());
    for [predicted, _] in predictions {
        mean.zip_mut_with(predicted, |mean, &value| *mean += f64::from(value) / runs);
    }
    let mut variance = Array2::<f64>::zeros(mean.dim());
    for [predicted, deviation] in predictions {
        Zip::from(&mut variance).and(&mean).and(predicted).and(deviation).for_each(|variance, &mean, &y, &s| {
            *variance += (f64::from(y) - mean).powi(2) / (runs - 1.0) + f64::from(s).powi(2) / runs;
        });
    }
    [mean.mapv(|value| value as f32), variance.mapv(|value| value.sqrt() as f32)]
}

fn open(path: &Path, args: &Encode) -> Result<Session> {
    let mut session = Session::open(path, &caller())?;
    session.refuse_baseline("encode with them")?;
    if let Some(device) = &args.device {
        session.experiment.device.name.clone_from(device);
    }
    if args.samples.is_some() && session.experiment.encoder.dropout == 0.0 {
        bail!("\"{}\" was trained without dropout, so its masks leave everything: leave out --samples", path.display());
    }
    if args.run.iter().filter(|other| *other == path).count() > 1 {
        bail!("\"{}\" is named twice: give each run once", path.display());
    }
    Ok(session)
}

/// Predictions of other voxels, or in other units, have no mean.
fn refuse_other(
    path: &Path,
    (session, statistics, voxels): (&Session, &Statistics, &Voxels),
    (first, of_first, known): (&Session, &Statistics, &Voxels),
    args: &Encode,
) -> Result<()> {
    let (name, other) = (path.display(), first.run.root().display());
    if session.data_fingerprint() != first.data_fingerprint() || voxels.ids != known.ids {
        bail!("\"{name}\" predicts other voxels than \"{other}\": give runs of the same data set and regions");
    }
    if args.units == Units::Standardised && statistics.zscore != of_first.zscore {
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
        let [mean, deviation] = combine(&[run(1.0, 0.5), run(3.0, 1.5)]);
        assert_eq!(mean[[0, 0]], 2.0);
        // Between: (1 + 1) / 1; within: (0.25 + 2.25) / 2.
        assert!((deviation[[0, 0]] - 3.25_f32.sqrt()).abs() < 1e-6);
        assert_eq!(combine(&[run(1.0, 0.5)]), run(1.0, 0.5));
    }
}
