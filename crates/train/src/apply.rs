//! The trained networks of a run folder, on `ndarray` arrays.

mod anatomy;
mod features;
mod invert;

use std::path::Path;

use ndarray::{Array2, Array4, ArrayView2, ArrayView4, Axis};

use afterimage_baseline::field::pyramid;
use afterimage_config::{BackboneKind, DecoderConfig, Experiment, settings};
use afterimage_model::{
    backbone::{AnyBackbone, WeightSource},
    decoder::{Decoder, LinearPath, Photographs, ReadyDecoder},
    device::device,
    encoder::{Encoder, EncoderState},
    vision::Vision,
};
use afterimage_run::{
    RunFolder,
    layout::{FIELD_READOUT, LINEAR_PATH, PHOTOGRAPH_TABLES, PHOTOGRAPHS, Phase, RunFile},
};
use burn::tensor::Device;

pub use crate::encoder::Spread;
use crate::fields::FieldReadout;
pub use afterimage_model::encoder::BranchAnatomy;
pub use features::{Classifier, FeatureExtractor};
pub use invert::{ImagePrior, Inversion, LayerTargets};

use crate::{
    Result, TrainError,
    checkpoint::{Checkpoint, Progress},
    decoder, encoder,
};

/// Loads a frozen backbone for images of `side` px, which it sees enlarged to `backbone_side` px; 0 leaves their size.
///
/// # Errors
/// [`TrainError::Model`] for missing weights.
pub fn vision(backbone: BackboneKind, side: usize, backbone_side: usize, device: &Device) -> Result<Vision> {
    let backbone = AnyBackbone::load(backbone, &WeightSource::Installed, device)?;
    Ok(Vision::new(backbone, side, backbone_side, device))
}

/// The trained encoder of a run.
pub struct TrainedEncoder {
    encoder: Encoder,
    state: EncoderState,
    vision: Vision,
    device: Device,
    /// The receptive-field part, and its share in predictions.
    fields: Option<(FieldReadout, f32)>,
}

impl TrainedEncoder {
    /// Loads the encoder of `run`.
    ///
    /// # Errors
    /// [`TrainError::Unsuitable`] if the run has no trained encoder; [`TrainError::Run`] if its file was changed;
    /// [`TrainError::OtherSettings`] if it was trained with another configuration; [`TrainError::NotFinite`].
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let weights = weights(run, experiment, Phase::Encoder)?;
        let config = &experiment.encoder;
        let vision = vision(config.backbone, experiment.image.side, config.backbone_side, &device)?;
        let state = encoder::state_of(&weights, &device);
        let fields = fields(run, experiment, state.voxels())?;
        Ok(Self { encoder: Encoder::new(config, &vision, state.voxels())?, state, vision, device, fields })
    }

    /// Returns the predicted responses `[images, voxels]`, normalised as in training, for images u8
    /// `[images, side, side, 3]`.
    pub fn predict(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        let mut predicted = encoder::predict(&self.encoder, &self.state, &self.vision, images, &self.device);
        self.add_fields(images, &mut predicted);
        predicted
    }

    /// Averages the network's predictions with those of the receptive-field part.
    fn add_fields(&self, images: ArrayView4<'_, u8>, predicted: &mut Array2<f32>) {
        if let Some((fields, share)) = &self.fields {
            predicted.zip_mut_with(&fields.predict(images), |network, field| *network += share * (field - *network));
        }
    }

    /// Returns the prediction of [`TrainedEncoder::predict`] and its standard deviation over dropout masks of the
    /// readout, both `[images, voxels]`: see [`Spread`]. The receptive-field part has no dropout.
    pub fn predict_with_spread(&self, images: ArrayView4<'_, u8>, spread: Spread) -> [Array2<f32>; 2] {
        let [mut mean, mut sd] =
            encoder::predict_with_spread(&self.encoder, &self.state, &self.vision, images, &self.device, spread);
        self.add_fields(images, &mut mean);
        if let Some((_, share)) = self.fields {
            sd *= 1.0 - share;
        }
        [mean, sd]
    }

    /// Returns the number of voxels.
    pub fn voxels(&self) -> usize {
        self.encoder.voxels()
    }

    /// Returns the encoder as phase 2 uses it: the network, without the receptive-field part.
    pub fn freeze(self) -> decoder::FrozenEncoder {
        decoder::FrozenEncoder { encoder: self.encoder, state: self.state, vision: self.vision }
    }
}

/// The receptive-field part of a run's encoder, if its experiment has one.
fn fields(run: &RunFolder, experiment: &Experiment, voxels: usize) -> Result<Option<(FieldReadout, f32)>> {
    let config = &experiment.encoder.fields;
    if config.levels == 0 {
        return Ok(None);
    }
    let extractor = FeatureExtractor::of_fields(experiment)?;
    let table = run.read_array(FIELD_READOUT)?.into_dimensionality().ok();
    let readout = table.and_then(|table| FieldReadout::new(&table, &pyramid(config.levels), extractor));
    let readout = readout.filter(|readout| readout.voxels() == voxels);
    let readout = readout.ok_or_else(|| unsuitable(run, FIELD_READOUT, "the receptive-field part"))?;
    Ok(Some((readout, config.share as f32)))
}

/// The trained decoder of a run.
pub struct TrainedDecoder {
    network: ReadyDecoder,
    /// The linear path, and how much of the network's fine structure is added to it.
    linear: Option<(LinearPath, f64)>,
    /// The photographs, and how much of their fine structure is added.
    photographs: Option<(Photographs, f64)>,
}

