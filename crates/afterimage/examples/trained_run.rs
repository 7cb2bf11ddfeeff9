//! Encodes and decodes with a trained run: images to responses, responses to images.
//!
//! ```text
//! cargo run --release --example trained_run -- RUN IMAGES OUT.npy
//! ```
//!
//! RUN is a folder that `afterimage run`, `afterimage demo` or the example `demo` made; IMAGES a folder, a .zip or an .npy
//! array. OUT.npy receives the images that the decoder makes of the predicted responses, `[images, 3, side, side]` in 0..1.

use std::error::Error;
use std::path::Path;

use afterimage::experiment::trained::{EncodeOptions, average};
use afterimage::formats::{images::ImageSource, npy};
use afterimage::{Ensemble, TrainedRun, Units};
use ndarray::{Array4, Axis};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [run, images, out] = args.as_slice() else { return Err("usage: trained_run RUN IMAGES OUT.npy".into()) };
    let run = TrainedRun::open(run)?;
    let (side, source) = (run.experiment().image.side, ImageSource::open(Path::new(images))?);
    let mut images = Array4::zeros((source.len(), side, side, 3));
    for (row, mut image) in images.axis_iter_mut(Axis(0)).enumerate() {
        image.assign(&source.read_square(row, side)?);
    }

    // In the unit of the recording; Units::Standardised leaves the z-scores of training.
    let responses = run.encode(images.view(), Units::Recorded)?; // [images, voxels]
    let decoded = run.decode(responses.view(), Units::Recorded)?; // [images, 3, side, side]
    npy::write_f32(Path::new(out), decoded.view().into_dyn())?;
    println!("{} images x {} voxels, decoded to {out}", responses.nrows(), responses.ncols());

    // Responses that share a label, such as repeats of one stimulus, are averaged before they are decoded.
    let labels: Vec<String> = (0..responses.nrows()).map(|row| format!("group {}", row % 2)).collect();
    let (means, items) = average(responses.view(), &labels, &vec![1; labels.len()])?;
    let averaged = run.decode(means.view(), Units::Recorded)?;
    println!("{} averages, {} of them responses of \"{}\"", averaged.dim().0, items[0].responses, items[0].name);

    // The standard deviation over dropout masks; several runs in one ensemble add the variance between them.
    if run.experiment().encoder.dropout > 0.0 {
        let options = EncodeOptions { samples: Some(5), ..EncodeOptions::default() };
        let prediction = Ensemble::new(vec![run], options)?.encode(images.view())?;
        let sd = prediction.sd.and_then(|sd| sd.mean()).unwrap_or(f32::NAN);
        println!("mean standard deviation of a prediction: {sd:.3} in standardised units");
    }
    Ok(())
}
