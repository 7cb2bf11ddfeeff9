//! Seeded random draws: every draw is a function of seed, purpose and index, never of earlier draws.
//!
//! [`stream`] creates every generator of the workspace. Sampling is implemented here, so that a seed gives the same
//! numbers with any version of a sampling library and any number of threads.

use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// A stream of random numbers. It implements the traits of `rand`, for its distributions.
pub type Stream = ChaCha8Rng;

/// Draws handled together by one task; each such block has its own stream.
const BLOCK: usize = 250;

/// Purpose of a seed that is used for one thing only, such as one from [`derive()`].
pub const SOLE: u64 = 0;

/// Purposes of draws in statistics and scores, so that two statistics of one seed are independent.
///
/// Other crates number their own purposes, for their own seeds.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// Resamples of a bootstrap over one level.
    Bootstrap = 1,
    /// Shuffled pairings.
    Permutation = 2,
    /// Flipped signs of paired differences.
    SignFlip = 3,
    /// Groups inside which images are compared with others.
    Mismatch = 4,
    /// Resamples of subjects, then images.
    Hierarchical = 5,
    /// Trials that are averaged.
    Repeats = 6,
    /// Subsets of voxels.
    Subsets = 7,
    /// Resamples of participants and items.
    Crossed = 8,
    /// Halves of the participants.
    Halves = 9,
    /// Resamples of pairs for a rank correlation.
    Pairs = 10,
    /// Responses without information on an image.
    Noise = 11,
    /// Training items that stand for all of them.
    Sample = 12,
    /// Candidates of a retrieval.
    Candidates = 13,
}

impl From<Purpose> for u64 {
    fn from(purpose: Purpose) -> Self {
        purpose as Self
    }
}

/// Returns the stream of a seed, a purpose and an index; streams that differ in one of them are independent.
///
/// Purposes of one seed lie below 2^24 and their indices below 2^40; under [`SOLE`] an index may be any number.
///
/// ```
/// use afterimage_statistics::draws::{Purpose, below, stream};
///
/// let first = |index| below(&mut stream(7, Purpose::Bootstrap, index), 1000);
/// assert_eq!(first(0), first(0));
/// assert_ne!(first(0), first(1));
/// ```
pub fn stream(seed: u64, purpose: impl Into<u64>, index: u64) -> Stream {
    let mut stream = Stream::seed_from_u64(seed);
    stream.set_stream((purpose.into() << 40) | index);
    stream
}

/// Derives a seed for a purpose; neighbouring seeds and purposes give unrelated ones.
///
/// Source: SplitMix64, of Steele, Lea and Flood, OOPSLA 2014.
pub fn derive(seed: u64, purpose: impl Into<u64>) -> u64 {
    let mut z = seed.wrapping_add(purpose.into().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Derives a seed for a name, such as a region or a parameter, whatever other names exist.
///
/// The seed, with the FNV-1a hash of the name in exclusive or: unlike the standard hasher it is stable between
/// versions.
pub fn derive_named(seed: u64, name: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    seed ^ name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// A whole number below `n`. The bias of the multiplication is below `n / 2^64`.
pub fn below(stream: &mut Stream, n: usize) -> usize {
    ((u128::from(stream.next_u64()) * n as u128) >> 64) as usize
}

/// Uniform in -1..=1.
pub fn symmetric(stream: &mut Stream) -> f32 {
    (f64::from(stream.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
}

/// A value of the standard normal distribution.
///
/// Source: Box and Muller, Ann. Math. Stat. 29, 1958.
pub fn normal(stream: &mut Stream) -> f64 {
    // In (0, 1]: zero has no logarithm.
    let unit = |stream: &mut Stream| ((stream.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    let (radius, angle) = (unit(stream), unit(stream));
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A fair coin.
pub(crate) fn coin(stream: &mut Stream) -> bool {
    stream.next_u32() & 1 == 1
}

/// Shuffles values (Fisher-Yates).
pub fn shuffle<T>(stream: &mut Stream, values: &mut [T]) {
    for i in (1..values.len()).rev() {
        values.swap(i, below(stream, i + 1));
    }
}

/// Counts how often each of `n` items is drawn in each of `draws` bootstrap resamples, `[draws, n]`.
pub fn bootstrap_counts(stream: &mut Stream, draws: usize, n: usize) -> Array2<f64> {
    let mut counts = Array2::zeros((draws, n));
    for mut row in counts.rows_mut() {
        for _ in 0..n {
            row[below(stream, n)] += 1.0;
        }
    }
    counts
}

/// Calls `draw` `total` times in parallel and returns the results in order; each block has its own stream.
pub(crate) fn repeat(total: usize, seed: u64, purpose: Purpose, draw: impl Fn(&mut Stream) -> f64 + Sync) -> Vec<f64> {
    let of_block = |(block, draws)| {
        let (mut rng, draw) = (stream(seed, purpose, block), &draw);
        (0..draws).map(move |_| draw(&mut rng))
    };
    blocks(total).into_par_iter().flat_map_iter(of_block).collect()
}

/// Splits `total` draws into blocks for parallel work: index, which is that of the block's stream, and size of each.
pub fn blocks(total: usize) -> Vec<(u64, usize)> {
    (0..total.div_ceil(BLOCK)).map(|b| (b as u64, BLOCK.min(total - b * BLOCK))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: u64, purpose: impl Into<u64>, index: u64) -> u64 {
        stream(seed, purpose, index).next_u64()
    }

    #[test]
    fn normal_values_have_mean_0_variance_1_and_kurtosis_3() {
        let mut stream = stream(3, Purpose::Noise, 0);
        let values: Vec<f64> = (0..100_000).map(|_| normal(&mut stream)).collect();
        let moment = |power: i32| values.iter().map(|v| v.powi(power)).sum::<f64>() / values.len() as f64;
        assert!(moment(1).abs() < 0.015 && (moment(2) - 1.0).abs() < 0.02 && (moment(4) - 3.0).abs() < 0.1);
    }

    #[test]
    fn streams_are_those_of_earlier_versions() {
        assert_eq!(first(7, Purpose::Permutation, 5), 0x7bc1_92e8_2156_123b);
        assert_eq!(first(7, Purpose::Pairs, (1 << 40) - 1), 0x70f4_6eff_0200_6d37);
        assert_eq!(first(7, SOLE, u64::MAX), 0x56ed_a9e4_22a0_3128);
        let mut order: Vec<usize> = (0..8).collect();
        shuffle(&mut stream(7, Purpose::Subsets, 3), &mut order);
        assert_eq!(order, [7, 5, 2, 4, 6, 1, 0, 3]);
    }

    #[test]
    fn first_stream_of_a_seed_without_purpose_is_the_plain_generator() {
        assert_eq!(first(7, SOLE, 0), ChaCha8Rng::seed_from_u64(7).next_u64());
        assert_eq!(first(7, SOLE, 0), 0x2865_5334_23d7_43bb);
    }

    #[test]
    fn derived_seeds_are_those_of_earlier_versions() {
        assert_eq!((derive(7, 3_u64), derive(7, 18_u64)), (0xe698_4080_bab1_2a02, 0x538c_6a0c_da73_26c7));
        assert_eq!(derive_named(7, "V1"), 0x093b_8b07_b5cc_898f);
    }
}
