//! What the draws of this crate are for.

/// What a stream is for. Seeds are those of this crate only, see `Resampling` and `Probes`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap = 1,
    Texture = 2,
    Halves = 3,
}

impl From<Purpose> for u64 {
    fn from(purpose: Purpose) -> Self {
        purpose as Self
    }
}
