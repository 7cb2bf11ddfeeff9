//! Whole steps, forward and backward: the same bits whatever the number of threads, and no memory that grows.

use std::sync::Arc;

use afterimage_kernels::decode::Decode;
use afterimage_kernels::{Activation, Chain, Conv, Layer, Map, Pool, Resample};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn wave(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i as f32 * 0.7).sin() * 0.05).collect()
}

/// A small decoder, and a frozen network that looks at its images.
struct Step {
    decode: Decode,
    chain: Chain,
    parameters: Vec<f32>,
}

impl Step {
    fn new() -> Self {
        let conv = |outputs: usize, inputs: usize| {
            let weights = wave(outputs * inputs * 9);
            Layer::Conv(Box::new(Conv::new(weights, vec![0.0; outputs], [outputs, inputs, 3, 3], 1, 1)))
        };
        let pool = Layer::Pool(Pool { side: 2, stride: 2, ceil: false });
        let chain = Chain { layers: [conv(16, 3), pool, conv(32, 16)].map(Arc::new).to_vec() };
        // Doubles and pads by two zeros.
        let matrix = |side: usize, factor: usize| {
            let outputs = side * factor + 4;
            let mut values = vec![0.0; outputs * side];
            (0..side * factor).for_each(|row| values[(row + 2) * side + row / factor] = 1.0);
            Resample::new(&values, outputs, side)
        };
        let enlarge = vec![matrix(4, 2), matrix(8, 2)];
        let decode = Decode { channels: 16, groups: 4, activation: Activation::NormSilu, enlarge, pad: matrix(16, 1) };
        let parameters = wave(decode.parameters());
        Self { decode, chain, parameters }
    }

    /// Gradients of the decoder's maps and parameters.
    fn run(&self, images: usize) -> (Vec<f32>, Vec<f32>) {
        let dims = [images, 4, 4, 16];
        let maps = Map { dims, values: wave(dims.iter().product()) };
        let (image, kept) = self.decode.forward(maps, &self.decode.ready(&self.parameters));
        let (features, record) = self.chain.forward_recorded(image);
        let gradient = self.chain.backward(&record, features);
        let (maps, of_parameters) = self.decode.backward(&kept, &self.parameters, &gradient);
        (maps.values, of_parameters)
    }
}

#[test]
fn number_of_threads_changes_no_bit() {
    let step = Step::new();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| step.run(11))
    };
    let one = on(1);
    assert!(one.1.iter().any(|value| *value != 0.0));
    assert!(one == on(2) && one == on(5));
}

#[cfg(target_os = "linux")]
#[test]
fn a_thousand_steps_need_no_more_memory_than_a_hundred() {
    let resident_kib = || -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let (step, mut early) = (Step::new(), 0);
    for index in 0..1000 {
        let (maps, of_parameters) = step.run(1 + index % 7); // no two steps in a row ask for the same memory
        assert!(maps.iter().chain(&of_parameters).all(|value| value.is_finite()), "step {index}");
        if index == 100 {
            early = resident_kib();
        }
    }
    let late = resident_kib();
    assert!(late < early + 8 * 1024, "{early} KiB after 100 steps, {late} KiB after 1000");
}
