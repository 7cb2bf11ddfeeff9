//! Time and memory of one training step of each phase, in the training loop that users run; of a batch's features; and
//! of decoding a single response.
//!
//!     cargo bench -p afterimage-train --bench steps -- --task decoder --size paper --reps 5
//!
//! Tasks: `features`, `encoder`, `decoder`, `decode`, `all`. `--voxels` and `--side` set another number of voxels and
//! another image side, `--threads` the threads, `--device` another device than the processor, for which the bench must be built
//! (`--features cuda`).
//!
//! Sizes: `paper` is 112² images, 4600 voxels, VGG19 taps and VGG16 perceptual blocks with random weights, batches of
//! 64 and 24 + 48; `demo` is the demonstration's. Data are random: they change no time. Targets are not kept between
//! steps (`cache_mib = 0`), so that every step does the same work. One JSON line per task: median after two steps of
//! warm-up (of 20 times as many for `decode`, with the 99th percentile), images per second, peak resident memory of the
//! process, and `of_matrix_limit`: the arithmetic per second that the plain definition of the networks needs
//! ([`arithmetic`]), as a share of what one large matrix product reaches here. Winograd's algorithm needs less
//! arithmetic than the definition, so the share can exceed 1. `scripts/bench_steps.py` compares with PyTorch.

mod arithmetic;

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use burn::tensor::{Device, Distribution, Tensor};
use ndarray::{Array2, Array4};
use rand::RngExt;

use afterimage_config::{BackboneKind, Experiment};
use afterimage_data::{
    Averaging, DataSetWriter, Header, Provenance, Split, StimulusInfo, TrainingPairs, TrialInfo, Voxels,
};
use afterimage_model::{
    backbone::AnyBackbone,
    decoder::{Decoder, ReadyDecoder},
    device::device,
    encoder::Encoder,
    vision::Vision,
};
use afterimage_run::{RunFolder, layout::Phase, log::Record};
use afterimage_statistics::draws::{SOLE, stream};
use afterimage_train::{Context, Observer, Result, TrainError, decoder, encoder, prepare::ImagePool};

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
    let number =
        |name: &str| value(name).map(|v| v.parse::<usize>().unwrap_or_else(|_| panic!("{name} takes a number")));
    let name = value("--device").unwrap_or_else(|| "cpu".into());
    let at = Setting::new(&size, number("--voxels"), number("--side"), name);
    for name in ["features", "encoder", "decoder", "decode"] {
        if task == "all" || task == name {
            let line = match name {
                "features" => features(&at, reps),
                "encoder" => measure(Phase::Encoder, &at, reps),
                "decoder" => measure(Phase::Decoder, &at, reps),
                _ => decode(&at, 20 * reps),
            };
            println!("{line}");
        }
    }
}

/// The networks and data that are measured.
struct Setting {
    size: String,
    experiment: Experiment,
    voxels: usize,
    device: Device,
}

impl Setting {
    fn new(size: &str, voxels: Option<usize>, side: Option<usize>, device_name: String) -> Self {
        let (preset, usual) = match size {
            "paper" => ("gaziv2022", 4600),
            "demo" => ("demo", 1000),
            other => panic!("--size takes paper or demo, not {other}"),
        };
        let mut settings =
            ["decoder.cache_mib=0", "encoder.epochs=1000", "decoder.epochs=1000"].map(String::from).to_vec();
        settings.extend(side.map(|side| format!("image.side={side}")));
        settings.push(format!("device.name={device_name}"));
        let experiment = Experiment::preset(preset).and_then(|e| e.with_settings(&settings)).expect("a valid preset");
        let device = device(&device_name).unwrap_or_else(|problem| panic!("{problem}"));
        Self { size: size.into(), experiment, voxels: voxels.unwrap_or(usual), device }
    }

    fn vision(&self, kind: BackboneKind, backbone_side: usize) -> Vision {
        let side = self.experiment.image.side;
        Vision::new(AnyBackbone::random(kind, 1, &self.device), side, backbone_side, &self.device)
    }

    fn encoder_vision(&self) -> Vision {
        self.vision(self.experiment.encoder.backbone, self.experiment.encoder.backbone_side)
    }

    fn loss_vision(&self) -> Vision {
        let loss = &self.experiment.decoder.image_loss;
        self.vision(loss.backbone, loss.backbone_side)
    }

    /// Returns a line of results, for `images` images and `products` multiplications and additions per step.
    fn line(&self, task: &str, images: usize, products: u64, secs: &mut [f64]) -> String {
        let peak = peak_memory_mib();
        let median = median(secs);
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        let limit = arithmetic::matrix_limit(&self.device);
        let rate = 2.0 * products as f64 / median / 1e9;
        let mut line = serde_json::json!({
            "task": task, "engine": "afterimage", "size": self.size, "device": self.experiment.device.name, "threads": rayon::current_num_threads(),
            "side": self.experiment.image.side, "voxels": self.voxels, "images": images,
            "median_ms": rounded(median * 1e3), "images_per_s": rounded(images as f64 / median), "peak_rss_mib": peak,
            "gflop_per_s": rounded(rate), "matrix_gflop_per_s": rounded(limit), "of_matrix_limit": rounded(rate / limit),
        });
        if task == "decode" {
            line["p99_ms"] = rounded(secs[(secs.len() * 99).div_ceil(100) - 1] * 1e3).into();
        }
        line.to_string()
    }
}

