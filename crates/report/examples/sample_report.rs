//! Makes up a run folder and writes its report, to look at the design.
//!
//! The pictures are coloured discs and the numbers are drawn at random; a report of a real run is made
//! by `afterimage report RUN`.
//!
//! ```text
//! cargo run --release -p afterimage-report --example sample_report -- /tmp/sample 100
//! ```

#[path = "../tests/sample/mod.rs"]
mod sample;

use afterimage_run::RunFolder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join("afterimage-sample"), Into::into);
    let items = arguments.next().map_or(Ok(100), |n| n.parse())?;
    let run = RunFolder::new(folder);
    sample::write(&run, items, 96)?;
    println!("{}", afterimage_report::write(&run)?.display());
    Ok(())
}
