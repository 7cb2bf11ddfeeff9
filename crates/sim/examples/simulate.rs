//! Writes a whole simulated experiment: `cargo run --release -p afterimage-sim --example simulate -- FOLDER [SNR]`.

use afterimage_sim::{SimConfig, Simulation};
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join("afterimage-simulation"), PathBuf::from);
    let mut config = SimConfig::default();
    if let Some(snr) = arguments.next() {
        config.brain.snr_median = snr.parse()?;
    }
    let start = Instant::now();
    let simulation = Simulation::new(config)?;
    eprintln!("brain drawn and calibrated in {:.1} s", start.elapsed().as_secs_f64());
    let written = simulation.write(&folder, |step| eprintln!("{:?} {} of {}", step.part, step.done, step.total))?;
    eprintln!("all written in {:.1} s", start.elapsed().as_secs_f64());
    println!("{}", written.data_set.display());
    Ok(())
}
