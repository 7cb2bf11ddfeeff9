//! Predicts responses to a picture with the encoder of a finished run, and decodes them back into a picture's mean colour.
//!
//!     cargo run --release -p afterimage-train --example predict -- runs/demo

use std::error::Error;
use std::path::PathBuf;

use afterimage_run::RunFolder;
use afterimage_train::apply::{TrainedDecoder, TrainedEncoder};
use ndarray::{Array4, Axis};

fn main() -> Result<(), Box<dyn Error>> {
    let run = PathBuf::from(std::env::args().nth(1).ok_or("name a run folder, such as runs/demo")?);
    let run = RunFolder::open(&run)?;
    let experiment = run.experiment()?;
    let side = experiment.image.side;
    // A picture that is red on the left and blue on the right.
    let picture = Array4::from_shape_fn((1, side, side, 3), |(_, _, x, channel)| match (x < side / 2, channel) {
        (true, 0) | (false, 2) => 200_u8,
        _ => 40,
    });
    let responses = TrainedEncoder::load(&run, &experiment)?.predict(picture.view()); // [1, voxels]
    println!("{} voxels, mean response {:.3}", responses.ncols(), responses.mean().unwrap_or(0.0));
    let decoded = TrainedDecoder::load(&run, &experiment)?.decode(responses.view()); // [1, 3, side, side]
    for (name, columns) in [("left", 0..side / 2), ("right", side / 2..side)] {
        let half = decoded.slice(ndarray::s![0, .., .., columns]);
        let colour: Vec<String> = half.axis_iter(Axis(0)).map(|c| format!("{:.2}", c.mean().unwrap_or(0.0))).collect();
        println!("{name} half of the decoded picture: mean red, green, blue {}", colour.join(", "));
    }
    Ok(())
}
