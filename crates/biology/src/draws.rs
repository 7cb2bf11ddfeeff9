//! Seeded random draws, the same whatever the number of threads.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap = 1,
    Texture = 2,
    Halves = 3,
}

/// The generator of a purpose's part `part`.
pub(crate) fn generator(seed: u64, purpose: Purpose, part: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 40) | part as u64);
    rng
}

/// A whole number below `n`. The bias of the multiplication is below `n / 2^64`.
pub(crate) fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// Uniform in -1..1.
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f32 {
    (f64::from(rng.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
}

/// Fisher-Yates.
pub(crate) fn shuffle(rng: &mut ChaCha8Rng, order: &mut [usize]) {
    for i in (1..order.len()).rev() {
        order.swap(i, below(rng, i + 1));
    }
}
