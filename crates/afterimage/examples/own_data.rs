//! Trains on arrays of one's own: responses, the images that evoked them, and which image each trial showed.
//!
//! ```text
//! cargo run --release --example own_data -- OUT [KEY=VALUE ...]
//! ```
//!
//! [`recording`] stands for the reader of your files. Larger recordings are written in parts: [`DataSetWriter`] takes any
//! number of images and trials at a time.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use afterimage::data::{
    DataSetWriter, Header, Provenance, Split, StimulusInfo, TrialInfo, Voxels, audit, random_split,
};
use afterimage::eval::{Context, HeldOut, encoder_scores};
use afterimage::model::device::device;
use afterimage::run::RunFolder;
use afterimage::sim::{Part, SimConfig, Simulation};
use afterimage::train::apply::{TrainedEncoder, vision};
use afterimage::train::prepare::{held_out, prepare};
use afterimage::train::{self, encoder, observer::Silent};
use afterimage::{DataSet, Experiment};
use ndarray::{Array2, Array4};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, settings @ ..] = args.as_slice() else { return Err("usage: own_data OUT [KEY=VALUE ...]".into()) };
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    let data = write(&out.join("own.afterimage"))?;
    let experiment = Experiment::preset("demo")?.with_settings(settings)?;

    // The encoder is trained on the training part; z-scores come from there too.
    let run = RunFolder::new(out.join("run"));
    experiment.write(&run)?;
    let prepared = prepare(&data, &experiment)?;
    prepared.statistics.write(&run)?;
    let device = device(&experiment.device.name)?;
    let config = &experiment.encoder;
    let backbone = vision(&config.backbone, experiment.image.side, config.backbone_side, &device)?;
    let context = train::Context { run: &run, experiment: &experiment, device, observer: &Silent };
    encoder::train(&context, &backbone, &prepared.training, prepared.validation.as_ref(), false)?;

    // Scores are computed on the held-out part.
    let test = held_out(&data.held_out(), &prepared.statistics, &experiment)?;
    let predicted = TrainedEncoder::load(&run, &experiment)?.predict(test.item_images().view());
    let context =
        Context { resamples: 1000, permutations: 1000, ..Context::new(HeldOut::from_names(test.names.clone()), 1) };
    for score in encoder_scores(predicted.view(), test.responses.view(), None, &BTreeMap::new(), &context)? {
        println!("{}: {:.3}, n = {}", score.title, score.value, score.n);
    }
    Ok(())
}

struct Recording {
    /// u8 `[images, height, width, 3]`
    images: Array4<u8>,
    /// f32 `[trials, voxels]`
    responses: Array2<f32>,
    /// The image of each trial.
    shown: Vec<u32>,
}

fn recording() -> Result<Recording, Box<dyn Error>> {
    let simulation = Simulation::new(SimConfig { voxels: 60, train: 60, ..SimConfig::default() })?;
    let images = simulation.images(Part::Train);
    let responses = simulation.responses(Part::Train, &images, 0)?;
    Ok(Recording { images, responses, shown: (0..60).collect() })
}

/// Writes the data set, with 10 images held out for scores and 5 for early stopping.
fn write(path: &Path) -> Result<DataSet, Box<dyn Error>> {
    let Recording { images, responses, shown } = recording()?;
    let (count, side, _, _) = images.dim();
    let splits = random_split(count, 10, 5, 1, None).ok_or("too few images to hold out 15 of them")?;
    let stimulus = |(row, split): (usize, Split)| StimulusInfo::new(format!("image {row}"), split);
    let provenance = Provenance { title: "A recording of our own".into(), ..Provenance::default() };
    let stimuli = splits.into_iter().enumerate().map(stimulus).collect();
    let header = Header::new(stimuli, Voxels::new(responses.ncols()), side, provenance);
    let mut repeats = vec![0; count];
    let trial = |stimulus: u32| {
        let repeat = &mut repeats[stimulus as usize];
        *repeat += 1;
        TrialInfo { stimulus, repeat: *repeat - 1, session: 0, run: 0, averaged: 1 }
    };
    let trials: Vec<TrialInfo> = shown.into_iter().map(trial).collect();
    let mut writer = DataSetWriter::create(path, header)?;
    writer.append_stimuli(images.view())?;
    writer.append_responses(responses.view(), &trials)?;
    let data = writer.finish()?;
    // Looks for what makes scores spurious, such as an image in both training and test.
    for check in audit(&data, None)?.checks {
        println!("audit: {:?}, {}", check.verdict, check.name);
    }
    Ok(data)
}
