//! Prints how two presets differ, key by key.
//!
//!     cargo run --release -p afterimage-config --example presets -- gaziv2022 demo

use afterimage_config::Experiment;

fn main() -> Result<(), afterimage_config::ConfigError> {
    let mut names = std::env::args().skip(1);
    let mut next = |default: &str| names.next().unwrap_or_else(|| default.to_owned());
    let (left, right) = (next("gaziv2022"), next("demo"));
    let text = |name: &str| Experiment::preset(name).and_then(|experiment| experiment.to_toml());
    let (left_text, right_text) = (text(&left)?, text(&right)?);
    println!("{left} against {right}:");
    for (a, b) in left_text.lines().zip(right_text.lines()).filter(|(a, b)| a != b) {
        println!("- {a}\n+ {b}");
    }
    Ok(())
}
