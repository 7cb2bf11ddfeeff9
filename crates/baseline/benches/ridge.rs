//! Time and peak memory of ridge regression with penalties by cross-validation.
//!
//! `cargo bench -p afterimage-baseline --bench ridge -- VOXELS TRIALS TARGETS [FOLDS]`, by default 15000 9000 10000 5. Inputs and
//! targets are random: the arithmetic is the same for all data. The grid is that of the command line, 15 penalties.

use std::time::Instant;

use afterimage_baseline::{Folds, RidgeCv, penalties};
use afterimage_statistics::draws::{SOLE, stream};
use ndarray::Array2;
use rand::RngExt;
use rayon::prelude::*;

fn random(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut out = Array2::zeros((rows, columns));
    out.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut out)| {
        let mut random = stream(seed, SOLE, row as u64);
        out.mapv_inplace(|_: f32| random.random_range(-1.0_f32..1.0));
    });
    out
}

/// Largest resident memory so far, MiB, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let size = |place: usize, default: usize| sizes.get(place).copied().unwrap_or(default);
    let (voxels, trials, targets, parts) = (size(0, 15_000), size(1, 9_000), size(2, 10_000), size(3, 5));
    let (x, y) = (random(trials, voxels, 1), random(trials, targets, 2));
    let data_mib = peak_mib();
    let groups: Vec<u32> = (0..trials as u32).collect();
    let folds = Folds::of_groups(&groups, parts, 0).expect("as many trials as folds");
    let lambdas = penalties::scaled(&penalties::powers(-3, 4, 2), penalties::scale(x.view()));
    let ridge = RidgeCv::new(lambdas).expect("penalties above 0");
    let start = Instant::now();
    let model = ridge.fit(x.view(), y.view(), &folds).expect("finite data");
    let fit = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let held_out = x.slice(ndarray::s![..trials.min(1000), ..]);
    let predicted = model.predict(held_out).expect("the same voxels");
    let predict = start.elapsed().as_secs_f64();
    println!(
        "{voxels} voxels x {trials} trials x {targets} targets, {parts} folds, {} penalties, {} threads: fit {fit:.1} s, \
         {} predictions {predict:.2} s, peak {} MiB (data alone {} MiB)",
        ridge.lambdas().len(),
        rayon::current_num_threads(),
        predicted.nrows(),
        peak_mib().map_or("?".into(), |mib| mib.to_string()),
        data_mib.map_or("?".into(), |mib| mib.to_string()),
    );
}
