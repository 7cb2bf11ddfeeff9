//! Seeded random draws. Written out here so that a seed gives the same numbers whatever
//! the version of a sampling library, and whatever the number of threads.

use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// Draws handled together by one task; each such block has its own stream of the generator.
pub(crate) const BLOCK: usize = 250;

/// What a stream is for, so that two statistics of one seed are independent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap = 1,
    Permutation = 2,
    SignFlip = 3,
    Mismatch = 4,
    Hierarchical = 5,
    Repeats = 6,
    Subsets = 7,
    Crossed = 8,
    Halves = 9,
    Pairs = 10,
}

/// The generator of block `block`.
pub(crate) fn generator(seed: u64, purpose: Purpose, block: usize) -> ChaCha8Rng {
    stream(seed, purpose as u64, block)
}

/// The generator of a part of a purpose, for purposes numbered by the caller: they share a seed's streams with nothing else of that
/// seed only where their numbers differ.
pub fn stream(seed: u64, purpose: u64, part: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose << 40) | part as u64);
    rng
}

/// A whole number below `n`. The bias of the multiplication is below `n / 2^64`.
pub fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// A fair coin.
pub(crate) fn coin(rng: &mut ChaCha8Rng) -> bool {
    rng.next_u32() & 1 == 1
}

/// Fisher-Yates.
pub fn shuffle<T>(rng: &mut ChaCha8Rng, values: &mut [T]) {
    for i in (1..values.len()).rev() {
        values.swap(i, below(rng, i + 1));
    }
}

/// How often each of `n` items is drawn in each of `draws` bootstrap resamples, `[draws, n]`.
pub(crate) fn bootstrap_counts(rng: &mut ChaCha8Rng, draws: usize, n: usize) -> Array2<f64> {
    let mut counts = Array2::zeros((draws, n));
    for mut row in counts.rows_mut() {
        for _ in 0..n {
            row[below(rng, n)] += 1.0;
        }
    }
    counts
}

/// `draw` done `total` times in parallel, in order; each block has its own stream.
pub(crate) fn repeated(
    total: usize,
    seed: u64,
    purpose: Purpose,
    draw: impl Fn(&mut ChaCha8Rng) -> f64 + Sync,
) -> Vec<f64> {
    let of_block = |(block, draws)| {
        let (mut rng, draw) = (generator(seed, purpose, block), &draw);
        (0..draws).map(move |_| draw(&mut rng))
    };
    blocks(total).into_par_iter().flat_map_iter(of_block).collect()
}

/// The blocks of `total` draws: index and size of each.
pub(crate) fn blocks(total: usize) -> Vec<(usize, usize)> {
    (0..total.div_ceil(BLOCK)).map(|b| (b, BLOCK.min(total - b * BLOCK))).collect()
}
