//! Seeded draws of the layout: a seed gives the same trials whatever the version of a library.

use afterimage_eval::draws::stream;
pub(crate) use afterimage_eval::draws::{below, shuffle};
use rand_chacha::ChaCha8Rng;

/// What a stream is for; each draw of the layout has its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Items = 1,
    Deck = 2,
    Candidates = 3,
    Positions = 4,
    Order = 5,
    Attention = 6,
    Practice = 7,
}

/// The generator of a purpose and two indices, each below 2^20.
pub(crate) fn generator(seed: u64, purpose: Purpose, first: usize, second: usize) -> ChaCha8Rng {
    stream(seed, purpose as u64, ((first & 0xf_ffff) << 20) | (second & 0xf_ffff))
}