/// Measures the encoder's taps of a batch of images, without gradients.
fn features(at: &Setting, reps: usize) -> String {
    let config = &at.experiment.encoder;
    let (vision, side) = (at.encoder_vision(), at.experiment.image.side);
    let taps: Vec<&str> = config.branches.iter().map(|branch| branch.tap.as_str()).collect();
    let images = Tensor::<4>::random([config.batch, 3, side, side], Distribution::Uniform(0.0, 1.0), &at.device);
    let products = config.batch as u64 * vision.products(&taps);
    let mut secs = timed(reps, || {
        drop(vision.forward(images.clone(), &taps));
        at.device.sync().expect("the device");
    });
    at.line("features", config.batch, products, &mut secs)
}

/// Measures the decoding of a single response.
fn decode(at: &Setting, reps: usize) -> String {
    let side = at.experiment.image.side;
    let decoder = Decoder::new(&at.experiment.decoder, side, &at.device);
    let params = decoder.init(at.voxels, 1, &at.device);
    let decoder = ReadyDecoder::new(decoder, params, side, &at.device);
    let mut stream = stream(7, SOLE, 0);
    let responses = Array2::from_shape_simple_fn((1, at.voxels), || stream.random_range(-1.7..1.7));
    let mut secs = timed(reps, || drop(decoder.images(responses.view())));
    let [linear, convolutions] = arithmetic::decoder(at);
    at.line("decode", 1, linear + convolutions, &mut secs)
}

fn timed(reps: usize, mut step: impl FnMut()) -> Vec<f64> {
    (0..WARM_UP).for_each(|_| step());
    let one = |_| {
        let start = Instant::now();
        step();
        start.elapsed().as_secs_f64()
    };
    (0..reps).map(one).collect()
}

fn median(secs: &mut [f64]) -> f64 {
    secs.sort_unstable_by(f64::total_cmp);
    (secs[(secs.len() - 1) / 2] + secs[secs.len() / 2]) / 2.0
}

fn measure(phase: Phase, at: &Setting, reps: usize) -> String {
    let (experiment, voxels, side) = (&at.experiment, at.voxels, at.experiment.image.side);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = RunFolder::new(folder.path());
    let clock = Clock::new(WARM_UP + reps);
    let context = Context { run: &run, experiment, device: at.device.clone(), observer: &clock };
    let seen = at.encoder_vision();
    let batch = match phase {
        Phase::Encoder => experiment.encoder.batch,
        Phase::Decoder => experiment.decoder.batch_paired + experiment.decoder.batch_unpaired,
    };
    let products = arithmetic::step(phase, at);
    let training = pairs(folder.path(), 2 * batch, side, voxels);
    let outcome = match phase {
        Phase::Encoder => encoder::train(&context, &seen, &training, None, false),
        Phase::Decoder => {
            let encoder = Encoder::new(&experiment.encoder, &seen, voxels).expect("an encoder");
            let frozen = decoder::FrozenEncoder { state: encoder.init(1, &at.device), encoder, vision: seen };
            let pool = Pool { images: images(4 * batch, side) };
            let material = decoder::Material {
                training: &training,
                validation: None,
                unpaired: Some(&pool),
                response_cycle: None,
                snr: vec![1.0; voxels],
                channel_mean: [0.5; 3],
            };
            decoder::train(&context, frozen, at.loss_vision(), &material, false)
        }
    };
    assert!(matches!(outcome, Err(TrainError::Interrupted { .. })), "{outcome:?}");
    at.line(phase.name(), batch, products, &mut clock.secs())
}

fn images(n: usize, side: usize) -> Array4<u8> {
    let mut stream = stream(n as u64, SOLE, 0);
    Array4::from_shape_simple_fn((n, side, side, 3), || stream.random())
}

/// Returns random pairs of a data set that is written into `folder`.
fn pairs(folder: &Path, n: usize, side: usize, voxels: usize) -> TrainingPairs {
    let mut stream = stream(7, SOLE, 0);
    let stimulus = |i| StimulusInfo { name: format!("image {i}"), class: None, origin: None, split: Split::Train };
    let header = Header::new((0..n).map(stimulus).collect(), Voxels::new(voxels), side, Provenance::default());
    let trial = |stimulus| TrialInfo { stimulus, repeat: 0, session: 0, run: 0, averaged: 1 };
    let trials: Vec<_> = (0..n as u32).map(trial).collect();
    let responses = Array2::from_shape_simple_fn((n, voxels), || stream.random_range(-1.7..1.7));
    let mut writer = DataSetWriter::create(&folder.join("random.afterimage"), header).expect("a data set");
    writer.append_stimuli(images(n, side).view()).expect("images");
    writer.append_responses(responses.view(), &trials).expect("responses");
    let data = writer.finish().expect("a whole data set");
    data.training().pairs(Averaging::Trials, &(0..voxels).collect::<Vec<_>>(), None, side).expect("pairs")
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

/// Records the end of each step, and stops training after `limit` steps.
struct Clock {
    limit: usize,
    ends: Mutex<Vec<Instant>>,
}

impl Clock {
    fn new(limit: usize) -> Self {
        Self { limit, ends: Mutex::new(Vec::new()) }
    }

    /// Returns the seconds of each step after the warm-up.
    fn secs(&self) -> Vec<f64> {
        let ends = self.ends.lock().expect("no panic while held");
        ends[WARM_UP - 1..].windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect()
    }
}

impl Observer for Clock {
    fn begin(&self, _: Phase, _: u64, _: u64, _: u32) {}

    fn step(&self, _: Phase, _: f64) {
        self.ends.lock().expect("no panic while held").push(Instant::now());
    }

    fn epoch(&self, _: &Record) {}

    fn end(&self, _: Phase) {}

    fn interrupted(&self) -> bool {
        self.ends.lock().expect("no panic while held").len() >= self.limit
    }
}

/// Returns the largest resident memory of this process so far, if the system reports it.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
