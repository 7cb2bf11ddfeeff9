//! Against the plain definitions, in double precision.

use std::sync::Arc;

use afterimage_statistics::draws::{SOLE, stream};
use rand::RngExt;

use crate::{Chain, Conv, Finish, Layer, Map, Pool, patches, winograd};

fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut stream = stream(seed, SOLE, 0);
    (0..n).map(|_| stream.random_range(-1.0..1.0)).collect()
}

fn map(dims: [usize; 4], seed: u64) -> Map {
    Map { dims, values: values(dims.iter().product(), seed) }
}

/// A convolution of `x` by its definition.
fn plain(x: &Map, weights: &[f32], [outputs, inputs, side]: [usize; 3], stride: usize, padding: usize) -> Vec<f64> {
    let [images, height, width, _] = x.dims;
    let sides = [height, width].map(|size| (size + 2 * padding - side) / stride + 1);
    let mut out = Vec::new();
    for (image, row, column, output) in (0..images * sides[0] * sides[1] * outputs).map(|index| {
        let (pixel, output) = (index / outputs, index % outputs);
        (pixel / (sides[0] * sides[1]), pixel / sides[1] % sides[0], pixel % sides[1], output)
    }) {
        let mut sum = 0.0;
        for (down, across) in (0..side * side).map(|place| (place / side, place % side)) {
            let (y, z) = (row * stride + down, column * stride + across);
            if y < padding || z < padding || y - padding >= height || z - padding >= width {
                continue;
            }
            let from = ((image * height + y - padding) * width + z - padding) * inputs;
            for input in 0..inputs {
                let weight = weights[((output * inputs + input) * side + down) * side + across];
                sum += f64::from(x.values[from + input]) * f64::from(weight);
            }
        }
        out.push(sum);
    }
    out
}

/// Largest error relative to the largest value.
fn error(ours: &[f32], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(0.0_f64, |max, value| max.max(value.abs()));
    ours.iter().zip(theirs).fold(0.0_f64, |max, (a, b)| max.max((f64::from(*a) - b).abs())) / largest
}

/// The gradient of `sum(gradient * conv(x))` by the definition.
fn plain_gradient(
    gradient: &Map,
    weights: &[f32],
    shape: [usize; 3],
    stride: usize,
    padding: usize,
    dims: [usize; 4],
) -> Vec<f64> {
    let ([outputs, inputs, side], [images, height, width, _]) = (shape, dims);
    let mut out = vec![0.0; images * height * width * inputs];
    let [_, rows, columns, _] = gradient.dims;
    for (index, value) in gradient.values.iter().enumerate() {
        let (pixel, output) = (index / outputs, index % outputs);
        let (image, row, column) = (pixel / (rows * columns), pixel / columns % rows, pixel % columns);
        for (down, across) in (0..side * side).map(|place| (place / side, place % side)) {
            let (y, z) = (row * stride + down, column * stride + across);
            if y < padding || z < padding || y - padding >= height || z - padding >= width {
                continue;
            }
            for input in 0..inputs {
                let weight = weights[((output * inputs + input) * side + down) * side + across];
                out[((image * height + y - padding) * width + z - padding) * inputs + input] +=
                    f64::from(*value) * f64::from(weight);
            }
        }
    }
    out
}

#[test]
fn winograd_is_the_convolution_and_its_gradient() {
    let shapes = [(1, 4, 4, 16, 16), (2, 7, 9, 32, 16), (3, 13, 5, 16, 48), (1, 1, 1, 16, 16), (2, 28, 28, 64, 32)];
    for (seed, (images, height, width, inputs, outputs)) in (0..).zip(shapes) {
        for (side, padding) in [(3, 1), (3, 0), (5, 2), (5, 0), (5, 4), (3, 2)] {
            if height.min(width) + 2 * padding < side {
                continue;
            }
            let x = map([images, height, width, inputs], seed);
            let weights = values(outputs * inputs * side * side, seed + 100);
            let shape = [outputs, inputs, side];
            let y = winograd::Kernel::new(&weights, outputs, inputs, side, padding).forward(&x, Finish::default());
            let found = error(&y.values, &plain(&x, &weights, shape, 1, padding));
            assert!(found < 1e-5, "{shape:?}, padding {padding}: {found}");
            let gradient = map(y.dims, seed + 200);
            let back = winograd::Kernel::backward(&weights, outputs, inputs, side, padding);
            let dx = back.forward(&gradient, Finish::default());
            assert_eq!(dx.dims, x.dims);
            let found = error(&dx.values, &plain_gradient(&gradient, &weights, shape, 1, padding, x.dims));
            assert!(found < 1e-5, "gradient of {shape:?}, padding {padding}: {found}");
        }
    }
}