impl TrainedDecoder {
    /// Loads the decoder of `run`.
    ///
    /// # Errors
    /// As [`TrainedEncoder::load`].
    pub fn load(run: &RunFolder, experiment: &Experiment) -> Result<Self> {
        let device = device(&experiment.device.name)?;
        let params = weights(run, experiment, Phase::Decoder)?.params("params", &device);
        let side = experiment.image.side;
        let decoder = Decoder::new(&experiment.decoder, side, &device);
        let (linear, photographs) = (linear(run, experiment)?, photographs(run, experiment)?);
        Ok(Self { network: ReadyDecoder::new(decoder, params, side, &device), linear, photographs })
    }

    /// Changes how strongly the parts share in images: `share` and `detail` of the linear path and `detail` of photographs, where the
    /// run has these; nothing else of `config` is read.
    pub fn set_strengths(&mut self, config: &DecoderConfig) {
        if let Some((path, detail)) = &mut self.linear {
            path.set_share(config.linear.share);
            *detail = config.linear.detail;
        }
        if let Some((_, detail)) = &mut self.photographs {
            *detail = config.photographs.detail;
        }
    }

    /// Returns images `[items, 3, side, side]` in 0..1 for responses `[items, voxels]`, normalised as in training.
    pub fn decode(&self, responses: ArrayView2<'_, f32>) -> Array4<f32> {
        let mut images = self.network.images(responses);
        if let Some((path, detail)) = &self.linear {
            path.compose(&path.small(responses), &mut images, *detail);
        }
        if let Some((photographs, detail)) = &self.photographs {
            photographs.refine(&photographs.choose(responses), &mut images, *detail);
        }
        images
    }

    /// Returns, for each of the responses that [`TrainedDecoder::decode`] takes, the place of the photograph that its image has fine
    /// structure from; `None` if images have none from photographs.
    pub fn photographs_of(&self, responses: ArrayView2<'_, f32>) -> Option<Vec<usize>> {
        let (photographs, detail) = self.photographs.as_ref()?;
        (*detail > 0.0).then(|| photographs.choose(responses))
    }
}

/// The linear path of a run, if its experiment has one.
fn linear(run: &RunFolder, experiment: &Experiment) -> Result<Option<(LinearPath, f64)>> {
    let config = &experiment.decoder.linear;
    if config.pixels == 0 {
        return Ok(None);
    }
    let table = run.read_array(LINEAR_PATH)?.into_dimensionality().ok();
    let path = table.and_then(|table| LinearPath::new(&table, experiment.image.side, config));
    let path = path.ok_or_else(|| unsuitable(run, LINEAR_PATH, "the linear path"))?;
    Ok(Some((path, config.detail)))
}

/// The photographs of a run, if its experiment has any.
fn photographs(run: &RunFolder, experiment: &Experiment) -> Result<Option<(Photographs, f64)>> {
    let config = &experiment.decoder;
    if config.photographs.images == 0 {
        return Ok(None);
    }
    let images: Option<Array4<u8>> = run.read_bytes(PHOTOGRAPHS)?.into_dimensionality().ok();
    let images = images.filter(|images| images.len_of(Axis(1)) == experiment.image.side);
    let images = images.ok_or_else(|| unsuitable(run, PHOTOGRAPHS, "an array of photographs"))?;
    let tables = run.read_array(PHOTOGRAPH_TABLES)?.into_dimensionality().ok();
    let photographs = tables.and_then(|tables| Photographs::new(images, &tables, config));
    let photographs = photographs.ok_or_else(|| unsuitable(run, PHOTOGRAPH_TABLES, "the table of the photographs"))?;
    Ok(Some((photographs, config.photographs.detail)))
}

fn unsuitable(run: &RunFolder, file: RunFile, what: &str) -> TrainError {
    TrainError::Unsuitable(format!("\"{}\" is not {what} of this run", run.path(file).display()))
}

pub(crate) fn weights(run: &RunFolder, experiment: &Experiment, phase: Phase) -> Result<Checkpoint> {
    let path = run.weights_file(phase);
    if !path.is_file() {
        let name = phase.name();
        return Err(TrainError::Unsuitable(format!(
            "\"{}\" has no trained {name}; train it first with `afterimage train {name} EXPERIMENT.toml --out RUN`",
            run.root().display()
        )));
    }
    let weights = Checkpoint::parse(&run.read(&path)?, &path)?;
    refuse_other_settings(&weights.progress, experiment, phase, &path)?;
    match weights.not_finite() {
        Some((tensor, value)) => Err(TrainError::NotFinite { tensor: tensor.to_owned(), value, path }),
        None => Ok(weights),
    }
}

/// Refuses an experiment with other settings than those of the run's weights and checkpoints. Keys that no phase reads,
/// such as those of the evaluation, may differ, and so may paths of data, whose hashes are compared instead. Damaged
/// files are ignored here, and files of earlier versions, which contain no settings.
///
/// # Errors
/// [`TrainError::OtherSettings`].
pub fn check_settings(run: &RunFolder, experiment: &Experiment) -> Result<()> {
    for phase in [Phase::Encoder, Phase::Decoder] {
        for path in [run.weights_file(phase), run.checkpoint_file(phase)] {
            if let Ok(progress) = Checkpoint::read_progress(&path) {
                refuse_other_settings(&progress, experiment, phase, &path)?;
            }
        }
    }
    Ok(())
}

fn refuse_other_settings(progress: &Progress, experiment: &Experiment, phase: Phase, path: &Path) -> Result<()> {
    let differences = settings::differences(&progress.settings, &experiment.settings_of(phase));
    if differences.is_empty() {
        return Ok(());
    }
    Err(TrainError::OtherSettings { path: path.to_path_buf(), differences: settings::in_words(&differences) })
}
