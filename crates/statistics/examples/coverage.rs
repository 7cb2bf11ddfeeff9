//! How often 95 % intervals of identification contain the true value: `fraction_interval` and the percentile bootstrap, by
//! simulation. `cargo run --release -p afterimage-statistics --example coverage`
//!
//! An image has a strength d, normal over images; each of K wrong candidates is farther than the truth with the probability
//! 1 / (1 + exp(-1.7 d)); and the n-way score of the image is the share of them to the power n - 1. The true value is the mean
//! over 400 000 images. Printed: coverage, the misses below and above (interval above or below the truth), and the mean width.

use afterimage_statistics::draws::{Purpose, Stream, below, stream, symmetric};
use afterimage_statistics::{Interval, bootstrap_mean, fraction_interval, mean};

const RESAMPLES: usize = 1000;
/// Name, mean of the strength, wrong candidates, ways.
const CASES: [(&str, f64, usize, i32); 6] = [
    ("pairwise", 1.5, 99, 2),
    ("pairwise", 2.8, 99, 2),
    ("5-way", 1.0, 500, 5),
    ("5-way", 2.6, 500, 5),
    ("5-way", 4.0, 500, 5),
    ("50-way", 3.2, 500, 50),
];

fn uniform(stream: &mut Stream) -> f64 {
    f64::midpoint(f64::from(symmetric(stream)), 1.0)
}

/// Scores of new images.
fn images(stream: &mut Stream, count: usize, (_, strength, candidates, ways): (&str, f64, usize, i32)) -> Vec<f64> {
    let image = |_| {
        let normal = (0..12).map(|_| uniform(stream)).sum::<f64>() - 6.0;
        let rate = 1.0 / (1.0 + (-1.7 * (strength + 1.1 * normal)).exp());
        let farther = (0..candidates).filter(|_| uniform(stream) < rate).count();
        (farther as f64 / candidates as f64).powi(ways - 1)
    };
    (0..count).map(image).collect()
}

fn main() {
    println!("| score | true value | n | Wilson, effective n | percentile bootstrap |\n|---|---|---|---|---|");
    for (index, case) in CASES.into_iter().enumerate() {
        let mut draws = stream(1, Purpose::Bootstrap, index as u64);
        let population = images(&mut draws, 400_000, case);
        let truth = mean(&population);
        for n in [20, 50, 100, 982] {
            let experiments = if n > 500 { 500 } else { 2000 };
            let mut counts = [[0.0; 3]; 2];
            for seed in 0..experiments {
                let sample: Vec<f64> = (0..n).map(|_| population[below(&mut draws, population.len())]).collect();
                let intervals = [fraction_interval(&sample, "image"), bootstrap_mean(&sample, RESAMPLES, seed)];
                for (counts, interval) in counts.iter_mut().zip(intervals) {
                    let Interval { low, high, .. } = interval.unwrap_or_else(|| point(mean(&sample)));
                    counts[0] += f64::from(truth < low);
                    counts[1] += f64::from(truth > high);
                    counts[2] += high - low;
                }
            }
            let [ours, bootstrap] = counts.map(|[below, above, width]| {
                let share = |count: f64| 100.0 * count / experiments as f64;
                let covered = 100.0 - share(below + above);
                format!("{covered:.1} % ({:.1}, {:.1}), {:.3}", share(below), share(above), width / experiments as f64)
            });
            println!("| {} | {:.1} % | {n} | {ours} | {bootstrap} |", case.0, 100.0 * truth);
        }
    }
}

/// No interval: of a constant sample.
fn point(value: f64) -> Interval {
    Interval { low: value, high: value, level: 0.95, method: String::new(), over: Vec::new() }
}
