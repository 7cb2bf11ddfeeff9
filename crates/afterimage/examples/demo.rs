//! Trains on a simulated subject, decodes its held-out responses, and scores what was decoded.
//!
//! ```text
//! cargo run --release --example demo -- OUT [KEY=VALUE ...]
//! ```

use std::error::Error;
use std::path::Path;

use afterimage::eval::{Context, HeldOut, image_scores, images::from_bytes};
use afterimage::model::device::device;
use afterimage::run::RunFolder;
use afterimage::sim::{Part, SimConfig, Simulation};
use afterimage::train::apply::{TrainedDecoder, TrainedEncoder, vision};
use afterimage::train::prepare::{ImagePool, held_out, prepare};
use afterimage::train::{self, decoder, encoder, observer::Silent};
use afterimage::{DataSet, Experiment};
use ndarray::{Array4, Axis};

/// Unpaired images in memory.
struct Unpaired(Array4<u8>);

impl ImagePool for Unpaired {
    fn len(&self) -> usize {
        self.0.len_of(Axis(0))
    }

    fn read(&self, indices: &[usize]) -> train::Result<Array4<u8>> {
        Ok(self.0.select(Axis(0), indices))
    }

    fn fingerprint(&self) -> String {
        format!("{} simulated images", self.len())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, settings @ ..] = args.as_slice() else { return Err("usage: demo OUT [KEY=VALUE ...]".into()) };
    let config = SimConfig { voxels: 100, train: 120, test: 20, unpaired: 200, external: 20, ..SimConfig::default() };
    let simulation = Simulation::new(config)?;
    let data = DataSet::open(&simulation.write(&Path::new(out).join("simulation"), |_| {})?.data_set)?;
    let dataset = [format!("data.dataset={:?}", std::path::absolute(data.path())?)];
    let experiment = Experiment::preset("demo")?.with_settings(&dataset)?.with_settings(settings)?;
    let (side, device) = (experiment.image.side, device(&experiment.device.name)?);

    let run = RunFolder::new(Path::new(out).join("run"));
    experiment.write(&run)?;
    let prepared = prepare(&data, &experiment)?;
    prepared.statistics.write(&run)?;
    let (training, validation) = (&prepared.training, prepared.validation.as_ref());
    let context = train::Context { run: &run, experiment: &experiment, device: device.clone(), observer: &Silent };

    // Phase 1: the encoder, on the recorded pairs.
    let backbone = vision(&experiment.encoder.backbone, side, experiment.encoder.backbone_side, &device)?;
    encoder::train(&context, &backbone, training, validation, false)?;

    // Phase 2: the decoder, on the recorded pairs and on unpaired images through the frozen encoder.
    let (loss, unpaired) = (&experiment.decoder.image_loss, Unpaired(simulation.images(Part::Unpaired)));
    let material = decoder::Material {
        training,
        validation,
        unpaired: Some(&unpaired),
        cycle_responses: None,
        snr: prepared.statistics.snr.clone(),
        channel_mean: prepared.statistics.channel_mean,
    };
    let frozen = TrainedEncoder::load(&run, &experiment)?.freeze();
    let judge = vision(&loss.backbone, side, loss.backbone_side, &device)?;
    decoder::train(&context, frozen, judge, &material, false)?;

    let test = held_out(&data.held_out(), &prepared.statistics, &experiment)?;
    let decoded = TrainedDecoder::load(&run, &experiment)?.decode(test.responses.view());
    let context =
        Context { resamples: 1000, permutations: 1000, ..Context::new(HeldOut::from_names(test.names.clone()), 1) };
    for score in image_scores(decoded.view(), from_bytes(test.item_images().view()).view(), &context)? {
        println!("{}: {:.3}, n = {}", score.title, score.value, score.n);
    }
    Ok(())
}
