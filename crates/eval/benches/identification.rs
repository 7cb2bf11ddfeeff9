//! Time and memory of identification among external candidates, with a perceptual distance, all n at once.
//!
//!     cargo bench -p afterimage-eval --bench identification -- [--items 50] [--candidates 1000] [--side 112] [--network paper]
//!
//! Networks: `paper` is VGG16 after its five poolings, with random weights; `demo` is SqueezeNet 1.1 at the taps of the preset.
//! Images are random: they change no time. Nothing is kept on disk. One JSON line a task: `distances` (features of all images and the
//! distance matrix) and `scores` (every n from 2 to all candidates with interval and p-value, 10 000 resamples and permutations),
//! with images a second, the features' arithmetic a second, and the peak resident memory of the process.

#[path = "../tests/support/mod.rs"]
mod support;

use std::ops::Range;
use std::time::Instant;

use afterimage_eval::{BoxError, Context, DistanceMatrix, Features, PerceptualDistance, Streamed, external_scores};
use afterimage_model::{
    backbone::{AnyBackbone, BackboneKind},
    convert,
    device::device,
    vision::Vision,
};
use afterimage_run::Experiment;
use afterimage_statistics::draws::{SOLE, stream, symmetric};
use ndarray::{Array4, ArrayView4};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let number = |name: &str, usual: usize| value(name).map_or(usual, |v| v.parse().expect("a number"));
    let (items, candidates, side) = (number("--items", 50), number("--candidates", 1000), number("--side", 112));
    let preset = match value("--network").as_deref() {
        None | Some("paper") => "gaziv2022",
        Some("demo") => "demo",
        Some(other) => panic!("--network takes paper or demo, not {other}"),
    };
    let experiment = Experiment::preset(preset).expect("a preset");
    let network = Network::new(&experiment, side);
    let products = network.products();
    let weights = experiment.perceptual_weights().iter().map(|&w| w as f32).collect();
    let distance = PerceptualDistance::new(&network, weights).expect("usable weights");
    let context = Context::new(support::held_out(items), 0);

    let start = Instant::now();
    let mut external = Streamed {
        names: (0..candidates).map(|i| format!("candidate {i}")).collect(),
        read: |rows: Range<usize>| Ok(images(rows.len(), side, 10_000 + rows.start as u64)),
    };
    let (decoded, shown) = (images(items, side, 1), images(items, side, 2));
    let matrix = DistanceMatrix::compute(&distance, decoded.view(), shown.view(), &mut external, &context)
        .expect("finite distances");
    line("distances", 2 * items + candidates, Some(products), start);

    let start = Instant::now();
    let ways: Vec<usize> = (2..=candidates + 1).collect();
    let scores = external_scores(&matrix, &ways, &context).expect("scores");
    assert!(scores.len() >= ways.len());
    line("scores", ways.len(), None, start);
}

fn line(task: &str, count: usize, products: Option<u64>, start: Instant) {
    let secs = start.elapsed().as_secs_f64();
    let mut line = serde_json::json!({
        "task": task, "threads": rayon::current_num_threads(), "count": count, "secs": (secs * 100.0).round() / 100.0,
        "per_s": (count as f64 / secs * 10.0).round() / 10.0, "peak_rss_mib": peak_memory_mib(),
    });
    if let Some(products) = products {
        line["gflop_per_s"] = (2.0 * (products * count as u64) as f64 / secs / 1e9).round().into();
    }
    println!("{line}");
}

/// The perceptual network of an experiment with random weights.
struct Network {
    vision: Vision,
    taps: Vec<String>,
}

impl Network {
    fn new(experiment: &Experiment, side: usize) -> Self {
        let loss = &experiment.decoder.image_loss;
        let kind: BackboneKind = loss.backbone.parse().expect("a known backbone");
        let device = device("cpu").expect("the processor");
        let vision = Vision::new(AnyBackbone::random(kind, 1, &device), side, loss.backbone_side, &device);
        Self { vision, taps: loss.taps.clone() }
    }

    fn taps(&self) -> Vec<&str> {
        self.taps.iter().map(String::as_str).collect()
    }

    /// Multiplications and additions an image.
    fn products(&self) -> u64 {
        self.vision.products(&self.taps())
    }
}

impl Features for Network {
    fn name(&self) -> String {
        format!("{} with random weights", self.vision.kind())
    }

    fn extract(&self, images: ArrayView4<f32>) -> Result<Vec<Array4<f32>>, BoxError> {
        let device = device("cpu")?;
        let features = self.vision.forward(convert::array4_to_tensor(images, &device), &self.taps());
        Ok(features.iter().map(convert::tensor_to_array4).collect())
    }
}

fn images(n: usize, side: usize, seed: u64) -> Array4<f32> {
    let mut stream = stream(seed, SOLE, 0);
    Array4::from_shape_simple_fn((n, 3, side, side), || (symmetric(&mut stream) + 1.0) / 2.0)
}

/// Largest resident memory of this process so far; `None` where the system does not tell.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
