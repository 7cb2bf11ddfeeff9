//! Trains on arrays of one's own: responses, the images that evoked them, and which image each trial showed.
//!
//! ```text
//! cargo run --release --example own_data -- OUT [KEY=VALUE ...]
//! ```
//!
//! [`recording`] stands for the reader of your files. Larger recordings are written in parts: [`DataSetWriter`] takes any
//! number of images and trials at a time.

use std::error::Error;
use std::path::Path;

use afterimage::data::{
    DataSetWriter, Header, Provenance, Split, StimulusInfo, TrialInfo, Voxels, audit, random_split,
};
use afterimage::sim::{Part, SimConfig, Simulation};
use afterimage::{Caller, DataSet, Experiment, Program, Session, Silent, Stage, TrainedRun, Units};
use ndarray::{Array2, Array4, s};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, settings @ ..] = args.as_slice() else { return Err("usage: own_data OUT [KEY=VALUE ...]".into()) };
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;

    let data = write(&out.join("own.afterimage"))?;
    let dataset = [format!("data.dataset={:?}", data.path())];
    // Without unpaired images the decoder learns from the recorded pairs only.
    let experiment = Experiment::preset("demo")?.with_settings(&dataset)?.with_settings(settings)?;
    let caller = Caller::new(Program::new("own_data 1.0", None), Silent);
    let mut session = Session::create(&out.join("run"), experiment, Stage::Evaluate, &caller)?;
    session.run_until(Stage::Evaluate)?;
    drop(session);

    let run = TrainedRun::open(out.join("run"))?;
    let Recording { images, responses, .. } = recording()?;
    let (image, response) = (images.slice(s![..1, .., .., ..]), responses.slice(s![..1, ..]));
    println!("predicted: {:.2?}", run.encode(image, Units::Recorded)?.row(0).iter().take(4).collect::<Vec<_>>());
    println!("reconstruction: {:?} in 0..1", run.decode(response, Units::Recorded)?.dim());
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
