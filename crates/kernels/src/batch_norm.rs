//! Batch norm of activations `[images, channels, height, width]`.

use rayon::prelude::*;

use crate::vector::vectorised;

const EPSILON: f32 = 1e-5;
/// Values summed in single precision before they are added up in double.
const RUN: usize = 4096;

/// Mean and biased variance of each channel over images and places, `[2, channels]`.
pub fn moments(x: &[f32], [_, channels, height, width]: [usize; 4]) -> Vec<f32> {
    let places = height * width;
    let count = (x.len() / channels) as f64;
    let mean = sums([x, x], channels, places, |_| |x, _| x);
    let mean: Vec<f32> = mean.iter().map(|sum| (sum / count) as f32).collect();
    let variance = sums([x, x], channels, places, |channel| {
        let mean = mean[channel];
        move |x, _| (x - mean) * (x - mean)
    });
    mean.iter().copied().chain(variance.iter().map(|sum| (sum / count) as f32)).collect()
}

/// `(x - mean) / sqrt(variance + 1e-5) scale + shift`
pub fn forward(x: &[f32], moments: &[f32], scale: &[f32], shift: &[f32], places: usize) -> Vec<f32> {
    let channels = scale.len();
    let mut y = vec![0.0; x.len()];
    y.par_chunks_exact_mut(places).zip(x.par_chunks_exact(places)).enumerate().for_each(|(plane, (y, x))| {
        let channel = plane % channels;
        let factor = scale[channel] / (moments[channels + channel] + EPSILON).sqrt();
        let offset = shift[channel] - moments[channel] * factor;
        vectorised(
            #[inline(always)]
            || y.iter_mut().zip(x).for_each(|(y, x)| *y = x * factor + offset),
        );
    });
    y
}

/// Gradients of `x`, scale and shift for one of the output; `of_batch` says that the moments are those of `x`.
pub fn backward(
    gradient: &[f32],
    x: &[f32],
    moments: &[f32],
    scale: &[f32],
    places: usize,
    of_batch: bool,
) -> [Vec<f32>; 3] {
    let channels = scale.len();
    let count = (x.len() / channels) as f64;
    let inverse: Vec<f32> = moments[channels..].iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect();
    let of_shift = sums([gradient, x], channels, places, |_| |gradient, _| gradient);
    let mut of_scale = sums([gradient, x], channels, places, |channel| {
        let mean = moments[channel];
        move |gradient, x| gradient * (x - mean)
    });
    of_scale.iter_mut().zip(&inverse).for_each(|(sum, inverse)| *sum *= f64::from(*inverse));
    let mut dx = vec![0.0; x.len()];
    let both = gradient.par_chunks_exact(places).zip(x.par_chunks_exact(places));
    dx.par_chunks_exact_mut(places).zip(both).enumerate().for_each(|(plane, (dx, (gradient, x)))| {
        let channel = plane % channels;
        let factor = scale[channel] * inverse[channel];
        let (flat, along) = if of_batch {
            ((of_shift[channel] / count) as f32, (of_scale[channel] / count) as f32 * inverse[channel])
        } else {
            (0.0, 0.0)
        };
        let mean = moments[channel];
        vectorised(
            #[inline(always)]
            || {
                for ((dx, gradient), x) in dx.iter_mut().zip(gradient).zip(x) {
                    *dx = factor * (gradient - flat - (x - mean) * along);
                }
            },
        );
    });
    let single = |sums: Vec<f64>| sums.into_iter().map(|sum| sum as f32).collect();
    [dx, single(of_scale), single(of_shift)]
}

/// Sums over images and places of what `of` makes of two values, for each channel; plane by plane in their order.
fn sums<F: Fn(f32, f32) -> f32>(
    [a, b]: [&[f32]; 2],
    channels: usize,
    places: usize,
    of: impl Fn(usize) -> F + Sync,
) -> Vec<f64> {
    let planes = a.par_chunks_exact(places).zip(b.par_chunks_exact(places)).enumerate();
    let planes = planes.map(|(plane, (a, b))| {
        let of = of(plane % channels);
        let of_run = |(a, b): (&[f32], &[f32])| {
            let mut lanes = [0.0_f32; 16];
            vectorised(
                #[inline(always)]
                || {
                    for (a, b) in a.chunks(16).zip(b.chunks(16)) {
                        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += of(*a, *b));
                    }
                },
            );
            f64::from(lanes.iter().sum::<f32>())
        };
        a.chunks(RUN).zip(b.chunks(RUN)).map(of_run).sum()
    });
    let mut sums = vec![0.0; channels];
    for (plane, sum) in planes.collect::<Vec<f64>>().into_iter().enumerate() {
        sums[plane % channels] += sum;
    }
    sums
}
