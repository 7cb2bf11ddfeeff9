//! From a data set to pairs that networks can be trained on.
//!
//! Every statistic is fitted on the training part; the types of the data crate see to it. What was fitted is written to
//! the run's `statistics.json`, and held-out responses are normalised with that and nothing else.

use ndarray::{Array2, Array4, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use afterimage_config::{self as config, Experiment, Normalise, SnrSource};
use afterimage_data::{Averaging, DataSet, HeldOutSplit, Items, Parts, Reliability, ZScore};
use afterimage_formats::{digest, picture};
use afterimage_run::RunFolder;

use crate::Result;

/// Responses with the images that evoked them.
#[derive(Debug, Clone)]
pub struct Pairs {
    /// Normalised, `[items, voxels]`.
    pub responses: Array2<f32>,
    /// One image for each stimulus, u8 `[stimuli, side, side, 3]`.
    pub images: Array4<u8>,
    /// Row of `images` for each item.
    pub image_of: Vec<usize>,
    /// Row of the data set's stimuli for each item.
    pub stimulus: Vec<u32>,
    /// Name of the stimulus of each item.
    pub names: Vec<String>,
    /// Repeats averaged in each item.
    pub repeats: Vec<u16>,
}

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
    pub training: Pairs,
    /// Validation pairs, where the data set has that part and it is not trained on.
    pub validation: Option<Pairs>,
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

    fn fit(data: &DataSet, experiment: &Experiment, parts: Parts) -> Result<Self> {
        let training = data.training();
        let averaging = averaging(experiment.data.training_averaging);
        let voxels = used_voxels(data, &experiment.data.roi)?;
        let mut steps = vec![averaging_step(averaging)];
        let zscore = match experiment.data.normalise {
            Normalise::Zscore => {
                steps.push(
                    "Responses are z-scored per voxel; mean and standard deviation come from training items.".into(),
                );
                Some(pick(&ZScore::fit(&training, averaging, parts)?, &voxels))
            }
            Normalise::None => None,
        };
        let measured = match experiment.decoder.regularise.snr {
            SnrSource::Training => Reliability::snr(&training)?,
            SnrSource::Uniform => None,
        };
        let (snr, snr_source) = match measured {
            Some(all) => (voxels.iter().map(|&v| all[v]).collect(), "repeats of training stimuli"),
            None if experiment.decoder.regularise.snr == SnrSource::Uniform => {
                (vec![1.0; voxels.len()], "uniform, as configured")
            }
            None => (vec![1.0; voxels.len()], "uniform: no training stimulus has repeats in this data set"),
        };
        let channel_mean = channel_mean(data, &training.stimuli(parts))?;
        Ok(Self { voxels, zscore, snr, snr_source: snr_source.into(), channel_mean, steps })
    }

    fn pairs(&self, data: &DataSet, items: Items, side: usize) -> Result<Pairs> {
        let mut responses = items.responses.select(Axis(1), &self.voxels);
        if let Some(zscore) = &self.zscore {
            zscore.apply(&mut responses)?;
        }
        let mut stimuli = items.stimulus.clone();
        stimuli.sort_unstable();
        stimuli.dedup();
        let image_of =
            items.stimulus.iter().map(|s| stimuli.binary_search(s).expect("a stimulus of the items")).collect();
        let images = at_side(data.images(&stimuli)?, side)?;
        Ok(Pairs { responses, images, image_of, stimulus: items.stimulus, names: items.names, repeats: items.repeats })
    }
}

impl Pairs {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.responses.nrows()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows of `images` for these items.
    pub fn image_rows(&self, items: &[usize]) -> Vec<usize> {
        items.iter().map(|&i| self.image_of[i]).collect()
    }

    /// One image per item, u8 `[items, side, side, 3]`.
    pub fn item_images(&self) -> Array4<u8> {
        self.images.select(Axis(0), &self.image_of)
    }

    /// SHA-256 of the responses as they are used and of the images.
    pub fn fingerprint(&self) -> String {
        let mut bytes: Vec<u8> = self.responses.iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.extend(self.images.iter());
        digest::sha256_bytes(&bytes)
    }
}

/// Fits the statistics and makes the pairs of training and validation.
///
/// # Errors
/// [`crate::TrainError::Data`] for an unknown region, an empty split or damaged data.
pub fn prepare(data: &DataSet, experiment: &Experiment) -> Result<Prepared> {
    let parts = if experiment.data.train_on_validation { Parts::TrainAndValidation } else { Parts::Train };
    let side = experiment.image.side;
    let statistics = Statistics::fit(data, experiment, parts)?;
    let average = averaging(experiment.data.training_averaging);
    let training = statistics.pairs(data, data.training().items(average, parts)?, side)?;
    let has_validation = !experiment.data.train_on_validation && !data.validation().stimuli().is_empty();
    let validation = match has_validation {
        true => Some(statistics.pairs(data, data.validation().items(average)?, side)?),
        false => None,
    };
    Ok(Prepared { training, validation, statistics })
}

/// The held-out items, normalised with the training part's statistics.
///
/// # Errors
/// [`crate::TrainError::Data`] for an empty split or damaged data.
pub fn held_out(split: &HeldOutSplit<'_>, statistics: &Statistics, experiment: &Experiment) -> Result<Pairs> {
    let items = split.items(averaging(experiment.evaluation.averaging))?;
    statistics.pairs(split.data_set(), items, experiment.image.side)
}

/// Images at `side`, resized where they have another.
///
/// # Errors
/// [`crate::TrainError::Data`] where resizing fails.
pub fn at_side(images: Array4<u8>, side: usize) -> Result<Array4<u8>> {
    if images.len_of(Axis(1)) == side && images.len_of(Axis(2)) == side {
        return Ok(images);
    }
    let resized: Vec<_> = (0..images.len_of(Axis(0)))
        .into_par_iter()
        .map(|i| picture::stretch(images.index_axis(Axis(0), i), side, side, std::path::Path::new("stimulus")))
        .collect::<std::result::Result<_, _>>()
        .map_err(afterimage_data::Error::from)?;
    let mut out = Array4::zeros((resized.len(), side, side, 3));
    for (mut row, image) in out.axis_iter_mut(Axis(0)).zip(&resized) {
        row.assign(image);
    }
    Ok(out)
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
