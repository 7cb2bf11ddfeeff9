//! Trains on a simulated subject, decodes its held-out responses, and scores what was decoded.
//!
//! ```text
//! cargo run --release --example demo -- OUT [KEY=VALUE ...]
//! ```

use std::path::Path;

use afterimage::sim::{SimConfig, Simulation};
use afterimage::{Caller, Experiment, Program, Session, Silent, Stage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, settings @ ..] = args.as_slice() else { return Err("usage: demo OUT [KEY=VALUE ...]".into()) };
    let small = SimConfig { voxels: 100, train: 120, test: 20, unpaired: 200, external: 20, ..SimConfig::default() };
    let written = Simulation::generate(small, &Path::new(out).join("simulation"), |_| {})?;
    let data = [
        format!("data.dataset={:?}", written.data_set),
        format!("data.unpaired=[{:?}]", written.unpaired),
        format!("data.external=[{:?}]", written.external),
    ];
    let experiment = Experiment::preset("demo")?.with_settings(&data)?.with_settings(settings)?;
    let caller = Caller::new(Program::new("demo 1.0", None), Silent);
    let mut session = Session::create(&Path::new(out).join("run"), experiment, Stage::Evaluate, &caller)?;
    session.run_until(Stage::Reconstruct)?;
    for score in session.evaluate()?.scores {
        println!("{}: {:.3}, n = {}", score.title, score.value, score.n);
    }
    Ok(())
}
