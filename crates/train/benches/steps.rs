//! Time and memory of one training step of each phase, through the training loop that users run; of a batch's features,
//! and of decoding a single response.
//!
//!     cargo bench -p afterimage-train --bench steps -- --task decoder --size paper --reps 5
//!
//! Tasks: `features`, `encoder`, `decoder`, `decode`, `all`; `--voxels` sets another number of them.
//!
//! Sizes: `paper` is 112² images, 4600 voxels, VGG19 taps and VGG16 perceptual blocks with random weights, batches of
//! 64 and 24 + 48; `demo` is the demonstration's. Data are random: they change no time. Targets are not kept between
//! steps (`cache_mib = 0`), so that every step does the same work. One JSON line a task: median after two steps of
//! warm-up (of 20 times as many for `decode`), images a second, peak resident memory of the process.
//! `scripts/bench_steps.py` runs this beside the same steps in PyTorch.

use std::sync::Mutex;
use std::time::Instant;

use burn::tensor::{Distribution, Tensor};
use ndarray::{Array2, Array4};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use afterimage_model::{
    backbone::{AnyBackbone, BackboneKind},
    decoder::Decoder,
    device::device,
    encoder::Encoder,
    vision::Vision,
};
use afterimage_run::{Experiment, RunFolder, layout::Phase, log::Record};
use afterimage_train::{
    Context, Observer, Result, TrainError, decoder, encoder,
    prepare::{ImagePool, Pairs},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Steps before the clock counts.
const WARM_UP: usize = 2;

fn main() {
    // `cargo bench` and `cargo test --benches` add arguments of their own, such as --bench.
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let reps = value("--reps").map_or(5, |v| v.parse().expect("--reps takes a number"));
    let threads = value("--threads").map_or(0, |v| v.parse().expect("--threads takes a number"));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("threads");
    let size = value("--size").unwrap_or_else(|| "demo".into());
    let task = value("--task").unwrap_or_else(|| "all".into());
    let voxels = value("--voxels").map(|v| v.parse().expect("--voxels takes a number"));
    for name in ["features", "encoder", "decoder", "decode"] {
        if task == "all" || task == name {
            let line = match name {
                "features" => features(&size, reps),
                "encoder" => measure(Phase::Encoder, &size, voxels, reps),
                "decoder" => measure(Phase::Decoder, &size, voxels, reps),
                _ => decode(&size, voxels, 20 * reps),
            };
            println!("{line}");
        }
    }
}

/// The encoder's taps of a batch of images, without gradients.
fn features(size: &str, reps: usize) -> String {
    let (experiment, _) = experiment(size);
    let device = device("cpu").expect("the processor");
    let side = experiment.image.side;
    let kind: BackboneKind = experiment.encoder.backbone.parse().expect("a known backbone");
    let vision = Vision::new(AnyBackbone::random(kind, 1, &device), side, experiment.encoder.backbone_side, &device);
    let taps: Vec<&str> = experiment.encoder.branches.iter().map(|branch| branch.tap.as_str()).collect();
    let images =
        Tensor::<4>::random([experiment.encoder.batch, 3, side, side], Distribution::Uniform(0.0, 1.0), &device);
    timed("features", size, experiment.encoder.batch, reps, || drop(vision.forward(images.clone(), &taps)))
}

/// The image of a single response.
fn decode(size: &str, voxels: Option<usize>, reps: usize) -> String {
    let (experiment, usual) = experiment(size);
    let voxels = voxels.unwrap_or(usual);
    let device = device("cpu").expect("the processor");
    let decoder = Decoder::new(&experiment.decoder, experiment.image.side, &device);
    let params = decoder.init(voxels, 1, &device);
    let responses = Tensor::<2>::random([1, voxels], Distribution::Uniform(-1.0, 1.0), &device);
    timed("decode", size, 1, reps, || drop(decoder.forward(&params, responses.clone())))
}

fn timed(task: &str, size: &str, images: usize, reps: usize, mut step: impl FnMut()) -> String {
    (0..WARM_UP).for_each(|_| step());
    let mut secs: Vec<f64> = (0..reps)
        .map(|_| {
            let start = Instant::now();
            step();
            start.elapsed().as_secs_f64()
        })
        .collect();
    line(task, size, images, median(&mut secs))
}

fn median(secs: &mut [f64]) -> f64 {
    secs.sort_unstable_by(f64::total_cmp);
    (secs[(secs.len() - 1) / 2] + secs[secs.len() / 2]) / 2.0
}

fn line(task: &str, size: &str, images: usize, median: f64) -> String {
    serde_json::json!({
        "task": task, "engine": "afterimage", "size": size, "threads": rayon::current_num_threads(),
        "images": images, "median_ms": (median * 1e5).round() / 100.0,
        "images_per_s": (images as f64 / median * 100.0).round() / 100.0, "peak_rss_mib": peak_memory_mib(),
    })
    .to_string()
}

/// The experiment of a size, and its number of voxels.
fn experiment(size: &str) -> (Experiment, usize) {
    let (preset, voxels) = match size {
        "paper" => ("gaziv2022", 4600),
        "demo" => ("demo", 1000),
        other => panic!("--size takes paper or demo, not {other}"),
    };
    let settings = ["decoder.cache_mib=0", "encoder.epochs=1000", "decoder.epochs=1000"].map(String::from);
    let experiment = Experiment::preset(preset).and_then(|e| e.with_settings(&settings)).expect("a valid preset");
    (experiment, voxels)
}

fn measure(phase: Phase, size: &str, voxels: Option<usize>, reps: usize) -> String {
    let (experiment, usual) = experiment(size);
    let voxels = voxels.unwrap_or(usual);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = RunFolder::new(folder.path());
    let clock = Clock::new(WARM_UP + reps);
    let device = device("cpu").expect("the processor");
    let context = Context { run: &run, experiment: &experiment, device: device.clone(), observer: &clock };
    let side = experiment.image.side;
    let vision = |name: &str, backbone_side: usize| {
        let kind: BackboneKind = name.parse().expect("a known backbone");
        Vision::new(AnyBackbone::random(kind, 1, &device), side, backbone_side, &device)
    };
    let seen = vision(&experiment.encoder.backbone, experiment.encoder.backbone_side);
    let batch = match phase {
        Phase::Encoder => experiment.encoder.batch,
        Phase::Decoder => experiment.decoder.batch_paired + experiment.decoder.batch_unpaired,
    };
    let training = pairs(2 * batch, side, voxels);
    let outcome = match phase {
        Phase::Encoder => encoder::train(&context, &seen, &training, None, false),
        Phase::Decoder => {
            let encoder = Encoder::new(&experiment.encoder, &seen, voxels).expect("an encoder");
            let frozen = decoder::FrozenEncoder { state: encoder.init(1, &device), encoder, vision: seen };
            let loss = &experiment.decoder.image_loss;
            let pool = Pool { images: images(4 * batch, side) };
            let material = decoder::Material {
                training: &training,
                validation: None,
                unpaired: Some(&pool),
                cycle_responses: None,
                snr: vec![1.0; voxels],
                channel_mean: [0.5; 3],
            };
            decoder::train(&context, frozen, vision(&loss.backbone, loss.backbone_side), &material, false)
        }
    };
    assert!(matches!(outcome, Err(TrainError::Interrupted { .. })), "{outcome:?}");
    line(phase.name(), size, batch, clock.median_secs())
}

fn images(n: usize, side: usize) -> Array4<u8> {
    let mut stream = ChaCha8Rng::seed_from_u64(n as u64);
    Array4::from_shape_simple_fn((n, side, side, 3), || stream.random())
}

fn pairs(n: usize, side: usize, voxels: usize) -> Pairs {
    let mut stream = ChaCha8Rng::seed_from_u64(7);
    Pairs {
        responses: Array2::from_shape_simple_fn((n, voxels), || stream.random_range(-1.7..1.7)),
        images: images(n, side),
        image_of: (0..n).collect(),
        stimulus: (0..n as u32).collect(),
        names: (0..n).map(|i| format!("image {i}")).collect(),
        repeats: vec![1; n],
    }
}

struct Pool {
    images: Array4<u8>,
}

impl ImagePool for Pool {
    fn len(&self) -> usize {
        self.images.dim().0
    }

    fn read(&self, indices: &[usize]) -> Result<Array4<u8>> {
        Ok(self.images.select(ndarray::Axis(0), indices))
    }

    fn fingerprint(&self) -> String {
        String::new()
    }
}

/// Notes when each step ended, and stops training after `limit` of them.
struct Clock {
    limit: usize,
    ends: Mutex<Vec<Instant>>,
}

impl Clock {
    fn new(limit: usize) -> Self {
        Self { limit, ends: Mutex::new(Vec::new()) }
    }

    fn median_secs(&self) -> f64 {
        let ends = self.ends.lock().expect("no panic while held");
        let mut secs: Vec<f64> = ends[WARM_UP - 1..].windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
        median(&mut secs)
    }
}

impl Observer for Clock {
    fn begin(&self, _: Phase, _: u64, _: u64) {}

    fn step(&self, _: Phase, _: f64) {
        self.ends.lock().expect("no panic while held").push(Instant::now());
    }

    fn epoch(&self, _: &Record) {}

    fn end(&self, _: Phase) {}

    fn interrupted(&self) -> bool {
        self.ends.lock().expect("no panic while held").len() >= self.limit
    }
}

/// Largest resident memory of this process so far; `None` where the system does not tell.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
