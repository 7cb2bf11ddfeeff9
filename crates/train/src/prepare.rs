//! From a data set to pairs that networks can be trained on.
//!
//! Every statistic is fitted on the training part; the types of the data crate see to it. What was fitted is written to
//! the run's `statistics.json`, and held-out responses are normalised with that and nothing else.

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use afterimage_config as config;
use afterimage_config::{Experiment, Normalise, SnrSource};
use afterimage_data::{
    Averaging, DataSet, HeldOutPairs, HeldOutSplit, Pairs, Part, Reliability, TrainingPairs, TrainingSplit,
    ValidationPairs, ZScore,
};
use afterimage_run::RunFolder;

use crate::Result;

/// Images without responses, read by index; index order is fixed.
pub trait ImagePool: Sync {
    /// Number of images.
    fn len(&self) -> usize;
    /// True where there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Images u8 `[indices, side, side, 3]`.
    ///
    /// # Errors
    /// [`crate::TrainError::Data`] naming the image that can't be read.
    fn read(&self, indices: &[usize]) -> Result<Array4<u8>>;
    /// What identifies the pool and its order.
    fn fingerprint(&self) -> String;
}

/// Everything fitted on the training part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Columns of the data set's responses that are used.
    pub voxels: Vec<usize>,
    /// Per used voxel: what normalisation subtracts and divides by; `None` leaves responses as they are.
    pub zscore: Option<ZScore>,
    /// Per used voxel, for the decoder's regulariser.
    pub snr: Vec<f32>,
    /// Where the SNR comes from, in words.
    pub snr_source: String,
    /// Mean absolute value of each colour channel over the training images, in 0..1.
    pub channel_mean: [f32; 3],
    /// What was done to the responses, a sentence a step.
    pub steps: Vec<String>,
}

/// Training and validation pairs with the statistics they gave.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Training pairs.
    pub training: TrainingPairs,
    /// Validation pairs, where the data set has that part and it is not trained on.
    pub validation: Option<ValidationPairs>,
    /// What was fitted.
    pub statistics: Statistics,
}

impl Statistics {
    /// Reads `statistics.json` of `run`.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] where it can't be read or was changed.
    pub fn read(run: &RunFolder) -> Result<Self> {
        Ok(run.read_json(&run.statistics_file())?)
    }

    /// Writes `statistics.json` of `run`.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] where it can't be written.
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        Ok(run.write_json(&run.statistics_file(), self)?)
    }

    /// Fits all on `training`, but the SNR, which counts the repeats of validation stimuli too.
    fn fit(training: &TrainingSplit<'_>, experiment: &Experiment) -> Result<Self> {
        let data = training.data_set();
        let averaging = averaging(experiment.data.training_averaging);
        let voxels = used_voxels(data, &experiment.data.roi)?;
        let mut steps = vec![averaging_step(averaging)];
        let zscore = match experiment.data.normalise {
            Normalise::Zscore => {
                let unit = data.header().provenance.unit.unwrap_or_default().singular();
                steps.push(format!(
                    "Responses are z-scored per {unit}; mean and standard deviation come from training items."
                ));
                Some(pick(&ZScore::fit(training, averaging)?, &voxels))
            }
            Normalise::None => None,
        };
        let measured = match experiment.decoder.regularise.snr {
            SnrSource::Training => Reliability::snr(&data.training_and_validation())?,
            SnrSource::Uniform => None,
        };
        let (snr, snr_source) = match measured {
            Some(all) => (voxels.iter().map(|&v| all[v]).collect(), "repeats of training stimuli"),
            None if experiment.decoder.regularise.snr == SnrSource::Uniform => {
                (vec![1.0; voxels.len()], "uniform, as configured")
            }
            None => (vec![1.0; voxels.len()], "uniform: no training stimulus has repeats in this data set"),
        };
        let channel_mean = channel_mean(data, &training.stimuli())?;
        Ok(Self { voxels, zscore, snr, snr_source: snr_source.into(), channel_mean, steps })
    }

    /// The pairs of a part, normalised with what was fitted, for the purpose of the part.
    fn pairs<P>(&self, part: &Part<'_, P>, average: Averaging, side: usize) -> Result<Pairs<P>> {
        Ok(part.pairs(average, &self.voxels, self.zscore.as_ref(), side)?)
    }
}

