//! Turns a data set into normalised pairs for training.
//!
//! Every statistic is fitted on the training part, as the types of the data crate ensure, and written to the run's
//! `statistics.json`. Held-out responses are normalised with these statistics only.

mod range;

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use afterimage_config as config;
use afterimage_config::{Experiment, Normalise, SnrSource};
use afterimage_data::{
    Averaging, DataSet, HeldOutPairs, HeldOutSplit, Pairs, Part, Reliability, TrainingPairs, TrainingSplit,
    ValidationPairs, ZScore,
};
use afterimage_run::{Artefact, layout};

pub use range::{Outside, Range};

use crate::Result;

/// Unpaired images, read by index; their order is fixed.
pub trait ImagePool: Sync {
    /// Returns the number of images.
    fn len(&self) -> usize;
    /// Returns true if there are no images.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Reads images, u8 `[indices, side, side, 3]`.
    ///
    /// # Errors
    /// [`crate::TrainError::Data`] naming the image that can't be read.
    fn read(&self, indices: &[usize]) -> Result<Array4<u8>>;
    /// Identifies the images and their order.
    fn fingerprint(&self) -> String;
}

/// The statistics that are fitted on the training part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Columns of the data set's responses that are used.
    pub voxels: Vec<usize>,
    /// Mean and standard deviation of each used voxel; `None` leaves responses as they are.
    pub zscore: Option<ZScore>,
    /// SNR of each used voxel, for the decoder's regulariser.
    pub snr: Vec<f32>,
    /// The source of the SNR, in words.
    pub snr_source: String,
    /// Mean absolute value of each colour channel over the training images, in 0..1.
    pub channel_mean: [f32; 3],
    /// The steps of preparing the responses, one sentence each.
    pub steps: Vec<String>,
    /// The range of the training responses; `None` in runs of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// Training and validation pairs, with the statistics that normalise them.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Training pairs.
    pub training: TrainingPairs,
    /// Validation pairs, if the data set has this part and training does not use it.
    pub validation: Option<ValidationPairs>,
    /// The fitted statistics.
    pub statistics: Statistics,
}

impl Artefact for Statistics {
    const FILE: layout::RunFile = layout::STATISTICS;
}

impl Statistics {
    /// Fits all statistics on `training`, except the SNR, which uses the repeats of validation stimuli too.
    fn fit(training: &TrainingSplit<'_>, experiment: &Experiment) -> Result<Self> {
        let data = training.data_set();
        let averaging = averaging(experiment.data.training_averaging);
        let voxels = used_voxels(data, &experiment.data.roi)?;
        let mut steps = vec![averaging_step(averaging)];
        let zscore = match experiment.data.normalise {
            Normalise::Zscore => {
                let unit = data.header().provenance.unit().singular();
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
        Ok(Self { voxels, zscore, snr, snr_source: snr_source.into(), channel_mean, steps, range: None })
    }

    /// Returns the normalised pairs of a part, for the purpose of the part.
    fn pairs<P>(&self, part: &Part<'_, P>, average: Averaging, side: usize) -> Result<Pairs<P>> {
        Ok(part.pairs(average, &self.voxels, self.zscore.as_ref(), side)?)
    }
}

/// Fits the statistics and returns them with the pairs of training and validation.
///
/// # Errors
/// [`crate::TrainError::Data`] for an unknown region, an empty split or damaged data.
pub fn prepare(data: &DataSet, experiment: &Experiment) -> Result<Prepared> {
    let joined = experiment.data.train_on_validation;
    let split = if joined { data.training_and_validation() } else { data.training() };
    let side = experiment.image.side;
    let mut statistics = Statistics::fit(&split, experiment)?;
    let average = averaging(experiment.data.training_averaging);
    let training = statistics.pairs(&split, average, side)?;
    statistics.range = Some(Range::of(training.responses()));
    let has_validation = !joined && !data.validation().stimuli().is_empty();
    let validation = if has_validation { Some(statistics.pairs(&data.validation(), average, side)?) } else { None };
    Ok(Prepared { training, validation, statistics })
}

/// Returns the held-out pairs, normalised with the statistics of the training part.
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

/// Returns the mean value of each channel over images, which are read in blocks.
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