#[test]
fn patches_are_the_convolution_and_its_gradient() {
    let shapes = [(2, 9, 11, 3, 5), (1, 23, 17, 3, 64), (3, 6, 6, 7, 2)];
    for (seed, (images, height, width, inputs, outputs)) in (0..).zip(shapes) {
        for (side, stride, padding) in [(3, 1, 1), (3, 2, 0), (5, 1, 2), (1, 1, 0), (4, 3, 2), (1, 2, 0)] {
            let x = map([images, height, width, inputs], seed);
            let weights = values(outputs * inputs * side * side, seed + 100);
            let shape = [outputs, inputs, side];
            let kernel = patches::Kernel::new(&weights, shape, stride, padding);
            let y = kernel.forward(&x, Finish::default());
            let found = error(&y.values, &plain(&x, &weights, shape, stride, padding));
            assert!(found < 1e-5, "{shape:?}, stride {stride}, padding {padding}: {found}");
            let gradient = map(y.dims, seed + 200);
            let dx = kernel.backward(&gradient, height, width);
            let found = error(&dx.values, &plain_gradient(&gradient, &weights, shape, stride, padding, x.dims));
            assert!(found < 1e-5, "gradient of {shape:?}, stride {stride}, padding {padding}: {found}");
        }
    }
}

fn chain() -> Chain {
    let conv = |outputs: usize, inputs: usize, side: usize, stride: usize, padding: usize, seed: u64| {
        let weights = values(outputs * inputs * side * side, seed);
        let scale = 1.0 / (inputs as f32 * side as f32);
        let weights: Vec<f32> = weights.iter().map(|weight| weight * scale).collect();
        Conv::new(weights, values(outputs, seed + 1), [outputs, inputs, side, side], stride, padding)
    };
    let fire = [conv(16, 32, 1, 1, 0, 5), conv(16, 16, 1, 1, 0, 7), conv(16, 16, 3, 1, 1, 9)];
    let layers = vec![
        Layer::Conv(Box::new(conv(16, 3, 3, 2, 0, 1))),
        Layer::Pool(Pool { side: 3, stride: 2, ceil: true }),
        Layer::Conv(Box::new(conv(32, 16, 3, 1, 1, 3))),
        Layer::Fire(Box::new(fire)),
        Layer::Pool(Pool { side: 2, stride: 2, ceil: false }),
    ];
    Chain { layers: layers.into_iter().map(Arc::new).collect() }
}

#[test]
fn chain_with_and_without_record_agree_and_its_gradient_is_that_of_differences() {
    let (chain, x) = (chain(), map([2, 21, 19, 3], 1));
    let (y, record) = chain.forward_recorded(x.clone());
    assert_eq!(chain.forward(x.clone()), y);
    let gradient = map(y.dims, 2);
    let dx = chain.backward(&record, gradient.clone());
    let value = |x: Map| -> f64 {
        let y = chain.forward(x);
        y.values.iter().zip(&gradient.values).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let direction = map(x.dims, 3);
    let moved = |step: f32| {
        let values = x.values.iter().zip(&direction.values).map(|(a, b)| a + step * b).collect();
        value(Map { dims: x.dims, values })
    };
    let step = 1e-3;
    let numeric = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
    let exact: f64 = dx.values.iter().zip(&direction.values).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    assert!((numeric - exact).abs() < 2e-2 * exact.abs().max(0.1), "{numeric} and {exact}");
}

#[test]
fn planes_and_maps_turn_into_each_other() {
    let planes = values(2 * 5 * 3 * 7, 4);
    let map = Map::from_planes(&planes, [2, 5, 3, 7]);
    assert_eq!(map.values[(3 + 2 * 7) * 5 + 4], planes[(4 * 3 + 2) * 7 + 3]);
    assert_eq!(map.to_planes(), planes);
}

#[test]
fn weight_gradient_is_that_of_the_definition() {
    let shapes = [(1, 4, 4, 16, 16), (2, 7, 9, 32, 16), (3, 14, 6, 16, 32)];
    for (seed, (images, height, width, inputs, outputs)) in (0..).zip(shapes) {
        for (side, padding) in [(3, 1), (5, 2), (5, 4), (3, 0)] {
            let x = map([images, height, width, inputs], seed);
            let sides = [height, width].map(|size| size + 2 * padding + 1 - side);
            let gradient = map([images, sides[0], sides[1], outputs], seed + 10);
            let ours = winograd::weight_gradient(&x, &gradient, side, padding);
            let mut theirs = vec![0.0; ours.len()];
            for (index, value) in gradient.values.iter().enumerate() {
                let (pixel, output) = (index / outputs, index % outputs);
                let (image, row, column) =
                    (pixel / (sides[0] * sides[1]), pixel / sides[1] % sides[0], pixel % sides[1]);
                for (down, across) in (0..side * side).map(|place| (place / side, place % side)) {
                    let (y, z) = (row + down, column + across);
                    if y < padding || z < padding || y - padding >= height || z - padding >= width {
                        continue;
                    }
                    let from = ((image * height + y - padding) * width + z - padding) * inputs;
                    for input in 0..inputs {
                        theirs[((output * inputs + input) * side + down) * side + across] +=
                            f64::from(*value) * f64::from(x.values[from + input]);
                    }
                }
            }
            let found = error(&ours, &theirs);
            assert!(found < 1e-5, "{side} x {side}, padding {padding}, seed {seed}: {found}");
        }
    }
}
