//! A thousand steps need no more memory than a hundred.
#![cfg(target_os = "linux")]

use std::sync::Arc;

use afterimage_kernels::decode::Decode;
use afterimage_kernels::{Activation, Chain, Conv, Layer, Map, Pool, Resample};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_thousand_steps_need_no_more_memory_than_a_hundred() {
    let weights = |n: usize| (0..n).map(|i| (i as f32 * 0.7).sin() * 0.05).collect::<Vec<f32>>();
    let conv = |outputs: usize, inputs: usize| {
        Layer::Conv(Box::new(Conv::new(
            weights(outputs * inputs * 9),
            vec![0.0; outputs],
            [outputs, inputs, 3, 3],
            1,
            1,
        )))
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
    let parameters = weights(decode.parameters());
    let mut early = 0;
    for step in 0..1000 {
        let images = 1 + step % 7; // no two steps in a row ask for the same memory
        let dims = [images, 4, 4, 16];
        let (image, kept) = decode.forward(Map { dims, values: weights(dims.iter().product()) }, &parameters);
        let (features, record) = chain.forward_recorded(image);
        let gradient = chain.backward(&record, features);
        let (maps, of_parameters) = decode.backward(&kept, &parameters, &gradient);
        assert!(maps.values.iter().chain(&of_parameters).all(|value| value.is_finite()), "step {step}");
        if step == 100 {
            early = resident_kib();
        }
    }
    let late = resident_kib();
    assert!(late < early + 8 * 1024, "{early} KiB after 100 steps, {late} KiB after 1000");
}
