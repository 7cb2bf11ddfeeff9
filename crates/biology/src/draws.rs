//! Seeded random draws, the same whatever the number of threads.

use afterimage_eval::draws::stream;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// What a stream is for. Seeds are those of this crate alone, see `Resampling` and `Probes`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap = 1,
    Texture = 2,
    Halves = 3,
}

/// The generator of a purpose's part `part`.
pub(crate) fn generator(seed: u64, purpose: Purpose, part: usize) -> ChaCha8Rng {
    stream(seed, purpose as u64, part)
}

/// Uniform in -1..1.
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f32 {
    (f64::from(rng.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
}