/// Fits the statistics and makes the pairs of training and validation.
///
/// # Errors
/// [`crate::TrainError::Data`] for an unknown region, an empty split or damaged data.
pub fn prepare(data: &DataSet, experiment: &Experiment) -> Result<Prepared> {
    let joined = experiment.data.train_on_validation;
    let split = if joined { data.training_and_validation() } else { data.training() };
    let side = experiment.image.side;
    let statistics = Statistics::fit(&split, experiment)?;
    let average = averaging(experiment.data.training_averaging);
    let training = statistics.pairs(&split, average, side)?;
    let has_validation = !joined && !data.validation().stimuli().is_empty();
    let validation = if has_validation { Some(statistics.pairs(&data.validation(), average, side)?) } else { None };
    Ok(Prepared { training, validation, statistics })
}

/// The held-out items, normalised with the training part's statistics.
///
/// ```compile_fail,E0308
/// # use afterimage_train::{Result, prepare::{self, Statistics}};
/// # fn leak(data: &afterimage_data::DataSet, fitted: &Statistics, experiment: &afterimage_config::Experiment) -> Result<()> {
/// prepare::held_out(&data.training(), fitted, experiment)?; // expected `&HeldOutSplit`, found `&TrainingSplit`
/// # Ok(()) }
/// ```
/// ```no_run
/// # use afterimage_train::{Result, prepare::{self, Statistics}};
/// # fn no_leak(data: &afterimage_data::DataSet, fitted: &Statistics, experiment: &afterimage_config::Experiment) -> Result<()> {
/// prepare::held_out(&data.held_out(), fitted, experiment)?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`crate::TrainError::Data`] for an empty split or damaged data.
pub fn held_out(split: &HeldOutSplit<'_>, statistics: &Statistics, experiment: &Experiment) -> Result<HeldOutPairs> {
    statistics.pairs(split, averaging(experiment.evaluation.averaging), experiment.image.side)
}

fn averaging(choice: config::Averaging) -> Averaging {
    match choice {
        config::Averaging::Trials => Averaging::Trials,
        config::Averaging::Stimulus => Averaging::Stimulus,
    }
}

fn averaging_step(averaging: Averaging) -> String {
    match averaging {
        Averaging::Trials => "Each training trial is an item.".into(),
        Averaging::Stimulus => "Repeats of a training stimulus are averaged into one item.".into(),
    }
}

fn used_voxels(data: &DataSet, roi: &str) -> Result<Vec<usize>> {
    let voxels = &data.header().voxels;
    if roi.trim().is_empty() {
        return Ok((0..voxels.count).collect());
    }
    let mask = voxels.mask(roi)?;
    Ok((0..voxels.count).filter(|&v| mask[v]).collect())
}

fn pick(zscore: &ZScore, voxels: &[usize]) -> ZScore {
    let of = |values: &[f32]| voxels.iter().map(|&v| values[v]).collect();
    ZScore { mean: of(&zscore.mean), sd: of(&zscore.sd) }
}

/// Mean value of each channel over images, read in blocks.
fn channel_mean(data: &DataSet, stimuli: &[u32]) -> Result<[f32; 3]> {
    const BLOCK: usize = 256;
    let (mut sums, mut n) = ([0.0_f64; 3], 0_usize);
    for block in stimuli.chunks(BLOCK) {
        let images = data.images(block)?;
        n += images.len() / 3;
        for pixel in images.as_standard_layout().as_slice().expect("standard layout").chunks_exact(3) {
            sums.iter_mut().zip(pixel).for_each(|(sum, &v)| *sum += f64::from(v) / 255.0);
        }
    }
    Ok(sums.map(|sum| (sum / n.max(1) as f64) as f32))
}
