//! Time of VGG19's convolutions forward, and forward and backward to the image, for random weights.
//!
//!     cargo bench -p afterimage-kernels --bench chain -- --images 16 --side 112

use std::sync::Arc;
use std::time::Instant;

use afterimage_kernels::{Chain, Conv, Layer, Map, Pool};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str, default: usize| {
        args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).map_or(default, |v| v.parse().expect(name))
    };
    let (images, side, reps) = (value("--images", 16), value("--side", 112), value("--reps", 5));
    let mut layers = Vec::new();
    let (mut inputs, mut operations, mut now) = (3, 0.0, side);
    for (count, outputs) in [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)] {
        if inputs > 3 {
            layers.push(Arc::new(Layer::Pool(Pool { side: 2, stride: 2, ceil: false })));
            now /= 2;
        }
        for _ in 0..count {
            let weights: Vec<f32> =
                (0..outputs * inputs * 9).map(|i| ((i * 7919 % 1000) as f32 - 500.0) * 1e-5).collect();
            layers.push(Arc::new(Layer::Conv(Box::new(Conv::new(
                weights,
                vec![0.01; outputs],
                [outputs, inputs, 3, 3],
                1,
                1,
            )))));
            operations += 2.0 * (now * now * 9 * inputs * outputs * images) as f64;
            inputs = outputs;
        }
    }
    let chain = Chain { layers };
    let dims = [images, side, side, 3];
    let x = Map { dims, values: (0..dims.iter().product()).map(|i| (i % 255) as f32 / 255.0).collect() };
    let time = |run: &dyn Fn()| {
        run();
        let mut times: Vec<f64> = (0..reps)
            .map(|_| {
                let start = Instant::now();
                run();
                start.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[reps / 2]
    };
    let forward = time(&|| drop(std::hint::black_box(chain.forward(x.clone()))));
    let both = time(&|| {
        let (y, record) = chain.forward_recorded(x.clone());
        drop(std::hint::black_box(chain.backward(&record, y)));
    });
    for (name, secs, passes) in [("forward", forward, 1.0), ("forward and backward", both, 2.0)] {
        let rate = operations * passes / secs / 1e9;
        println!(
            "{name}: {:.0} ms, {:.2} images/s, {rate:.0} GFLOP/s of the plain convolution",
            secs * 1e3,
            images as f64 / secs
        );
    }
}
