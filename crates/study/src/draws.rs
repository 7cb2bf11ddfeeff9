//! Purposes of the draws of the layout.

use afterimage_statistics::draws::{self, Stream};

/// Purpose of a stream; each draw of the layout has its own.
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

/// The stream of a purpose and two indices, each below 2^20.
pub(crate) fn stream(seed: u64, purpose: Purpose, first: usize, second: usize) -> Stream {
    draws::stream(seed, purpose as u64, ((first as u64 & 0xf_ffff) << 20) | (second as u64 & 0xf_ffff))
}
